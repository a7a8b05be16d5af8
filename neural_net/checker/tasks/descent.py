"""Exercises on gradient descent: the update, momentum, and the right moment for the update."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from neural_net.checker import mistakes as m
from neural_net.checker.cases import BATCHES, Random, Sizes, numbers
from neural_net.checker.exercise import Exercise
from neural_net.checker.solution import Solution, slip
from neural_net.checker.tasks.common import transposed

GROUP = "Descent"


def _update(rng: Random, n: Sizes) -> Mapping[str, Any]:
    W, dL_dW = numbers(rng, n.n_in, n.n_out), numbers(rng, n.n_in, n.n_out)
    return {"W": W, "dL_dW": dL_dW, "learning_rate": float(rng.uniform(0.1, 0.4))}


UPDATE = Exercise(
    name="update",
    group=GROUP,
    statement="One step of gradient descent: W ← W − α ∂𝓛/∂W, with the learning rate α. Return the new W; "
    "leave the old one as it is.",
    solution=Solution("""
def update(W, dL_dW, learning_rate):
    step = learning_rate * dL_dW
    W_new = W - step
    return W_new
"""),
    sample=_update,
    outputs=("W_new",),
    slips=(
        slip(m.ASCENT, "W_new = W + step"),
        slip(m.RATE_LEFT_OUT, "step = dL_dW", it="W_new"),
        slip(m.RATE_DIVIDES, "step = dL_dW / learning_rate", it="The step"),
        slip(m.GRADIENT_FOR_UPDATE, "W_new = dL_dW"),
        slip(m.GRADIENT_FOR_UPDATE, "W_new = step"),
        slip(m.GRADIENT_FOR_UPDATE, "W_new = -step"),
        slip(m.SIGN_LOST, "W_new = step - W"),
        slip(m.FACTOR_LEFT_OUT, "W_new = W - learning_rate"),
        slip(m.SIGN_OF_GRADIENT, "step = learning_rate * np.sign(dL_dW)", it="The step"),
    ),
    example={"W": np.array([[1.0, -2.0]]), "dL_dW": np.array([[0.5, -1.0]]), "learning_rate": 0.1},
    because="The first gradient is positive, so its weight goes down: 1 − 0.1 · 0.5 = 0.95.",
    reminder="New weight = old weight − learning rate · gradient.",
)


def _momentum(rng: Random, n: Sizes) -> Mapping[str, Any]:
    shape = (n.n_in, n.n_out)
    return {
        "W": numbers(rng, *shape),
        "velocity": numbers(rng, *shape),
        "dL_dW": numbers(rng, *shape),
        "learning_rate": float(rng.uniform(0.1, 0.4)),
        "momentum": float(rng.uniform(0.5, 0.8)),
    }


MOMENTUM = Exercise(
    name="momentum",
    group=GROUP,
    statement="One step with momentum μ: v ← μ v + ∂𝓛/∂W, then W ← W − α v. Return the new W and the new v.",
    solution=Solution("""
def momentum_step(W, velocity, dL_dW, learning_rate, momentum):
    velocity_new = momentum * velocity + dL_dW
    move = velocity_new
    W_new = W - learning_rate * move
    return W_new, velocity_new
"""),
    sample=_momentum,
    outputs=("W_new", "velocity_new"),
    slips=(
        slip(m.OLD_VELOCITY, "move = velocity", it="W_new"),
        slip(m.VELOCITY_UNUSED, "move = dL_dW", it="W_new"),
        slip(m.VELOCITY_AVERAGED, "velocity_new = momentum * velocity + (1 - momentum) * dL_dW"),
        slip(m.MOMENTUM_LEFT_OUT, "velocity_new = velocity + dL_dW"),
        slip(m.GRADIENT_LEFT_OUT, "velocity_new = momentum * velocity", it="velocity_new"),
        slip(
            m.RATE_IN_VELOCITY,
            "velocity_new = momentum * velocity + learning_rate * dL_dW",
            "W_new = W - velocity_new",
        ),
        slip(m.SIGN_LOST, "velocity_new = momentum * velocity - dL_dW", it="The gradient in velocity_new"),
        slip(m.ASCENT, "W_new = W + learning_rate * move"),
        slip(m.RATE_LEFT_OUT, "W_new = W - move"),
        slip(m.GRADIENT_FOR_UPDATE, "W_new = -learning_rate * move"),
        slip(m.ORDER_EXCHANGED, "return velocity_new, W_new", it="The pair that you return"),
    ),
    example={
        "W": np.array([[1.0]]),
        "velocity": np.array([[2.0]]),
        "dL_dW": np.array([[-1.0]]),
        "learning_rate": 0.5,
        "momentum": 0.9,
    },
    because="The velocity becomes 0.9 · 2 − 1 = 0.8, and W moves against it: 1 − 0.5 · 0.8 = 0.6.",
    reminder="First the new velocity, then the move by the new velocity.",
)


def backward_values(rng: Random, n: Sizes) -> Mapping[str, Any]:
    """A dense layer's values as its backward pass needs them, and a learning rate."""
    return {
        "dL_dz": numbers(rng, n.m, n.n_out),
        "y_prev": numbers(rng, n.m, n.n_in),
        "W": numbers(rng, n.n_in, n.n_out),
        "b": numbers(rng, n.n_out),
        "learning_rate": float(rng.uniform(0.1, 0.4)),
    }


BACKWARD_THEN_UPDATE = Exercise(
    name="backward then update",
    group=GROUP,
    statement="The backward pass of a dense layer, given dL_dz, together with its update by gradient "
    "descent. "
    "Return dL_dy_prev, the new W and the new b.",
    solution=Solution("""
def backward_then_update(dL_dz, y_prev, W, b, learning_rate):
    dL_dW = y_prev.T @ dL_dz
    dL_db = dL_dz.sum(axis=0)
    dL_dy_prev = dL_dz @ W.T
    W_new = W - learning_rate * dL_dW
    b_new = b - learning_rate * dL_db
    return dL_dy_prev, W_new, b_new
"""),
    sample=backward_values,
    outputs=("dL_dy_prev", "W_new", "b_new"),
    slips=(
        slip(m.UPDATED_FIRST, "dL_dy_prev = dL_dz @ (W - learning_rate * dL_dW).T"),
        slip(m.TRANSPOSE_MISPLACED, "dL_dy_prev = dL_dz @ W"),
        slip(m.INVERSE, "dL_dy_prev = dL_dz @ np.linalg.pinv(W)"),
        transposed("dL_dW"),
        slip(m.AVERAGED_AGAIN, "dL_dW = dL_dW / len(dL_dz)"),
        slip(m.AVERAGED_AGAIN, "dL_db = dL_db / len(dL_dz)"),
        slip(m.NOT_SUMMED, "dL_db = 1.0 * dL_dz"),
        slip(m.ASCENT, "W_new = W + learning_rate * dL_dW"),
        slip(m.ASCENT, "b_new = b + learning_rate * dL_db"),
        slip(m.RATE_LEFT_OUT, "W_new = W - dL_dW"),
        slip(m.RATE_LEFT_OUT, "b_new = b - dL_db"),
        slip(m.GRADIENT_FOR_UPDATE, "W_new = dL_dW"),
        slip(m.GRADIENT_FOR_UPDATE, "b_new = dL_db"),
    ),
    example={
        "dL_dz": np.array([[1.0], [2.0]]),
        "y_prev": np.array([[1.0, 0.0], [1.0, -1.0]]),
        "W": np.array([[2.0], [0.5]]),
        "b": np.array([0.0]),
        "learning_rate": 0.1,
    },
    because="Passed back with the old W: 1 · 2 = 2 is dL_dy_prev[0, 0]. Then W[0, 0] moves to "
    "2 − 0.1 · (1 · 1 + 1 · 2) = 1.7.",
    reminder="dL_dW = y_prevᵀ dL_dz, dL_db = Σ dL_dz over the examples, dL_dy_prev = dL_dz Wᵀ with the W "
    "of the "
    "forward pass; then the updates.",
    sizes=BATCHES,
)

EXERCISES = (UPDATE, MOMENTUM, BACKWARD_THEN_UPDATE)
