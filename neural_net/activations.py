"""Activation functions, each beside its derivative."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from neural_net.numerics import normal_cdf, normal_pdf, open_unit_interval, sigmoid, softmax, softplus
from neural_net.operations import Array, Factor, Index, Operation, Pointwise, Term


class Activation(Operation):
    """y = a(z). Shapes: z and y (m, n), or (m, …, n)."""

    inputs = ("z",)
    output = "y"


class Elementwise(Pointwise, Activation):
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

    def backward(self, dL_dy: Array, y: Array, z: Array) -> tuple[Array]:
        return (dL_dy,)

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
    code = "e = np.exp(z - z.max(axis=-1, keepdims=True))\ny = e / e.sum(axis=-1, keepdims=True)"
    backward_equation = MappingProxyType({"z": "dL_dz = y ⊙ ( dL_dy − Σ_k dL_dy,k y,k )"})
    backward_code = MappingProxyType({"z": "dL_dz = y * (dL_dy - (dL_dy * y).sum(axis=-1, keepdims=True))"})

    def forward(self, z: Array) -> Array:
        return open_unit_interval(softmax(z))

    def backward(self, dL_dy: Array, y: Array, z: Array) -> tuple[Array]:
        return (y * (dL_dy - (dL_dy * y).sum(axis=-1, keepdims=True)),)

    def forward_terms(self, index: Index, output: Array, *inputs: Array) -> tuple[Term, ...]:
        e = self.exponentials(*inputs)
        total = float(e[index[:-1]].sum())
        own = Factor(float(e[index]), "z", index, "exp({} − max)")
        return (Term((own, Factor(1 / total, written="1/Σ exp(z − max)"))),)

    def backward_terms(
        self, name: str, index: Index, gradient: Array, output: Array, *inputs: Array
    ) -> tuple[Term, ...]:
        *row, j = index
        y_j = float(output[index])
        terms = []
        for k in range(output.shape[-1]):
            at = (*row, k)
            upstream = Factor(float(gradient[at]), self.gradient_name, at)
            y_k = Factor(float(output[at]), "y", at)
            terms.append(Term((upstream, y_k, Factor((k == j) - y_j, "y", index, f"({int(k == j)} − {{}})"))))
        return tuple(terms)

    def exponentials(self, z: Array) -> Array:
        """e^(z − max), of which softmax takes the shares of the row's sum."""
        return np.asarray(np.exp(z - z.max(axis=-1, keepdims=True)))


class AttentionSoftmax(Softmax):
    """Softmax of attention's scores, where no logarithm follows: a weight may be exactly 0 or 1."""

    def forward(self, z: Array) -> Array:
        e = self.exponentials(z)
        return np.asarray(e / e.sum(axis=-1, keepdims=True))


class CausalSoftmax(AttentionSoftmax):
    """Softmax of each row of (…, T, T) over its first entries only: row i over the columns j ≤ i.

    The others, which would look into the future, get exactly 0. The backward is that of softmax: where y is
    0, so is the gradient.
    """

    name = "causal_softmax"
    equation = "y = causal_softmax( z )"
    code = (
        "past = np.tri(z.shape[-1], dtype=bool)\n"
        "highest = z.max(axis=-1, keepdims=True, where=past, initial=-np.inf)\n"
        "e = np.exp(z - highest, where=past, out=np.zeros_like(z))\n"
        "y = e / e.sum(axis=-1, keepdims=True)"
    )

    def exponentials(self, z: Array) -> Array:
        past = np.tri(z.shape[-1], dtype=bool)
        highest = z.max(axis=-1, keepdims=True, where=past, initial=-np.inf)
        return np.asarray(np.exp(z - highest, where=past, out=np.zeros_like(z)))


ACTIVATIONS: Mapping[str, Activation] = MappingProxyType(
    {a.name: a for a in (Identity(), ReLU(), LeakyReLU(), Sigmoid(), Tanh(), GELU(), Softplus(), Softmax())}
)
