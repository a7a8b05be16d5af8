"""Independent oracles: the same mathematics written again, and differentiated by somebody else.

Nothing here imports the project. HIPS autograd is the default oracle, PyTorch the second where installed;
finite differences know nothing but function values. Shapes and values come from hypothesis by `cases`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

import autograd
import autograd.numpy as anp
import numpy as np
from autograd.extend import defvjp, primitive
from hypothesis import strategies as st

from tests.requirement import require_module

ORACLES = ("autograd", "torch")
ACTIVATIONS = ("identity", "relu", "leaky_relu", "sigmoid", "tanh", "gelu", "softplus", "softmax")
LOSSES = (
    "mse",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "cross_entropy_with_logits",
)
HEADS = {"binary_cross_entropy": "sigmoid", "cross_entropy": "softmax"}  # of the other losses: identity
TOLERANCE = {"float64": 1e-10, "float32": 1e-5}


class Oracle(NamedTuple):
    """Formulas by name, and `differentiate(f, *arrays)`: the scalar f, and its gradient for each array."""

    activations: dict[str, Callable[[Any], Any]]
    losses: dict[str, Callable[[Any, Any], Any]]
    differentiate: Callable[..., tuple[float, list[np.ndarray]]]

    def network_loss(self, names: Sequence[str], loss: str, x: Any, target: Any, *parameters: Any) -> Any:
        """The loss of dense layers with the named activations; parameters are W_(1), b_(1), W_(2), …"""
        y = x
        for name, W, b in zip(names, parameters[::2], parameters[1::2], strict=True):
            y = self.activations[name](y @ W + b)
        return self.losses[loss](y, target)


@cache
def oracle(name: str) -> Oracle:
    """Return the oracle called "autograd" or "torch"."""
    if name == "autograd":
        return Oracle(_AUTOGRAD_ACTIVATIONS, _AUTOGRAD_LOSSES, _differentiate_by_autograd)
    require_module("torch")
    return _torch_oracle()


# --- HIPS autograd ----------------------------------------------------------------------------------

erf = primitive(np.vectorize(math.erf, otypes=[float]))
defvjp(erf, lambda _, z: lambda g: g * 2 / np.sqrt(np.pi) * np.exp(-(z**2)))


def _log_sum_exp(z: Any) -> Any:
    top = np.max(autograd.tracer.getval(z), axis=-1, keepdims=True)
    return top + anp.log(anp.sum(anp.exp(z - top), axis=-1, keepdims=True))


def _log_sigmoid(z: Any) -> Any:
    return -anp.logaddexp(0.0, -z)


_AUTOGRAD_ACTIVATIONS = {
    "identity": lambda z: z,
    "relu": lambda z: anp.where(z > 0, z, 0.0),
    "leaky_relu": lambda z: anp.where(z > 0, z, 0.01 * z),
    "sigmoid": lambda z: 0.5 * (anp.tanh(z / 2) + 1),
    "tanh": lambda z: (anp.exp(2 * z) - 1) / (anp.exp(2 * z) + 1),
    "gelu": lambda z: 0.5 * z * (1 + erf(z / math.sqrt(2))),
    "softplus": lambda z: anp.logaddexp(0.0, z),
    "softmax": lambda z: anp.exp(z - _log_sum_exp(z)),
}
_AUTOGRAD_LOSSES = {
    "mse": lambda y, t: anp.mean((t - y) ** 2),
    "binary_cross_entropy": lambda y, t: anp.mean(-t * anp.log(y) - (1 - t) * anp.log(1 - y)),
    "binary_cross_entropy_with_logits": lambda z, t: anp.mean(
        -t * _log_sigmoid(z) - (1 - t) * _log_sigmoid(-z)
    ),
    "cross_entropy": lambda y, t: anp.mean(-anp.sum(t * anp.log(y), axis=1)),
    "cross_entropy_with_logits": lambda z, t: anp.mean(anp.sum(t * (_log_sum_exp(z) - z), axis=1)),
}


def _differentiate_by_autograd(f: Callable[..., Any], *arrays: np.ndarray) -> tuple[float, list[np.ndarray]]:
    return float(f(*arrays)), list(autograd.grad(f, argnum=tuple(range(len(arrays))))(*arrays))


# --- PyTorch ----------------------------------------------------------------------------------------


def _torch_oracle() -> Oracle:
    import torch
    from torch.nn import functional as F

    activations = {
        "identity": lambda z: z,
        "relu": F.relu,
        "leaky_relu": F.leaky_relu,
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "gelu": F.gelu,
        "softplus": lambda z: torch.logaddexp(z, torch.zeros_like(z)),
        "softmax": lambda z: F.softmax(z, dim=-1),
    }
    losses = {
        "mse": F.mse_loss,
        "binary_cross_entropy": F.binary_cross_entropy,
        "binary_cross_entropy_with_logits": F.binary_cross_entropy_with_logits,
        "cross_entropy": lambda y, t: -(t * y.log()).sum() / len(y),
        "cross_entropy_with_logits": F.cross_entropy,
    }

    def differentiate(f: Callable[..., Any], *arrays: np.ndarray) -> tuple[float, list[np.ndarray]]:
        tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
        value = f(*tensors)
        return value.item(), [gradient.numpy() for gradient in torch.autograd.grad(value, tensors)]

    def as_tensors(f: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *values: f(*(torch.as_tensor(value) for value in values))

    return Oracle(
        {name: as_tensors(f) for name, f in activations.items()},
        {name: as_tensors(f) for name, f in losses.items()},
        differentiate,
    )


def weighted_sum(upstream: np.ndarray, y: Any) -> Any:
    """Σ g ⊙ y, a scalar whose gradient with respect to y is g; for numpy, autograd and torch alike."""
    if hasattr(y, "new_tensor"):
        return (y.new_tensor(upstream) * y).sum()
    return anp.sum(upstream * y)


# --- Finite differences, and comparing --------------------------------------------------------------


def central_difference(f: Callable[[np.ndarray], float], at: np.ndarray, step: float = 1e-6) -> np.ndarray:
    """The gradient of f by (f(a + h) − f(a − h)) / 2h, entry by entry."""
    gradient = np.zeros(at.shape)
    for index in np.ndindex(at.shape):
        h = np.zeros(at.shape)
        h[index] = step
        gradient[index] = (f(at + h) - f(at - h)) / (2 * step)
    return gradient


def assert_same(actual: Any, expected: Any, tolerance: float = TOLERANCE["float64"]) -> None:
    """Same shape, and apart by at most `tolerance` of the largest entry, with room for rounding."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.shape == expected.shape
    rounding = max(100 * float(np.finfo(actual.dtype).eps), tolerance / 100)
    error, allowed = np.abs(actual - expected).max(), tolerance * np.abs(expected).max() + rounding
    assert error <= allowed, f"{error:.1e} apart, not {allowed:.1e}\nactual\n{actual}\nexpected\n{expected}"


# --- Cases ------------------------------------------------------------------------------------------


class Case(NamedTuple):
    """Shapes m ≠ n_in ≠ n_out, and a seeded source of numbers."""

    m: int
    n_in: int
    n_out: int
    seed: int

    def normal(self, *shape: int, dtype: str = "float64", draw: int = 0) -> np.ndarray:
        """Standard normal numbers; another `draw` gives others."""
        return np.random.default_rng([self.seed, draw]).normal(size=shape).astype(dtype)

    def probabilities(self, *shape: int, dtype: str = "float64", draw: int = 0) -> np.ndarray:
        """Numbers from 0.05 to 0.95."""
        return np.random.default_rng([self.seed, draw]).uniform(0.05, 0.95, shape).astype(dtype)

    def rows_of_probabilities(self, *shape: int, dtype: str = "float64", draw: int = 0) -> np.ndarray:
        """Rows that sum to 1."""
        p = self.probabilities(*shape, draw=draw)
        return (p / p.sum(axis=1, keepdims=True)).astype(dtype)

    def target(self, loss: str, *shape: int, dtype: str = "float64") -> np.ndarray:
        """A target that the loss takes, not one-hot."""
        if loss == "mse":
            return self.normal(*shape, dtype=dtype, draw=7)
        if loss.startswith("binary"):
            return self.probabilities(*shape, dtype=dtype, draw=7)
        return self.rows_of_probabilities(*shape, dtype=dtype, draw=7)


def cases() -> st.SearchStrategy[Case]:
    """Three different sizes from 1 to 6, and a seed."""
    sizes = st.permutations(range(1, 7)).map(lambda p: p[:3])
    return st.builds(lambda s, seed: Case(*s, seed), sizes, st.integers(0, 2**32 - 1))


ONE_EXAMPLE = Case(1, 3, 4, 0)
