"""The head of a frame: its title, its sentence, and the rail of steps, done, current and to come."""

from __future__ import annotations

from functools import lru_cache

from neural_net import look, svg
from neural_net.diagram.layout import MARGIN, WIDTH
from neural_net.diagram.names import wrapped
from neural_net.diagram.reading import Reading
from neural_net.look import paint

LONGEST_RAIL = 560.0
BELOW_RAIL = 800.0


def head(reading: Reading, index: int) -> str:
    """Draw the head of frame `index`."""
    step = reading.trace.steps[index]
    rail, left = _rail(reading.L, index)
    body = svg.text(MARGIN, 37, svg.plain(step.title), 23, "ink", "start", svg.BOLD)
    if reading.m > 1:
        x = MARGIN + svg.width(step.title, 23, bold=True) + 16
        body += svg.text(x, 37, f"example {reading.example + 1} of {reading.m}", 14, "muted")
    for line, words in enumerate(_sentence(step.sentence, left - MARGIN - 24)):
        body += svg.text(MARGIN, 60 + 18 * line, svg.plain(words), 14.5, "muted")
    return body + rail


def _sentence(sentence: str, room: float) -> list[str]:
    """Break a sentence into two lines: the first beside the rail, the second also below it where it must."""
    lines = wrapped(sentence, room, 14.5)
    if len(lines) <= 2:
        return lines
    return [lines[0], *wrapped(" ".join(lines[1:]), BELOW_RAIL, 14.5)]


@lru_cache(maxsize=256)
def _rail(L: int, index: int) -> tuple[str, float]:
    """Draw the steps of a network of L layers as circles on a line, and return where it begins."""
    steps = [("forward", number) for number in range(1, L + 2)]
    steps += [("backward", number) for number in range(L + 1, 0, -1)]
    pitch = min(38.0, LONGEST_RAIL / len(steps))
    r = min(13.5, 0.4 * pitch)
    y = 30.0
    right = WIDTH - MARGIN - 14
    x = [right - pitch * (len(steps) - 1 - k) for k in range(len(steps))]
    parts = [svg.line(x[0], y, x[-1], y, paint("line") + ' stroke-width="2"')]
    for k, (direction, number) in enumerate(steps):
        label = look.LOSS if number == L + 1 else str(number)
        if k == index:
            fill, role, ring = paint(f"{direction}-solid"), "on-solid", ""
            r_k = r + 1
        elif k < index:
            fill, role, ring, r_k = (
                paint(f"{direction}-header", f"{direction}-line"),
                direction,
                ' stroke-width="1.3"',
                r,
            )
        else:
            fill, role, ring = (
                paint("paper", f"{direction}-line"),
                direction,
                ' stroke-width="1.3" stroke-opacity="0.55"',
            )
            r_k = r
        size = min(13.5, 1.05 * r)
        text = svg.text(x[k], y + 0.35 * size, label, size, role, "middle", svg.BOLD) if r >= 7 else ""
        mark = ' class="nn-pick nn-current-step"' if k == index else ' class="nn-pick"'
        parts.append(f'<g{mark} data-step="{k}">{svg.circle(x[k], y, r_k, f"{fill}{ring}")}{text}</g>')
    half = len(steps) // 2
    if half > 1:
        middles = ((x[0] + x[half - 1]) / 2, (x[half] + x[-1]) / 2)
        parts.append(svg.text(middles[0], y + r + 19, "forward →", 13, "forward", "middle"))
        parts.append(svg.text(middles[1], y + r + 19, "← backward", 13, "backward", "middle"))
    return "".join(parts), x[0] - r
