"""The way around a block: what a residual layer adds to what the block makes of it, drawn over its box."""

from __future__ import annotations

from neural_net import svg
from neural_net.diagram.reading import KindReading, Reading
from neural_net.look import paint
from neural_net.operations.arithmetic import Add

HEIGHT = 34.0  # the room that it takes below the header
RADIUS = 8.5


def sums_of(reading: Reading, number: int) -> int:
    """Return in how many sums of its own layer `number` adds what went around to what went through."""
    if not 1 <= number <= reading.L:
        return 0
    layer = reading.layer(number)
    if not isinstance(layer, KindReading):
        return 0
    return sum(isinstance(line.operation, Add) and "." not in line.output for line in layer.record.program)


def draw(left: float, right: float, top: float, sums: int, direction: str, opacity: float) -> str:
    """Draw the ways around the `sums` blocks of a box below its header, from sum to sum, as arrows that
    forward end in their ⊕ and backward come from it."""
    width = (right - left - 14) / sums
    ends = [left + 4 + width * (k + 1) for k in range(sums)]
    starts = [left + 9, *(end + RADIUS + 1 for end in ends[:-1])]
    y = top + 24.0
    arcs = [_arc(start, end, y, direction) for start, end in zip(starts, ends, strict=True)]
    pluses = [_plus(x, y, direction) for x in ends]
    faint = f' opacity="{opacity:g}"' if opacity < 1 else ""
    return f"<g{faint}>{''.join(arcs + pluses)}</g>"


def _arc(start: float, end: float, y: float, direction: str) -> str:
    """A line up, along and down again; its head is at the end forward, at the start backward."""
    up = y - 14.0
    tip = end if direction == "forward" else start
    rest = y - RADIUS if direction == "forward" else y + 4
    outline = f"M{start:g} {y + 4:g}V{up + 6:g}q0 -6 6 -6H{end - 6:g}q6 0 6 6V{y - RADIUS:g}"
    line = svg.path(outline, paint(f"{direction}-line") + ' stroke-width="2"')
    return line + svg.arrow(tip, rest - 8, tip, rest, direction, 2.2)


def _plus(x: float, y: float, direction: str) -> str:
    disc = svg.circle(x, y, RADIUS, paint("paper", f"{direction}-line") + ' stroke-width="1.6"')
    return disc + svg.text(x, y + 4.9, "+", 14, direction, "middle", svg.BOLD)
