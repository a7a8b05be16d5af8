"""How weights are drawn before training: Glorot and He, by their variances.

Glorot and Bengio (2010): Var W = 2/(n_in + n_out), for activations that are linear around 0. He et al.
(2015): Var W = 2/n_in, for ReLU and its kin, which silence half of their inputs. Biases start at 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol

import numpy as np

from neural_net.operations import Array, Shape


class Initializer(Protocol):
    """Draws weights for units with n_in inputs and n_out outputs each; (n_in, n_out) unless told a shape."""

    def __call__(self, rng: np.random.Generator, n_in: int, n_out: int, shape: Shape | None = None) -> Array:
        """Return the weights, in float64."""


def _normal(variance: Callable[[int, int], float]) -> Initializer:
    def draw(rng: np.random.Generator, n_in: int, n_out: int, shape: Shape | None = None) -> Array:
        return rng.normal(0, np.sqrt(variance(n_in, n_out)), shape or (n_in, n_out))

    return draw


def _uniform(variance: Callable[[int, int], float]) -> Initializer:
    """A uniform variable on [−r, r] has variance r²/3."""

    def draw(rng: np.random.Generator, n_in: int, n_out: int, shape: Shape | None = None) -> Array:
        radius = np.sqrt(3 * variance(n_in, n_out))
        return rng.uniform(-radius, radius, shape or (n_in, n_out))

    return draw


def glorot_variance(n_in: int, n_out: int) -> float:
    """2/(n_in + n_out)."""
    return 2 / (n_in + n_out)


def he_variance(n_in: int, _n_out: int) -> float:
    """2/n_in."""
    return 2 / n_in


def zeros(rng: np.random.Generator, n_in: int, n_out: int, shape: Shape | None = None) -> Array:
    """All weights 0: every unit of a layer stays like its neighbors, which is worth seeing once."""
    return np.zeros(shape or (n_in, n_out))


INITIALIZERS: Mapping[str, Initializer] = MappingProxyType(
    {
        "glorot_normal": _normal(glorot_variance),
        "glorot_uniform": _uniform(glorot_variance),
        "he_normal": _normal(he_variance),
        "he_uniform": _uniform(he_variance),
        "zeros": zeros,
    }
)


def default_initializer(activation: str) -> str:
    """He where the activation is ReLU or one of its kin, Glorot elsewhere."""
    return "he_normal" if activation in ("relu", "leaky_relu", "gelu", "softplus") else "glorot_normal"


def weights_and_biases(rng: np.random.Generator, shapes: Mapping[str, Shape]) -> Mapping[str, Array]:
    """Draw every matrix by Glorot's rule; every vector is zeros."""
    glorot = INITIALIZERS["glorot_normal"]
    return {
        name: glorot(rng, *shape) if len(shape) == 2 else np.zeros(shape) for name, shape in shapes.items()
    }
