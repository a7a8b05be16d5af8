"""Small graphs of functions of one variable: an activation with a point for each unit, a loss with its
slope."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from neural_net import look, svg
from neural_net.diagram import losses, names
from neural_net.diagram.blocks import Block
from neural_net.diagram.reading import DenseReading, Reading
from neural_net.look import paint

WIDTH, HEIGHT = 176.0, 100.0
MARGIN = 9.0
SAMPLES = 41
MOST_POINTS = 40
Point = tuple[float, float]


def activation(reading: Reading, layer: DenseReading) -> Block:
    """Draw y = a(z) over the range of the units' z, each unit a point."""
    reach = max(2.0, 1.15 * look.scale_of(layer.z))
    z = np.linspace(-reach, reach, SAMPLES)
    curve = list(zip(z.tolist(), layer.function.forward(z[np.newaxis])[0].tolist(), strict=True))
    points = list(zip(layer.z, reading.y[layer.number], strict=True))[:MOST_POINTS]
    return _graph(curve, points, f"y = {names.activation(layer.activation)}(z), a point a unit")


def loss(reading: Reading, shows_slope: bool) -> Block:
    """Draw the loss over one output ŷ_j, all else as it is, with the point where it stands and the slope
    there."""
    j = losses.focus(reading)
    at, t, slope = reading.y[reading.L][j], reading.target[j], reading.gradient[reading.L][j]
    low, high = losses.range_of(reading, j)
    samples = np.linspace(low, high, SAMPLES).tolist()
    now = losses.term(reading, j, at)
    share = losses.weight(reading)
    curve = [(value, reading.loss + share * (losses.term(reading, j, value) - now)) for value in samples]
    index = f"_{{{reading.unit(reading.L, j)}}}" if len(reading.target) > 1 else ""
    if not shows_slope:
        return _graph(curve, [(at, reading.loss)], f"{look.LOSS} over ŷ{index}, target {look.number(t)}")
    half = 0.22 * (high - low)
    tangent = [(at - half, reading.loss - half * slope), (at + half, reading.loss + half * slope)]
    return _graph(
        curve, [(at, reading.loss)], f"slope ∂{look.LOSS}/∂ŷ{index} = {look.number(slope)}", tangent
    )


def _graph(
    curve: Sequence[Point], points: Sequence[Point], caption: str, tangent: Sequence[Point] = ()
) -> Block:
    """Draw a curve and points on it in a small frame with the axes through zero."""
    left, right = curve[0][0], curve[-1][0]
    heights = [y for _, y in curve]
    low, high = min(heights), max(heights)
    if low < 2 * (high - low):  # the axis is drawn unless the curve is far from it
        low, high = min(0.0, low), max(0.0, high)
    across, up = WIDTH / (right - left), (HEIGHT - 2 * MARGIN) / ((high - low) or 1.0)

    def place(point: Point) -> Point:
        return (point[0] - left) * across, MARGIN + (high - point[1]) * up

    def polyline(line: Sequence[Point], painted: str) -> str:
        corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(place, line))
        return f'<polyline points="{corners}" {painted} stroke-linejoin="round"/>'

    x0, y0 = place((0.0, 0.0))
    body = svg.rectangle(0, 0, WIDTH, HEIGHT, paint("paper", "line"), 6)
    if 0 < y0 < HEIGHT:
        body += svg.line(0, y0, WIDTH, y0, paint("line"))
    if 0 < x0 < WIDTH:
        body += svg.line(x0, 0, x0, HEIGHT, paint("line"))
    body += polyline(curve, paint("forward-line") + ' stroke-width="2"')
    if tangent:
        body += polyline(_clipped(tangent, low, high), paint("backward-line") + ' stroke-width="2.4"')
    role = "backward-solid" if tangent else "forward-solid"
    body += "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" {paint(role)} fill-opacity="0.85"/>'
        for x, y in map(place, points)
    )
    body += svg.text(WIDTH / 2, HEIGHT + 18, svg.rich(caption, 13), 13, "muted", "middle")
    return Block(max(WIDTH, svg.width(caption, 13)), HEIGHT + 22, HEIGHT / 2, body)


def _clipped(line: Sequence[Point], low: float, high: float) -> list[Point]:
    """Shorten a line about its middle until both of its ends lie between two heights."""
    (x1, y1), (x2, y2) = line
    x, y = (x1 + x2) / 2, (y1 + y2) / 2
    rise = abs(y2 - y1) / 2
    room = min(high - y, y - low) + 0.06 * (high - low)
    share = min(1.0, room / rise) if rise else 1.0
    return [(x + share * (x1 - x), y + share * (y1 - y)), (x + share * (x2 - x), y + share * (y2 - y))]
