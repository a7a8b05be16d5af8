"""Exercises on values that are used twice: a fan-out node, and a residual block."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from neural_net.checker import mistakes as m
from neural_net.checker.cases import Random, Sizes, numbers
from neural_net.checker.exercise import Exercise
from neural_net.checker.solution import Solution, slip
from neural_net.checker.tasks.common import averaged_again, sign_lost, transposed

GROUP = "Used twice"


def _fan_out(rng: Random, n: Sizes) -> Mapping[str, Any]:
    return {
        "x": numbers(rng, n.m, n.n_in),
        "dL_du": numbers(rng, n.m, n.n_in),
        "dL_dv": numbers(rng, n.m, n.n_in),
    }


FAN_OUT = Exercise(
    name="fan-out node",
    group=GROUP,
    statement="x is used in two places: u = tanh(x) and v = x², element by element. Given dL_du and dL_dv, "
    "return dL_dx.",
    solution=Solution("""
def fan_out_backward(x, dL_du, dL_dv):
    through_u = dL_du * (1 - np.tanh(x) ** 2)
    through_v = dL_dv * 2 * x
    dL_dx = through_u + through_v
    return dL_dx
"""),
    sample=_fan_out,
    outputs=("dL_dx",),
    slips=(
        slip(m.OVERWRITTEN, "dL_dx = through_v"),
        slip(m.OVERWRITTEN, "dL_dx = through_u"),
        slip(m.CONTRIBUTIONS_AVERAGED, "dL_dx = dL_dx / 2"),
        slip(m.CONTRIBUTIONS_MULTIPLIED, "dL_dx = through_u * through_v"),
        slip(m.DERIVATIVE_LEFT_OUT, "through_u = 1.0 * dL_du", it="the way through u"),
        slip(m.DERIVATIVE_LEFT_OUT, "through_v = 1.0 * dL_dv", it="the way through v"),
        slip(m.UPSTREAM_LEFT_OUT, "through_u = 1 - np.tanh(x) ** 2", it="The way through u"),
        slip(m.UPSTREAM_LEFT_OUT, "through_v = 2 * x", it="The way through v"),
        slip(m.Z_FOR_Y, "through_u = dL_du * (1 - x**2)", it="the way through u"),
        slip(m.FACTOR_TWO, "through_v = dL_dv * x", it="The way through v"),
        slip(m.SIGN_LOST, "dL_dx = through_u - through_v", it="The way through v"),
        sign_lost("dL_dx"),
    ),
    example={"x": np.array([[0.0, 3.0]]), "dL_du": np.array([[2.0, 0.0]]), "dL_dv": np.array([[1.0, 1.0]])},
    because="At x = 0: through u comes 2 · 1 = 2, through v comes 1 · 2 · 0 = 0, together 2 + 0 = 2. "
    "At x = 3 only v counts here: 1 · 2 · 3 = 6.",
    reminder="Multiply along each way (dL_du by du/dx, dL_dv by dv/dx), then add the two ways.",
)


def _residual(rng: Random, n: Sizes) -> Mapping[str, Any]:
    a = np.tanh(numbers(rng, n.m, n.n_in))
    return {
        "dL_dy": numbers(rng, n.m, n.n_in),
        "y_prev": numbers(rng, n.m, n.n_in),
        "W": numbers(rng, n.n_in, n.n_in),
        "a": a,
    }


_A = np.array([[0.0, 0.6]])

RESIDUAL = Exercise(
    name="residual block",
    group=GROUP,
    statement="A residual block: z = y_prev W + b, a = tanh(z), y = y_prev + a. Given dL_dy, y_prev, W and "
    "a, "
    "return dL_dy_prev, dL_dW, dL_db.",
    solution=Solution("""
def residual_backward(dL_dy, y_prev, W, a):
    slope = 1 - a**2
    dL_dz = dL_dy * slope
    dL_dW = y_prev.T @ dL_dz
    dL_db = dL_dz.sum(axis=0)
    branch = dL_dz @ W.T
    dL_dy_prev = dL_dy + branch
    return dL_dy_prev, dL_dW, dL_db
"""),
    sample=_residual,
    outputs=("dL_dy_prev", "dL_dW", "dL_db"),
    slips=(
        slip(m.OVERWRITTEN, "dL_dy_prev = branch"),
        slip(m.OVERWRITTEN, "dL_dy_prev = 1.0 * dL_dy"),
        slip(m.SKIP_TWICE, "dL_dy_prev = dL_dy_prev + dL_dy"),
        slip(m.CONTRIBUTIONS_AVERAGED, "dL_dy_prev = dL_dy_prev / 2"),
        slip(m.CONTRIBUTIONS_MULTIPLIED, "dL_dy_prev = dL_dy * branch"),
        slip(m.DERIVATIVE_LEFT_OUT, "dL_dz = 1.0 * dL_dy"),
        slip(m.WRONG_POINT, "slope = 1 - np.tanh(a) ** 2", it="dL_dz"),
        slip(m.TRANSPOSE_MISPLACED, "branch = dL_dz @ W", it="the way through the branch"),
        slip(m.DERIVATIVE_LEFT_OUT, "branch = dL_dy @ W.T", it="the way through the branch"),
        transposed("dL_dW"),
        averaged_again("dL_dW"),
        slip(m.NOT_SUMMED, "dL_db = 1.0 * dL_dz"),
        averaged_again("dL_db"),
        sign_lost("dL_dy_prev"),
    ),
    example={
        "dL_dy": np.array([[1.0, 1.0]]),
        "y_prev": np.array([[2.0, -1.0]]),
        "W": np.array([[1.0, 0.0], [2.0, 1.0]]),
        "a": _A,
    },
    because="dL_dz is [1, 0.64]. Unit 0 of y_prev gets 1 directly and 1 · 1 + 0 · 0.64 = 1 through the "
    "branch, "
    "together 1 + 1 = 2.",
    reminder="y_prev is used twice: directly, which passes dL_dy as it is, and in the branch, a dense layer. "
    "The two add.",
)

EXERCISES = (FAN_OUT, RESIDUAL)
