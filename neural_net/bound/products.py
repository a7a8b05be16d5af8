"""Forms of the operations that are matrix products."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from neural_net.bound.calls import Call, product, rows, stacked
from neural_net.bound.form import Form


class BoundAffine(Form):
    """z = y_prev · W + b, on rows: [y_prev, 1] · [W; b] where each pair stands together in memory.

    dL_dW = y_prevᵀ · dL_dz and dL_db = Σ_i dL_dz,i, in the same way; dL_dy_prev = dL_dz · Wᵀ.
    """

    reads_output = False
    reads_ones = True

    def forward(self) -> Iterator[Call]:
        y_prev, W, b = self.inputs
        z, joined = rows(self.output.value), stacked(W.value, b.value)
        if y_prev.with_ones is not None and joined is not None:
            yield product(y_prev.with_ones, joined, z)
        else:
            yield product(rows(y_prev.value), W.value, z)
            yield partial(np.add, z, b.value, z)

    def backward(self) -> Iterator[Call]:
        y_prev, W, b = self.inputs
        dL_dz = rows(self.upstream)
        if W.gradient is not None and b.gradient is not None:
            joined = stacked(W.gradient, b.gradient)
            if y_prev.with_ones is not None and joined is not None:
                yield product(y_prev.with_ones.T, dL_dz, joined)
            else:
                yield product(rows(y_prev.value).T, dL_dz, W.gradient)
                yield product(np.ones(len(dL_dz), dL_dz.dtype), dL_dz, b.gradient)
        if y_prev.gradient is not None:
            yield product(dL_dz, W.value.T, rows(y_prev.gradient))
