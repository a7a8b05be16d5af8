"""Windows that slide over images: the numbers under the window at every place, and what is made of them.

Patches have shape (m, channels, window height, window width, places down, places across), so that
patches[n, i, u, v, r, s] is what lies under the window's cell (u, v) when the window is at place (r, s).
"""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from neural_net.operations.base import Array
from neural_net.operations.products import SumOfProducts
from neural_net.operations.rearrangement import Rearrangement
from neural_net.operations.terms import Factor

Pair = tuple[int, int]


class Pad(Rearrangement):
    """padded = the images with a margin of zeros. Shapes: (m, n, h, w) to (m, n, h + 2 p_h, w + 2 p_w)."""

    name = "pad"
    inputs = ("y_prev",)
    output = "padded"

    def __init__(self, padding: Pair) -> None:
        down, across = padding
        self.margins = ((0, 0), (0, 0), (down, down), (across, across))
        self.inside = np.s_[..., down : -down or None, across : -across or None]
        written = f"..., {down}:{-down or ''}, {across}:{-across or ''}"
        self.equation = "padded = pad( y_prev )"
        self.code = f"padded = np.pad(y_prev, {self.margins})"
        self.backward_equation = MappingProxyType({"y_prev": "dL_dy_prev = inside( dL_dpadded )"})
        self.backward_code = MappingProxyType({"y_prev": f"dL_dy_prev = dL_dpadded[{written}]"})

    def forward(self, y_prev: Array) -> Array:
        shape = [n + sum(margin) for n, margin in zip(y_prev.shape, self.margins, strict=True)]
        padded = np.zeros(shape, y_prev.dtype)
        padded[self.inside] = y_prev
        return padded

    def backward(self, dL_dpadded: Array, padded: Array, y_prev: Array) -> tuple[Array]:
        return (dL_dpadded[self.inside],)


class Patches(Rearrangement):
    """patches = what lies under a window at each of its places.

    Shapes: y_prev (m, n, h, w), patches (m, n, k_h, k_w, rows, columns) with rows = (h − k_h) // stride + 1.
    Where windows overlap, a number lies in several patches and their loss gradients add.
    """

    name = "patches"
    inputs = ("y_prev",)
    output = "patches"

    def __init__(self, window: Pair, stride: Pair) -> None:
        self.window, self.stride = window, stride
        every = f"[:, :, ::{stride[0]}, ::{stride[1]}]" if stride != (1, 1) else ""
        slices = (
            f"slice(u, u + {stride[0]} * height, {stride[0]})",
            f"slice(v, v + {stride[1]} * width, {stride[1]})",
        )
        self.equation = "patches = windows( y_prev )"
        self.code = (
            f"view = np.lib.stride_tricks.sliding_window_view(y_prev, {window}, axis=(2, 3))\n"
            f"patches = view{every}.transpose(0, 1, 4, 5, 2, 3)"
        )
        self.backward_equation = MappingProxyType({"y_prev": "dL_dy_prev = add_at_places( dL_dpatches )"})
        self.backward_code = MappingProxyType(
            {
                "y_prev": "part = np.zeros_like(y_prev)\n"
                "height, width = dL_dpatches.shape[4:]\n"
                f"for u, v in np.ndindex({window}):\n"
                f"    down, across = {slices[0]}, {slices[1]}\n"
                "    part[:, :, down, across] += dL_dpatches[:, :, u, v]\n"
                "dL_dy_prev = part"
            }
        )

    def forward(self, y_prev: Array) -> Array:
        return np.ascontiguousarray(self.view(y_prev))  # in the order in which the kernels' product reads it

    def backward(self, dL_dpatches: Array, patches: Array, y_prev: Array) -> tuple[Array]:
        dL_dy_prev = np.zeros_like(y_prev)
        for place, part in self.cells(dL_dy_prev, dL_dpatches):
            place += part
        return (dL_dy_prev,)

    def view(self, y_prev: Array) -> Array:
        """The patches, as a view of the images."""
        view = sliding_window_view(y_prev, self.window, axis=(2, 3), writeable=False)
        return view[:, :, :: self.stride[0], :: self.stride[1]].transpose(0, 1, 4, 5, 2, 3)

    def cells(self, images: Array, patches: Array) -> Iterator[tuple[Array, Array]]:
        """For each cell of the window: the places of the images under it, and the same places in patches."""
        (rows, columns), (down, across) = patches.shape[4:], self.stride
        for u, v in np.ndindex(self.window):
            place = np.s_[:, :, u : u + down * rows : down, v : v + across * columns : across]
            yield images[place], patches[:, :, u, v]


class Correlate(SumOfProducts):
    """z = the match of every kernel with every patch, plus the kernel's bias (deep learning's "convolution").

    Shapes: patches (m, n_in, k_h, k_w, rows, columns), K (n_out, n_in, k_h, k_w), b (n_out,),
    z (m, n_out, rows, columns). With a patch as a row of n_in k_h k_w numbers it is the affine map again, the
    same at every place.
    """

    name = "correlate"
    inputs = ("patches", "K", "b")
    output = "z"
    products = (("niuvrs,oiuv->nors", ("patches", "K")), ("o->nors", ("b",)))
    equation = "z,ors = Σ_iuv K,oiuv patches,iuvrs + b,o"
    code = 'z = np.einsum("oiuv,niuvrs->nors", K, patches) + b[:, None, None]'
    backward_equation = MappingProxyType(
        {
            "K": "dL_dK,oiuv = Σ_nrs dL_dz,nors patches,niuvrs",
            "b": "dL_db,o = Σ_nrs dL_dz,nors",
            "patches": "dL_dpatches,iuvrs = Σ_o K,oiuv dL_dz,ors",
        }
    )
    backward_code = MappingProxyType(
        {
            "K": 'dL_dK = np.einsum("nors,niuvrs->oiuv", dL_dz, patches)',
            "b": "dL_db = dL_dz.sum(axis=(0, 2, 3))",
            "patches": 'dL_dpatches = np.einsum("oiuv,nors->niuvrs", K, dL_dz)',
        }
    )

    def forward(self, patches: Array, K: Array, b: Array) -> Array:
        m, *_, rows, columns = patches.shape
        z: Array = K.reshape(len(K), -1) @ _columns(patches)
        z += b[:, np.newaxis]
        return z.reshape(m, len(K), rows, columns)

    def backward(
        self, dL_dz: Array, z: Array, patches: Array, K: Array, b: Array
    ) -> tuple[Array, Array, Array]:
        dz = dL_dz.reshape(*dL_dz.shape[:2], -1)
        dL_dpatches = K.reshape(len(K), -1).T @ dz
        dL_dK = (dz @ _columns(patches).mT).sum(axis=0)
        return dL_dpatches.reshape(patches.shape), dL_dK.reshape(K.shape), dz.sum(axis=(0, 2))


class LargestOfPatch(Rearrangement):
    """y = the largest number of every patch. Of equal ones the first counts, and it alone gets the gradient.

    Shapes: patches (m, n, k_h, k_w, rows, columns), y (m, n, rows, columns).
    """

    name = "largest"
    inputs = ("patches",)
    equation = "y,rs = max_uv( patches,uvrs )"
    code = "y = patches.max(axis=(2, 3))"
    backward_equation = MappingProxyType(
        {"patches": "dL_dpatches,uvrs = dL_dy,rs ⊙ is_largest( patches,uvrs )"}
    )
    backward_code = MappingProxyType(
        {
            "patches": "cells = patches.reshape(*patches.shape[:2], -1, *patches.shape[4:])\n"
            "is_largest = np.arange(cells.shape[2])[:, None, None] == cells.argmax(axis=2)[:, :, None]\n"
            "dL_dpatches = (is_largest * dL_dy[:, :, None]).reshape(patches.shape)"
        }
    )

    def sources(self, *inputs: Array) -> Array:
        (patches,) = inputs
        numbered = 1 + np.arange(patches.size).reshape(patches.shape)
        return np.take_along_axis(_cells(numbered), self._winners(patches), axis=2)[:, :, 0]

    def forward(self, patches: Array) -> Array:
        return np.asarray(patches.max(axis=(2, 3)))

    def backward(self, dL_dy: Array, y: Array, patches: Array) -> tuple[Array]:
        dL_dpatches = np.zeros_like(_cells(patches))
        np.put_along_axis(dL_dpatches, self._winners(patches), dL_dy[:, :, np.newaxis], axis=2)
        return (dL_dpatches.reshape(patches.shape),)

    def _winners(self, patches: Array) -> Array:
        return np.asarray(_cells(patches).argmax(axis=2, keepdims=True))


class MeanOfPatch(SumOfProducts):
    """y = the mean of every patch.

    Shapes: patches (m, n, k_h, k_w, rows, columns), y (m, n, rows, columns).
    """

    name = "mean"
    inputs = ("patches",)
    products = (("niuvrs->nirs", ("patches",)),)

    def __init__(self, window: Pair) -> None:
        self.size = window[0] * window[1]
        self.equation = f"y,rs = frac( 1 | {self.size} )frac Σ_uv patches,uvrs"
        self.code = "y = patches.mean(axis=(2, 3))"
        self.backward_equation = MappingProxyType(
            {"patches": f"dL_dpatches,uvrs = frac( 1 | {self.size} )frac dL_dy,rs"}
        )
        self.backward_code = MappingProxyType(
            {
                "patches": "dL_dpatches = "
                f"np.broadcast_to(dL_dy[:, :, None, None] / {self.size}, patches.shape)"
            }
        )

    def constant(self, output: Array, *inputs: Array) -> Factor:
        return Factor(1 / self.size, written=f"1/{self.size}")

    def forward(self, patches: Array) -> Array:
        return np.asarray(patches.mean(axis=(2, 3)))

    def backward(self, dL_dy: Array, y: Array, patches: Array) -> tuple[Array]:
        return (np.broadcast_to(dL_dy[:, :, np.newaxis, np.newaxis] / self.size, patches.shape),)


def _columns(patches: Array) -> Array:
    """Every patch as a column of n k_h k_w numbers: (m, n k_h k_w, rows · columns)."""
    m, *_, rows, columns = patches.shape
    return patches.reshape(m, -1, rows * columns)


def _cells(patches: Array) -> Array:
    """The cells of the window along one axis: (m, n, k_h k_w, rows, columns)."""
    return patches.reshape(*patches.shape[:2], -1, *patches.shape[4:])
