"""Exercises on the backward pass of one dense layer: for one example, for a batch, with relu."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from neural_net.checker import mistakes as m
from neural_net.checker.cases import SINGLE, Random, Sizes, numbers
from neural_net.checker.exercise import Exercise
from neural_net.checker.solution import Solution, slip
from neural_net.checker.tasks.common import averaged_again, dropped, sign_lost, transposed

GROUP = "Dense layer, backward"
OUTPUTS = ("dL_dz", "dL_dW", "dL_db", "dL_dy_prev")


def dense_values(rng: Random, n: Sizes) -> Mapping[str, Any]:
    """Both passes' values of a dense layer with tanh, for a batch."""
    z = numbers(rng, n.m, n.n_out)
    return {
        "dL_dy": numbers(rng, n.m, n.n_out),
        "y_prev": numbers(rng, n.m, n.n_in),
        "W": numbers(rng, n.n_in, n.n_out),
        "z": z,
        "y": np.tanh(z),
    }


def _one_example(rng: Random, n: Sizes) -> Mapping[str, Any]:
    values = dense_values(rng, n)
    return {name: value if name == "W" else value[0] for name, value in values.items()}


_Y = np.array([0.0, 0.6])

ONE_EXAMPLE = Exercise(
    name="dense backward one example",
    group=GROUP,
    statement="The backward pass of a dense layer with tanh, z = y_prev W + b and y = tanh(z), for one "
    "example: dL_dy, z and y have shape (n_out,), y_prev has (n_in,), W has (n_in, n_out). "
    "Return dL_dz, dL_dW, dL_db, dL_dy_prev.",
    solution=Solution("""
def dense_backward_one_example(dL_dy, y_prev, W, z, y):
    slope = 1 - y**2
    dL_dz = dL_dy * slope
    dL_dW = np.outer(y_prev, dL_dz)
    dL_db = 1.0 * dL_dz
    dL_dy_prev = dL_dz @ W.T
    return dL_dz, dL_dW, dL_db, dL_dy_prev
"""),
    sample=_one_example,
    outputs=OUTPUTS,
    slips=(
        slip(m.DERIVATIVE_LEFT_OUT, "dL_dz = 1.0 * dL_dy"),
        slip(m.DERIVATIVE_TWICE, "dL_dz = dL_dz * slope"),
        slip(m.UPSTREAM_LEFT_OUT, "dL_dz = slope"),
        slip(m.ADDED_NOT_MULTIPLIED, "dL_dz = dL_dy + slope"),
        slip(m.Z_FOR_Y, "slope = 1 - z**2", it="dL_dz"),
        slip(m.WRONG_POINT, "slope = 1 - np.tanh(y) ** 2", it="dL_dz"),
        sign_lost("dL_dz"),
        slip(m.DERIVATIVE_LEFT_OUT, "dL_dW = np.outer(y_prev, dL_dy)"),
        transposed("dL_dW"),
        slip(m.PRODUCT_OF_SUMS, "dL_dW = y_prev.sum() * dL_dz.sum() * np.ones_like(W)"),
        slip(m.SUMMED_OVER_EVERYTHING, "dL_dW = dL_dW.sum()"),
        slip(m.UPDATE_FOR_GRADIENT, "dL_dW = W - dL_dW"),
        sign_lost("dL_dW"),
        slip(m.DERIVATIVE_LEFT_OUT, "dL_db = 1.0 * dL_dy"),
        slip(m.SUMMED_OVER_EVERYTHING, "dL_db = dL_db.sum()"),
        slip(m.TIMES_INPUT, "dL_db = dL_dz * y_prev.sum()"),
        dropped("dL_db"),
        sign_lost("dL_db"),
        slip(m.TRANSPOSE_MISPLACED, "dL_dy_prev = dL_dz @ W"),
        slip(m.INVERSE, "dL_dy_prev = dL_dz @ np.linalg.pinv(W)"),
        slip(m.DERIVATIVE_LEFT_OUT, "dL_dy_prev = dL_dy @ W.T"),
        dropped("dL_dy_prev"),
        sign_lost("dL_dy_prev"),
    ),
    example={
        "dL_dy": np.array([1.0, 2.0]),
        "y_prev": np.array([1.0, -1.0, 2.0]),
        "W": np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]]),
        "z": np.arctanh(_Y),
        "y": _Y,
    },
    because="dL_dz[1] is 2 · (1 − 0.6 · 0.6) = 1.28. The weight from input 2 to unit 1 gets what came in "
    "times what comes back, 2 · 1.28 = 2.56 in dL_dW[2, 1].",
    reminder="dL_dz = dL_dy ⊙ tanh′(z); dL_dW[i, j] = y_prev[i] · dL_dz[j]; dL_db = dL_dz; "
    "dL_dy_prev = dL_dz Wᵀ.",
    sizes=SINGLE,
)

_Y_BATCH = np.array([[0.0, 0.6], [0.6, 0.0]])

BATCH = Exercise(
    name="dense backward batch",
    group=GROUP,
    statement="The backward pass of a dense layer with tanh, z = y_prev W + b and y = tanh(z), for a batch: "
    "dL_dy, z and y have shape (m, n_out), y_prev has (m, n_in), W has (n_in, n_out). "
    "Return dL_dz, dL_dW, dL_db, dL_dy_prev.",
    solution=Solution("""
def dense_backward_batch(dL_dy, y_prev, W, z, y):
    slope = 1 - y**2
    dL_dz = dL_dy * slope
    dL_dW = y_prev.T @ dL_dz
    dL_db = dL_dz.sum(axis=0)
    dL_dy_prev = dL_dz @ W.T
    return dL_dz, dL_dW, dL_db, dL_dy_prev
"""),
    sample=dense_values,
    outputs=OUTPUTS,
    slips=(
        slip(m.DERIVATIVE_LEFT_OUT, "dL_dz = 1.0 * dL_dy"),
        slip(m.DERIVATIVE_TWICE, "dL_dz = dL_dz * slope"),
        slip(m.UPSTREAM_LEFT_OUT, "dL_dz = slope"),
        slip(m.ADDED_NOT_MULTIPLIED, "dL_dz = dL_dy + slope"),
        slip(m.Z_FOR_Y, "slope = 1 - z**2", it="dL_dz"),
        slip(m.WRONG_POINT, "slope = 1 - np.tanh(y) ** 2", it="dL_dz"),
        averaged_again("dL_dz"),
        sign_lost("dL_dz"),
        slip(m.DERIVATIVE_LEFT_OUT, "dL_dW = y_prev.T @ dL_dy"),
        slip(m.TRANSPOSE_MISPLACED, "dL_dW = y_prev @ dL_dz.T"),
        transposed("dL_dW"),
        averaged_again("dL_dW"),
        slip(m.FIRST_EXAMPLE_ONLY, "dL_dW = np.outer(y_prev[0], dL_dz[0])"),
        slip(m.PRODUCT_OF_SUMS, "dL_dW = np.outer(y_prev.sum(axis=0), dL_dz.sum(axis=0))"),
        slip(m.UPDATE_FOR_GRADIENT, "dL_dW = W - dL_dW"),
        sign_lost("dL_dW"),
        slip(m.NOT_SUMMED, "dL_db = 1.0 * dL_dz"),
        slip(m.DERIVATIVE_LEFT_OUT, "dL_db = dL_dy.sum(axis=0)"),
        averaged_again("dL_db"),
        slip(m.WRONG_AXIS, "dL_db = dL_dz.sum(axis=1)"),
        slip(m.SUMMED_OVER_EVERYTHING, "dL_db = dL_dz.sum()"),
        slip(m.TIMES_INPUT, "dL_db = (y_prev.T @ dL_dz).sum(axis=0)"),
        slip(m.FIRST_EXAMPLE_ONLY, "dL_db = dL_dz[0]"),
        dropped("dL_db"),
        sign_lost("dL_db"),
        slip(m.TRANSPOSE_MISPLACED, "dL_dy_prev = dL_dz @ W"),
        slip(m.INVERSE, "dL_dy_prev = dL_dz @ np.linalg.pinv(W)"),
        slip(m.DERIVATIVE_LEFT_OUT, "dL_dy_prev = dL_dy @ W.T"),
        slip(m.UPDATED_FIRST, "dL_dy_prev = dL_dz @ (W - dL_dW).T"),
        averaged_again("dL_dy_prev"),
        dropped("dL_dy_prev"),
        sign_lost("dL_dy_prev"),
    ),
    example={
        "dL_dy": np.array([[1.0, 2.0], [1.0, 0.0]]),
        "y_prev": np.array([[1.0, -1.0, 2.0], [0.0, 1.0, 1.0]]),
        "W": np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]]),
        "z": np.arctanh(_Y_BATCH),
        "y": _Y_BATCH,
    },
    because="dL_dz[0, 1] is 2 · (1 − 0.6 · 0.6) = 1.28. For dL_dW[2, 0] both examples add up: "
    "2 · 1 + 1 · 0.64 = 2.64, and for dL_db[0] as well: 1 + 0.64 = 1.64.",
    reminder="dL_dz = dL_dy ⊙ tanh′(z); dL_dW = y_prevᵀ dL_dz; dL_db = Σ over the examples of dL_dz; "
    "dL_dy_prev = dL_dz Wᵀ.",
)


def _relu_values(rng: Random, n: Sizes) -> Mapping[str, Any]:
    values = dense_values(rng, n)
    return {name: value for name, value in values.items() if name != "y"}


RELU = Exercise(
    name="dense backward relu",
    group=GROUP,
    statement="The backward pass of a dense layer with relu, for a batch: dL_dy and z have shape (m, n_out), "
    "y_prev has (m, n_in), W has (n_in, n_out). Return dL_dz, dL_dW, dL_db, dL_dy_prev.",
    solution=Solution("""
def dense_backward_relu(dL_dy, y_prev, W, z):
    mask = z > 0
    dL_dz = dL_dy * mask
    dL_dW = y_prev.T @ dL_dz
    dL_db = dL_dz.sum(axis=0)
    dL_dy_prev = dL_dz @ W.T
    return dL_dz, dL_dW, dL_db, dL_dy_prev
"""),
    sample=_relu_values,
    outputs=OUTPUTS,
    slips=(
        slip(m.MASK_FROM_UPSTREAM, "mask = dL_dy > 0", it="dL_dz"),
        slip(m.MASK_FROM_INPUT, "mask = y_prev > 0", it="dL_dz"),
        slip(m.MASK_INVERTED, "mask = z < 0", it="dL_dz"),
        slip(m.LEAK_ADDED, "mask = np.where(z > 0, 1.0, 0.01)", it="dL_dz"),
        slip(m.FUNCTION_FOR_DERIVATIVE, "mask = np.maximum(z, 0)", it="the slope"),
        slip(m.SIGN_FUNCTION, "mask = np.sign(z)", it="the slope"),
        slip(m.DERIVATIVE_LEFT_OUT, "dL_dz = 1.0 * dL_dy"),
        slip(m.UPSTREAM_LEFT_OUT, "dL_dz = 1.0 * mask"),
        sign_lost("dL_dz"),
        slip(m.DERIVATIVE_LEFT_OUT, "dL_dW = y_prev.T @ dL_dy"),
        transposed("dL_dW"),
        averaged_again("dL_dW"),
        slip(m.NOT_SUMMED, "dL_db = 1.0 * dL_dz"),
        slip(m.DERIVATIVE_LEFT_OUT, "dL_db = dL_dy.sum(axis=0)"),
        averaged_again("dL_db"),
        slip(m.WRONG_AXIS, "dL_db = dL_dz.sum(axis=1)"),
        slip(m.TRANSPOSE_MISPLACED, "dL_dy_prev = dL_dz @ W"),
        slip(m.DERIVATIVE_LEFT_OUT, "dL_dy_prev = dL_dy @ W.T"),
        slip(m.MASK_FROM_INPUT, "dL_dy_prev = dL_dy_prev * (y_prev > 0)"),
        dropped("dL_dy_prev"),
    ),
    example={
        "dL_dy": np.array([[1.0, 2.0], [3.0, -1.0]]),
        "y_prev": np.array([[1.0, 2.0], [0.0, 1.0]]),
        "W": np.array([[1.0, -1.0], [0.5, 0.0]]),
        "z": np.array([[2.0, -1.0], [0.5, 0.5]]),
    },
    because="Unit 1 is off in the first example, so only the second one reaches its weights: "
    "dL_dW[1, 1] is 2 · 0 + 1 · (−1) = −1.",
    reminder="dL_dz = dL_dy ⊙ relu′(z), with z of this layer; the rest is as for every dense layer.",
)

EXERCISES = (ONE_EXAMPLE, BATCH, RELU)
