"""The lower half of a frame: upstream × local = downstream as rows and matrices of numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from neural_net import look, svg
from neural_net.diagram import any_loss, curve, equations, kinds, losses, names, told
from neural_net.diagram.blocks import (
    Block,
    Line,
    Named,
    beside,
    column,
    fitted,
    matrix,
    outer_product,
    placed,
    row,
    sign,
    transposed,
    upright,
)
from neural_net.diagram.equations import factor, plus, products
from neural_net.diagram.reading import DenseReading, KindReading, Reading
from neural_net.look import paint
from neural_net.steps import Step

INNER = 924.0
Numbers = list[str]


@dataclass(frozen=True)
class Panel:
    """What stands in the panel of one step: the picture of the product above, the equations below."""

    product: Block
    text: Block


def panel_of(reading: Reading, step: Step) -> Panel:
    """Return the panel of a step."""
    layer = reading.layers[step.layer - 1] if step.layer <= reading.L else None
    if isinstance(layer, KindReading):
        return Panel(kinds.drawing(reading, layer, step.phase, INNER), told.table(reading, step, INNER))
    if layer is None and not reading.has_known_loss:
        return Panel(any_loss.drawing(reading, step.phase, INNER), told.table(reading, step, INNER))
    if layer is None:
        loss = losses.forward if step.phase == "forward" else losses.backward
        arithmetic, numbers = loss(reading)
        graph = curve.loss(reading, shows_slope=step.phase == "backward")
        product = _first_that_fits([lambda: arithmetic, lambda: graph], [lambda: arithmetic])
    elif step.phase == "forward":
        product, numbers = _forward(reading, layer)
    else:
        product, numbers = _backward(reading, layer)
        numbers = equations.packed(numbers, INNER)
    return Panel(product, equations.table(reading, step, numbers, INNER))


def focus_unit(reading: Reading, layer: DenseReading) -> int:
    """Return the unit that is told in numbers: the first, in a wide layer the most active one, in a
    classifier the class that the target marks."""
    if layer.number == reading.L and names.is_class_target(reading):
        return reading.target.index(1.0)
    y = reading.y[layer.number]
    return 0 if layer.n_out <= 8 else max(range(layer.n_out), key=lambda j: (abs(y[j]), abs(layer.z[j])))


def focus_input(reading: Reading, layer: DenseReading) -> int:
    """Return the input that is told in numbers: the first, or in a wide layer the one with the largest
    value."""
    y_prev = reading.y[layer.number - 1]
    return 0 if layer.n_in <= 8 else max(range(layer.n_in), key=lambda i: abs(y_prev[i]))


# ------------------------------------------------------------------------------------------ forward


def _forward(reading: Reading, layer: DenseReading) -> tuple[Block, Numbers]:
    number, j = layer.number, focus_unit(reading, layer)
    y_prev, y = reading.y[number - 1], reading.y[number]
    product = [z - b for z, b in zip(layer.z, layer.b, strict=True)]
    sums = max(1.0, look.scale_of(product, layer.b, layer.z))
    name = names.activation(layer.activation)
    inputs = Named(names.y(number - 1), "forward", row(y_prev), max(1.0, look.scale_of(y_prev)))
    weights = Named(names.W(number), "parameter", layer.W, look.scale_of(layer.W), j)
    lines = [
        Line("", Named(f"{names.y(number - 1)} · {names.W(number)}", "ink", row(product), sums, j)),
        Line("+", Named(names.b(number), "parameter", row(layer.b), sums, j)),
        Line("=", Named(names.z(number), "forward", row(layer.z), sums, j), True),
        Line(
            "",
            Named(f"{names.y(number)} = {name}(z)", "forward", row(y), max(1.0, look.scale_of(y)), j),
            True,
        ),
    ]

    def flat() -> Block:
        return beside([matrix(inputs), sign("·"), matrix(weights), sign("="), column(lines)], 9)

    def stacked() -> Block:
        return beside([column([Line("", inputs), *lines]), matrix(weights)], 26)

    def graph() -> Block:
        return curve.activation(reading, layer)

    if layer.slope is None:
        return _first_that_fits([flat], [stacked]), _forward_numbers(reading, layer)
    return _first_that_fits([flat, graph], [stacked, graph], [stacked]), _forward_numbers(reading, layer)


def _forward_numbers(reading: Reading, layer: DenseReading) -> Numbers:
    number, j = layer.number, focus_unit(reading, layer)
    at = reading.unit(number, j)
    weights = [w[j] for w in layer.W]
    name = names.activation(layer.activation)
    terms = products(reading.y[number - 1], weights, 4, "forward", "parameter")
    sum_row = f"⟨forward|z_{{{at}}}⟩ = {terms}{plus(layer.b[j])} = {look.number(layer.z[j])}"
    y = look.number(reading.y[number][j])
    result = f"⟨forward|y_{{{at}}}⟩ = {name}({look.number(layer.z[j])}) = {y}"
    if layer.jacobian is not None:
        shown = " + ".join(f"e^{{{look.number(z)}}}" for z in layer.z[:4]) + (
            " + …" if layer.n_out > 4 else ""
        )
        result = f"⟨forward|y_{{{at}}}⟩ = e^{{{look.number(layer.z[j])}}} / ({shown}) = {y}"
    return [sum_row, result]


# ----------------------------------------------------------------------------------------- backward


def _backward(reading: Reading, layer: DenseReading) -> tuple[Block, Numbers]:
    number, i, j = layer.number, focus_input(reading, layer), focus_unit(reading, layer)
    upstream, downstream = reading.gradient[number], reading.gradient[number - 1]
    arriving, scale = gradient_scales(reading, layer)
    dz = names.gradient(names.z(number))
    first = Line("", Named(names.loss_gradient(number), "backward", row(upstream), arriving, j))
    if layer.slope is not None:
        name = names.activation(layer.activation)
        largest = max(1.0, look.scale_of(layer.slope))
        local = Line("⊙", Named(f"{name}′({names.z(number)})", "forward", row(layer.slope), largest, j))
    else:
        assert layer.jacobian is not None
        symbol = f"∂{names.y(number)}/∂{names.z(number)}"
        local = Line("·", Named(symbol, "forward", layer.jacobian, look.scale_of(layer.jacobian), j))
    last = Line("=", Named(dz, "backward", row(layer.dL_dz), scale, j), True)
    weights = Named(f"{names.W(number)}^{{T}}", "parameter", transposed(layer.W), look.scale_of(layer.W), i)
    down = Named(names.loss_gradient(number - 1), "backward", row(downstream), look.scale_of(downstream), i)
    times_weights = Named(f"· {weights.symbol}", weights.role, weights.values, weights.scale, i)

    def flat() -> Block:
        return beside([column([first, local, last]), sign("·"), matrix(weights), sign("="), matrix(down)], 9)

    def stacked() -> Block:
        return beside([column([first, local, last, Line("=", down, True)]), matrix(times_weights)], 18)

    def table() -> Block:
        return _weight_gradient(reading, layer, scale)

    def total() -> Block:
        symbol = f"{names.gradient(names.W(number))}, sum of {reading.m}"
        return matrix(Named(symbol, "backward", layer.dL_dW, look.scale_of(layer.dL_dW)))

    choices = (
        [[flat, table], [stacked, table]]
        if reading.m == 1
        else [[flat, table, total], [stacked, table, total]]
    )
    return _first_that_fits(*choices), _backward_numbers(reading, layer)


def gradient_scales(reading: Reading, layer: DenseReading) -> tuple[float, float]:
    """Return the scales on which a layer's dL_dy and dL_dz are colored.

    It is the same where the activation works element by element, so that one sees what its slope does. In
    front of a softmax dL_dy can be a thousand times as large as dL_dz, which would then be blank.
    """
    upstream = reading.gradient[layer.number]
    if layer.slope is None:
        return look.scale_of(upstream), look.scale_of(layer.dL_dz)
    both = look.scale_of(upstream, layer.dL_dz)
    return both, both


def _weight_gradient(reading: Reading, layer: DenseReading, scale: float) -> Block:
    """The outer product of the layer's inputs and dL_dz: this example's share of ∂ℒ/∂W."""
    number = layer.number
    y_prev = reading.y[number - 1]
    share = [[y * g for g in layer.dL_dz] for y in y_prev]
    left, top = f"{names.y(number - 1)}^{{T}}", names.gradient(names.z(number))
    title = (
        f"{names.gradient(names.W(number))} = {left} · {top}"
        if reading.m == 1
        else f"{left} · {top}, this example"
    )
    return outer_product(
        Named(left, "forward", upright(y_prev), max(1.0, look.scale_of(y_prev))),
        Named(top, "backward", row(layer.dL_dz), scale),
        Named("", "backward", share, look.scale_of(share)),
        title,
    )


def _backward_numbers(reading: Reading, layer: DenseReading) -> Numbers:
    i, j = focus_input(reading, layer), focus_unit(reading, layer)
    return [
        _score_gradient(reading, layer, j),
        _one_weight_gradient(reading, layer, i, j),
        _bias_gradient(reading, layer, j),
        _handed_on(reading, layer, i),
    ]


def _score_gradient(reading: Reading, layer: DenseReading, j: int) -> str:
    """∂ℒ/∂z_j = ℒ′_j a′(z_j), or the sum over all outputs where the activation is not elementwise."""
    upstream, at = reading.gradient[layer.number], reading.unit(layer.number, j)
    result = look.number(layer.dL_dz[j])
    if layer.slope is not None:
        slope = f"{names.activation(layer.activation)}′({look.number(layer.z[j])})"
        numbers = f"⟨backward|{look.number(upstream[j])}⟩ · ⟨forward|{factor(layer.slope[j])}⟩"
        return f"{_dL('z', at)} = ⟨backward|{look.LOSS}′_{{{at}}}⟩ · {slope} = {numbers} = {result}"
    assert layer.jacobian is not None
    entries = [row_of_jacobian[j] for row_of_jacobian in layer.jacobian]
    return f"{_dL('z', at)} = {products(upstream, entries, 4, 'backward', 'forward')} = {result}"


def _bias_gradient(reading: Reading, layer: DenseReading, j: int) -> str:
    """∂ℒ/∂b_j = Σ ∂ℒ/∂z_j over the examples."""
    at, over = reading.unit(layer.number, j), "Σ " if reading.m > 1 else ""
    return f"{_dL('b', at)} = {over}{_dL('z', at)} = {look.number(layer.dL_db[j])}"


def _one_weight_gradient(reading: Reading, layer: DenseReading, i: int, j: int) -> str:
    """∂ℒ/∂W_ij = Σ y_i ∂ℒ/∂z_j over the examples, with the share of this one."""
    y, g = reading.y[layer.number - 1][i], layer.dL_dz[j]
    numbers = f"⟨forward|{look.number(y)}⟩ · ⟨backward|{factor(g)}⟩ = {look.number(y * g)}"
    y_i, dL_dW = reading.unit(layer.number - 1, i), _dL("W", reading.edge(layer.number, i, j))
    symbols = f"⟨forward|y_{{{y_i}}}⟩ · {_dL('z', reading.unit(layer.number, j))}"
    if reading.m == 1:
        return f"{dL_dW} = {symbols} = {numbers}"
    total = look.number(layer.dL_dW[i][j])
    return f"{dL_dW} = Σ {symbols} = {total}, of which this example {numbers}"


def _handed_on(reading: Reading, layer: DenseReading, i: int) -> str:
    """ℒ′_i of the layer before = Σ_j ∂ℒ/∂z_j W_ij."""
    before = layer.number - 1
    terms = products(layer.dL_dz, layer.W[i], 4, "backward", "parameter")
    symbol = f"⟨backward|{look.LOSS}′_{{({before}), {reading.unit(before, i)}}}⟩"
    return f"{symbol} = {terms} = {look.number(reading.gradient[before][i])}"


def _dL(symbol: str, index: int | str) -> str:
    """∂ℒ/∂ of one element."""
    return f"⟨backward|∂{look.LOSS}/∂{symbol}_{{{index}}}⟩"


def _first_that_fits(*choices: list[Callable[[], Block]]) -> Block:
    """Set blocks side by side, apart, in the first choice that is no wider than the panel; shrink the last if
    none."""
    drawn: dict[Callable[[], Block], Block] = {}
    block = Block(0, 0, 0, "")
    for choice in choices:
        for draw in choice:
            if draw not in drawn:
                drawn[draw] = draw()
        block = _spread([drawn[draw] for draw in choice])
        if block.width <= INNER:
            break
    return fitted(block, INNER)


def _spread(blocks: list[Block]) -> Block:
    """Set the parts of a product apart, with rules between them."""
    height = max(block.height for block in blocks)
    room = INNER - sum(block.width for block in blocks)
    gap = min(72.0, max(22.0, room / max(1, len(blocks) - 1)))
    parts, x = [], 0.0
    for index, block in enumerate(blocks):
        if index:
            middle = x - gap / 2
            parts.append(svg.line(middle, 2, middle, height - 2, paint("line")))
        parts.append(placed(block, x, (height - block.height) / 2))
        x += block.width + gap
    return Block(x - gap, height, height / 2, "".join(parts))
