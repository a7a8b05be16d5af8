"""The exercise on the whole backward pass of a network."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from neural_net.checker import mistakes as m
from neural_net.checker.cases import BATCHES, Random, Sizes, numbers
from neural_net.checker.exercise import Exercise
from neural_net.checker.solution import Solution, slip
from neural_net.checker.tasks.common import sign_lost, transposed


def _sample(rng: Random, n: Sizes) -> Mapping[str, Any]:
    """A network n_in → n_out → … → n_out of two or three layers, run forward."""
    widths = (n.n_in, n.n_out, n.n_in, n.n_out)[: 3 + n.m % 2]
    W = [numbers(rng, a, b) / 2 for a, b in pairwise(widths)]
    y = [numbers(rng, n.m, widths[0])]
    for weights in W:
        y.append(np.tanh(y[-1] @ weights + numbers(rng, weights.shape[1]) / 4))
    return {"y": y, "W": W, "target": rng.uniform(-0.9, 0.9, y[-1].shape)}


_W = [np.array([[1.0, 0.0]]), np.array([[1.0], [2.0]])]

NETWORK = Exercise(
    name="network backward",
    group="Network, backward",
    statement="The whole backward pass of a network of dense layers, each with tanh, and the mean squared "
    "error (the mean over all elements). y = [y_0, y_1, …, y_L] holds the input and every layer's output, "
    "W = [W_1, …, W_L] the weights. Return a list with the pair (dL_dW, dL_db) of each layer, layer 1 first.",
    solution=Solution("""
def network_backward(y, W, target):
    gradients = []
    error = y[-1] - target
    upstream = 2 * error / target.size
    for l in range(len(W), 0, -1):
        slope = 1 - y[l] ** 2
        dL_dz = upstream * slope
        dL_dW = y[l - 1].T @ dL_dz
        dL_db = dL_dz.sum(axis=0)
        gradients.insert(0, (dL_dW, dL_db))
        passed = dL_dz @ W[l - 1].T
        upstream = passed
    return gradients
"""),
    sample=_sample,
    outputs=("dL_dW", "dL_db"),
    slips=(
        slip(
            m.LOSS_GRADIENT_LEFT_OUT,
            "upstream = np.ones_like(error)",
            at="upstream = 2 * error / target.size",
            it="dL_dy",
        ),
        slip(
            m.FACTOR_TWO,
            "upstream = error / target.size",
            at="upstream = 2 * error / target.size",
            it="The gradient of the loss",
        ),
        slip(
            m.NOT_AVERAGED,
            "upstream = 2 * error",
            at="upstream = 2 * error / target.size",
            it="The gradient of the loss",
        ),
        slip(
            m.AVERAGED_OVER_EXAMPLES,
            "upstream = 2 * error / len(target)",
            at="upstream = 2 * error / target.size",
            it="The gradient of the loss",
        ),
        slip(m.SIGN_LOST, "error = target - y[-1]", it="The gradient of the loss"),
        slip(m.DERIVATIVE_LEFT_OUT, "dL_dz = upstream", it="dL_dz"),
        slip(m.DERIVATIVE_TWICE, "dL_dz = dL_dz * slope"),
        slip(m.AVERAGED_AGAIN, "dL_dz = dL_dz / len(target)", it="every layer's dL_dz"),
        slip(m.WRONG_LAYER, "slope = 1 - y[l - 1] ** 2", it="The slope of a layer"),
        slip(m.OTHER_FUNCTION, "slope = y[l] * (1 - y[l])", it="the slope"),
        slip(m.WRONG_POINT, "slope = 1 - np.tanh(y[l]) ** 2", it="The slope"),
        slip(m.WRONG_LAYER, "dL_dW = y[l].T @ dL_dz"),
        transposed("dL_dW"),
        slip(m.AVERAGED_AGAIN, "dL_dW = dL_dW / len(target)"),
        slip(m.DERIVATIVE_LEFT_OUT, "dL_dW = y[l - 1].T @ upstream"),
        sign_lost("dL_dW"),
        slip(m.NOT_SUMMED, "dL_db = 1.0 * dL_dz"),
        slip(m.AVERAGED_AGAIN, "dL_db = dL_dz.mean(axis=0)"),
        slip(
            m.ORDER_REVERSED,
            "gradients.append((dL_dW, dL_db))",
            at="gradients.insert(0, (dL_dW, dL_db))",
            it="gradients",
        ),
        slip(m.ERROR_MOVED_BACKWARD, "passed = upstream @ W[l - 1].T"),
        slip(m.TRANSPOSE_MISPLACED, "passed = dL_dz @ W[l - 1]", it="dL_dy"),
        slip(m.INVERSE, "passed = dL_dz @ np.linalg.pinv(W[l - 1])", it="dL_dy"),
        slip(m.UPDATED_FIRST, "passed = dL_dz @ (W[l - 1] - dL_dW).T", it="The gradient passed on"),
        slip(m.NOT_PASSED_ON, "passed = upstream"),
    ),
    example={
        "y": [np.array([[0.5]]), np.array([[0.5, 0.0]]), np.array([[0.6]])],
        "W": _W,
        "target": np.array([[0.1]]),
    },
    because="At the head: dL_dy = 2 · (0.6 − 0.1) / 1 = 1, and dL_dz = 1 · (1 − 0.6 · 0.6) = 0.64, which "
    "is dL_db of "
    "layer 2. Its W passes 0.64 and 1.28 to the units of layer 1, the second through a slope of 1.",
    reminder="Begin with ∂𝓛/∂ŷ = 2 (ŷ − t) / (m n). Then for l = L … 1: dL_dz, from it dL_dW and dL_db, and "
    "dL_dy for the layer before.",
    sizes=(*BATCHES, Sizes(4, 4, 4)),
)

EXERCISES = (NETWORK,)
