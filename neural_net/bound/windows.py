"""Forms of the operations that slide windows over images."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from neural_net.bound.calls import Call
from neural_net.bound.form import Form
from neural_net.operations import Array
from neural_net.operations.windows import Patches


class BoundPatches(Form):
    """patches = what lies under the window: a view of the images, made once, is copied.

    dL_dy_prev = the sum of what all patches have there, also by views made once.
    """

    reads_output = False
    operation: Patches

    def forward(self) -> Iterator[Call]:
        yield partial(np.copyto, self.output.value, self.operation.view(self.inputs[0].value))

    def backward(self) -> Iterator[Call]:
        gradient = self.inputs[0].gradient
        if gradient is not None:
            yield partial(gradient.fill, 0)
            for place, part in self.operation.cells(gradient, self.upstream):
                yield partial(np.add, place, part, place)


class BoundCorrelate(Form):
    """z = K ∗ patches + b: for every image, the kernels as rows times the patches as columns.

    dL_dK and dL_db are sums over the images; dL_dpatches = Kᵀ · dL_dz.
    """

    reads_output = False

    def forward(self) -> Iterator[Call]:
        patches, K, b = (slot.value for slot in self.inputs)
        z = _columns(self.output.value)
        yield partial(np.matmul, _matrix(K), _columns(patches), z)
        yield partial(np.add, z, b[:, np.newaxis], z)

    def backward(self) -> Iterator[Call]:
        patches, K, b = self.inputs
        dL_dz = _columns(self.upstream)
        if K.gradient is not None:
            of_each = self.scratch(np.broadcast_to(_matrix(K.value), (len(dL_dz), *_matrix(K.value).shape)))
            yield partial(np.matmul, dL_dz, _columns(patches.value).mT, of_each)
            yield partial(np.add.reduce, of_each, 0, None, _matrix(K.gradient))
        if b.gradient is not None:
            yield partial(np.add.reduce, dL_dz, (0, 2), None, b.gradient)
        if patches.gradient is not None:
            yield partial(np.matmul, _matrix(K.value).T, dL_dz, _columns(patches.gradient))


def _matrix(K: Array) -> Array:
    """Every kernel as a row: (n_out, n_in k_h k_w); a view."""
    return K.reshape(len(K), -1)


def _columns(array: Array) -> Array:
    """What stands at every place of an image as a column: (m, …, rows · columns); a view."""
    m, *_, rows, columns = array.shape
    return array.reshape(m, -1, rows * columns)
