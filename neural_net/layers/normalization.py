"""Normalization: numbers brought to mean 0 and variance 1, then to a scale and a shift that are learned."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Self

import numpy as np
import numpy.typing as npt

from neural_net.layers.base import Layer, WrongShape
from neural_net.operations import Array, Shape
from neural_net.operations.arithmetic import ScaleAndShift
from neural_net.operations.rearrangement import PerChannel
from neural_net.operations.statistics import Axes, Mean, Normalize, Variance
from neural_net.program import Line
from neural_net.validation import fraction, numbers, positive_number, whole_number


class LayerNorm(Layer):
    """y = gamma ⊙ (y_prev − mean)/√(variance + ε) + beta, each example (and position) by itself.

    Shapes: y_prev and y (m, n) or (m, T, n), mean and variance (m, 1) or (m, T, 1): over the n features.
    gamma and beta (n,), drawn as ones and zeros.
    """

    kind = "LayerNorm"

    def __init__(
        self,
        n: int,
        *,
        epsilon: float = 1e-5,
        gamma: npt.ArrayLike | None = None,
        beta: npt.ArrayLike | None = None,
    ) -> None:
        self.n = whole_number(n, "LayerNorm, n")
        self.epsilon = positive_number(epsilon, "LayerNorm, epsilon")
        self._keep({"gamma": gamma, "beta": beta})

    @property
    def input_shape(self) -> Shape:
        """(n,)."""
        return (self.n,)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(…, n) stays."""
        if input_shape[-1:] != (self.n,):
            raise WrongShape(self, f"{self.n} features", input_shape)
        return input_shape

    def program_for(self, input_shape: Shape) -> tuple[Line, ...]:
        """mean, variance, normalized, y = gamma ⊙ normalized + beta."""
        return (
            *_statistics(len(input_shape) + 1, (-1,)),
            *_normalized(len(input_shape) + 1, (-1,), -1, self.epsilon),
        )

    @property
    def parameter_shapes(self) -> Mapping[str, Shape]:
        """Gamma and beta, (n,) each."""
        return {"gamma": (self.n,), "beta": (self.n,)}

    def draw(self, rng: np.random.Generator) -> Mapping[str, Array]:
        """Gamma ones, beta zeros: at first the layer only normalizes."""
        return {"gamma": np.ones(self.n), "beta": np.zeros(self.n)}

    @property
    def sentence(self) -> str:
        """Every example is brought to mean 0 and variance 1."""
        return (
            "The features of each example are brought to mean 0 and variance 1, "
            "then to a scale and a shift that are learned."
        )

    def __repr__(self) -> str:
        return f"LayerNorm {self.n}"


class BatchNorm(Layer):
    """y = gamma ⊙ (y_prev − mean)/√(variance + ε) + beta, each feature by the statistics of the batch.

    Shapes: y_prev and y (m, n), or images (m, n, height, width) whose channels are the features; mean and
    variance (1, n) or (1, n, 1, 1): over the batch, and over an image's places; gamma, beta, running_mean and
    running_variance (n,).

    This is the layer as it is trained: what one example becomes depends on the others of its batch. After
    each training step the running statistics take up a share `momentum` of the batch's (of the variance the
    unbiased estimate). `inference()` is the layer that uses them instead.
    """

    kind = "BatchNorm"

    def __init__(
        self,
        n: int,
        *,
        epsilon: float = 1e-5,
        momentum: float = 0.1,
        gamma: npt.ArrayLike | None = None,
        beta: npt.ArrayLike | None = None,
        running_mean: npt.ArrayLike | None = None,
        running_variance: npt.ArrayLike | None = None,
    ) -> None:
        self.n = whole_number(n, f"{self.kind}, n")
        self.epsilon = positive_number(epsilon, f"{self.kind}, epsilon")
        self.momentum = fraction(momentum, f"{self.kind}, momentum")
        self._keep({"gamma": gamma, "beta": beta})
        self._running = {
            "running_mean": self._statistic("running_mean", running_mean, np.zeros(self.n)),
            "running_variance": self._statistic("running_variance", running_variance, np.ones(self.n)),
        }
        if (self._running["running_variance"] < 0).any():
            raise ValueError(f"{self!r}, running_variance: expected numbers of at least 0")

    @property
    def input_shape(self) -> Shape:
        """(n,)."""
        return (self.n,)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(n,) and (n, height, width) stay."""
        if len(input_shape) not in (1, 3) or input_shape[0] != self.n:
            raise WrongShape(self, f"{self.n} features, or images ({self.n}, height, width)", input_shape)
        return input_shape

    def program_for(self, input_shape: Shape) -> tuple[Line, ...]:
        """mean, variance, normalized, y = gamma ⊙ normalized + beta."""
        ndim = len(input_shape) + 1
        return (*_statistics(ndim, _batch_axes(ndim)), *_normalized(ndim, _batch_axes(ndim), 1, self.epsilon))

    @property
    def parameter_shapes(self) -> Mapping[str, Shape]:
        """Gamma and beta, (n,) each."""
        return {"gamma": (self.n,), "beta": (self.n,)}

    def draw(self, rng: np.random.Generator) -> Mapping[str, Array]:
        """Gamma ones, beta zeros: at first the layer only normalizes."""
        return {"gamma": np.ones(self.n), "beta": np.zeros(self.n)}

    def initialize(self, rng: np.random.Generator, dtype: npt.DTypeLike) -> Self:
        """Return this layer with gamma and beta, and all in the given dtype."""
        running = {name: array.astype(dtype) for name, array in self._running.items()}
        return super().initialize(rng, dtype)._with(_running=running)

    @property
    def state(self) -> Mapping[str, Array]:
        """running_mean and running_variance."""
        return self._running

    def check_batch(self, m: int, input_shape: Shape) -> None:
        """Refuse a single number per feature, which is its own mean and has no variance."""
        if m * prod(input_shape[1:]) < 2:
            raise ValueError(
                f"{self!r}: takes batches of at least 2 examples, because it measures a variance; got {m}. "
                "A network that is done learning, net.inference(), takes single ones"
            )

    def advanced(self, values: Mapping[str, Array]) -> Self:
        """Return this layer with its running statistics moved toward those of the batch just seen."""
        count = values["normalized"].size // self.n
        seen = {
            "running_mean": values["mean"].ravel(),
            "running_variance": values["variance"].ravel() * (count / max(count - 1, 1)),
        }
        share = self.momentum
        return self._with(
            _running={name: (1 - share) * old + share * seen[name] for name, old in self._running.items()}
        )

    def inference(self) -> Layer:
        """Return the layer that normalizes by the running statistics."""
        done = BatchNormInference(self.n, epsilon=self.epsilon, momentum=self.momentum)
        return done._with(_parameters=self._parameters, _running=self._running)

    @property
    def sentence(self) -> str:
        """Every feature is brought to mean 0 and variance 1 over the batch."""
        return (
            "Each feature is brought to mean 0 and variance 1 over the batch, "
            "then to a scale and a shift that are learned."
        )

    def _statistic(self, name: str, given: npt.ArrayLike | None, otherwise: Array) -> Array:
        array = otherwise if given is None else numbers(given, f"{self!r}, {name}")
        if array.shape != (self.n,):
            raise ValueError(f"{self!r}, {name}: expected shape {(self.n,)}, got {array.shape}")
        return array

    def __repr__(self) -> str:
        return f"{self.kind} {self.n}"


class BatchNormInference(BatchNorm):
    """y = gamma ⊙ (y_prev − running_mean)/√(running_variance + ε) + beta: batch normalization, done learning.

    Shapes as for `BatchNorm`. The statistics are what training left behind, so every example is treated by
    itself.
    """

    kind = "BatchNormInference"

    def program_for(self, input_shape: Shape) -> tuple[Line, ...]:
        """mean and variance from the running ones, normalized, y = gamma ⊙ normalized + beta."""
        ndim = len(input_shape) + 1
        return (
            Line("mean", PerChannel(ndim), ("running_mean",)),
            Line("variance", PerChannel(ndim), ("running_variance",)),
            *_normalized(ndim, _batch_axes(ndim), 1, self.epsilon),
        )

    def check_batch(self, m: int, input_shape: Shape) -> None:
        """Any batch will do."""

    def advanced(self, values: Mapping[str, Array]) -> Self:
        """Return this layer as it is."""
        return self

    def inference(self) -> Layer:
        """Return this layer."""
        return self

    @property
    def sentence(self) -> str:
        """Every feature is brought near mean 0 and variance 1 by the running statistics."""
        return (
            "Each feature is shifted and scaled by the running mean and variance that training left behind, "
            "then by the scale and the shift that were learned."
        )


def _batch_axes(ndim: int) -> Axes:
    """All axes but that of the features, which is axis 1."""
    return tuple(axis for axis in range(ndim) if axis != 1)


def _statistics(ndim: int, axes: Axes) -> tuple[Line, ...]:
    return (
        Line("mean", Mean(ndim, axes), ("y_prev",)),
        Line("variance", Variance(axes), ("y_prev", "mean")),
    )


def _normalized(ndim: int, axes: Axes, feature_axis: int, epsilon: float) -> tuple[Line, ...]:
    return (
        Line("normalized", Normalize(axes, epsilon), ("y_prev", "mean", "variance")),
        Line("y", ScaleAndShift(ndim, feature_axis), ("normalized", "gamma", "beta")),
    )
