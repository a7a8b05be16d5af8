"""What layers that slide a window over images have in common: how many places the window has."""

from __future__ import annotations

from neural_net.layers.base import Layer, WrongShape
from neural_net.operations import Shape

Pair = tuple[int, int]


def places(
    layer: Layer, channels: int | None, shape: Shape, window: Pair, stride: Pair, padding: Pair = (0, 0)
) -> Pair:
    """Return how many places a window has on an image of this shape, down and across.

    A shape that is no image, one of other channels, or an image smaller than the window is refused.
    """
    expected = f"images ({'channels' if channels is None else channels}, height, width)"
    if len(shape) != 3 or channels not in (None, shape[0]):
        raise WrongShape(layer, expected, shape)
    padded = tuple(n + 2 * p for n, p in zip(shape[1:], padding, strict=True))
    if any(n < k for n, k in zip(padded, window, strict=True)):
        with_padding = f" with its padding, {write_pair(padding)} on either side" if any(padding) else ""
        raise WrongShape(layer, f"{expected} of at least {write_pair(window)}{with_padding}", shape)
    rows, columns = ((n - k) // s + 1 for n, k, s in zip(padded, window, stride, strict=True))
    return rows, columns


def write_pair(pair: Pair) -> str:
    """Write (3, 3) as 3 × 3."""
    return " × ".join(map(str, pair))
