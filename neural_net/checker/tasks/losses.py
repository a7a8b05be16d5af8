"""Exercises on the gradients of losses: to predictions, to probabilities, and to scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from neural_net.checker import mistakes as m
from neural_net.checker.cases import Random, Sizes, distributions, numbers, one_hot, probabilities
from neural_net.checker.exercise import Exercise
from neural_net.checker.solution import Slip, Solution, slip
from neural_net.checker.tasks.common import sign_lost

GROUP = "Losses"
P, Z = "dL_dy_hat", "dL_dz"


def _regression(rng: Random, n: Sizes) -> Mapping[str, Any]:
    return {"y_hat": numbers(rng, n.m, n.n_out), "target": numbers(rng, n.m, n.n_out)}


MSE = Exercise(
    name="mse gradient",
    group=GROUP,
    statement="The gradient of the mean squared error 𝓛 = (1/(m n)) Σ (ŷ − t)², the mean over all m × n "
    "elements, with respect to the prediction. Return dL_dy_hat.",
    solution=Solution("""
def mse_gradient(y_hat, target):
    dL_dy_hat = 2 * (y_hat - target) / y_hat.size
    return dL_dy_hat
"""),
    sample=_regression,
    outputs=(P,),
    slips=(
        sign_lost(P),
        slip(m.FACTOR_TWO, "dL_dy_hat = dL_dy_hat / 2"),
        slip(m.NOT_AVERAGED, "dL_dy_hat = dL_dy_hat * y_hat.size"),
        slip(m.AVERAGED_OVER_EXAMPLES, "dL_dy_hat = dL_dy_hat * y_hat.shape[1]"),
        slip(m.AVERAGED_AGAIN, "dL_dy_hat = dL_dy_hat / len(y_hat)"),
        slip(m.ABSOLUTE_ERROR, "dL_dy_hat = np.sign(y_hat - target) / y_hat.size"),
        slip(m.LOSS_FOR_GRADIENT, "dL_dy_hat = np.mean((y_hat - target) ** 2)"),
        slip(m.LOSS_FOR_GRADIENT, "dL_dy_hat = (y_hat - target) ** 2"),
        slip(m.SUMMED_OVER_EVERYTHING, "dL_dy_hat = dL_dy_hat.sum()"),
        slip(m.TARGET_LEFT_OUT, "dL_dy_hat = 2 * y_hat / y_hat.size"),
    ),
    example={"y_hat": np.array([[3.0, 1.0]]), "target": np.array([[1.0, 2.0]])},
    because="Two elements, so 2 · (3 − 1) / 2 = 2 for the first and 2 · (1 − 2) / 2 = −1 for the second.",
    reminder="∂𝓛/∂ŷ = 2 (ŷ − t) / (m n), one number for each element of ŷ.",
)


def _column(rng: Random, n: Sizes) -> Mapping[str, Any]:
    return {"y_hat": numbers(rng, n.m, 1), "target": numbers(rng, n.m)}


MSE_FLAT = Exercise(
    name="mse gradient flat target",
    group=GROUP,
    statement="The gradient of the mean squared error for a network with one output: y_hat has the shape "
    "(m, 1), but target came as (m,). Return dL_dy_hat in the shape of y_hat.",
    solution=Solution("""
def mse_gradient_flat_target(y_hat, target):
    column = target.reshape(y_hat.shape)
    dL_dy_hat = 2 * (y_hat - column) / y_hat.size
    return dL_dy_hat
"""),
    sample=_column,
    outputs=(P,),
    slips=(
        slip(m.ROW_AGAINST_COLUMN, "column = target", it=P),
        slip(
            m.ROW_AGAINST_COLUMN, "dL_dy_hat = (2 * (y_hat - target) / y_hat.size).sum(axis=1, keepdims=True)"
        ),
        slip(
            m.ROW_AGAINST_COLUMN,
            "dL_dy_hat = (2 * (y_hat - target) / y_hat.size).mean(axis=1, keepdims=True)",
        ),
        sign_lost(P),
        slip(m.FACTOR_TWO, "dL_dy_hat = dL_dy_hat / 2"),
        slip(m.NOT_AVERAGED, "dL_dy_hat = dL_dy_hat * y_hat.size"),
        slip(m.AVERAGED_AGAIN, "dL_dy_hat = dL_dy_hat / len(y_hat)"),
        slip(m.SUMMED_OVER_EVERYTHING, "dL_dy_hat = dL_dy_hat.sum()"),
    ),
    example={"y_hat": np.array([[3.0], [1.0]]), "target": np.array([1.0, 2.0])},
    because="First example: 2 · (3 − 1) / 2 = 2. The second target, 2, meets the second prediction only.",
    reminder="y_hat - target would have the shape (m, m): bring target to the shape of y_hat first.",
)


def _binary(rng: Random, n: Sizes) -> Mapping[str, Any]:
    return {"y_hat": probabilities(rng, n.m, n.n_out), "target": rng.integers(0, 2, (n.m, n.n_out)) * 1.0}


def _means(quantity: str, source: str) -> tuple[Slip, ...]:
    """The ways to go wrong with a mean over all elements."""
    return (
        slip(m.NOT_AVERAGED, f"{quantity} = {quantity} * {source}.size"),
        slip(m.AVERAGED_OVER_EXAMPLES, f"{quantity} = {quantity} * {source}.shape[1]"),
        slip(m.AVERAGED_AGAIN, f"{quantity} = {quantity} / len({source})"),
    )


BINARY_TO_PROBABILITIES = Exercise(
    name="binary cross-entropy gradient to probabilities",
    group=GROUP,
    statement="The gradient of the binary cross-entropy 𝓛 = −(1/(m n)) Σ [t log ŷ + (1 − t) log(1 − ŷ)], "
    "the mean over all m × n elements, with respect to the probabilities ŷ. Return dL_dy_hat.",
    solution=Solution("""
def binary_cross_entropy_gradient(y_hat, target):
    slope = (y_hat - target) / (y_hat * (1 - y_hat))
    dL_dy_hat = slope / y_hat.size
    return dL_dy_hat
"""),
    sample=_binary,
    outputs=(P,),
    slips=(
        slip(m.LOGITS_FOR_PROBABILITIES, "slope = y_hat - target", it=P),
        slip(m.LOSS_HALF, "slope = -target / y_hat", it=P),
        slip(m.SIGN_LOST, "slope = -target / y_hat - (1 - target) / (1 - y_hat)", it="the second term"),
        sign_lost(P),
        slip(m.FACTOR_LEFT_OUT, "slope = (y_hat - target) / y_hat", it=P),
        slip(m.MULTIPLIED_NOT_DIVIDED, "slope = (y_hat - target) * y_hat * (1 - y_hat)", it=P),
        slip(
            m.LOSS_FOR_GRADIENT,
            "slope = -(target * np.log(y_hat) + (1 - target) * np.log(1 - y_hat))",
            it=P,
        ),
        *_means(P, "y_hat"),
    ),
    example={"y_hat": np.array([[0.8, 0.5]]), "target": np.array([[1.0, 0.0]])},
    because="First element: (0.8 − 1) / (0.8 · 0.2 · 2) = −0.625. It should go up, and the gradient is "
    "negative.",
    reminder="∂𝓛/∂ŷ = (ŷ − t) / (ŷ (1 − ŷ) m n).",
)


def _binary_scores(rng: Random, n: Sizes) -> Mapping[str, Any]:
    return {"z": numbers(rng, n.m, n.n_out), "target": rng.integers(0, 2, (n.m, n.n_out)) * 1.0}


BINARY_TO_LOGITS = Exercise(
    name="binary cross-entropy gradient to logits",
    group=GROUP,
    statement="The gradient of the binary cross-entropy of ŷ = σ(z), the mean over all m × n elements, with "
    "respect to the scores (logits) z. Return dL_dz.",
    solution=Solution("""
def binary_cross_entropy_gradient_to_logits(z, target):
    y_hat = 1 / (1 + np.exp(-z))
    difference = y_hat - target
    dL_dz = difference / z.size
    return dL_dz
"""),
    sample=_binary_scores,
    outputs=(Z,),
    slips=(
        slip(m.PROBABILITIES_FOR_LOGITS, "difference = difference / (y_hat * (1 - y_hat))", it=Z),
        slip(m.DERIVATIVE_TWICE, "difference = difference * y_hat * (1 - y_hat)", it=Z),
        slip(m.ACTIVATION_LEFT_OUT, "y_hat = z", it=Z),
        slip(m.ACTIVATION_TWICE, "y_hat = 1 / (1 + np.exp(-y_hat))", it=Z),
        slip(m.TARGET_LEFT_OUT, "difference = 1.0 * y_hat", it=Z),
        sign_lost(Z),
        *_means(Z, "z"),
    ),
    example={"z": np.array([[0.0, 0.0]]), "target": np.array([[1.0, 0.0]])},
    because="σ(0) is 0.5, so the first element is (0.5 − 1) / 2 = −0.25.",
    reminder="∂𝓛/∂z = (σ(z) − t) / (m n): the derivative of the sigmoid cancels.",
)


def _classes(rng: Random, n: Sizes) -> Mapping[str, Any]:
    return {"y_hat": distributions(rng, n.m, n.n_out), "target": one_hot(rng, n.m, n.n_out)}


def _means_over_examples(quantity: str) -> tuple[Slip, ...]:
    """The ways to go wrong with a mean over examples."""
    return (
        slip(m.NOT_AVERAGED, f"{quantity} = {quantity} * len(target)"),
        slip(m.AVERAGED_OVER_ALL, f"{quantity} = {quantity} / target.shape[1]"),
        slip(m.AVERAGED_AGAIN, f"{quantity} = {quantity} / len(target)"),
    )


SOFTMAX_TO_PROBABILITIES = Exercise(
    name="softmax cross-entropy gradient to probabilities",
    group=GROUP,
    statement="The gradient of the cross-entropy 𝓛 = −(1/m) Σ t log ŷ, the mean over the m examples, with "
    "respect to the probabilities ŷ that a softmax has put out. The target's rows are one-hot. "
    "Return dL_dy_hat.",
    solution=Solution("""
def cross_entropy_gradient(y_hat, target):
    slope = -target / y_hat
    dL_dy_hat = slope / len(target)
    return dL_dy_hat
"""),
    sample=_classes,
    outputs=(P,),
    slips=(
        slip(m.LOGITS_FOR_PROBABILITIES, "slope = y_hat - target", it=P),
        slip(m.TARGET_LEFT_OUT, "slope = -1 / y_hat", it=P),
        slip(m.LOSS_FOR_GRADIENT, "slope = -target * np.log(y_hat)", it=P),
        slip(m.FACTOR_LEFT_OUT, "slope = -target", it=P),
        slip(
            m.OTHER_LOSS,
            "slope = (y_hat - target) / (y_hat * (1 - y_hat))",
            it=P,
        ),
        sign_lost(P),
        *_means_over_examples(P),
    ),
    example={"y_hat": np.array([[0.5, 0.25, 0.25]]), "target": np.array([[0.0, 1.0, 0.0]])},
    because="Only the true class counts: −1 / 0.25 = −4 for it, and 0 for the others.",
    reminder="∂𝓛/∂ŷ = −t / (m ŷ).",
)


def _class_scores(rng: Random, n: Sizes) -> Mapping[str, Any]:
    return {"z": numbers(rng, n.m, n.n_out), "target": one_hot(rng, n.m, n.n_out)}


SOFTMAX_TO_LOGITS = Exercise(
    name="softmax cross-entropy gradient to logits",
    group=GROUP,
    statement="The gradient of the cross-entropy of ŷ = softmax(z), the mean over the m examples, with "
    "respect to the scores (logits) z. The target's rows are one-hot. Return dL_dz.",
    solution=Solution("""
def cross_entropy_gradient_to_logits(z, target):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    y_hat = e / e.sum(axis=1, keepdims=True)
    difference = y_hat - target
    dL_dz = difference / len(target)
    return dL_dz
"""),
    sample=_class_scores,
    outputs=(Z,),
    slips=(
        slip(m.ACTIVATION_LEFT_OUT, "y_hat = z", it=Z),
        slip(m.SOFTMAX_TWICE, "y_hat = np.exp(y_hat) / np.exp(y_hat).sum(axis=1, keepdims=True)", it=Z),
        slip(m.SOFTMAX_DIAGONAL, "difference = -target * (1 - y_hat)", it=Z),
        slip(m.PROBABILITIES_FOR_LOGITS, "difference = -target / y_hat", it=Z),
        slip(m.WRONG_AXIS, "y_hat = e / e.sum(axis=0, keepdims=True)", it="y_hat"),
        slip(m.DERIVATIVE_TWICE, "difference = difference * y_hat * (1 - y_hat)", it=Z),
        slip(m.OTHER_FUNCTION, "y_hat = 1 / (1 + np.exp(-z))", it="y_hat"),
        slip(m.TARGET_LEFT_OUT, "difference = 1.0 * y_hat", it=Z),
        sign_lost(Z),
        *_means_over_examples(Z),
    ),
    example={"z": np.zeros((1, 4)), "target": np.array([[0.0, 0.0, 1.0, 0.0]])},
    because="Four equal scores make four probabilities of 0.25; the true class gets 0.25 − 1 = −0.75.",
    reminder="∂𝓛/∂z = (softmax(z) − t) / m; each row sums to 0.",
)

EXERCISES = (
    MSE,
    MSE_FLAT,
    BINARY_TO_PROBABILITIES,
    BINARY_TO_LOGITS,
    SOFTMAX_TO_PROBABILITIES,
    SOFTMAX_TO_LOGITS,
)
