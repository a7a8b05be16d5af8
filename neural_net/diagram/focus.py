"""The chain of numbers of one unit or one edge: every term of the sum behind a value, or behind a loss
gradient."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import partial
from itertools import product

from neural_net import look
from neural_net.diagram import names
from neural_net.diagram.equations import factor
from neural_net.diagram.names import Classes, ImageShape
from neural_net.diagram.reading import Reading, read
from neural_net.diagram.story import Story, Term, picture, shortened
from neural_net.diagram.units import MOST_PIXELS, MOST_UNITS
from neural_net.trace import Trace

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
        for j in range(n if n <= MOST_PIXELS else 0):
            yield f"u:{l}:{j}", unit_forward, unit_backward, (l, j)
    for layer in reading.layers:
        if layer.n_in <= MOST_UNITS >= layer.n_out:
            for i, j in product(range(layer.n_in), range(layer.n_out)):
                yield f"w:{layer.number}:{i}:{j}", edge_forward, edge_backward, (layer.number, i, j)


# ------------------------------------------------------------------------------------------ stories


def unit_forward(reading: Reading, number: int, j: int) -> Story:
    """z_j = Σ_i y_prev,i W_ij + b_j, then y_j = a(z_j)."""
    value, at = reading.y[number][j], reading.unit(number, j)
    if number == 0:
        given = Term("", f"x_{{{at}}}", "given", value)
        return Story(
            _unit_title(reading, number, j), "forward", (given,), "An input: nothing is computed here."
        )
    layer = reading.layer(number)
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


def unit_backward(reading: Reading, number: int, j: int) -> Story:
    """dL_dy_j = Σ_k dL_dz_k W_jk over the units it feeds, then dL_dz_j = dL_dy_j a′(z_j)."""
    upstream, at = reading.gradient[number][j], reading.unit(number, j)
    arriving = Term("=", f"{look.LOSS}′_{{{at}}}", "loss gradient", upstream)
    chain: list[Term] = []
    if number == reading.L:
        chain.append(Term("", f"∂{look.LOSS}/∂ŷ_{{{at}}}", "from the loss", upstream))
    else:
        after = reading.layer(number + 1)
        unit, edge = partial(reading.unit, number + 1), partial(reading.edge, number + 1, j)
        chain += shortened(
            [
                Term(
                    "+",
                    f"∂{look.LOSS}/∂z_{{{unit(k)}}} · W_{{{edge(k)}}}",
                    f"{look.number(g)} · {factor(w)}",
                    g * w,
                )
                for k, (g, w) in enumerate(zip(after.dL_dz, after.W[j], strict=True))
            ]
        )
        chain.append(arriving)
    note = (
        ""
        if number == reading.L
        else f"The sum runs over the units of {_where(reading, number + 1)} that this unit feeds."
    )
    if number > 0:
        layer = reading.layer(number)
        if layer.slope is not None:
            prime = f"{names.activation(layer.activation)}′({look.number(layer.z[j])})"
            chain.append(Term("×", f"a′(z_{{{at}}})", prime, layer.slope[j], True))
            chain.append(Term("=", f"∂{look.LOSS}/∂z_{{{at}}}", "", layer.dL_dz[j]))
        else:
            note = "Through softmax, every unit's loss gradient reaches every score."
            chain = shortened(_jacobian_terms(reading, number, j))
            chain.append(Term("=", f"∂{look.LOSS}/∂z_{{{at}}}", "", layer.dL_dz[j]))
    return Story(_unit_title(reading, number, j), "backward", tuple(chain), note)


def _jacobian_terms(reading: Reading, number: int, j: int) -> list[Term]:
    jacobian = reading.layer(number).jacobian
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
    layer, y = reading.layer(number), reading.y[number - 1][i]
    chain = (
        Term("", f"y_{{{reading.unit(number - 1, i)}}}", "from the left", y),
        Term("×", f"W_{{{reading.edge(number, i, j)}}}", "weight", layer.W[i][j]),
        Term("=", "share", "of the sum", y * layer.W[i][j]),
        Term("of", f"z_{{{reading.unit(number, j)}}}", "whole sum", layer.z[j]),
    )
    return Story(_edge_title(reading, number, i, j), "forward", chain)


def edge_backward(reading: Reading, number: int, i: int, j: int) -> Story:
    """dL_dW_ij = y_i dL_dz_j, summed over the batch, and what a step of gradient descent would do."""
    layer, y = reading.layer(number), reading.y[number - 1][i]
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
    return f"Unit {reading.unit(number, j)} of {_where(reading, number)}"


def _edge_title(reading: Reading, number: int, i: int, j: int) -> str:
    left, right = _where(reading, number - 1), _where(reading, number)
    first, second = reading.unit(number - 1, i), reading.unit(number, j)
    return f"Weight from unit {first} of {left} to unit {second} of {right}"
