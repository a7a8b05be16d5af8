"""The attention matrices of a layer, one per head, with the tokens (or the positions) along both sides."""

from __future__ import annotations

import numpy as np

from neural_net import look, svg
from neural_net.diagram.blocks import Block, placed
from neural_net.diagram.quantities import Level, Quantity, picture_of
from neural_net.diagram.reading import KindReading, Reading
from neural_net.look import paint
from neural_net.operations import Array

MOST_POSITIONS = 10  # a longer sequence has no room for a label at each
MOST_HEADS = 4
PITCH, TIGHT_PITCH, SIZE = 17.0, 14.0, 12.5
SIDE = 21.0  # the room of the labels


def is_weights(name: str, values: Array) -> bool:
    """Say whether a value is what attention takes of each position: (T, T), or (heads, T, T)."""
    is_square = values.ndim in (2, 3) and values.shape[-1] == values.shape[-2]
    return name.rpartition(".")[2] == "weights" and is_square


def labels(reading: Reading, layer: KindReading) -> list[str]:
    """Return what stands at each position: the token, where the input is tokens, else its number."""
    T = layer.values["y_prev"].shape[0]
    tokens = [look.number(value) for value in reading.y[0]]
    if reading.has_tokens and len(tokens) == T and max(map(len, tokens)) <= 2:
        return tokens
    return [str(t) for t in range(1, T + 1)]


def matrices(quantity: Quantity, at: list[str], level: Level) -> Block:
    """Draw the matrix of each head: row i is the position that asks, column j the one that is asked."""
    if len(at) > MOST_POSITIONS:
        return picture_of(quantity, level)
    heads = quantity.values if quantity.values.ndim == 3 else quantity.values[np.newaxis]
    pitch = PITCH if level.cell > 10 else TIGHT_PITCH
    side = pitch * len(at)
    parts = [
        placed(_matrix(head, at, pitch), k * (side + SIDE + 12), 0)
        for k, head in enumerate(heads[:MOST_HEADS])
    ]
    width = len(parts) * (side + SIDE + 12) - 12
    return Block(width, side + SIDE, side / 2, "".join(parts))


def _matrix(weights: Array, at: list[str], pitch: float) -> Block:
    side = pitch * len(at)
    parts = [svg.rectangle(SIDE - 1, -1, side + 2, side + 2, paint("paper", "line"), 2)]
    for i, row in enumerate(weights.tolist()):
        parts.append(svg.text(SIDE - 6, pitch * (i + 0.5) + 4.5, at[i], SIZE, "ink", "end"))
        parts.append(svg.text(SIDE + pitch * (i + 0.5), side + 14, at[i], SIZE, "ink", "middle"))
        parts += [_cell(SIDE + pitch * j, pitch * i, pitch, value) for j, value in enumerate(row) if value]
    return Block(SIDE + side, side + SIDE, side / 2, "".join(parts))


def _cell(x: float, y: float, pitch: float, value: float) -> str:
    painted, _ = look.value_style(value, 1.0)
    return svg.rectangle(x, y, pitch - 1, pitch - 1, painted, 1.5)
