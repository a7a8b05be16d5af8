"""Forms of sums and elementwise products."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from neural_net.bound.calls import Call
from neural_net.bound.form import Form


class BoundAdd(Form):
    """y = a + b; dL_da = dL_db = dL_dy."""

    reads_output = False

    def forward(self) -> Iterator[Call]:
        a, b = self.inputs
        yield partial(np.add, a.value, b.value, self.output.value)

    def backward(self) -> Iterator[Call]:
        for slot in self.inputs:
            if slot.gradient is not None:
                yield partial(np.copyto, slot.gradient, self.upstream)


class BoundMultiply(Form):
    """y = a ⊙ b; dL_da = dL_dy ⊙ b, dL_db = dL_dy ⊙ a."""

    reads_output = False

    def forward(self) -> Iterator[Call]:
        a, b = self.inputs
        yield partial(np.multiply, a.value, b.value, self.output.value)

    def backward(self) -> Iterator[Call]:
        for slot, other in zip(self.inputs, reversed(self.inputs), strict=True):
            if slot.gradient is not None:
                yield partial(np.multiply, self.upstream, other.value, slot.gradient)
