"""Pieces of arithmetic as pictures: rows, matrices, columns of rows that add up, and outer products, set side
by side.

A block has an axis, the height at which a formula is read; blocks beside one another share it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from neural_net import look, png, svg
from neural_net.diagram.reading import Matrix, Vector
from neural_net.diagram.units import CELLS, cell
from neural_net.look import paint

CELL_WIDTH, CELL_HEIGHT, GAP = 42.0, 25.0, 2.0
PITCH_X, PITCH_Y = CELL_WIDTH + GAP, CELL_HEIGHT + GAP
CAPTION = 25.0  # the height of the line above a matrix with its name and its shape
MOST_NUMBERS = 10  # a row of up to so many numbers is drawn as cells with the numbers in them
MOST_ROWS = MOST_COLUMNS = 5  # so is a matrix of up to this size; larger ones are drawn as images


@dataclass(frozen=True)
class Block:
    """A piece of a picture with its upper left corner at the origin."""

    width: float
    height: float
    axis: float
    body: str


@dataclass(frozen=True)
class Named:
    """A row or matrix of numbers with the name that stands above or beside it, and the scale of its colors.

    `marked` is the index of the column that is told in numbers below, or None.
    """

    symbol: str
    role: str
    values: Matrix
    scale: float
    marked: int | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """The number of rows and of columns."""
        return len(self.values), len(self.values[0])


def beside(blocks: Sequence[Block], gap: float) -> Block:
    """Set blocks side by side, so that their axes make one line."""
    axis = max(block.axis for block in blocks)
    height = axis + max(block.height - block.axis for block in blocks)
    parts, x = [], 0.0
    for block in blocks:
        parts.append(placed(block, x, axis - block.axis))
        x += block.width + gap
    return Block(x - gap, height, axis, "".join(parts))


def placed(block: Block, x: float, y: float) -> str:
    """Return the block with its upper left corner at (x, y)."""
    return f'<g transform="translate({x:g} {y:g})">{block.body}</g>'


def fitted(block: Block, width: float) -> Block:
    """Shrink a block that is wider than `width`; others stay as they are."""
    if block.width <= width:
        return block
    scale = width / block.width
    body = f'<g transform="scale({scale:.3f})">{block.body}</g>'
    return Block(width, block.height * scale, block.axis * scale, body)


def sign(content: str, size: float = 22) -> Block:
    """An operator such as · or = between two blocks."""
    width = max(11.0, svg.width(content, size))
    return Block(width, size, size / 2, svg.text(width / 2, 0.83 * size, content, size, "muted", "middle"))


def is_small(rows: int, columns: int) -> bool:
    """Say whether rows × columns numbers are drawn as cells, rather than as an image."""
    return (rows == 1 and columns <= MOST_NUMBERS) or (rows <= MOST_ROWS and columns <= MOST_COLUMNS)


def grid_size(rows: int, columns: int) -> tuple[float, float]:
    """Return the width and height of a drawn matrix without its caption."""
    if is_small(rows, columns):
        return columns * PITCH_X - GAP, rows * PITCH_Y - GAP
    if rows == 1:
        return 190.0, CELL_HEIGHT - 5
    if columns == 1:
        return CELL_HEIGHT - 5, 112.0
    return max(90.0, min(160.0, columns * 16.0)), max(64.0, min(112.0, rows * 16.0))


def grid(named: Named) -> Block:
    """The cells of a matrix: with their numbers where there are few, as an image where there are many."""
    rows, columns = named.shape
    width, height = grid_size(rows, columns)
    if not is_small(rows, columns):
        return _strip(named, width, height)
    numbers = [
        cell(j * PITCH_X, i * PITCH_Y, CELL_WIDTH, CELL_HEIGHT, value, named.scale)
        for i, row in enumerate(named.values)
        for j, value in enumerate(row)
    ]
    body = (
        svg.rectangle(-2, -2, width + 4, height + 4, paint("paper"), 5) + f"<g {CELLS}>{''.join(numbers)}</g>"
    )
    if named.marked is not None and columns > 1:
        frame = paint("outline") + ' stroke-width="1.6"'
        body += svg.rectangle(named.marked * PITCH_X - 0.5, -0.5, CELL_WIDTH + 1, height + 1, frame, 4.5)
    return Block(width, height, height / 2, body)


def matrix(named: Named) -> Block:
    """A matrix below its name and shape."""
    cells = grid(named)
    symbol = svg.rich(named.symbol, 14)
    shape = f"{named.shape[0]} × {named.shape[1]}"
    name_width, shape_width = svg.width(named.symbol, 14, bold=True), svg.width(shape, 12.5)
    caption = name_width + 7 + shape_width
    width = max(cells.width, caption)
    left = (width - caption) / 2
    body = svg.text(left, 14, symbol, 14, named.role, "start", svg.BOLD)
    body += svg.text(left + name_width + 7, 14, shape, 12.5, "muted")
    body += placed(cells, (width - cells.width) / 2, CAPTION)
    return Block(width, CAPTION + cells.height, CAPTION + cells.axis, body)


@dataclass(frozen=True)
class Line:
    """One line of a column: the sign before it, what it is, and whether it is a result, with a rule above
    it."""

    sign: str
    named: Named
    is_result: bool = False


def column(lines: Sequence[Line]) -> Block:
    """Rows below one another that combine element by element, as in a sum on paper, with their shape
    below."""
    labels = [svg.width(line.named.symbol, 14, bold=True) + (20 if line.sign else 0) for line in lines]
    left = max(labels) + 9
    parts: list[str] = []
    y, width = 0.0, 0.0
    row_width = max(grid_size(*line.named.shape)[0] for line in lines if line.named.shape[0] == 1)
    for line, label in zip(lines, labels, strict=True):
        is_image = line.named.shape[0] > 1 and not is_small(*line.named.shape)
        cells = _strip(line.named, row_width, 72.0) if is_image else grid(line.named)
        width = max(width, cells.width)
        if line.is_result:
            parts.append(svg.line(left - 3, y + 2.5, left + cells.width + 3, y + 2.5, paint("outline")))
            y += 7
        middle = y + cells.height / 2
        if line.sign:
            parts.append(svg.text(left - 9 - label, middle + 5.6, line.sign, 17, "muted"))
        symbol = svg.rich(line.named.symbol, 14)
        parts.append(svg.text(left - 9, middle + 4.8, symbol, 14, line.named.role, "end", svg.BOLD))
        parts.append(placed(cells, left, y))
        rows, columns = line.named.shape
        if rows == 1 and not is_small(rows, columns):
            values = line.named.values[0]
            span = f"{look.number(min(values))} … {look.number(max(values))}"
            parts.append(svg.text(left + cells.width + 8, middle + 4.6, span, 12.5, "muted"))
            width = max(width, cells.width + 8 + svg.width(span, 12.5))
        y += cells.height + (GAP if is_small(rows, columns) else 6)
    return Block(left + width, y, y / 2, "".join(parts))


def outer_product(left: Named, top: Named, product: Named, title: str) -> Block:
    """A multiplication table: each cell is the number at its left times the number above it."""
    rows, columns = product.shape
    cells = grid(product)
    top_block, left_block = grid(top), grid(left)
    if not is_small(rows, columns):  # the factors as strips along the sides of the picture
        top_block, left_block = _strip(top, cells.width, 14.0), _strip(left, 14.0, cells.height)
    symbol_width = svg.width(left.symbol, 13, bold=True)
    side = max(left_block.width, symbol_width)  # the room at the left of the rule
    x0 = side + 9
    y0 = CAPTION + top_block.height + 8
    shape = f"{rows} × {columns}"
    title_width = svg.width(title, 14, bold=True)
    body = svg.text(0, 14, svg.rich(title, 14), 14, product.role, "start", svg.BOLD)
    body += svg.text(title_width + 8, 14, shape, 12.5, "muted")
    body += svg.text(
        side / 2,
        y0 - 8 - top_block.height / 2 + 4,
        svg.rich(left.symbol, 13),
        13,
        left.role,
        "middle",
        svg.BOLD,
    )
    body += placed(top_block, x0, CAPTION)
    body += placed(left_block, x0 - 9 - left_block.width, y0)
    body += svg.line(x0 - 5, CAPTION, x0 - 5, y0 + cells.height, paint("outline"))
    body += svg.line(0, y0 - 4.5, x0 + cells.width, y0 - 4.5, paint("outline"))
    body += placed(cells, x0, y0)
    width = max(x0 + cells.width, title_width + 8 + svg.width(shape, 12.5))
    return Block(width, y0 + cells.height, (y0 + cells.height) / 2, body)


def _strip(named: Named, width: float, height: float) -> Block:
    back = svg.rectangle(-1, -1, width + 2, height + 2, paint("paper", "line"), 2)
    uri = png.heat_map(named.values, named.scale)
    return Block(width, height, height / 2, back + svg.image(0, 0, width, height, uri))


def row(values: Vector) -> Matrix:
    """Return a vector as a matrix of one row."""
    return [values]


def upright(values: Vector) -> Matrix:
    """Return a vector as a matrix of one column."""
    return [[value] for value in values]


def transposed(values: Matrix) -> Matrix:
    """Return the transpose of a matrix."""
    return [list(entries) for entries in zip(*values, strict=True)]
