"""A recurrent layer unrolled in time: a column for each time step, and the states handed on between them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from neural_net import look, png, svg
from neural_net.diagram.blocks import Block
from neural_net.diagram.reading import KindReading
from neural_net.look import paint
from neural_net.operations import Array
from neural_net.operations.givens import ZeroState

MOST_COLUMNS = 8  # of a longer sequence the first and the last states are drawn
LABEL, CELL = 60.0, 30.0  # a state is as wide as the way to the next
PITCH = 2 * CELL
LOW, HIGH = 16.0, 27.0  # rows of gates, and of what is handed on
_TIMED = re.compile(r"(?P<base>\w+)_(?P<t>\d+)$")


def is_recurrent(layer: KindReading) -> bool:
    """Say whether a layer's program starts from a state of zeros, and goes on from step to step."""
    return any(
        isinstance(line.operation, ZeroState) and "." not in line.output for line in layer.record.program
    )


def chain(layer: KindReading, phase: str, width: float) -> Block:
    """Draw the rows x, what is computed at each step, and the states, with time from left to right."""
    arrays = layer.values if phase == "forward" else layer.gradients
    rows, T = _rows(layer, arrays)
    columns = _columns(T, min(MOST_COLUMNS, int((width - LABEL + CELL) / PITCH)))
    left = {t: LABEL + PITCH * k for k, t in enumerate(columns)}
    states = {base for base, times in rows.items() if 0 in times}
    body, y = _times(columns, left), 22.0
    for base, times in rows.items():
        height = HIGH if base in states else LOW
        body += _label(base, y + height / 2, phase)
        scale = _scale(list(times.values()), phase)
        body += _states([times.get(t) for t in columns], scale, left[columns[0]], y, height)
        if base in states:
            body += _arrows(columns, left, y + height / 2, phase)
        y += height + 6
    return Block(LABEL + PITCH * len(columns) - CELL, y, y / 2, body)


def _rows(layer: KindReading, arrays: Mapping[str, Array]) -> tuple[dict[str, dict[int, Array]], int]:
    """Return what to draw in each row by its time step: x, then the gates, then the states; sums before an
    activation are left out where the activation is there."""
    found: dict[str, dict[int, Array]] = {}
    T = 1
    for line in layer.record.program:
        match = _TIMED.fullmatch(line.output)
        if match and line.output in arrays:
            found.setdefault(match["base"], {})[int(match["t"])] = arrays[line.output]
            T = max(T, int(match["t"]))
    drawn = {base: times for base, times in found.items() if not base.startswith(("z", "tanh"))}
    states = [base for base, times in drawn.items() if 0 in times or base in ("h", "c")]
    order = [*(base for base in drawn if base not in states), *reversed(states)]
    return {base: drawn[base] for base in order}, T


def _columns(T: int, most: int) -> list[int]:
    """The time steps that are drawn, 0 for the state at the start; a gap in them stands for the others."""
    if most > T:
        return list(range(T + 1))
    return [*range(most - 2), T - 1, T]


def _times(columns: list[int], left: dict[int, float]) -> str:
    words = [svg.text(0, 13, "t", 13, "muted", "start", svg.ITALIC)]
    words += [svg.text(left[t] + CELL / 2, 13, str(t), 13, "muted", "middle") for t in columns]
    for before, after in pairwise(columns):
        if after > before + 1:
            words.append(svg.text((left[before] + left[after] + CELL) / 2, 13, "…", 13, "muted", "middle"))
    return "".join(words)


def _label(base: str, middle: float, phase: str) -> str:
    symbol = f"{base}_{{t}}" if phase == "forward" else f"∂{look.LOSS}/∂{base}_{{t}}"
    return svg.text(0, middle + 4.5, svg.rich(symbol, 13), 13, phase, "start", svg.BOLD)


def _states(arrays: list[Array | None], scale: float, x: float, y: float, height: float) -> str:
    """Draw states as columns of one picture, with nothing between them."""
    n = next(values.size for values in arrays if values is not None)
    picture = np.zeros((n, 2 * len(arrays) - 1))
    backs = []
    for k, values in enumerate(arrays):
        if values is not None:
            picture[:, 2 * k] = values.ravel()
            outline = paint("paper", "line")
            backs.append(svg.rectangle(x + PITCH * k - 1, y - 1, CELL + 2, height + 2, outline, 2))
    width = CELL * picture.shape[1]
    return "".join(backs) + svg.image(x, y, width, height, png.heat_map(picture, scale, (32, 64)))


def _scale(arrays: list[Array], phase: str) -> float:
    largest = max(look.scale_of(values) for values in arrays)
    return max(1.0, largest) if phase == "forward" else largest


def _arrows(columns: list[int], left: dict[int, float], y: float, phase: str) -> str:
    parts = []
    for before, after in pairwise(columns):
        start, end = left[before] + CELL + 3, left[after] - 3
        if phase == "backward":
            start, end = end, start
        parts.append(svg.arrow(start, y, end, y, phase, 2.2))
    return "".join(parts)
