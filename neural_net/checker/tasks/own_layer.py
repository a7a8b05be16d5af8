"""The exercise of a layer of one's own, as a class with forward and backward."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from neural_net.checker import mistakes as m
from neural_net.checker.cases import Random, Sizes, numbers
from neural_net.checker.exercise import Exercise
from neural_net.checker.plugging import plugged
from neural_net.checker.report import RAISED, WRONG_VALUE, Report
from neural_net.checker.solution import Solution, slip
from neural_net.checker.tasks.common import averaged_again, sign_lost


@dataclass(frozen=True)
class BothPasses:
    """Calls the two methods of a layer; backward twice, because a first call must leave nothing behind."""

    layer: Any

    @property
    def stands_for(self) -> tuple[Any, ...]:
        """The learner's own functions."""
        return type(self.layer).forward, type(self.layer).backward

    def __call__(self, y_prev: Any, g: Any, c: Any, dL_dy: Any) -> tuple[object, ...]:
        """Return y, then what the second call of backward returns."""
        layer = copy.deepcopy(self.layer)  # one for each case
        y = layer.forward(y_prev, g, c)
        layer.backward(2 * dL_dy, y, y_prev, g, c)
        gradients = layer.backward(dL_dy, y, y_prev, g, c)
        if gradients is None:
            return y, None, None, None
        return (y, *gradients) if isinstance(gradients, tuple | list) else (y, gradients)


@dataclass(frozen=True, eq=False, repr=False)
class OwnLayer(Exercise):
    """An exercise whose answer is a class with forward and backward, and which is then put to use."""

    def function(self, answer: Any) -> Callable[..., object]:
        """The two passes of the class, or of an instance of it."""
        if not callable(getattr(answer, "forward", None)) or not callable(getattr(answer, "backward", None)):
            kind = "a class without them" if isinstance(answer, type) else f"a {type(answer).__name__}"
            raise TypeError(f"Expected a class with the methods forward and backward; got {kind}.")
        return BothPasses(answer() if isinstance(answer, type) else answer)

    def takes_values(self) -> bool:
        """A layer is no array."""
        return False

    def judge(self, answer: object, seed: int = 0) -> Report:
        """Judge both passes on the cases, then the layer as a part of a network."""
        report = super().judge(answer, seed)
        if not report.passed:
            return report
        g, c = np.array([1.5, -0.5, 2.0, 1.0]), np.array([0.0, 0.5, -1.0, 0.25])
        try:
            n_steps, passed = plugged(answer, 4, g=g, c=c)
        except Exception as error:
            says = f"By itself it is right, but as a layer of a network it raised {error!r}."
            return replace(report, verdict=RAISED, says=(says,))
        if not passed:
            says = "By itself it is right, but as a layer of a network it failed the gradient check."
            return replace(report, verdict=WRONG_VALUE, says=(says,))
        says = f"In a network of three layers it was traced, told in {n_steps} steps, and passed the "
        "gradient check."
        return replace(report, says=(*report.says, says))


def _sample(rng: Random, n: Sizes) -> Mapping[str, Any]:
    return {
        "y_prev": numbers(rng, n.m, n.n_in),
        "g": numbers(rng, n.n_in),
        "c": numbers(rng, n.n_in),
        "dL_dy": numbers(rng, n.m, n.n_in),
    }


OWN_LAYER = OwnLayer(
    name="own layer",
    group="A layer of one's own",
    statement="A layer that gives each feature a gain and an offset: y = g ⊙ y_prev + c, with g and c of "
    "shape "
    "(n,), the same for every example. Write a class with forward, which returns y, and backward, which "
    "returns dL_dy_prev, dL_dg, dL_dc. nnh.own_layer(ScaleShift, g=…, c=…) makes a layer of a network "
    "of it.",
    solution=Solution("""
class ScaleShift:
    def forward(self, y_prev, g, c):
        y = y_prev * g + c
        return y

    def backward(self, dL_dy, y, y_prev, g, c):
        dL_dy_prev = dL_dy * g
        dL_dg = (dL_dy * y_prev).sum(axis=0)
        dL_dc = dL_dy.sum(axis=0)
        return dL_dy_prev, dL_dg, dL_dc
"""),
    sample=_sample,
    outputs=("y", "dL_dy_prev", "dL_dg", "dL_dc"),
    slips=(
        slip(m.BIAS_LEFT_OUT, "y = y_prev * g"),
        slip(m.BIAS_ON_INPUT, "y = (y_prev + c) * g"),
        slip(m.FACTOR_LEFT_OUT, "y = y_prev + c"),
        slip(m.FACTOR_LEFT_OUT, "dL_dy_prev = 1.0 * dL_dy"),
        slip(m.UPSTREAM_LEFT_OUT, "dL_dy_prev = g + 0 * dL_dy"),
        slip(m.INVERSE_FACTOR, "dL_dy_prev = dL_dy / g"),
        sign_lost("dL_dy_prev"),
        slip(m.NOT_SUMMED, "dL_dg = dL_dy * y_prev"),
        averaged_again("dL_dg", "y_prev"),
        slip(m.FACTOR_LEFT_OUT, "dL_dg = dL_dy.sum(axis=0)"),
        slip(m.PRODUCT_OF_SUMS, "dL_dg = dL_dy.sum(axis=0) * y_prev.sum(axis=0)"),
        slip(m.FORWARD_OUTPUT, "dL_dg = (dL_dy * y).sum(axis=0)"),
        slip(m.WRONG_AXIS, "dL_dg = (dL_dy * y_prev).sum(axis=1)"),
        slip(m.SUMMED_OVER_EVERYTHING, "dL_dg = (dL_dy * y_prev).sum()"),
        slip(m.GRADIENT_LEFT_IN, "dL_dg = self.dL_dg = dL_dg + getattr(self, 'dL_dg', 0)"),
        slip(m.NOT_SUMMED, "dL_dc = 1.0 * dL_dy"),
        averaged_again("dL_dc", "y_prev"),
        slip(m.WRONG_AXIS, "dL_dc = dL_dy.sum(axis=1)"),
        slip(m.SUMMED_OVER_EVERYTHING, "dL_dc = dL_dy.sum()"),
        slip(m.TIMES_INPUT, "dL_dc = (dL_dy * y_prev).sum(axis=0)"),
        slip(m.GRADIENT_LEFT_IN, "dL_dc = self.dL_dc = dL_dc + getattr(self, 'dL_dc', 0)"),
    ),
    example={
        "y_prev": np.array([[1.0, 2.0], [3.0, 0.0]]),
        "g": np.array([2.0, -1.0]),
        "c": np.array([0.0, 1.0]),
        "dL_dy": np.array([[1.0, 0.5], [1.0, 0.0]]),
    },
    because="g[0] was used by both examples, so what they send back adds up: 1 · 1 + 1 · 3 = 4 in dL_dg[0].",
    reminder="What is broadcast forward is summed backward: dL_dg and dL_dc have the shape of g and c.",
)

EXERCISES = (OWN_LAYER,)
