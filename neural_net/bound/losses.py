"""Forms of the losses: one number, and the gradient of what it is made of, which starts the backward pass."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from neural_net.bound.activations import exponentials, shifted
from neural_net.bound.calls import Call, constant, flat, rows
from neural_net.bound.form import Form
from neural_net.operations import Array


class BoundLoss(Form):
    """y = 𝓛(y_prev, target). The last line of a program, so the loss gradient of its output is 1.

    For the same reason the backward calls follow the forward calls at once, and `kept`, which goes from these
    to those, may stand where the loss gradient is to be.
    """

    reads_output = False

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.y_prev, self.target = (slot.value for slot in self.inputs)
        gradient = self.inputs[0].gradient
        self.kept = np.empty_like(self.y_prev) if gradient is None else gradient

    @property
    def dL_dy_prev(self) -> Array:
        gradient = self.inputs[0].gradient
        assert gradient is not None, "a loss is bound backward for its prediction's sake"
        return gradient


class BoundMeanSquaredError(BoundLoss):
    """y = (1/(m n)) Σ d², with d = y_prev − target kept; dL_dy_prev = 2 d/(m n)."""

    def forward(self) -> Iterator[Call]:
        y, d = self.output.value, flat(self.kept)
        yield partial(np.subtract, self.y_prev, self.target, self.kept)
        yield partial(d.dot, d, y)
        yield partial(np.multiply, y, constant(1 / d.size, y), y)

    def backward(self) -> Iterator[Call]:
        yield partial(np.multiply, self.kept, constant(2 / self.kept.size, self.kept), self.dL_dy_prev)


class BoundBinaryCrossEntropyWithLogits(BoundLoss):
    """y = (1/(m n)) Σ (log(1 + e^z) − t z); dL_dz = (σ(z) − t)/(m n)."""

    def forward(self) -> Iterator[Call]:
        z, target, softplus = map(flat, (self.y_prev, self.target, self.kept))
        y, one = self.output.value, np.ones_like(softplus)

        def mean() -> None:
            y[()] = (one.dot(softplus) - target.dot(z)) / z.size

        yield partial(np.logaddexp, constant(0, self.kept), self.y_prev, self.kept)
        yield mean

    def backward(self) -> Iterator[Call]:
        """σ(z) = −(e^(−softplus(z)) − 1)."""
        gradient = self.dL_dy_prev
        yield partial(np.negative, self.kept, gradient)
        yield partial(np.expm1, gradient, gradient)
        yield partial(np.add, gradient, self.target, gradient)
        yield partial(np.multiply, gradient, constant(-1 / gradient.size, gradient), gradient)


class BoundCrossEntropyWithLogits(BoundLoss):
    """y = (1/m) Σ_i (log Σ_k e^z_ik − Σ_k t_ik z_ik); dL_dz = (softmax(z) − t)/m.

    Both use that each row of t sums to 1, and both subtract a row's maximum first.
    """

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.total = np.empty(len(rows(self.y_prev)), self.y_prev.dtype)

    def forward(self) -> Iterator[Call]:
        target, z, matched = flat(self.target), flat(self.kept), np.empty_like(self.output.value)
        y, log_total, one = self.output.value, np.empty_like(self.total), np.ones_like(self.total)

        def mean() -> None:
            y[()] = (one.dot(log_total) - matched[()]) / one.size

        yield from shifted(self.y_prev, self.kept, self.total)
        yield partial(target.dot, z, matched)
        yield from exponentials(self.kept, self.total)
        yield partial(np.log, self.total, log_total)
        yield mean

    def backward(self) -> Iterator[Call]:
        gradient, m = rows(self.dL_dy_prev), self.total.size
        yield partial(np.divide, rows(self.kept), self.total[:, np.newaxis], gradient)
        yield partial(np.subtract, gradient, rows(self.target), gradient)
        yield partial(np.multiply, gradient, constant(1 / m, gradient), gradient)
