"""One quantity of any shape as a small picture: a row, a matrix, maps side by side, or kernels in a grid."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from neural_net import look, png, svg
from neural_net.diagram import collage
from neural_net.diagram.blocks import Block, Named, grid, placed
from neural_net.diagram.names import size
from neural_net.look import paint
from neural_net.operations import Array, Shape

MOST_NUMBERS = (4, 4)  # a matrix of up to so many rows and columns is drawn with its numbers
MOST_IN_ROW = 6
MOST_MAPS = 6
MOST_KERNELS = 4  # outputs and inputs of a convolution, down and across
CAPTION = 36.0  # the height of the two lines above a picture: its name and its shape


@dataclass(frozen=True)
class Level:
    """How large pictures are: the side of a cell, the widest and highest picture, and of how many pixels."""

    has_numbers: bool
    cell: float
    widest: float
    highest: float
    pixels: tuple[int, int]  # rows and columns


LEVELS = (
    Level(True, 14, 120, 84, (28, 40)),
    Level(False, 12, 104, 72, (24, 32)),
    Level(False, 7, 62, 46, (16, 20)),
)


@dataclass(frozen=True)
class Quantity:
    """A named array of one layer, with the role that colors its name: forward, parameter or backward."""

    symbol: str
    role: str
    values: Array
    note: str = ""  # beside the shape

    @property
    def shape(self) -> Shape:
        """The shape of the array."""
        return self.values.shape

    @property
    def scale(self) -> float:
        """The value drawn in full color; 0 for tokens, which are names."""
        if self.values.dtype.kind in "iu":
            return 0.0
        largest = look.scale_of(self.values)
        return max(1.0, largest) if self.role == "forward" else largest


def captioned(quantity: Quantity, picture: Block) -> Block:
    """Set a picture below the name of the quantity and its shape."""
    shape = size(quantity.shape) + quantity.note
    width = max(picture.width, svg.width(quantity.symbol, 13, bold=True), svg.width(shape, 12.5))
    body = svg.text(0, 13, svg.rich(quantity.symbol, 13), 13, quantity.role, "start", svg.BOLD)
    body += svg.text(0, 28, svg.plain(shape), 12.5, "muted") + placed(picture, 1, CAPTION)
    return Block(width, CAPTION + picture.height + 2, CAPTION + picture.axis, body)


def picture_of(quantity: Quantity, level: Level) -> Block:
    """Draw the values of a quantity without its name."""
    values = np.atleast_1d(quantity.values)
    if values.ndim == 3:
        return _maps(values[:MOST_MAPS][np.newaxis], quantity.scale, level)
    if values.ndim == 4:
        kernels = values.swapaxes(0, 1) if values.shape[1] == 1 else values[:, :MOST_KERNELS]
        return _maps(kernels[:MOST_KERNELS, :MOST_MAPS], quantity.scale, level)
    matrix = values.reshape(math.prod(values.shape[:-2]) * values.shape[-2], -1) if values.ndim > 1 else None
    if values.ndim > 4:
        matrix = values.reshape(math.prod(values.shape[:-2]), -1)
    rows = values.reshape(1, -1) if matrix is None else matrix
    is_token = quantity.scale == 0 and values.dtype.kind in "iu"
    if (level.has_numbers or is_token) and _is_small(rows.shape):
        return grid(Named(quantity.symbol, quantity.role, rows.tolist(), quantity.scale))
    width, height = _fit(rows.shape, level.cell, level.widest, level.highest)
    return _heat(rows, quantity.scale, max(width, 12), max(height, 12), level)


def _is_small(shape: Shape) -> bool:
    rows, columns = shape
    return (rows == 1 and columns <= MOST_IN_ROW) or (rows <= MOST_NUMBERS[0] and columns <= MOST_NUMBERS[1])


def _fit(shape: Shape, side: float, widest: float, highest: float) -> tuple[float, float]:
    rows, columns = shape
    return min(widest, columns * side), min(highest, rows * side)


def _heat(matrix: Array, scale: float, width: float, height: float, level: Level) -> Block:
    back = svg.rectangle(-1, -1, width + 2, height + 2, paint("paper", "line"), 2)
    uri = png.heat_map(matrix, scale, level.pixels)
    return Block(width, height, height / 2, back + svg.image(0, 0, width, height, uri))


def _maps(values: Array, scale: float, level: Level) -> Block:
    """Draw images in a grid: values has shape (down, across, rows, columns)."""
    down, across, rows, columns = values.shape
    widest = level.widest * (1.6 if down == 1 else 1.0)
    fitting = collage.pitch_for((down, across), (rows, columns), widest, level.highest)
    pitch = min(level.cell, max(fitting, 0.8))
    images = values.reshape(-1, rows, columns)
    width, height = collage.size_of((down, across), (rows, columns), pitch)
    return Block(width, height, height / 2, collage.draw(images, across, scale, pitch, level.pixels))
