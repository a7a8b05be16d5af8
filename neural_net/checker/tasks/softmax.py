"""The exercise on softmax's vector-Jacobian product."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from neural_net.checker import mistakes as m
from neural_net.checker.cases import Random, Sizes, distributions, numbers
from neural_net.checker.exercise import Exercise
from neural_net.checker.solution import Solution, slip
from neural_net.checker.tasks.common import sign_lost


def _sample(rng: Random, n: Sizes) -> Mapping[str, Any]:
    return {"dL_dy": numbers(rng, n.m, n.n_out), "y": distributions(rng, n.m, n.n_out)}


SOFTMAX_VJP = Exercise(
    name="softmax vjp",
    group="Softmax",
    statement="The way back through y = softmax(z), row by row, for any loss: given the upstream gradient "
    "dL_dy and the probabilities y, return dL_dz, without building a Jacobian.",
    solution=Solution("""
def softmax_vjp(dL_dy, y):
    probabilities = y
    mean = (dL_dy * probabilities).sum(axis=1, keepdims=True)
    centered = dL_dy - mean
    dL_dz = probabilities * centered
    return dL_dz
"""),
    sample=_sample,
    outputs=("dL_dz",),
    slips=(
        slip(m.SOFTMAX_DIAGONAL, "dL_dz = dL_dy * y * (1 - y)"),
        slip(m.WEIGHTS_OF_SUM_LEFT_OUT, "mean = dL_dy.sum(axis=1, keepdims=True)", it="dL_dz"),
        slip(m.MEAN_FOR_SUM, "mean = (dL_dy * y).mean(axis=1, keepdims=True)", it="dL_dz"),
        slip(m.WRONG_AXIS, "mean = (dL_dy * y).sum(axis=0, keepdims=True)", it="dL_dz"),
        slip(m.SUMMED_OVER_BATCH, "mean = (dL_dy * y).sum()", it="Σ g_k y_k"),
        slip(m.SIGN_LOST, "centered = dL_dy + mean", it="Σ g_k y_k"),
        slip(m.FACTOR_LEFT_OUT, "dL_dz = centered"),
        slip(m.DERIVATIVE_LEFT_OUT, "dL_dz = 1.0 * dL_dy"),
        slip(m.UPSTREAM_LEFT_OUT, "dL_dz = y * (1 - y)"),
        slip(
            m.SOFTMAX_TWICE,
            "probabilities = np.exp(y) / np.exp(y).sum(axis=1, keepdims=True)",
            it="dL_dz",
        ),
        slip(
            m.JACOBIAN_RETURNED,
            "dL_dz = np.array([np.diag(row) - np.outer(row, row) for row in y])",
        ),
        sign_lost("dL_dz"),
    ),
    example={"dL_dy": np.array([[4.0, 0.0]]), "y": np.array([[0.25, 0.75]])},
    because="The weighted sum is 4 · 0.25 + 0 · 0.75 = 1, so dL_dz[0, 0] is 0.25 · (4 − 1) = 0.75. A row "
    "sums to 0.",
    reminder="dL_dz = y ⊙ (g − Σ_k g_k y_k), with g = dL_dy and one sum for each row.",
)

EXERCISES = (SOFTMAX_VJP,)
