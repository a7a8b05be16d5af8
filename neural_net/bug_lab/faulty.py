"""Operations with a mistake in them, and layers that are made of them.

Each says of itself what it should do: its equation and code are those of the right operation, as they are of
any code with a mistake that nobody has seen yet. Only its numbers tell what it does.
"""

from __future__ import annotations

from dataclasses import replace

import numpy.typing as npt

from neural_net.activations import Activation, Tanh
from neural_net.layers import AFFINE, Dense
from neural_net.losses import BinaryCrossEntropy, CrossEntropy
from neural_net.numerics import softmax
from neural_net.operations import Affine, Array, Shape
from neural_net.program import Line


class LabDense(Dense):
    """A dense layer with an affine map of its own choice; all layers of the lab are of this class."""

    def __init__(
        self,
        n_in: int,
        n_out: int,
        activation: str | Activation = "identity",
        *,
        affine: Affine = AFFINE,
        W: npt.ArrayLike | None = None,
        b: npt.ArrayLike | None = None,
    ) -> None:
        super().__init__(n_in, n_out, activation, W=W, b=b)
        self.affine = affine

    def program_for(self, input_shape: Shape) -> tuple[Line, ...]:
        """z = y_prev W + b by the affine map of its own; y = a(z)."""
        sums, activation = super().program_for(input_shape)
        return replace(sums, operation=self.affine), activation


# --------------------------------------------------------------------------------------- affine maps


class TransposedWeightGradient(Affine):
    """dL_dW = dL_dzᵀ y_prev, which has the right shape where a layer is square."""

    def backward(
        self, dL_dz: Array, z: Array, y_prev: Array, W: Array, b: Array
    ) -> tuple[Array, Array, Array]:
        return dL_dz @ W.T, dL_dz.T @ y_prev, dL_dz.sum(axis=0)


class StaleWeightGradient(Affine):
    """dL_dW = left_over + y_prevᵀ dL_dz: the gradient of an earlier call was never set back to zero."""

    def __init__(self, left_over: Array) -> None:
        self.left_over = left_over

    def backward(
        self, dL_dz: Array, z: Array, y_prev: Array, W: Array, b: Array
    ) -> tuple[Array, Array, Array]:
        return dL_dz @ W.T, self.left_over + y_prev.T @ dL_dz, dL_dz.sum(axis=0)


class EarlyUpdate(Affine):
    """dL_dy_prev = dL_dz (W − α dL_dW)ᵀ: the weights were updated before the gradient went through them."""

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = learning_rate

    def backward(
        self, dL_dz: Array, z: Array, y_prev: Array, W: Array, b: Array
    ) -> tuple[Array, Array, Array]:
        dL_dW = y_prev.T @ dL_dz
        return dL_dz @ (W - self.learning_rate * dL_dW).T, dL_dW, dL_dz.sum(axis=0)


# --------------------------------------------------------------------------------------- activations


class TanhWithoutDerivative(Tanh):
    """dL_dz = dL_dy: the activation's derivative was left out."""

    def backward(self, dL_dy: Array, y: Array, z: Array) -> tuple[Array]:
        return (dL_dy,)


class TanhDerivativeAtTheSum(Tanh):
    """dL_dz = dL_dy ⊙ (1 − z²), where 1 − y² belongs: tanh′ in terms of y was given z."""

    def backward(self, dL_dy: Array, y: Array, z: Array) -> tuple[Array]:
        return (dL_dy * (1 - z**2),)


# -------------------------------------------------------------------------------------------- losses


class SummedGradient(BinaryCrossEntropy):
    """The loss is the mean over the batch, its gradient that of the sum: 1/m was left out."""

    def backward(self, dL_dy: Array, y: Array, y_hat: Array, target: Array) -> tuple[Array, None]:
        return super().backward(dL_dy, y, y_hat, target)[0] * len(y_hat), None


class LostSign(BinaryCrossEntropy):
    """∂𝓛/∂ŷ with t − ŷ in the place of ŷ − t."""

    def backward(self, dL_dy: Array, y: Array, y_hat: Array, target: Array) -> tuple[Array, None]:
        return -super().backward(dL_dy, y, y_hat, target)[0], None


class SoftmaxOnceMore(CrossEntropy):
    """𝓛 = −(1/m) Σ t log softmax(ŷ), of probabilities ŷ to which the head has applied softmax already.

    The backward is right for this forward, so that no gradient check complains.
    """

    def forward(self, y_hat: Array, target: Array) -> Array:
        return super().forward(softmax(y_hat), target)

    def backward(self, dL_dy: Array, y: Array, y_hat: Array, target: Array) -> tuple[Array, None]:
        return dL_dy * (softmax(y_hat) - target) / len(y_hat), None
