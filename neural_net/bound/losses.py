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
    """y = 𝓛(y_prev, target). The last line of a program, so the loss gradient of its output is 1."""

    reads_output = False

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.y_prev, self.target = (slot.value for slot in self.inputs)
        self.kept = np.empty_like(self.y_prev)  # from the forward to the backward pass

    @property
    def dL_dy_prev(self) -> Array:
        gradient = self.inputs[0].gradient
        assert gradient is not None, "a loss is bound backward for its prediction's sake"
        return gradient


class BoundMeanSquaredError(BoundLoss):
    """y = (1/(m n)) Σ d², with d = y_prev − target kept; dL_dy_prev = 2 d/(m n)."""

    def forward(self) -> Iterator[Call]:
        y, d = self.output.value, flat(self.kept)

        def mean_of_squares() -> None:
            y[()] = d.dot(d) / d.size

        yield partial(np.subtract, self.y_prev, self.target, self.kept)
        yield mean_of_squares

    def backward(self) -> Iterator[Call]:
        yield partial(np.multiply, self.kept, constant(2 / self.kept.size, self.kept), self.dL_dy_prev)


class BoundBinaryCrossEntropyWithLogits(BoundLoss):
    """y = (1/(m n)) Σ (log(1 + e^z) − t z); dL_dz = (σ(z) − t)/(m n)."""

    def forward(self) -> Iterator[Call]:
        y, z, target, softplus = self.output.value, *map(flat, (self.y_prev, self.target, self.kept))

        def mean() -> None:
            y[()] = (softplus.sum() - target.dot(z)) / z.size

        yield partial(np.logaddexp, constant(0, z), self.y_prev, self.kept)
        yield mean

    def backward(self) -> Iterator[Call]:
        p, one = self.dL_dy_prev, constant(1, self.kept)
        yield partial(np.negative, self.y_prev, p)
        yield partial(np.exp, p, p)
        yield partial(np.add, p, one, p)
        yield partial(np.divide, one, p, p)
        yield partial(np.subtract, p, self.target, p)
        yield partial(np.multiply, p, constant(1 / p.size, p), p)


class BoundCrossEntropyWithLogits(BoundLoss):
    """y = (1/m) Σ_i (log Σ_k e^z_ik − Σ_k t_ik z_ik); dL_dz = (softmax(z) − t)/m.

    Both use that each row of t sums to 1, and both subtract a row's maximum first.
    """

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.total = np.empty(len(rows(self.y_prev)), self.y_prev.dtype)

    def forward(self) -> Iterator[Call]:
        y, total, matched = self.output.value, self.total, np.empty_like(self.output.value)

        def mean() -> None:
            y[()] = (np.log(total).sum() - matched) / total.size

        yield from shifted(self.y_prev, self.kept, total)
        yield partial(flat(self.target).dot, flat(self.kept), matched)
        yield from exponentials(self.kept, total)
        yield mean

    def backward(self) -> Iterator[Call]:
        gradient, m = rows(self.dL_dy_prev), self.total.size
        yield partial(np.divide, rows(self.kept), self.total[:, np.newaxis], gradient)
        yield partial(np.subtract, gradient, rows(self.target), gradient)
        yield partial(np.multiply, gradient, constant(1 / m, gradient), gradient)
