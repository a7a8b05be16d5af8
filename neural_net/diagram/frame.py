"""One frame per step: the head, the chain of layers, and the panel with the step's arithmetic."""

from __future__ import annotations

from neural_net import svg
from neural_net.diagram import panel, rail
from neural_net.diagram.blocks import placed
from neural_net.diagram.chain import BELOW, Chain
from neural_net.diagram.layout import MARGIN, WIDTH, Layout
from neural_net.diagram.names import Classes, ImageShape
from neural_net.diagram.reading import Reading, read
from neural_net.look import paint
from neural_net.trace import Trace

PANEL_PADDING = 13.0


def frames(
    trace: Trace, example: int = 0, image_shape: ImageShape = None, classes: Classes = None
) -> tuple[str, ...]:
    """Return one SVG picture for each of `trace.steps`, all of one size.

    `example` is the row of the batch that is shown, `image_shape` (rows, columns) draws the input as an
    image, and `classes` names the outputs of a softmax.
    """
    reading = read(trace, example)
    chain = Chain(reading, image_shape, classes)
    drawings = [chain.draw(step.layer, step.phase == "forward") for step in trace.steps]
    panels = [panel.panel_of(reading, step) for step in trace.steps]
    product = max(entry.product.height for entry in panels)
    text = max(entry.text.height for entry in panels)
    return tuple(
        _frame(reading, index, drawing, place, panels[index], product, text)
        for index, (drawing, place) in enumerate(drawings)
    )


def _frame(
    reading: Reading, index: int, drawing: str, place: Layout, entry: panel.Panel, product: float, text: float
) -> str:
    step = reading.trace.steps[index]
    top = place.bottom + BELOW
    panel_height = product + text + 3 * PANEL_PADDING + 2
    height = round(top + panel_height + 16)
    left = MARGIN + (WIDTH - 2 * MARGIN - panel.INNER) / 2
    rule = top + PANEL_PADDING + product + PANEL_PADDING / 2
    upper = (
        f' data-upper="{rule - top:g}"'  # the part with the matrices, where the stepper shows what was picked
    )
    body = (
        svg.rectangle(0, 0, WIDTH, height, paint("paper"), 12)
        + rail.head(reading, index)
        + drawing
        + svg.rectangle(MARGIN, top, WIDTH - 2 * MARGIN, panel_height, paint("panel", "line") + upper, 10)
        + placed(entry.product, left, top + PANEL_PADDING + (product - entry.product.height) / 2)
        + svg.line(left, rule, left + panel.INNER, rule, paint("line"))
        + placed(entry.text, left, rule + PANEL_PADDING / 2 + 4)
    )
    return svg.picture(WIDTH, height, body, f"{step.title}. {step.sentence}")
