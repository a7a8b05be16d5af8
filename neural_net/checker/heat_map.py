"""The difference between two arrays as a small picture in the shared visual language: yours − right."""

from __future__ import annotations

import numpy as np

from neural_net import look, svg
from neural_net.look import paint
from neural_net.operations import Array

CELL_WIDTH, CELL_HEIGHT, GAP = 46.0, 25.0, 2.0
MOST_ROWS, MOST_COLUMNS = 12, 12
TOP, SIDE = 30.0, 8.0


def heat_map(difference: Array, name: str, first: tuple[int, ...] | None) -> str:
    """Draw yours − right for the array called `name`, its element `first` framed; at most 12 × 12 of it."""
    table = _as_table(difference)
    rows, columns = min(len(table), MOST_ROWS), min(table.shape[1], MOST_COLUMNS)
    scale = look.scale_of(table)
    cells = [_cell(i, j, float(table[i, j]), scale) for i in range(rows) for j in range(columns)]
    if first is not None:
        place = int(np.ravel_multi_index(first, difference.shape)) if first else 0
        i, j = divmod(place, table.shape[1])
        if i < rows and j < columns:
            x, y = _corner(i, j)
            frame = paint("outline") + ' stroke-width="2"'
            cells.append(svg.rectangle(x, y, CELL_WIDTH, CELL_HEIGHT, frame, 4))
    cut = "" if table.shape == (rows, columns) else f", its first {rows} × {columns}"
    title = f"{name}: yours − right{cut}"
    width = 2 * SIDE + max(columns * (CELL_WIDTH + GAP), svg.width(title, 13.5, bold=True))
    height = TOP + rows * (CELL_HEIGHT + GAP) + SIDE
    body = svg.rectangle(0, 0, width, height, paint("paper"), 6)
    body += svg.text(SIDE, 19, svg.plain(title), 13.5, "backward", "start", svg.BOLD)
    label = f"{title}, {rows} rows and {columns} columns; the largest difference is {look.number(scale)}"
    return svg.picture(width, height, body + "".join(cells), label)


def _as_table(array: Array) -> Array:
    return array.reshape(-1, array.shape[-1]) if array.ndim else array.reshape(1, 1)


def _corner(i: int, j: int) -> tuple[float, float]:
    return SIDE + j * (CELL_WIDTH + GAP), TOP + i * (CELL_HEIGHT + GAP)


def _cell(i: int, j: int, value: float, scale: float) -> str:
    x, y = _corner(i, j)
    fill, ink = look.value_style(value, scale)
    well = svg.rectangle(x, y, CELL_WIDTH, CELL_HEIGHT, paint("well"), 4)
    colored = svg.rectangle(x, y, CELL_WIDTH, CELL_HEIGHT, fill, 4)
    number = svg.text(x + CELL_WIDTH / 2, y + 17, look.number(value), 12.5, ink, "middle")
    return well + colored + number
