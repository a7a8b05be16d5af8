"""A tiny PNG from a matrix of palette indices, the same to the byte on every machine.

The pixels are stored, not compressed: compressors differ between builds of zlib, and these pictures are a few
kilobytes. The palette has transparency, so one picture suits a light and a dark page.
"""

import base64
import struct
import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from neural_net import look

STEPS = 24  # shades on each side of zero
LARGEST = (64, 96)  # rows and columns of a heat map


def heat_map(values: npt.ArrayLike, scale: float, largest: tuple[int, int] = LARGEST) -> str:
    """Return a data URI of the matrix `values` as an image, one pixel an element, in the diverging colors of
    `look`; a matrix of more than `largest` rows and columns is shrunk."""
    matrix = shrunk(np.atleast_2d(np.asarray(values, dtype=float)), largest)
    share = np.nan_to_num(matrix / scale) if scale > 0 else np.zeros_like(matrix)
    indices = np.rint(np.clip(share, -1, 1) * STEPS).astype(int) + STEPS
    return data_uri(indices.astype(np.uint8), _diverging())


def shrunk(matrix: npt.NDArray[np.float64], largest: tuple[int, int] = LARGEST) -> npt.NDArray[np.float64]:
    """Return a matrix of at most `largest` rows and columns, by default 64 × 96: where it had more of them,
    each element stands for a block, and is the largest of it in size."""
    for axis, most in enumerate(largest):
        length = matrix.shape[axis]
        if length > most:
            starts = np.arange(most) * length // most
            high = np.maximum.reduceat(matrix, starts, axis)
            low = np.minimum.reduceat(matrix, starts, axis)
            matrix = np.where(high >= -low, high, low)
    return matrix


def data_uri(indices: np.ndarray, palette: Sequence[tuple[int, int, int, int]]) -> str:
    """Return a data URI of the image whose pixel (row, column) has the color `palette[indices[row,
    column]]`."""
    return "data:image/png;base64," + base64.b64encode(encode(indices, palette)).decode("ascii")


def encode(indices: np.ndarray, palette: Sequence[tuple[int, int, int, int]]) -> bytes:
    """Return a PNG of palette indices (rows × columns, uint8) with a palette of at most 256 (red, green,
    blue, alpha)."""
    rows, columns = indices.shape
    pixels = b"".join(b"\x00" + row.tobytes() for row in np.ascontiguousarray(indices, dtype=np.uint8))
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", b"".join(bytes(entry[:3]) for entry in palette)),
            _chunk(b"tRNS", bytes(entry[3] for entry in palette)),
            _chunk(b"IDAT", _stored(pixels)),
            _chunk(b"IEND", b""),
        )
    )


def _diverging() -> list[tuple[int, int, int, int]]:
    def shade(role: str, step: int) -> tuple[int, int, int, int]:
        red, green, blue = bytes.fromhex(look.color(role)[1:])
        return red, green, blue, round(255 * step / STEPS)

    return [shade("pos" if step > 0 else "neg", abs(step)) for step in range(-STEPS, STEPS + 1)]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _stored(data: bytes) -> bytes:
    """Wrap bytes as a zlib stream of stored blocks, which hold at most 65,535 bytes each."""
    blocks = []
    for start in range(0, len(data), 65535):
        block = data[start : start + 65535]
        last = start + 65535 >= len(data)
        blocks.append(struct.pack("<BHH", last, len(block), len(block) ^ 0xFFFF) + block)
    return b"\x78\x01" + b"".join(blocks) + struct.pack(">I", zlib.adler32(data))
