"""Activation functions, each beside its derivative."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from neural_net.numerics import normal_cdf, normal_pdf, open_unit_interval, sigmoid, softmax, softplus
from neural_net.operations import Array, Operation


class Activation(Operation):
    """y = a(z). Shapes: z and y (m, n)."""

    inputs = ("z",)
    output = "y"


class Elementwise(Activation):
    """An activation in which y_j depends on z_j alone, so that its backward is dL_dz = dL_dy ⊙ a′(z)."""

    @abstractmethod
    def derivative(self, z: Array, y: Array) -> Array:
        """Return a′(z); y = a(z) is passed along because many derivatives are cheapest from it."""

    def backward(self, dL_dy: Array, y: Array, z: Array) -> tuple[Array]:
        return (dL_dy * self.derivative(z, y),)


class Identity(Elementwise):
    """y = z."""

    name = "identity"
    equation, code = "y = z", "y = z"
    backward_equation = MappingProxyType({"z": "dL_dz = dL_dy"})
    backward_code = MappingProxyType({"z": "dL_dz = dL_dy"})

    def forward(self, z: Array) -> Array:
        return z.copy()

    def derivative(self, z: Array, y: Array) -> Array:
        return np.ones_like(z)


class ReLU(Elementwise):
    """y = max(0, z). The derivative jumps from 0 to 1 at z = 0, where it is taken as 0."""

    name = "relu"
    equation, code = "y = max( 0 , z )", "y = np.maximum(0, z)"
    backward_equation = MappingProxyType({"z": "dL_dz = dL_dy ⊙ relu′( z )"})
    backward_code = MappingProxyType({"z": "dL_dz = dL_dy * (z > 0)"})

    def forward(self, z: Array) -> Array:
        return np.asarray(np.maximum(z, 0))

    def derivative(self, z: Array, y: Array) -> Array:
        return (z > 0).astype(z.dtype)


class LeakyReLU(Elementwise):
    """y = z where z > 0, and 0.01 z elsewhere: a small slope keeps the gradient alive."""

    name = "leaky_relu"
    slope = 0.01
    equation, code = "y = leaky_relu( z )", "y = np.where(z > 0, z, 0.01 * z)"
    backward_equation = MappingProxyType({"z": "dL_dz = dL_dy ⊙ leaky_relu′( z )"})
    backward_code = MappingProxyType({"z": "dL_dz = dL_dy * np.where(z > 0, 1, 0.01)"})

    def forward(self, z: Array) -> Array:
        return np.where(z > 0, z, self.slope * z)

    def derivative(self, z: Array, y: Array) -> Array:
        return np.where(z > 0, 1, self.slope).astype(z.dtype)


class Sigmoid(Elementwise):
    """y = σ(z) = 1 / (1 + e^(−z)), with σ′ = σ (1 − σ), at most 1/4."""

    name = "sigmoid"
    equation, code = "y = σ( z )", "y = 1 / (1 + np.exp(-z))"
    backward_equation = MappingProxyType({"z": "dL_dz = dL_dy ⊙ σ′( z )"})
    backward_code = MappingProxyType({"z": "dL_dz = dL_dy * y * (1 - y)"})

    def forward(self, z: Array) -> Array:
        return open_unit_interval(sigmoid(z))

    def derivative(self, z: Array, y: Array) -> Array:
        return np.asarray(y * (1 - y))


class Tanh(Elementwise):
    """y = tanh(z), with tanh′ = 1 − tanh², at most 1."""

    name = "tanh"
    equation, code = "y = tanh( z )", "y = np.tanh(z)"
    backward_equation = MappingProxyType({"z": "dL_dz = dL_dy ⊙ tanh′( z )"})
    backward_code = MappingProxyType({"z": "dL_dz = dL_dy * (1 - y**2)"})

    def forward(self, z: Array) -> Array:
        return np.asarray(np.tanh(z))

    def derivative(self, z: Array, y: Array) -> Array:
        return np.asarray(1 - y**2)


class GELU(Elementwise):
    """y = z Φ(z), with Φ the standard normal distribution function; gelu′ = Φ(z) + z φ(z) (Hendrycks and
    Gimpel 2016).
    """

    name = "gelu"
    equation, code = "y = z ⊙ Φ( z )", "y = z * normal_cdf(z)"
    backward_equation = MappingProxyType({"z": "dL_dz = dL_dy ⊙ gelu′( z )"})
    backward_code = MappingProxyType({"z": "dL_dz = dL_dy * (normal_cdf(z) + z * normal_pdf(z))"})

    def forward(self, z: Array) -> Array:
        return np.asarray(z * normal_cdf(z))

    def derivative(self, z: Array, y: Array) -> Array:
        return np.asarray(normal_cdf(z) + z * normal_pdf(z))


class Softplus(Elementwise):
    """y = log(1 + e^z), a smooth ReLU whose derivative is the sigmoid."""

    name = "softplus"
    equation, code = "y = log( 1 + exp( z ) )", "y = np.logaddexp(0, z)"
    backward_equation = MappingProxyType({"z": "dL_dz = dL_dy ⊙ σ( z )"})
    backward_code = MappingProxyType({"z": "dL_dz = dL_dy / (1 + np.exp(-z))"})

    def forward(self, z: Array) -> Array:
        return softplus(z)

    def derivative(self, z: Array, y: Array) -> Array:
        return sigmoid(z)


class Softmax(Activation):
    """y_k = e^z_k / Σ_j e^z_j: every output depends on every logit of its row.

    The Jacobian ∂y_k/∂z_j = y_k (δ_kj − y_j) is full, so the backward is not elementwise: row by row,
    dL_dz = y ⊙ (dL_dy − Σ_k dL_dy_k y_k).
    """

    name = "softmax"
    equation = "y = softmax( z )"
    code = "e = np.exp(z - z.max(axis=1, keepdims=True))\ny = e / e.sum(axis=1, keepdims=True)"
    backward_equation = MappingProxyType({"z": "dL_dz = y ⊙ ( dL_dy − Σ_k dL_dy,k y,k )"})
    backward_code = MappingProxyType({"z": "dL_dz = y * (dL_dy - (dL_dy * y).sum(axis=1, keepdims=True))"})

    def forward(self, z: Array) -> Array:
        return open_unit_interval(softmax(z))

    def backward(self, dL_dy: Array, y: Array, z: Array) -> tuple[Array]:
        return (y * (dL_dy - (dL_dy * y).sum(axis=-1, keepdims=True)),)


ACTIVATIONS: Mapping[str, Activation] = MappingProxyType(
    {a.name: a for a in (Identity(), ReLU(), LeakyReLU(), Sigmoid(), Tanh(), GELU(), Softplus(), Softmax())}
)
