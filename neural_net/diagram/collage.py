"""Several images as one picture: side by side and below one another, with a gap as wide as a pixel."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from neural_net import png, svg
from neural_net.look import paint
from neural_net.operations import Array


def pitch_for(grid: tuple[int, int], image: tuple[int, int], widest: float, highest: float) -> float:
    """Return how large a pixel can be, so that a grid (down, across) of images (rows, columns) fits."""
    down, across = grid
    rows, columns = image
    return min(widest / (across * (columns + 1) - 1), highest / (down * (rows + 1) - 1))


def size_of(grid: tuple[int, int], image: tuple[int, int], pitch: float) -> tuple[float, float]:
    """Return the width and height of a grid of images."""
    return pitch * (grid[1] * (image[1] + 1) - 1), pitch * (grid[0] * (image[0] + 1) - 1)


def places(
    count: int, across: int, image: tuple[int, int], pitch: float
) -> Iterator[tuple[float, float, float, float]]:
    """Return where each of `count` images stands: x, y, width and height."""
    rows, columns = image
    for k in range(count):
        x, y = k % across * (columns + 1) * pitch, k // across * (rows + 1) * pitch
        yield x, y, columns * pitch, rows * pitch


def draw(images: Array, across: int, scale: float, pitch: float, pixels: tuple[int, int]) -> str:
    """Draw images (count, rows, columns), of each at most so many pixels, with a frame around each."""
    backs = "".join(
        svg.rectangle(x - 1, y - 1, width + 2, height + 2, paint("paper", "line"), 2)
        for x, y, width, height in places(len(images), across, images.shape[1:], pitch)
    )
    down = -(-len(images) // across)
    whole = images.shape[1] <= pixels[0] and images.shape[2] <= pixels[1]
    if not whole:  # a gap would no longer be one pixel wide
        return backs + "".join(
            svg.image(*place, png.heat_map(image, scale, pixels))
            for place, image in zip(places(len(images), across, images.shape[1:], pitch), images, strict=True)
        )
    rows, columns = images.shape[1:]
    canvas = np.zeros((down * (rows + 1) - 1, across * (columns + 1) - 1))
    for k, image in enumerate(images):
        top, left = k // across * (rows + 1), k % across * (columns + 1)
        canvas[top : top + rows, left : left + columns] = image
    width, height = size_of((down, across), (rows, columns), pitch)
    return backs + svg.image(0, 0, width, height, png.heat_map(canvas, scale, canvas.shape))
