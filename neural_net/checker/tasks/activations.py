"""Exercises on activations: the derivative of each, and the way back through one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from neural_net.checker import mistakes as m
from neural_net.checker.cases import Random, Sizes, numbers
from neural_net.checker.exercise import Exercise
from neural_net.checker.solution import Slip, Solution, slip
from neural_net.checker.tasks.common import as_jacobian, sign_lost
from neural_net.numerics import normal_cdf, normal_pdf

GROUP = "Activations"


def _z(rng: Random, n: Sizes) -> Mapping[str, Any]:
    return {"z": numbers(rng, n.m, n.n_out)}


def _derivative(
    name: str, formula: str, text: str, slips: tuple[Slip, ...], because: str, reminder: str, z: float = 2.0
) -> Exercise:
    """An exercise on the derivative of the activation `name`, which is `formula`."""
    return Exercise(
        name=f"{name} derivative",
        group=GROUP,
        statement=f"The derivative of {formula} at every element of z. Return an array of the shape of z.",
        solution=Solution(text),
        sample=_z,
        outputs=("slope",),
        slips=(*slips, as_jacobian("slope")),
        example={"z": np.array([[z, -1.0]])},
        because=because,
        reminder=reminder,
    )


IDENTITY = _derivative(
    "identity",
    "y = z",
    """
def identity_derivative(z):
    slope = np.ones_like(z)
    return slope
""",
    (
        slip(m.FUNCTION_FOR_DERIVATIVE, "slope = z"),
        slip(m.ZEROS, "slope = np.zeros_like(z)"),
        sign_lost("slope"),
        slip(m.SIGN_FUNCTION, "slope = np.sign(z)"),
    ),
    "If z grows by 1, so does y, wherever z is: every slope is 1.",
    "A straight line has the same slope everywhere. The result has one number for each element of z.",
)
RELU = _derivative(
    "relu",
    "relu(z) = max(0, z)",
    """
def relu_derivative(z):
    slope = np.where(z > 0, 1.0, 0.0)
    return slope
""",
    (
        slip(m.FUNCTION_FOR_DERIVATIVE, "slope = np.maximum(z, 0)"),
        slip(m.MASK_INVERTED, "slope = np.where(z > 0, 0.0, 1.0)"),
        slip(m.LEAK_ADDED, "slope = np.where(z > 0, 1.0, 0.01)"),
        slip(m.SIGN_FUNCTION, "slope = np.sign(z)"),
        slip(m.ONES, "slope = np.ones_like(z)"),
        sign_lost("slope"),
    ),
    "At z = 2 the function is the line y = z, with slope 1; at z = −1 it is constant, with slope 0.",
    "It is 1 where z > 0 and 0 elsewhere.",
)
LEAKY_RELU = _derivative(
    "leaky_relu",
    "leaky_relu(z), which is z where z > 0 and 0.01 z elsewhere,",
    """
def leaky_relu_derivative(z):
    slope = np.where(z > 0, 1.0, 0.01)
    return slope
""",
    (
        slip(m.FUNCTION_FOR_DERIVATIVE, "slope = np.where(z > 0, z, 0.01 * z)"),
        slip(m.MASK_INVERTED, "slope = np.where(z > 0, 0.01, 1.0)"),
        slip(m.LEAK_LEFT_OUT, "slope = np.where(z > 0, 1.0, 0.0)"),
        slip(m.SIGN_LOST, "slope = np.where(z > 0, 1.0, -0.01)"),
        slip(m.ONES, "slope = np.ones_like(z)"),
    ),
    "At z = 2 the function is the line y = z, with slope 1; at z = −1 it is 0.01 z, with slope 0.01.",
    "It is 1 where z > 0 and 0.01 elsewhere.",
)
SIGMOID = _derivative(
    "sigmoid",
    "σ(z) = 1 / (1 + e^(−z))",
    """
def sigmoid_derivative(z):
    y = 1 / (1 + np.exp(-z))
    slope = y * (1 - y)
    return slope
""",
    (
        slip(m.FUNCTION_FOR_DERIVATIVE, "slope = 1.0 * y"),
        slip(m.Z_FOR_Y, "slope = z * (1 - z)"),
        slip(m.WRONG_POINT, "y = 1 / (1 + np.exp(-y))", it="the slope"),
        slip(m.FACTOR_LEFT_OUT, "slope = 1 - y"),
        slip(m.OTHER_FUNCTION, "slope = 1 - y**2"),
        slip(m.SIGN_LOST, "slope = y * (y - 1)"),
        slip(m.DERIVATIVE_TWICE, "slope = slope**2"),
        slip(m.SECOND_DERIVATIVE, "slope = y * (1 - y) * (1 - 2 * y)"),
    ),
    "σ(0) is 0.5, so the slope at 0 is 0.5 · (1 − 0.5) = 0.25, the largest that it can be.",
    "With y = σ(z) it is y (1 − y).",
    z=0.0,
)
TANH = _derivative(
    "tanh",
    "tanh(z)",
    """
def tanh_derivative(z):
    y = np.tanh(z)
    slope = 1 - y**2
    return slope
""",
    (
        slip(m.FUNCTION_FOR_DERIVATIVE, "slope = 1.0 * y"),
        slip(m.Z_FOR_Y, "slope = 1 - z**2"),
        slip(m.WRONG_POINT, "y = np.tanh(y)", it="the slope"),
        slip(m.OTHER_FUNCTION, "slope = y * (1 - y)"),
        slip(m.FACTOR_LEFT_OUT, "slope = 1 - y"),
        slip(m.SIGN_LOST, "slope = y**2 - 1"),
        slip(m.DERIVATIVE_TWICE, "slope = slope**2"),
        slip(m.SECOND_DERIVATIVE, "slope = -2 * y * (1 - y**2)"),
    ),
    "tanh(0) is 0, so the slope at 0 is 1 − 0 · 0 = 1, the largest that it can be.",
    "With y = tanh(z) it is 1 − y².",
    z=0.0,
)
SOFTPLUS = _derivative(
    "softplus",
    "softplus(z) = log(1 + e^z)",
    """
def softplus_derivative(z):
    slope = 1 / (1 + np.exp(-z))
    return slope
""",
    (
        slip(m.FUNCTION_FOR_DERIVATIVE, "slope = np.log(1 + np.exp(z))"),
        slip(m.SECOND_DERIVATIVE, "slope = slope * (1 - slope)"),
        slip(m.FACTOR_LEFT_OUT, "slope = 1 / (1 + np.exp(z))", it="the slope"),
        slip(m.OTHER_FUNCTION, "slope = 1 - np.tanh(z) ** 2"),
    ),
    "At z = 0 it is 1 / (1 + 1) = 0.5: half way between the flat part on the left and the line on the right.",
    "Differentiate the logarithm first, then what is inside it: e^z / (1 + e^z).",
    z=0.0,
)


def _gelu(rng: Random, n: Sizes) -> Mapping[str, Any]:
    z = numbers(rng, n.m, n.n_out)
    return {"z": z, "Phi": normal_cdf(z), "phi": normal_pdf(z)}


_Z = np.array([[0.0, -1.0]])

GELU = Exercise(
    name="gelu derivative",
    group=GROUP,
    statement="The derivative of gelu(z) = z Φ(z) at every element of z. Φ is the distribution function of "
    "the standard normal distribution and φ = Φ′ its density; Phi = Φ(z) and phi = φ(z) are given. "
    "Return an array of the shape of z.",
    solution=Solution("""
def gelu_derivative(z, Phi, phi):
    slope = Phi + z * phi
    return slope
"""),
    sample=_gelu,
    outputs=("slope",),
    slips=(
        slip(m.FUNCTION_FOR_DERIVATIVE, "slope = z * Phi"),
        slip(m.PRODUCT_RULE_HALF, "slope = 1.0 * Phi"),
        slip(m.PRODUCT_RULE_HALF, "slope = z * phi"),
        slip(m.FACTOR_LEFT_OUT, "slope = Phi + phi"),
        slip(m.SIGN_LOST, "slope = Phi - z * phi", it="z φ(z)"),
        as_jacobian("slope"),
    ),
    example={"z": _Z, "Phi": normal_cdf(_Z), "phi": normal_pdf(_Z)},
    because="At z = 0 it is 0.5 + 0 · 0.3989 = 0.5.",
    reminder="gelu is a product of z and Φ(z): use the product rule.",
)


def _relu_backward(rng: Random, n: Sizes) -> Mapping[str, Any]:
    return {"dL_dy": numbers(rng, n.m, n.n_out), "z": numbers(rng, n.m, n.n_out)}


RELU_BACKWARD = Exercise(
    name="relu backward",
    group=GROUP,
    statement="The way back through y = relu(z): given dL_dy and z, return dL_dz.",
    solution=Solution("""
def relu_backward(dL_dy, z):
    slope = np.where(z > 0, 1.0, 0.0)
    dL_dz = dL_dy * slope
    return dL_dz
"""),
    sample=_relu_backward,
    outputs=("dL_dz",),
    slips=(
        slip(m.MASK_FROM_UPSTREAM, "slope = np.where(dL_dy > 0, 1.0, 0.0)", it="dL_dz"),
        slip(m.MASK_INVERTED, "slope = np.where(z > 0, 0.0, 1.0)", it="dL_dz"),
        slip(m.LEAK_ADDED, "slope = np.where(z > 0, 1.0, 0.01)", it="dL_dz"),
        slip(m.FUNCTION_FOR_DERIVATIVE, "slope = np.maximum(z, 0)", it="the slope"),
        slip(m.SIGN_FUNCTION, "slope = np.sign(z)", it="the slope"),
        slip(m.DERIVATIVE_LEFT_OUT, "dL_dz = 1.0 * dL_dy"),
        slip(m.UPSTREAM_LEFT_OUT, "dL_dz = slope"),
        slip(m.ADDED_NOT_MULTIPLIED, "dL_dz = dL_dy + slope"),
        sign_lost("dL_dz"),
    ),
    example={"dL_dy": np.array([[0.5, 0.5, -2.0]]), "z": np.array([[3.0, -1.0, 1.0]])},
    because="The second z is negative: that unit is off, and 0.5 · 0 = 0 comes back through it. The others "
    "pass.",
    reminder="dL_dz = dL_dy ⊙ relu′(z).",
)


def _tanh_backward(rng: Random, n: Sizes) -> Mapping[str, Any]:
    z = numbers(rng, n.m, n.n_out)
    return {"dL_dy": numbers(rng, n.m, n.n_out), "z": z, "y": np.tanh(z)}


_TANH_Z = np.array([[0.0, 1.0]])

TANH_BACKWARD = Exercise(
    name="tanh backward",
    group=GROUP,
    statement="The way back through y = tanh(z): given dL_dy, z and y, return dL_dz.",
    solution=Solution("""
def tanh_backward(dL_dy, z, y):
    slope = 1 - y**2
    dL_dz = dL_dy * slope
    return dL_dz
"""),
    sample=_tanh_backward,
    outputs=("dL_dz",),
    slips=(
        slip(m.DERIVATIVE_LEFT_OUT, "dL_dz = 1.0 * dL_dy"),
        slip(m.DERIVATIVE_TWICE, "dL_dz = dL_dz * slope"),
        slip(m.UPSTREAM_LEFT_OUT, "dL_dz = slope"),
        slip(m.ADDED_NOT_MULTIPLIED, "dL_dz = dL_dy + slope"),
        slip(m.Z_FOR_Y, "slope = 1 - z**2", it="dL_dz"),
        slip(m.WRONG_POINT, "slope = 1 - np.tanh(y) ** 2", it="dL_dz"),
        slip(m.FUNCTION_FOR_DERIVATIVE, "slope = y", it="the slope"),
        slip(m.OTHER_FUNCTION, "slope = y * (1 - y)", it="dL_dz"),
        sign_lost("dL_dz"),
    ),
    example={"dL_dy": np.array([[2.0, 2.0]]), "z": _TANH_Z, "y": np.tanh(_TANH_Z)},
    because="At z = 0 the slope of tanh is 1, and 2 · 1 = 2 passes unchanged; at z = 1 it is smaller.",
    reminder="dL_dz = dL_dy ⊙ tanh′(z), and tanh′(z) = 1 − y².",
)

EXERCISES = (
    IDENTITY,
    RELU,
    LEAKY_RELU,
    SIGMOID,
    TANH,
    SOFTPLUS,
    GELU,
    RELU_BACKWARD,
    TANH_BACKWARD,
)
