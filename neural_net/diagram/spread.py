"""What a normalization does to its numbers: each as a tick on a line, before, between and after."""

from __future__ import annotations

import numpy as np

from neural_net import look, svg
from neural_net.diagram import names
from neural_net.diagram.blocks import Block
from neural_net.diagram.reading import KindReading
from neural_net.look import paint

WIDTH, PITCH, LABEL = 220.0, 20.0, 84.0
MOST_TICKS = 64


def before_and_after(layer: KindReading) -> Block | None:
    """Draw how y_prev, the normalized values and y are spread over one axis; None for other layers."""
    if "normalized" not in layer.values:
        return None
    is_of_batch = layer.record.values["mean"].shape[0] == 1
    values = layer.record.values if is_of_batch else layer.values
    shown = {
        names.y(layer.number - 1): values["y_prev"],
        "normalized": values["normalized"],
        names.y(layer.number): values["y"],
    }
    reach = max(look.scale_of(numbers) for numbers in shown.values()) or 1.0
    whose = ", the whole batch" if is_of_batch else ""
    body = svg.text(0, 13, f"before and after{whose}", 13, "muted")
    for index, (symbol, numbers) in enumerate(shown.items()):
        body += _line(symbol, numbers.ravel(), reach, 32 + index * PITCH)
    bottom = 34 + 3 * PITCH
    for value, anchor in ((-reach, "start"), (0.0, "middle"), (reach, "end")):
        x = LABEL + WIDTH * (value / reach + 1) / 2
        body += svg.text(x, bottom - 3, look.number(value), 12.5, "muted", anchor)
    return Block(LABEL + WIDTH, bottom, bottom / 2, body)


def _line(symbol: str, values: np.ndarray, reach: float, y: float) -> str:
    marks = sorted(values.tolist())
    if len(marks) > MOST_TICKS:
        marks = [marks[round(k * (len(marks) - 1) / (MOST_TICKS - 1))] for k in range(MOST_TICKS)]
    middle = LABEL + WIDTH / 2
    body = svg.text(0, y + 4, svg.rich(symbol, 13), 13, "forward", "start", svg.BOLD)
    body += svg.line(LABEL, y, LABEL + WIDTH, y, paint("outline"))
    body += svg.line(middle, y - 9, middle, y + 9, paint("line") + ' stroke-dasharray="3 2"')
    places = [LABEL + WIDTH * (value / reach + 1) / 2 for value in marks]
    ticks = "".join(f"M{x:.1f} {y - 7:g}v14" for x in places)
    return body + svg.path(ticks, paint("forward-line") + ' stroke-width="1.6" stroke-opacity="0.7"')
