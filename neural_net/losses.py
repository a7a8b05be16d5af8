"""Loss functions, each beside its gradient, and the loss as the last layer of the chain.

Layer L+1 computes y_(L+1) = 𝓛(ŷ, target), a scalar. Its input y_prev is the prediction ŷ (or the logits, for
the losses named …_with_logits), of shape (m, n), or (m, T, n) where every position of a sequence is
predicted; target has the same shape (class numbers become one-hot rows before they arrive here). The mean
over the batch is taken here and nowhere else; every loss is the mean of its own values on single examples.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from neural_net.numerics import log_softmax, open_unit_interval, sigmoid, softmax, softplus
from neural_net.operations import Array, Factor, Index, Pointwise, Term
from neural_net.program import Line


class LossFunction(Pointwise):
    """y = 𝓛(y_prev, target), a 0-d array. The target receives no gradient.

    `heads` names the activations that fit in front of it (empty: any); `targets` says what a target may be:
    "numbers", "probabilities" (each in [0, 1]) or "classes" (class numbers, or rows of probabilities).
    """

    inputs = ("y_prev", "target")
    output = "y"
    heads: ClassVar[tuple[str, ...]] = ()
    targets: ClassVar[str] = "numbers"

    def __init_subclass__(cls) -> None:
        """Keep `of_each` true to `forward`: whoever says one anew and not the other gets the slow one."""
        if "forward" in vars(cls) and "of_each" not in vars(cls):
            cls.of_each = LossFunction.of_each  # type: ignore[method-assign]

    def of_each(self, y_prev: Array, target: Array) -> Array:
        """Return the loss of each example by itself, (m,); the loss is their mean."""
        one_by_one = (self.forward(y_prev[i : i + 1], target[i : i + 1]) for i in range(len(y_prev)))
        return np.array([float(loss) for loss in one_by_one])

    def forward_terms(self, index: Index, output: Array, *inputs: Array) -> tuple[Term, ...]:
        y_prev, target = inputs
        m = len(y_prev)
        share = Factor(1 / m, written=f"1/{m}")
        losses = self.of_each(y_prev, target).tolist()
        written = f"{self.name}({{}})"
        return tuple(Term((share, Factor(loss, "y_prev", (i,), written))) for i, loss in enumerate(losses))


class MeanSquaredError(LossFunction):
    """𝓛 = (1/(m n)) Σ (ŷ − t)², the mean over all elements; ∂𝓛/∂ŷ = 2 (ŷ − t)/(m n)."""

    name = "mse"
    equation = "y = frac( 1 | m n )frac Σ ( y_prev − target )²"
    code = "y = np.mean((y_prev - target)**2)"
    backward_equation = MappingProxyType(
        {"y_prev": "dL_dy_prev = dL_dy · frac( 2 | m n )frac ( y_prev − target )"}
    )
    backward_code = MappingProxyType({"y_prev": "dL_dy_prev = dL_dy * 2 * (y_prev - target) / y_prev.size"})

    def forward(self, y_hat: Array, target: Array) -> Array:
        return np.asarray(np.mean((y_hat - target) ** 2))

    def of_each(self, y_hat: Array, target: Array) -> Array:
        return _mean_of_each((y_hat - target) ** 2)

    def backward(self, dL_dy: Array, y: Array, y_hat: Array, target: Array) -> tuple[Array, None]:
        return dL_dy * 2 * (y_hat - target) / y_hat.size, None


class BinaryCrossEntropy(LossFunction):
    """𝓛 = −(1/(m n)) Σ [t log ŷ + (1 − t) log(1 − ŷ)]; ∂𝓛/∂ŷ = (ŷ − t)/(ŷ (1 − ŷ) m n)."""

    name = "binary_cross_entropy"
    heads = ("sigmoid",)
    targets = "probabilities"
    equation = "y = − frac( 1 | m n )frac Σ ( target log y_prev + ( 1 − target ) log( 1 − y_prev ) )"
    code = "y = -np.mean(target * np.log(y_prev) + (1 - target) * np.log(1 - y_prev))"
    backward_equation = MappingProxyType(
        {"y_prev": "dL_dy_prev = dL_dy · frac( y_prev − target | m n y_prev ( 1 − y_prev ) )frac"}
    )
    backward_code = MappingProxyType(
        {"y_prev": "dL_dy_prev = dL_dy * (y_prev - target) / (y_prev * (1 - y_prev)) / y_prev.size"}
    )

    def forward(self, y_hat: Array, target: Array) -> Array:
        p = open_unit_interval(y_hat)
        return np.asarray(-np.mean(target * np.log(p) + (1 - target) * np.log1p(-p)))

    def of_each(self, y_hat: Array, target: Array) -> Array:
        p = open_unit_interval(y_hat)
        return _mean_of_each(-target * np.log(p) - (1 - target) * np.log1p(-p))

    def backward(self, dL_dy: Array, y: Array, y_hat: Array, target: Array) -> tuple[Array, None]:
        p = open_unit_interval(y_hat)
        return dL_dy * ((1 - target) / (1 - p) - target / p) / p.size, None


class BinaryCrossEntropyWithLogits(LossFunction):
    """The binary cross-entropy of σ(z), from the logits z: softplus(z) − t z; ∂𝓛/∂z = (σ(z) − t)/(m n)."""

    name = "binary_cross_entropy_with_logits"
    heads = ("identity",)
    targets = "probabilities"
    equation = "y = frac( 1 | m n )frac Σ ( log( 1 + exp( y_prev ) ) − target y_prev )"
    code = "y = np.mean(np.logaddexp(0, y_prev) - target * y_prev)"
    backward_equation = MappingProxyType(
        {"y_prev": "dL_dy_prev = dL_dy · frac( 1 | m n )frac ( σ( y_prev ) − target )"}
    )
    backward_code = MappingProxyType(
        {"y_prev": "dL_dy_prev = dL_dy * (1 / (1 + np.exp(-y_prev)) - target) / y_prev.size"}
    )

    def forward(self, z: Array, target: Array) -> Array:
        return np.asarray(np.mean(softplus(z) - target * z))

    def of_each(self, z: Array, target: Array) -> Array:
        return _mean_of_each(softplus(z) - target * z)

    def backward(self, dL_dy: Array, y: Array, z: Array, target: Array) -> tuple[Array, None]:
        return dL_dy * (sigmoid(z) - target) / z.size, None


class CrossEntropy(LossFunction):
    """𝓛 = −(1/m) Σ t log ŷ, the mean over examples; ∂𝓛/∂ŷ = −t/(m ŷ)."""

    name = "cross_entropy"
    heads = ("softmax",)
    targets = "classes"
    equation = "y = − frac( 1 | m )frac Σ target log y_prev"
    code = "y = -np.mean(np.sum(target * np.log(y_prev), axis=-1))"
    backward_equation = MappingProxyType({"y_prev": "dL_dy_prev = dL_dy · frac( − target | m y_prev )frac"})
    backward_code = MappingProxyType(
        {"y_prev": "dL_dy_prev = dL_dy * -target / y_prev / y_prev[..., 0].size"}
    )

    def forward(self, y_hat: Array, target: Array) -> Array:
        return np.asarray(-np.sum(target * np.log(open_unit_interval(y_hat))) / _rows(y_hat))

    def of_each(self, y_hat: Array, target: Array) -> Array:
        return _mean_of_each(-np.sum(target * np.log(open_unit_interval(y_hat)), axis=-1))

    def backward(self, dL_dy: Array, y: Array, y_hat: Array, target: Array) -> tuple[Array, None]:
        return -dL_dy * target / open_unit_interval(y_hat) / _rows(y_hat), None


class CrossEntropyWithLogits(LossFunction):
    """The cross-entropy of softmax(z), from the logits z by log-sum-exp; ∂𝓛/∂z = (softmax(z) − t)/m.

    The gradient holds as written because each row of t sums to 1.
    """

    name = "cross_entropy_with_logits"
    heads = ("identity",)
    targets = "classes"
    equation = "y = − frac( 1 | m )frac Σ target log softmax( y_prev )"
    code = (
        "shifted = y_prev - y_prev.max(axis=-1, keepdims=True)\n"
        "log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))\n"
        "y = -np.mean(np.sum(target * log_p, axis=-1))"
    )
    backward_equation = MappingProxyType(
        {"y_prev": "dL_dy_prev = dL_dy · frac( 1 | m )frac ( softmax( y_prev ) − target )"}
    )
    backward_code = MappingProxyType(
        {
            "y_prev": "e = np.exp(y_prev - y_prev.max(axis=-1, keepdims=True))\n"
            "dL_dy_prev = dL_dy * (e / e.sum(axis=-1, keepdims=True) - target) / y_prev[..., 0].size"
        }
    )

    def forward(self, z: Array, target: Array) -> Array:
        return np.asarray(-np.sum(target * log_softmax(z)) / _rows(z))

    def of_each(self, z: Array, target: Array) -> Array:
        shifted = z - z.max(axis=-1, keepdims=True)
        matched = np.einsum("...k,...k->...", shifted, target)
        log_total = np.log(np.exp(shifted, out=shifted).sum(axis=-1))
        return _mean_of_each(log_total - matched)

    def backward(self, dL_dy: Array, y: Array, z: Array, target: Array) -> tuple[Array, None]:
        return dL_dy * (softmax(z) - target) / _rows(z), None


LOSSES: Mapping[str, LossFunction] = MappingProxyType(
    {
        loss.name: loss
        for loss in (
            MeanSquaredError(),
            BinaryCrossEntropy(),
            BinaryCrossEntropyWithLogits(),
            CrossEntropy(),
            CrossEntropyWithLogits(),
        )
    }
)


def _mean_of_each(numbers: Array) -> Array:
    """The mean of each example's own numbers, (m,)."""
    return np.asarray(numbers.mean(axis=tuple(range(1, numbers.ndim))))


def _rows(y: Array) -> int:
    """How many predictions there are: m, or m T where every position makes one."""
    return y[..., 0].size


@dataclass(frozen=True, eq=False)
class Loss:
    """Layer L+1: the loss function as the last layer, with the target entering from the side."""

    function: LossFunction
    kind: ClassVar[str] = "Loss"

    @property
    def name(self) -> str:
        return self.function.name

    @property
    def sentence(self) -> str:
        """What the loss layer does, said in one sentence."""
        return "The prediction meets the target, and one number says how far apart they are."

    @property
    def parameters(self) -> Mapping[str, Array]:
        """A loss has nothing to learn."""
        return MappingProxyType({})

    @property
    def program(self) -> tuple[Line, ...]:
        """y = 𝓛(y_prev, target)."""
        return (Line("y", self.function, ("y_prev", "target")),)
