"""The exercise on the backward pass of batch normalization."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from neural_net.checker import mistakes as m
from neural_net.checker.cases import Random, Sizes, numbers
from neural_net.checker.exercise import Exercise
from neural_net.checker.solution import Solution, slip
from neural_net.checker.tasks.common import averaged_again, sign_lost


def _sample(rng: Random, n: Sizes) -> Mapping[str, Any]:
    return {
        "dL_dy": numbers(rng, n.m, n.n_out),
        "x": numbers(rng, n.m, n.n_out),
        "gamma": numbers(rng, n.n_out),
        "eps": float(rng.uniform(0.1, 0.3)),
    }


BATCH_NORM = Exercise(
    name="batch-norm backward",
    group="Batch normalization",
    statement="Batch normalization, column by column: x_hat = (x − mean) / √(variance + eps), with the mean "
    "and the variance (divided by m) of the batch, then y = gamma ⊙ x_hat + beta. Given dL_dy, x, gamma and "
    "eps, return dL_dx, dL_dgamma, dL_dbeta.",
    solution=Solution("""
def batch_norm_backward(dL_dy, x, gamma, eps):
    variance = x.var(axis=0)
    scale = 1 / np.sqrt(variance + eps)
    x_hat = (x - x.mean(axis=0)) * scale
    dL_dgamma = (dL_dy * x_hat).sum(axis=0)
    dL_dbeta = dL_dy.sum(axis=0)
    dL_dx_hat = dL_dy * gamma
    through_mean = dL_dx_hat.mean(axis=0)
    through_variance = x_hat * (dL_dx_hat * x_hat).mean(axis=0)
    dL_dx = scale * (dL_dx_hat - through_mean - through_variance)
    return dL_dx, dL_dgamma, dL_dbeta
"""),
    sample=_sample,
    outputs=("dL_dx", "dL_dgamma", "dL_dbeta"),
    slips=(
        slip(m.STATISTICS_CONSTANT, "dL_dx = scale * dL_dx_hat"),
        slip(m.MEAN_PATH_LEFT_OUT, "dL_dx = scale * (dL_dx_hat - through_variance)"),
        slip(m.VARIANCE_PATH_LEFT_OUT, "dL_dx = scale * (dL_dx_hat - through_mean)"),
        slip(m.FACTOR_LEFT_OUT, "dL_dx = dL_dx_hat - through_mean - through_variance"),
        slip(
            m.SIGN_LOST,
            "dL_dx = scale * (dL_dx_hat - through_mean + through_variance)",
            it="The way through the variance",
        ),
        slip(
            m.SIGN_LOST,
            "dL_dx = scale * (dL_dx_hat + through_mean - through_variance)",
            it="The way through the mean",
        ),
        slip(
            m.SUM_FOR_MEAN,
            "through_mean = dL_dx_hat.sum(axis=0)",
            "through_variance = x_hat * (dL_dx_hat * x_hat).sum(axis=0)",
            it="dL_dx",
        ),
        slip(m.GAMMA_LEFT_OUT, "dL_dx_hat = 1.0 * dL_dy", it="dL_dx"),
        slip(m.NOT_NORMALIZED, "dL_dgamma = (dL_dy * x).sum(axis=0)"),
        slip(m.NOT_SUMMED, "dL_dgamma = dL_dy * x_hat"),
        averaged_again("dL_dgamma", "x"),
        slip(m.FACTOR_LEFT_OUT, "dL_dgamma = dL_dy.sum(axis=0)"),
        slip(m.NOT_SUMMED, "dL_dbeta = 1.0 * dL_dy"),
        averaged_again("dL_dbeta", "x"),
        slip(m.GAMMA_TOO_MUCH, "dL_dbeta = (dL_dy * gamma).sum(axis=0)"),
        slip(m.UNBIASED_VARIANCE, "variance = x.var(axis=0, ddof=1)", it="the result"),
        slip(m.ROOT_LEFT_OUT, "scale = 1 / (variance + eps)", it="x_hat"),
        slip(m.CONSTANT_LEFT_OUT, "scale = 1 / np.sqrt(variance)", it="the scale (eps)"),
        slip(m.WRONG_AXIS, "variance = x.var(axis=1, keepdims=True)", it="the variance"),
        sign_lost("dL_dx"),
    ),
    example={
        "dL_dy": np.array([[1.0], [0.0]]),
        "x": np.array([[2.0], [0.0]]),
        "gamma": np.array([3.0]),
        "eps": 3.0,
    },
    because="The mean is (2 + 0) / 2 = 1 and the variance is (1 · 1 + 1 · 1) / 2 = 1, so x_hat[0] is 1 / 2 "
    "= 0.5. "
    "dL_dgamma is 1 · 0.5 + 0 · (−0.5) = 0.5.",
    reminder="With g = dL_dy ⊙ gamma: dL_dx = (g − mean(g) − x_hat ⊙ mean(g ⊙ x_hat)) / √(variance + eps), "
    "means over the examples.",
)

EXERCISES = (BATCH_NORM,)
