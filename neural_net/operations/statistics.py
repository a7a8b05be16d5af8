"""Mean and variance along some axes, and normalizing by them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from neural_net.operations.base import Array, Operation
from neural_net.operations.products import SumOfProducts
from neural_net.operations.terms import Factor, Index, Term

Axes = tuple[int, ...]

# How equations write a sum over these axes: its running index, and how many numbers it adds.
_WRITTEN: Mapping[Axes, tuple[str, str]] = MappingProxyType(
    {(-1,): ("k", "n"), (0,): ("i", "m"), (1,): ("t", "T"), (0, 2, 3): ("irs", "m h w")}
)


def _written_axes(axes: Axes) -> str:
    """The axes as numpy is told them: one number, or several in parentheses."""
    return str(axes[0]) if len(axes) == 1 else str(axes)


class Mean(SumOfProducts):
    """mean = (1/n) Σ y_prev over n numbers along `axes`, which stay as axes of length 1.

    `ndim` is the number of axes of y_prev.
    """

    name = "mean"
    inputs = ("y_prev",)
    output = "mean"

    def __init__(self, ndim: int, axes: Axes) -> None:
        self.axes = axes
        letters = "abcd"[:ndim]
        averaged = {letters[axis] for axis in axes}
        result = "".join(c.upper() if c in averaged else c for c in letters)
        self.products = ((f"{letters}->{result}", ("y_prev",)),)
        index, count = _WRITTEN[axes]
        self.equation = f"mean = frac( 1 | {count} )frac Σ_{index} y_prev,{index}"
        self.code = f"mean = y_prev.mean(axis={_written_axes(axes)}, keepdims=True)"
        self.backward_equation = MappingProxyType(
            {"y_prev": f"dL_dy_prev = frac( 1 | {count} )frac dL_dmean"}
        )
        self.backward_code = MappingProxyType(
            {"y_prev": "dL_dy_prev = np.broadcast_to(dL_dmean * (mean.size / y_prev.size), y_prev.shape)"}
        )

    def constant(self, output: Array, *inputs: Array) -> Factor:
        n = inputs[0].size // output.size
        return Factor(1 / n, written=f"1/{n}")

    def forward(self, y_prev: Array) -> Array:
        return np.asarray(y_prev.mean(axis=self.axes, keepdims=True))

    def backward(self, dL_dmean: Array, mean: Array, y_prev: Array) -> tuple[Array]:
        return (np.broadcast_to(dL_dmean * (mean.size / y_prev.size), y_prev.shape),)


class MeanOverTime(SumOfProducts):
    """y = (1/T) Σ_t y_prev_t. Shapes: y_prev (m, T, n), y (m, n)."""

    name = "mean over time"
    inputs = ("y_prev",)
    products = (("itj->ij", ("y_prev",)),)
    equation = "y = frac( 1 | T )frac Σ_t y_prev,t"
    code = "y = y_prev.mean(axis=1)"
    backward_equation = MappingProxyType({"y_prev": "dL_dy_prev,t = frac( 1 | T )frac dL_dy"})
    backward_code = MappingProxyType(
        {"y_prev": "dL_dy_prev = np.broadcast_to(dL_dy[:, None] / y_prev.shape[1], y_prev.shape)"}
    )

    def constant(self, output: Array, *inputs: Array) -> Factor:
        n = inputs[0].shape[1]
        return Factor(1 / n, written=f"1/{n}")

    def forward(self, y_prev: Array) -> Array:
        return np.asarray(y_prev.mean(axis=1))

    def backward(self, dL_dy: Array, y: Array, y_prev: Array) -> tuple[Array]:
        return (np.broadcast_to(dL_dy[:, np.newaxis] / y_prev.shape[1], y_prev.shape),)


class Variance(Operation):
    """variance = (1/n) Σ (y_prev − mean)² over n numbers along `axes`, which stay as axes of length 1."""

    name = "variance"
    inputs = ("y_prev", "mean")
    output = "variance"

    def __init__(self, axes: Axes) -> None:
        self.axes = axes
        index, count = _WRITTEN[axes]
        written = _written_axes(axes)
        self.equation = f"variance = frac( 1 | {count} )frac Σ_{index} ( y_prev,{index} − mean )²"
        self.code = f"variance = ((y_prev - mean)**2).mean(axis={_written_axes(axes)}, keepdims=True)"
        local = f"frac( 2 | {count} )frac ( y_prev − mean )"
        self.backward_equation = MappingProxyType(
            {
                "y_prev": f"dL_dy_prev = dL_dvariance · {local}",
                "mean": f"dL_dmean = − Σ_{index} dL_dvariance · {local}",
            }
        )
        self.backward_code = MappingProxyType(
            {
                "y_prev": "dL_dy_prev = dL_dvariance * 2 * (y_prev - mean) * (mean.size / y_prev.size)",
                "mean": "dL_dmean = -dL_dvariance * 2 * "
                f"((y_prev - mean) * (mean.size / y_prev.size)).sum(axis={written}, keepdims=True)",
            }
        )

    def forward(self, y_prev: Array, mean: Array) -> Array:
        return np.asarray(((y_prev - mean) ** 2).mean(axis=self.axes, keepdims=True))

    def backward(
        self, dL_dvariance: Array, variance: Array, y_prev: Array, mean: Array
    ) -> tuple[Array, Array]:
        local = (y_prev - mean) * (2 * mean.size / y_prev.size)
        return dL_dvariance * local, -dL_dvariance * local.sum(axis=self.axes, keepdims=True)

    def forward_terms(self, index: Index, output: Array, *inputs: Array) -> tuple[Term, ...]:
        y_prev, mean = inputs
        n = y_prev.size // mean.size
        share = Factor(1 / n, written=f"1/{n}")
        squares = (_deviation(y_prev, mean, at, "({} − mean)²", 2) for at in _group(index, mean, y_prev))
        return tuple(Term((share, square)) for square in squares)

    def backward_terms(
        self, name: str, index: Index, gradient: Array, output: Array, *inputs: Array
    ) -> tuple[Term, ...]:
        y_prev, mean = inputs
        n = y_prev.size // mean.size
        sign, written = (1, "2") if name == "y_prev" else (-1, "−2")
        share = Factor(sign * 2 / n, written=f"{written}/{n}")
        places = [index] if name == "y_prev" else _group(index, mean, y_prev)
        return tuple(
            Term((self._upstream(gradient, at), share, _deviation(y_prev, mean, at))) for at in places
        )

    def _upstream(self, gradient: Array, at: Index) -> Factor:
        where = _aligned(at, gradient)
        return Factor(float(gradient[where]), self.gradient_name, where)


class Normalize(Operation):
    """normalized = (y_prev − mean) / √(variance + ε), with one mean and one variance for all along `axes`."""

    name = "normalize"
    inputs = ("y_prev", "mean", "variance")
    output = "normalized"
    equation = "normalized = frac( y_prev − mean | √( variance + ε )√ )frac"

    def __init__(self, axes: Axes, epsilon: float) -> None:
        self.axes, self.epsilon = axes, epsilon
        index, _ = _WRITTEN[axes]
        deviation = f"np.sqrt(variance + {epsilon})"
        total = f"sum(axis={_written_axes(axes)}, keepdims=True)"
        self.code = f"normalized = (y_prev - mean) / {deviation}"
        scaled = "frac( dL_dnormalized | √( variance + ε )√ )frac"
        self.backward_equation = MappingProxyType(
            {
                "y_prev": f"dL_dy_prev = {scaled}",
                "mean": f"dL_dmean = − Σ_{index} {scaled}",
                "variance": f"dL_dvariance = − Σ_{index} "
                "frac( dL_dnormalized ⊙ normalized | 2 ( variance + ε ) )frac",
            }
        )
        self.backward_code = MappingProxyType(
            {
                "y_prev": f"dL_dy_prev = dL_dnormalized / {deviation}",
                "mean": f"dL_dmean = -(dL_dnormalized / {deviation}).{total}",
                "variance": "dL_dvariance = "
                f"-(dL_dnormalized * normalized).{total} / (2 * (variance + {epsilon}))",
            }
        )

    def forward(self, y_prev: Array, mean: Array, variance: Array) -> Array:
        return (y_prev - mean) / np.sqrt(variance + self.epsilon)

    def backward(
        self, dL_dnormalized: Array, normalized: Array, y_prev: Array, mean: Array, variance: Array
    ) -> tuple[Array, Array, Array]:
        dL_dy_prev = dL_dnormalized / np.sqrt(variance + self.epsilon)
        dL_dmean = -dL_dy_prev.sum(axis=self.axes, keepdims=True)
        matched = (dL_dnormalized * normalized).sum(axis=self.axes, keepdims=True)
        return dL_dy_prev, dL_dmean, -matched / (2 * (variance + self.epsilon))

    def forward_terms(self, index: Index, output: Array, *inputs: Array) -> tuple[Term, ...]:
        y_prev, mean, variance = inputs
        return (Term((_deviation(y_prev, mean, index), self._root(variance, index))),)

    def backward_terms(
        self, name: str, index: Index, gradient: Array, output: Array, *inputs: Array
    ) -> tuple[Term, ...]:
        y_prev, mean, variance = inputs
        places = [index] if name == "y_prev" else _group(index, mean, y_prev)
        return tuple(
            Term(
                (
                    Factor(float(gradient[at]), self.gradient_name, at),
                    *self._local(name, at, output, variance),
                )
            )
            for at in places
        )

    def _local(self, name: str, at: Index, normalized: Array, variance: Array) -> tuple[Factor, ...]:
        """∂normalized/∂input, as factors."""
        if name == "y_prev":
            return (self._root(variance, at),)
        if name == "mean":
            return Factor(-1.0, written="−1"), self._root(variance, at)
        where = _aligned(at, variance)
        half = -0.5 / (float(variance[where]) + self.epsilon)
        matched = Factor(float(normalized[at]), self.output, at)
        return matched, Factor(half, "variance", where, "−1/(2({} + ε))")

    def _root(self, variance: Array, at: Index) -> Factor:
        where = _aligned(at, variance)
        value = 1 / math.sqrt(float(variance[where]) + self.epsilon)
        return Factor(value, "variance", where, "1/√({} + ε)")


def _aligned(index: Index, array: Array) -> Index:
    """The index of the element of `array` that meets `index` when it broadcasts."""
    return tuple(0 if n == 1 else i for i, n in zip(index, array.shape, strict=True))


def _group(index: Index, statistic: Array, y_prev: Array) -> list[Index]:
    """The indices of all numbers that belong to one mean or variance."""
    ranges = (
        range(n) if kept == 1 else [i]
        for i, kept, n in zip(index, statistic.shape, y_prev.shape, strict=True)
    )
    return list(itertools.product(*ranges))


def _deviation(y_prev: Array, mean: Array, at: Index, written: str = "({} − mean)", power: int = 1) -> Factor:
    return Factor(float(y_prev[at] - mean[_aligned(at, mean)]) ** power, "y_prev", at, written)
