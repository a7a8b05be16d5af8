"""Exercises on the forward pass: a dense layer, and softmax."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from neural_net.checker import mistakes as m
from neural_net.checker.cases import BATCHES, Random, Sizes, numbers
from neural_net.checker.exercise import Exercise
from neural_net.checker.solution import Solution, slip


def _dense(rng: Random, n: Sizes) -> Mapping[str, Any]:
    return {
        "y_prev": numbers(rng, n.m, n.n_in),
        "W": numbers(rng, n.n_in, n.n_out) / 2,
        "b": numbers(rng, n.n_out) / 2,
    }


DENSE_FORWARD = Exercise(
    name="dense forward",
    group="Forward",
    statement="The forward pass of a dense layer with tanh, for a batch with one example per row: "
    "z = y_prev W + b, then y = tanh(z). Return z and y.",
    solution=Solution("""
def dense_forward(y_prev, W, b):
    z = y_prev @ W + b
    y = np.tanh(z)
    return z, y
"""),
    sample=_dense,
    outputs=("z", "y"),
    slips=(
        slip(m.BIAS_LEFT_OUT, "z = y_prev @ W"),
        slip(m.BIAS_ON_INPUT, "z = (y_prev + b) @ W"),
        slip(m.BROADCAST_WRONG_WAY, "z = y_prev @ W + b[:, np.newaxis]"),
        slip(m.TRANSPOSE_MISPLACED, "z = y_prev @ W.T + b"),
        slip(m.SIGN_LOST, "z = y_prev @ W - b", it="b"),
        slip(m.ACTIVATION_LEFT_OUT, "y = z"),
        slip(m.ACTIVATION_TWICE, "y = np.tanh(y)"),
        slip(m.OTHER_FUNCTION, "y = 1 / (1 + np.exp(-z))"),
        slip(m.FIRST_EXAMPLE_ONLY, "z = y_prev[:1] @ W + b + 0 * y_prev @ W"),
    ),
    example={
        "y_prev": np.array([[1.0, 2.0], [0.0, -1.0]]),
        "W": np.array([[0.5, -1.0, 0.0], [0.25, 1.0, 2.0]]),
        "b": np.array([0.0, -1.0, 0.5]),
    },
    because="The first row of y_prev with the first column of W: 1 · 0.5 + 2 · 0.25 + 0 = 1 is z[0, 0].",
    reminder="Shapes: (m, n_in) times (n_in, n_out) gives (m, n_out); b has (n_out,) and goes to every row.",
)


def _scores(rng: Random, n: Sizes) -> Mapping[str, Any]:
    z = numbers(rng, n.m, n.n_out)
    return {"z": z if n != LARGE else z + 1000}


LARGE = Sizes(5, 4, 3)

SOFTMAX_FORWARD = Exercise(
    name="softmax forward",
    group="Forward",
    statement="Softmax of each row: y_k = e^z_k / Σ_j e^z_j. It should also work for scores of 1000. "
    "Return y.",
    solution=Solution("""
def softmax_forward(z):
    shifted = z - z.max(axis=1, keepdims=True)
    e = np.exp(shifted)
    y = e / e.sum(axis=1, keepdims=True)
    return y
"""),
    sample=_scores,
    outputs=("y",),
    slips=(
        slip(m.OVERFLOW, "shifted = z", it="y"),
        slip(m.WRONG_AXIS, "y = e / e.sum(axis=0, keepdims=True)"),
        slip(m.SUMMED_OVER_BATCH, "y = e / e.sum()"),
        slip(
            m.SOFTMAX_TWICE,
            "y = np.exp(y) / np.exp(y).sum(axis=1, keepdims=True)",
        ),
        slip(m.EXPONENTIAL_LEFT_OUT, "e = shifted", it="y"),
        slip(m.SIGN_LOST, "e = np.exp(-shifted)", it="z"),
        slip(m.FACTOR_LEFT_OUT, "y = e", it="y"),
    ),
    example={"z": np.log(np.array([[1.0, 3.0], [2.0, 2.0]]))},
    because="Here e^z is [1, 3] in the first row, with the sum 1 + 3 = 4, so y[0, 0] is 1 / 4 = 0.25.",
    reminder="Each row is divided by its own sum, so the sum needs axis=1 and keepdims=True.",
    sizes=(*BATCHES, LARGE),
)

EXERCISES = (DENSE_FORWARD, SOFTMAX_FORWARD)
