"""The exercise on measuring a gradient by nudging."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from neural_net.checker import mistakes as m
from neural_net.checker.cases import Random, Sizes, numbers
from neural_net.checker.exercise import Exercise
from neural_net.checker.solution import Solution, slip
from neural_net.operations import Array


def _function(a: Array) -> Callable[[Array], float]:
    """A function whose third derivatives are not 0, so that the ways to measure differ."""

    def f(x: Array) -> float:
        """a function of an array that returns a number"""
        return float(np.sum(a * np.exp(x)) + np.sum(np.asarray(x)) ** 3 / 10)

    return f


def _sample(rng: Random, n: Sizes) -> Mapping[str, Any]:
    x = numbers(rng, n.n_in, n.n_out)
    return {"f": _function(numbers(rng, n.n_in, n.n_out)), "x": x, "h": float(rng.uniform(0.02, 0.1))}


def _square_and_triple(x: Array) -> float:
    """x[0]² + 3 x[1]"""
    return float(x[0] ** 2 + 3 * x[1])


NUMERICAL = Exercise(
    name="numerical gradient",
    group="Numerical gradient",
    statement="Measure the gradient of a function f of an array x by central differences with the step h: "
    "move "
    "one entry of x by +h and by −h and see how far f goes. f takes an array of the shape of x and returns a "
    "number. Return the gradient, in the shape of x.",
    solution=Solution("""
def numerical_gradient(f, x, h):
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        nudge = np.zeros(x.shape)
        nudge[i] = h
        above = f(x + nudge)
        below = f(x - nudge)
        slope = (above - below) / (2 * h)
        gradient[i] = slope
    result = gradient
    return result
"""),
    sample=_sample,
    outputs=("gradient",),
    slips=(
        slip(m.ONE_SIDED, "slope = (above - f(x)) / h", it="gradient"),
        slip(m.ONE_SIDED, "slope = (f(x) - below) / h", it="gradient"),
        slip(m.FACTOR_TWO, "slope = (above - below) / h", it="gradient"),
        slip(m.FACTOR_TWO, "slope = (above - f(x)) / (2 * h)", it="gradient"),
        slip(m.DIVISION_LEFT_OUT, "slope = above - below", it="gradient"),
        slip(m.CONSTANT_LEFT_OUT, "slope = (above - below) / 2", it="gradient"),
        slip(m.ALL_AT_ONCE, "nudge[...] = h", at="nudge[i] = h", it="gradient"),
        slip(m.NOT_PUT_BACK, "slope = slope; x = x - nudge", it="gradient"),
        slip(m.NOT_PUT_BACK, "slope = slope; x = x + nudge", it="gradient"),
        slip(m.SIGN_LOST, "result = -result", it="gradient"),
        slip(m.SUMMED_OVER_EVERYTHING, "result = result.sum()", it="gradient"),
    ),
    example={"f": _square_and_triple, "x": np.array([2.0, 1.0]), "h": 0.1},
    because="First entry: f goes from 1.9 · 1.9 + 3 = 6.61 to 2.1 · 2.1 + 3 = 7.41 over a distance of 0.2, "
    "and "
    "(7.41 − 6.61) / 0.2 = 4.",
    reminder="(f(x + h e_i) − f(x − h e_i)) / (2h), for every entry i by itself.",
)

EXERCISES = (NUMERICAL,)
