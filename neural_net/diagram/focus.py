"""The chain of numbers of one unit or one edge: every term of the sum behind a value, or behind a loss
gradient."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from itertools import product

from neural_net import look
from neural_net.diagram import names, written
from neural_net.diagram.equations import factor
from neural_net.diagram.names import Classes, ImageShape
from neural_net.diagram.reading import DenseReading, KindReading, Reading, read
from neural_net.diagram.story import Story, Term, picture, shortened
from neural_net.diagram.units import MOST_PIXELS, MOST_UNITS
from neural_net.operations import Term as Product
from neural_net.trace import Trace

_GIVEN = "An input: nothing is computed here."
RATE = 0.1  # the learning rate of the example step

Tell = Callable[..., Story]


def details(
    trace: Trace,
    example: int = 0,
    image_shape: ImageShape = None,
    classes: Classes = None,
    references: Collection[str] | None = None,
) -> dict[str, tuple[str, str]]:
    """Return the forward and the backward story of every element that can be picked, as SVG by reference.

    A reference is "u:l:j" for unit j of layer l, "w:l:i:j" for the edge from unit i of layer l−1 to unit j;
    edges have a story where both layers are drawn as units, units where they are not too many to be picked.
    `references` asks for some elements only.
    """
    reading = read(trace, example)
    return {
        reference: (picture(forward(reading, *address)), picture(backward(reading, *address)))
        for reference, forward, backward, address in _elements(reading)
        if references is None or reference in references
    }


def _elements(reading: Reading) -> Iterator[tuple[str, Tell, Tell, tuple[int, ...]]]:
    """Name every unit and edge that can be picked, with what tells its two stories, and where it is."""
    for l, n in enumerate(reading.sizes):
        forward = unit_forward if l == 0 or reading.is_dense(l) else element_forward
        for j in range(n if n <= MOST_PIXELS else 0):
            yield f"u:{l}:{j}", forward, unit_backward, (l, j)
    for layer in reading.dense_layers:
        if layer.n_in <= MOST_UNITS >= layer.n_out:
            for i, j in product(range(layer.n_in), range(layer.n_out)):
                yield f"w:{layer.number}:{i}:{j}", edge_forward, edge_backward, (layer.number, i, j)


# ------------------------------------------------------------------------------------------ stories


def unit_forward(reading: Reading, number: int, j: int) -> Story:
    """z_j = Σ_i y_prev,i W_ij + b_j, then y_j = a(z_j)."""
    value, at = reading.y[number][j], reading.unit(number, j)
    if number == 0:
        given = Term("", f"x_{{{at}}}", "given", value)
        note = "A token: a name, that stands for nothing else." if reading.has_tokens else _GIVEN
        return Story(_unit_title(reading, number, j), "forward", (given,), note)
    layer = reading.dense(number)
    products = [
        Term(
            "+",
            f"y_{{{reading.unit(number - 1, i)}}} · W_{{{reading.edge(number, i, j)}}}",
            f"{look.number(y)} · {factor(w[j])}",
            y * w[j],
        )
        for i, (y, w) in enumerate(zip(reading.y[number - 1], layer.W, strict=True))
    ]
    name = names.activation(layer.activation)
    note = (
        ""
        if layer.slope is not None
        else "Softmax also depends on the scores of all other units: e^{z} over the sum of all e^{z}."
    )
    chain = (
        *shortened(products),
        Term("+", f"b_{{{at}}}", "bias", layer.b[j]),
        Term("=", f"z_{{{at}}}", "sum", layer.z[j]),
        Term("→", f"y_{{{at}}}", f"{name}({look.number(layer.z[j])})", value),
    )
    return Story(_unit_title(reading, number, j), "forward", chain, note)


def element_forward(reading: Reading, number: int, j: int) -> Story:
    """y_j as the sum of the terms of the last line of its layer's program."""
    value = reading.y[number][j]
    layer = reading.layer(number)
    assert isinstance(layer, KindReading)
    at = written.index_of(reading, number, j)
    terms = written.value_terms(layer, "y", written.full_index(reading, layer.record.values["y"], at))
    result = Term("=", written.plain("y", at), "", value)
    return Story(_unit_title(reading, number, j), "forward", (*_told(layer, terms), result))


def unit_backward(reading: Reading, number: int, j: int) -> Story:
    """dL_dy_j as the sum over what it feeds, then, in a dense layer, dL_dz_j = dL_dy_j a′(z_j)."""
    chain, note = _arriving(reading, number, j)
    if reading.is_dense(number):
        layer, at = reading.dense(number), reading.unit(number, j)
        if layer.slope is not None:
            prime = f"{names.activation(layer.activation)}′({look.number(layer.z[j])})"
            chain.append(Term("×", f"a′(z_{{{at}}})", prime, layer.slope[j], True))
            chain.append(Term("=", f"∂{look.LOSS}/∂z_{{{at}}}", "", layer.dL_dz[j]))
        else:
            note = "Through softmax, every unit's loss gradient reaches every score."
            chain = shortened(_jacobian_terms(reading, number, j))
            chain.append(Term("=", f"∂{look.LOSS}/∂z_{{{at}}}", "", layer.dL_dz[j]))
    return Story(_unit_title(reading, number, j), "backward", tuple(chain), note)


def _arriving(reading: Reading, number: int, j: int) -> tuple[list[Term], str]:
    """The terms of a unit's loss gradient and what they come to, and a note on what the sum runs over."""
    upstream, at = reading.gradient[number][j], reading.unit(number, j)
    if number == reading.L:
        return [Term("", f"∂{look.LOSS}/∂ŷ_{{{at}}}", "from the loss", upstream)], ""
    if number == 0 and reading.has_tokens:
        return [Term("", f"x_{{{at}}}", "no gradient", 0.0)], "No token is a little more than another."
    after = reading.layer(number + 1)
    if isinstance(after, KindReading):
        terms = _arriving_terms(reading, after, number, j)
        note = f"The sum runs over the uses that {_where(reading, number + 1)} makes of it." if terms else ""
    else:
        terms = shortened(_edge_terms(reading, after, number, j))
        note = f"The sum runs over the units of {_where(reading, number + 1)} that this unit feeds."
    sign = "=" if terms else ""
    return [*terms, Term(sign, f"{look.LOSS}′_{{{at}}}", "loss gradient", upstream)], note


def _edge_terms(reading: Reading, after: DenseReading, number: int, j: int) -> list[Term]:
    unit, edge = partial(reading.unit, number + 1), partial(reading.edge, number + 1, j)
    return [
        Term(
            "+",
            f"∂{look.LOSS}/∂z_{{{unit(k)}}} · W_{{{edge(k)}}}",
            f"{look.number(g)} · {factor(w)}",
            g * w,
        )
        for k, (g, w) in enumerate(zip(after.dL_dz, after.W[j], strict=True))
    ]


def _arriving_terms(reading: Reading, after: KindReading, number: int, j: int) -> list[Term]:
    at = written.index_of(reading, number, j)
    full = written.full_index(reading, after.record.values["y_prev"], at)
    return _told(after, written.gradient_terms(after, "y_prev", full))


def _told(layer: KindReading, terms: Sequence[Product]) -> list[Term]:
    """The terms of an element as links of a chain; those that are zero are left out where others are not."""
    kept = [term for term in terms if term.value] or list(terms[:1])
    links = [Term("+", written.symbols(layer, term), written.factors(term), term.value) for term in kept]
    return shortened(links) if links else []


def _jacobian_terms(reading: Reading, number: int, j: int) -> list[Term]:
    jacobian = reading.dense(number).jacobian
    assert jacobian is not None
    unit = partial(reading.unit, number)
    return [
        Term(
            "+",
            f"{look.LOSS}′_{{{unit(k)}}} · ∂y_{{{unit(k)}}}/∂z_{{{unit(j)}}}",
            f"{look.number(g)} · {factor(row[j])}",
            g * row[j],
        )
        for k, (g, row) in enumerate(zip(reading.gradient[number], jacobian, strict=True))
    ]


def edge_forward(reading: Reading, number: int, i: int, j: int) -> Story:
    """y_i W_ij, its share of z_j."""
    layer, y = reading.dense(number), reading.y[number - 1][i]
    chain = (
        Term("", f"y_{{{reading.unit(number - 1, i)}}}", "from the left", y),
        Term("×", f"W_{{{reading.edge(number, i, j)}}}", "weight", layer.W[i][j]),
        Term("=", "share", "of the sum", y * layer.W[i][j]),
        Term("of", f"z_{{{reading.unit(number, j)}}}", "whole sum", layer.z[j]),
    )
    return Story(_edge_title(reading, number, i, j), "forward", chain)


def edge_backward(reading: Reading, number: int, i: int, j: int) -> Story:
    """dL_dW_ij = y_i dL_dz_j, summed over the batch, and what a step of gradient descent would do."""
    layer, y = reading.dense(number), reading.y[number - 1][i]
    index = reading.edge(number, i, j)
    weight, gradient = layer.W[i][j], layer.dL_dW[i][j]
    symbol = f"∂{look.LOSS}/∂W_{{{index}}}"
    chain = [
        Term("", f"y_{{{reading.unit(number - 1, i)}}}", "from the left", y, True),
        Term("×", f"∂{look.LOSS}/∂z_{{{reading.unit(number, j)}}}", "from the right", layer.dL_dz[j]),
        Term("=", symbol, "this example" if reading.m > 1 else "", y * layer.dL_dz[j]),
    ]
    if reading.m > 1:
        chain.append(Term("Σ", symbol, f"all {reading.m} examples", gradient))
    new = weight - RATE * gradient
    note = (
        f"A step of gradient descent with α = {RATE:g}:  W_{{{index}}} ← {look.number(weight)} − {RATE:g} · "
        f"{factor(gradient)} = {look.number(new)}"
    )
    return Story(_edge_title(reading, number, i, j), "backward", tuple(chain), note)


def _where(reading: Reading, number: int) -> str:
    name = names.layer_name(reading, number)
    return name.lower() if name.startswith("Layer") else f"the {name.lower()}"


def _unit_title(reading: Reading, number: int, j: int) -> str:
    if len(reading.shapes[number]) > 1:
        at = ", ".join(map(str, written.index_of(reading, number, j)))
        return f"y[{at}] of {_where(reading, number)}"
    return f"Unit {reading.unit(number, j)} of {_where(reading, number)}"


def _edge_title(reading: Reading, number: int, i: int, j: int) -> str:
    left, right = _where(reading, number - 1), _where(reading, number)
    first, second = reading.unit(number - 1, i), reading.unit(number, j)
    return f"Weight from unit {first} of {left} to unit {second} of {right}"
