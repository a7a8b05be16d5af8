"""Every step at once, as one static picture: the chain above, then forward beside backward, layer by
layer."""

from __future__ import annotations

from neural_net import look, svg
from neural_net.diagram import any_loss, equations, kinds, losses, names, told
from neural_net.diagram.blocks import (
    Block,
    Line,
    Named,
    beside,
    column,
    fitted,
    matrix,
    placed,
    row,
)
from neural_net.diagram.chain import BELOW, Chain
from neural_net.diagram.layout import INNER, MARGIN, WIDTH
from neural_net.diagram.names import Classes, ImageShape
from neural_net.diagram.panel import gradient_scales
from neural_net.diagram.reading import DenseReading, KindReading, Reading, read
from neural_net.look import paint
from neural_net.steps import Step
from neural_net.trace import Trace

GUTTER = 30.0
CELL = (INNER - GUTTER) / 2
PADDING = 10.0
ROOM = CELL - 2 * PADDING
HEADER = 30.0
ROW_GAP = 17.0
SIZE = 13.5
SMALLEST = 12.5
HIGHEST = 480.0  # of the pictures of one step
MOST_EQUATIONS = 10


def filmstrip(trace: Trace, example: int = 0, image_shape: ImageShape = None, classes: Classes = None) -> str:
    """Return every step of a trace in one SVG picture.

    The left column is the forward pass, read downward; the right column is the backward pass, read upward, so
    that each layer's forward stands beside its backward. `image_shape` and `classes` are as in `frames`.
    """
    reading = read(trace, example)
    chain, place = Chain(reading, image_shape, classes).draw_whole()
    top = place.bottom + BELOW + 26
    parts = [
        _head(reading),
        chain,
        svg.text(MARGIN, top - 12, "Forward pass, read downward ↓", 15, "forward", "start", svg.BOLD),
        svg.text(
            MARGIN + CELL + GUTTER,
            top - 12,
            "Backward pass, read upward ↑",
            15,
            "backward",
            "start",
            svg.BOLD,
        ),
    ]
    steps = trace.steps
    for number in range(1, reading.L + 2):
        forward, backward = (
            _content(reading, steps[number - 1]),
            _content(reading, steps[len(steps) - number]),
        )
        height = HEADER + max(forward.height, backward.height) + 2 * PADDING
        parts.append(_cell(reading, steps[number - 1], forward, MARGIN, top, height))
        parts.append(
            _cell(reading, steps[len(steps) - number], backward, MARGIN + CELL + GUTTER, top, height)
        )
        if number <= reading.L:
            parts.append(
                svg.arrow(
                    MARGIN + CELL / 2,
                    top + height + 3,
                    MARGIN + CELL / 2,
                    top + height + ROW_GAP - 3,
                    "forward",
                    3.5,
                )
            )
            x = MARGIN + CELL + GUTTER + CELL / 2
            parts.append(svg.arrow(x, top + height + ROW_GAP - 3, x, top + height + 3, "backward", 3.5))
        else:
            middle = top + height / 2
            parts.append(
                svg.arrow(MARGIN + CELL + 4, middle, MARGIN + CELL + GUTTER - 4, middle, "backward", 3.5)
            )
        top += height + ROW_GAP
    height = round(top - ROW_GAP + MARGIN)
    body = svg.rectangle(0, 0, WIDTH, height, paint("paper"), 12) + "".join(parts)
    return svg.picture(WIDTH, height, body, _label(reading))


def _head(reading: Reading) -> str:
    sizes = "-".join(map(str, reading.sizes))
    title = svg.text(MARGIN, 37, "Both passes, step by step", 23, "ink", "start", svg.BOLD)
    one = f", example {reading.example + 1} of {reading.m}" if reading.m > 1 else ""
    words = (
        f"A {sizes} network{one}: values go from left to right, loss gradients come back from right to left."
    )
    return title + svg.text(MARGIN, 61, words, 14.5, "muted")


def _label(reading: Reading) -> str:
    sizes = "-".join(map(str, reading.sizes))
    prediction = ", ".join(look.number(value) for value in reading.y[-1][:10])
    return (
        f"Both passes of a {sizes} network, layer by layer, forward beside backward. "
        f"Prediction {prediction}; loss {look.number(reading.loss)}."
    )


def _cell(reading: Reading, step: Step, content: Block, x: float, y: float, height: float) -> str:
    direction = step.phase
    name = names.layer_name(reading, step.layer)
    note = names.loss_words(reading.loss_name)
    if step.layer <= reading.L:
        layer = reading.layer(step.layer)
        note = layer.note if isinstance(layer, KindReading) else layer.activation
    strip = svg.rounded_top(x, y, CELL, HEADER)
    body = svg.rectangle(x, y, CELL, height, paint("panel"), 10) + svg.path(
        strip, paint(f"{direction}-header")
    )
    body += svg.rectangle(x, y, CELL, height, paint("line"), 10)
    body += svg.circle(x + 21, y + 15.5, 10.5, paint(f"{direction}-solid"))
    body += svg.text(x + 21, y + 20, str(step.index + 1), 12.5, "on-solid", "middle", svg.BOLD)
    body += svg.text(x + 40, y + 20.5, svg.plain(name), 14.5, "ink", "start", svg.BOLD)
    body += svg.text(x + CELL - 13, y + 20.5, svg.plain(note), 13, "muted", "end", svg.ITALIC)
    return body + placed(content, x + PADDING, y + HEADER + PADDING)


def _content(reading: Reading, step: Step) -> Block:
    """Draw the arithmetic of a step and its equations."""
    layer = reading.layers[step.layer - 1] if step.layer <= reading.L else None
    if isinstance(layer, KindReading):
        return _above(kinds.drawing(reading, layer, step.phase, ROOM, HIGHEST), _equations(step, ROOM))
    if layer is None and not reading.has_known_loss:
        return _above(any_loss.drawing(reading, step.phase, ROOM), _equations(step, ROOM))
    if layer is None:
        loss = losses.forward if step.phase == "forward" else losses.backward
        return _above(fitted(loss(reading)[0], ROOM), _equations(step, ROOM))
    tell = _forward if step.phase == "forward" else _backward
    weights, lines = tell(reading, layer)
    side_by_side = beside([matrix(weights), column(lines)], 16)
    if side_by_side.width <= 1.1 * ROOM:
        return _above(fitted(side_by_side, ROOM), _equations(step, ROOM))
    square = matrix(weights)
    told = _equations(step, ROOM - square.width - 16)
    body = placed(told, 0, (square.height - told.height) / 2) + placed(square, ROOM - square.width, 0)
    return _above(fitted(column(lines), ROOM), Block(ROOM, square.height, 0, body))


def _above(upper: Block, lower: Block) -> Block:
    """Set one block above another."""
    top = upper.height + 10
    return Block(ROOM, top + lower.height, 0, upper.body + placed(lower, 0, top))


def _equations(step: Step, room: float) -> Block:
    """The equations of a step in symbols, two to a line where they fit; of a long program the first and the
    last."""
    parts: list[str] = []
    x, y = 0.0, 12.0
    for equation in told.ends(step.equations, MOST_EQUATIONS):
        markup = "…" if equation is None else equations.in_symbols(equation)
        width = svg.width(markup, SIZE)
        if x > 0 and x + width > room:
            x, y = 0.0, y + 21
        size = SIZE if width <= room else max(SMALLEST, SIZE * room / width)
        written = told.cut(markup, size, room)
        parts.append(svg.text(x, y, svg.rich(written, size), size))
        x = max(x + width + 26, room / 2 - 10)
    return Block(room, y + 5, 0, "".join(parts))


def _forward(reading: Reading, layer: DenseReading) -> tuple[Named, list[Line]]:
    """The weights of a layer, and the sum that they are part of."""
    number = layer.number
    y = reading.y[number]
    product = [z - b for z, b in zip(layer.z, layer.b, strict=True)]
    sums = max(1.0, look.scale_of(product, layer.b, layer.z))
    weights = Named(names.W(number), "parameter", layer.W, look.scale_of(layer.W))
    lines = [
        Line("", Named(f"{names.y(number - 1)}{names.W(number)}", "ink", row(product), sums)),
        Line("+", Named(names.b(number), "parameter", row(layer.b), sums)),
        Line("=", Named(names.z(number), "forward", row(layer.z), sums), True),
        Line("", Named(names.y(number), "forward", row(y), max(1.0, look.scale_of(y))), True),
    ]
    return weights, lines


def _backward(reading: Reading, layer: DenseReading) -> tuple[Named, list[Line]]:
    """The weight gradients of a layer, and the way of the loss gradient through it."""
    number = layer.number
    upstream, downstream = reading.gradient[number], reading.gradient[number - 1]
    arriving, scale = gradient_scales(reading, layer)
    symbol = names.gradient(names.W(number)) + (f", sum of {reading.m}" if reading.m > 1 else "")
    gradient = Named(symbol, "backward", layer.dL_dW, look.scale_of(layer.dL_dW))
    if layer.slope is not None:
        local = Line("⊙", Named("a′(z)", "forward", row(layer.slope), max(1.0, look.scale_of(layer.slope))))
    else:
        assert layer.jacobian is not None
        local = Line("·", Named("∂y/∂z", "forward", layer.jacobian, look.scale_of(layer.jacobian)))
    lines = [
        Line("", Named(names.loss_gradient(number), "backward", row(upstream), arriving)),
        local,
        Line("=", Named(f"∂{look.LOSS}/∂z", "backward", row(layer.dL_dz), scale), True),
        Line(
            "",
            Named(names.loss_gradient(number - 1), "backward", row(downstream), look.scale_of(downstream)),
            True,
        ),
    ]
    return gradient, lines
