"""An array of any number of axes as a picture: one matrix, or several in a row, as numbers or as colors.

Every cell that is large enough to be hit carries its reference, "e:name:i,j,…", so that it can be picked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from neural_net import look, png, svg
from neural_net.diagram.blocks import (
    CAPTION,
    CELL_HEIGHT,
    CELL_WIDTH,
    GAP,
    PITCH_X,
    PITCH_Y,
    Block,
    placed,
)
from neural_net.diagram.units import CELLS, cell
from neural_net.look import paint
from neural_net.operations import Array, Index

WIDEST = 440.0  # an array with its matrices side by side
MOST_ROWS, MOST_COLUMNS = 6, 10  # a matrix of up to this size is drawn as numbers
MOST_NUMBERS = 60
MOST_CELLS = 400  # a larger matrix is one image, without cells to pick
SIDE = 108.0  # the longer side of a matrix drawn in colors
BETWEEN = 12.0  # two matrices of one array
INDEX = 16.0  # the height of the line with a matrix's own index


@dataclass(frozen=True)
class Named:
    """An array, or one example of it, with what stands above it and how its cells are picked.

    `name` is the one in code ("": its cells cannot be picked), `shape` that of the whole array and `before`
    the index that has picked the part that `values` is. `marked` is the index, within `values`, of the
    element told in numbers.
    """

    name: str
    symbol: str
    role: str
    values: Array
    shape: tuple[int, ...]
    before: Index = ()
    scale: float = 1.0
    marked: Index | None = None

    def reference(self, index: Index) -> str:
        """Return the attribute by which the element at an index within `values` is picked."""
        return f' data-ref="{element_reference(self.name, (*self.before, *index))}"' if self.name else ""


def element_reference(name: str, index: Index) -> str:
    """Return the reference by which one element is picked."""
    return f"e:{name}:{','.join(map(str, index))}"


def array(named: Named) -> Block:
    """Draw an array below its name and its shape; of very many matrices the first ones."""
    matrices = _matrices(named.values)
    draw = _numbers if _is_small(matrices) else _colors
    pieces, more = _that_fit([draw(named, *entry) for entry in matrices[:16]], len(matrices))
    body, x, height = "", 0.0, 0.0
    top = CAPTION + (INDEX if len(matrices) > 1 else 0.0)
    for (index, _), piece in zip(matrices, pieces, strict=False):
        if len(matrices) > 1:
            body += svg.text(x, CAPTION + 8, _written(index), 11.5, "muted")
        body += placed(piece, x, top)
        x += piece.width + BETWEEN
        height = max(height, piece.height)
    x -= BETWEEN
    if more:
        body += svg.text(x + 8, top + height / 2 + 4, f"+ {more} more", 12.5, "muted")
        x += 16 + svg.width(f"+ {more} more", 12.5)
    caption, width = _caption(named)
    left = max(0.0, (width - x) / 2)
    return Block(max(width, x), top + height, top + height / 2, caption + _moved(body, left))


def _that_fit(pieces: Sequence[Block], n: int) -> tuple[list[Block], int]:
    """Return the first pieces that fit in the width of one array, and how many more there are."""
    kept: list[Block] = []
    width = 0.0
    for piece in pieces:
        width += piece.width + BETWEEN
        if kept and width > WIDEST:
            break
        kept.append(piece)
    return kept, n - len(kept)


def _caption(named: Named) -> tuple[str, float]:
    """The name and the shape, and how wide they are."""
    shape = " × ".join(map(str, named.shape)) or "scalar"
    if named.before:
        shape += f", of which [{named.before[0]}]"
    name_width = svg.width(named.symbol, 14, bold=True)
    body = svg.text(0, 14, svg.rich(named.symbol, 14), 14, named.role, "start", svg.BOLD)
    body += svg.text(name_width + 7, 14, shape, 12.5, "muted")
    return body, name_width + 7 + svg.width(shape, 12.5)


def _matrices(values: Array) -> list[tuple[Index, Array]]:
    """Every matrix of an array with the index of its leading axes; a vector is a row."""
    if values.ndim < 2:
        return [((), values.reshape(1, -1))]
    return [(index, values[index]) for index in np.ndindex(values.shape[:-2])]


def _is_small(matrices: Sequence[tuple[Index, Array]]) -> bool:
    """Say whether the numbers themselves can be written."""
    rows, columns = matrices[0][1].shape
    width = len(matrices) * (columns * PITCH_X + BETWEEN)
    few = len(matrices) * rows * columns <= MOST_NUMBERS
    return bool(few and rows <= MOST_ROWS and columns <= MOST_COLUMNS) and width <= WIDEST + BETWEEN


def _index_of(named: Named, leading: Index, i: int, j: int) -> Index:
    """The index within the values of row i, column j of a matrix."""
    return (*leading, i, j)[-named.values.ndim :] if named.values.ndim else ()


def _numbers(named: Named, leading: Index, values: Array) -> Block:
    rows, columns = values.shape
    width, height = columns * PITCH_X - GAP, rows * PITCH_Y - GAP
    cells, mark = [], ""
    for i, row in enumerate(values.tolist()):
        for j, value in enumerate(row):
            x, y, index = j * PITCH_X, i * PITCH_Y, _index_of(named, leading, i, j)
            drawn = cell(x, y, CELL_WIDTH, CELL_HEIGHT, float(value), named.scale)
            cells.append(_pick(named.reference(index), drawn))
            if index == named.marked:
                frame = paint("outline") + ' stroke-width="1.6"'
                mark = svg.rectangle(x - 0.5, y - 0.5, CELL_WIDTH + 1, CELL_HEIGHT + 1, frame, 4.5)
    back = svg.rectangle(-2, -2, width + 4, height + 4, paint("paper"), 5)
    return Block(width, height, height / 2, back + f"<g {CELLS}>{''.join(cells)}</g>" + mark)


def _colors(named: Named, leading: Index, values: Array) -> Block:
    rows, columns = values.shape
    side = max(2.0, min(18.0, SIDE / max(rows, columns)))
    width, height = max(14.0, columns * side), max(14.0, rows * side)
    back = svg.rectangle(-1, -1, width + 2, height + 2, paint("paper", "line"), 2)
    if values.size > MOST_CELLS:
        width, height = max(40.0, min(190.0, columns * side)), max(24.0, min(SIDE, rows * side))
        back = svg.rectangle(-1, -1, width + 2, height + 2, paint("paper", "line"), 2)
        return Block(
            width,
            height,
            height / 2,
            back + svg.image(0, 0, width, height, png.heat_map(values, named.scale)),
        )
    cells = []
    for i, row in enumerate(values.tolist()):
        for j, value in enumerate(row):
            reference = named.reference(_index_of(named, leading, i, j))
            painted = look.value_paint(float(value), named.scale).replace("nn-", "nn-pick nn-", 1)
            place = f'x="{j * side:.4g}" y="{i * side:.4g}" width="{side:.4g}" height="{side:.4g}"'
            cells.append(f"<rect{reference} {place} {painted}/>")
    return Block(width, height, height / 2, back + "".join(cells))


def _pick(reference: str, body: str) -> str:
    return f'<g class="nn-pick"{reference}>{body}</g>' if reference else body


def _written(index: Index) -> str:
    return f"[{', '.join(map(str, index))}]"


def _moved(body: str, x: float) -> str:
    return f'<g transform="translate({x:g} 0)">{body}</g>' if x else body
