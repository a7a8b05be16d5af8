"""An optimizer is a rule for moving parameters downhill, given their gradient.

A rule is a frozen description. `start` binds it to one flat vector that holds all parameters of a network,
and returns the function that moves this vector in place by one gradient; what the rule remembers from step to
step (velocity, moments) lives in that function, so that one rule can serve many trainings. The formulas are
PyTorch's.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

import numpy as np

from neural_net.operations import Array
from neural_net.validation import known_name, positive_number, scalar

Move = Callable[[Array], None]
PIECE = 2**16  # numbers


class Optimizer(ABC):
    """A rule w ← w − (something made of the gradients so far)."""

    @abstractmethod
    def start(self, w: Array) -> Move:
        """Return the function that takes ∂𝓛/∂w, of the shape of w, and moves w in place by one step."""

    def _check(self, name: str, number: Callable[[object, str], float]) -> None:
        value = number(getattr(self, name), f"{type(self).__name__}, {name}")
        object.__setattr__(self, name, value)


@dataclass(frozen=True)
class SGD(Optimizer):
    """Gradient descent with momentum μ: v ← μ v + ∂𝓛/∂w, then w ← w − α v.

    It is *stochastic* because each gradient comes from a random mini-batch. With μ = 0 it is plain
    w ← w − α ∂𝓛/∂w.
    """

    learning_rate: float = 0.1
    momentum: float = 0.0

    def __post_init__(self) -> None:
        self._check("learning_rate", positive_number)
        self._check("momentum", _fraction)

    def start(self, w: Array) -> Move:
        """Bind the rule to w, with v = 0; without momentum v is the gradient, and nothing is kept."""
        rate, friction = (np.asarray(number, w.dtype) for number in (self.learning_rate, self.momentum))
        velocity = np.zeros_like(w) if self.momentum else None

        def move(gradient: Array) -> None:
            for piece, w_there, step in pieces:
                v = gradient[piece]
                if velocity is not None:
                    v = velocity[piece]
                    np.multiply(v, friction, v)
                    np.add(v, gradient[piece], v)
                np.multiply(v, rate, step)
                np.subtract(w_there, step, w_there)

        pieces = _pieces(w)
        return move


@dataclass(frozen=True)
class Adam(Optimizer):
    """Steps of about the learning rate's size, whatever the gradient's (Kingma and Ba 2015, bias corrected).

    With g = ∂𝓛/∂w at step t = 1, 2, …: m ← β₁ m + (1 − β₁) g and v ← β₂ v + (1 − β₂) g²; both start at 0,
    which m̂ = m/(1 − β₁ᵗ) and v̂ = v/(1 − β₂ᵗ) make up for; then w ← w − α m̂/(√v̂ + ε).
    """

    learning_rate: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        self._check("learning_rate", positive_number)
        self._check("beta1", _fraction)
        self._check("beta2", _fraction)
        self._check("epsilon", positive_number)

    def start(self, w: Array) -> Move:
        """Bind the rule to w, with m = v = 0 and t = 0."""
        pieces, m, v = _pieces(w), np.zeros_like(w), np.zeros_like(w)
        beta1, beta2, epsilon = (np.asarray(b, w.dtype) for b in (self.beta1, self.beta2, self.epsilon))
        rest1, rest2 = np.asarray(1 - self.beta1, w.dtype), np.asarray(1 - self.beta2, w.dtype)
        t = 0

        def move(gradient: Array) -> None:
            nonlocal t
            t += 1
            m_share, v_share = 1 - self.beta1**t, 1 - self.beta2**t
            for piece, w_there, step in pieces:
                _mix(m[piece], beta1, np.multiply(gradient[piece], rest1, step))
                squared = np.multiply(gradient[piece], gradient[piece], step)
                _mix(v[piece], beta2, np.multiply(squared, rest2, step))
                np.sqrt(np.divide(v[piece], v_share, step), step)
                np.divide(m[piece], np.add(step, epsilon, step), step)
                np.subtract(w_there, np.multiply(step, self.learning_rate / m_share, step), w_there)

        return move


def _mix(average: Array, share: Array, addition: Array) -> None:
    """Average ← share · average + addition."""
    np.multiply(average, share, average)
    np.add(average, addition, average)


def _pieces(w: Array) -> list[tuple[slice, Array, Array]]:
    """Cut the vector w into pieces that fit into the processor's cache, each with room for a step.

    So a rule that takes several operations reads large vectors from memory once, and needs no other vector.
    """
    room = np.empty_like(w[:PIECE])
    slices = [slice(start, start + PIECE) for start in range(0, len(w), PIECE)]
    return [(piece, w[piece], room[: len(w[piece])]) for piece in slices]


OPTIMIZERS: Mapping[str, type[SGD] | type[Adam]] = MappingProxyType({"sgd": SGD, "adam": Adam})


def optimizer_from(optimizer: str | Optimizer, **options: float | None) -> Optimizer:
    """Return the named optimizer with those options that are not None; an `Optimizer` stays as it is."""
    given = {name: value for name, value in options.items() if value is not None}
    if isinstance(optimizer, Optimizer):
        if given:
            names = ", ".join(given)
            raise TypeError(f"{names}: goes with an optimizer's name, but {optimizer!r} brings its own")
        return optimizer
    rule = known_name(optimizer, OPTIMIZERS, "optimizer")
    known = [field.name for field in fields(rule)]
    for name in given:
        if name not in known:
            raise TypeError(f"{name}: no option of optimizer {optimizer!r}, which takes {', '.join(known)}")
    return rule(**given)


def _fraction(value: object, where: str) -> float:
    number = float(scalar(value, where))
    if not 0 <= number < 1:
        raise ValueError(f"{where}: expected a number from 0 up to, not including, 1; got {number:g}")
    return number
