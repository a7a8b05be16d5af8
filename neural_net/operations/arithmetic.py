"""Sums and elementwise products of whole arrays."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from neural_net.operations.base import Array
from neural_net.operations.products import SumOfProducts


class Add(SumOfProducts):
    """y = a + b, of one shape: the loss gradient goes to both as it is."""

    name = "add"
    inputs = ("a", "b")
    products = (("…->…", ("a",)), ("…->…", ("b",)))
    equation, code = "y = a + b", "y = a + b"
    backward_equation = MappingProxyType({"a": "dL_da = dL_dy", "b": "dL_db = dL_dy"})
    backward_code = MappingProxyType({"a": "dL_da = dL_dy", "b": "dL_db = dL_dy"})

    def forward(self, a: Array, b: Array) -> Array:
        return a + b

    def backward(self, dL_dy: Array, y: Array, a: Array, b: Array) -> tuple[Array, Array]:
        return dL_dy, dL_dy


class AddToEveryExample(SumOfProducts):
    """y = y_prev + P, the same P for every example. Shapes: y_prev and y (m, T, n), P (T, n)."""

    name = "add to every example"
    inputs = ("y_prev", "P")
    products = (("…->…", ("y_prev",)), ("tj->…tj", ("P",)))
    equation, code = "y = y_prev + P", "y = y_prev + P"
    backward_equation = MappingProxyType({"P": "dL_dP = Σ_i dL_dy,i", "y_prev": "dL_dy_prev = dL_dy"})
    backward_code = MappingProxyType({"P": "dL_dP = dL_dy.sum(axis=0)", "y_prev": "dL_dy_prev = dL_dy"})

    def forward(self, y_prev: Array, P: Array) -> Array:
        return y_prev + P

    def backward(self, dL_dy: Array, y: Array, y_prev: Array, P: Array) -> tuple[Array, Array]:
        return dL_dy, dL_dy.sum(axis=0)


class Multiply(SumOfProducts):
    """y = a ⊙ b, of one shape: each receives the loss gradient times the other."""

    name = "multiply"
    inputs = ("a", "b")
    products = (("…,…->…", ("a", "b")),)
    equation, code = "y = a ⊙ b", "y = a * b"
    backward_equation = MappingProxyType({"a": "dL_da = dL_dy ⊙ b", "b": "dL_db = dL_dy ⊙ a"})
    backward_code = MappingProxyType({"a": "dL_da = dL_dy * b", "b": "dL_db = dL_dy * a"})

    def forward(self, a: Array, b: Array) -> Array:
        return a * b

    def backward(self, dL_dy: Array, y: Array, a: Array, b: Array) -> tuple[Array, Array]:
        return dL_dy * b, dL_dy * a


class CellState(SumOfProducts):
    """c = f ⊙ c_prev + i ⊙ g: forget a part of the old cell state, write a part of the new. All (m, n)."""

    name = "cell state"
    inputs = ("f", "c_prev", "i", "g")
    output = "c"
    products = (("…,…->…", ("f", "c_prev")), ("…,…->…", ("i", "g")))
    equation, code = "c = f ⊙ c_prev + i ⊙ g", "c = f * c_prev + i * g"
    backward_equation = MappingProxyType(
        {
            "f": "dL_df = dL_dc ⊙ c_prev",
            "c_prev": "dL_dc_prev = dL_dc ⊙ f",
            "i": "dL_di = dL_dc ⊙ g",
            "g": "dL_dg = dL_dc ⊙ i",
        }
    )
    backward_code = MappingProxyType(
        {
            "f": "dL_df = dL_dc * c_prev",
            "c_prev": "dL_dc_prev = dL_dc * f",
            "i": "dL_di = dL_dc * g",
            "g": "dL_dg = dL_dc * i",
        }
    )

    def forward(self, f: Array, c_prev: Array, i: Array, g: Array) -> Array:
        return np.asarray(f * c_prev + i * g)

    def backward(
        self, dL_dc: Array, c: Array, f: Array, c_prev: Array, i: Array, g: Array
    ) -> tuple[Array, Array, Array, Array]:
        return dL_dc * c_prev, dL_dc * f, dL_dc * g, dL_dc * i


class ScaleAndShift(SumOfProducts):
    """y = gamma ⊙ normalized + beta, with one gamma and one beta per feature.

    `ndim` is the number of axes of normalized and y, `axis` the one of the n features: the last, or 1 for
    images (m, n, height, width). gamma and beta have shape (n,).
    """

    name = "scale and shift"
    inputs = ("normalized", "gamma", "beta")
    equation = "y = gamma ⊙ normalized + beta"

    def __init__(self, ndim: int, axis: int) -> None:
        letters = "itrs"[:ndim]
        feature = letters[axis]
        self.products = (
            (f"{letters},{feature}->{letters}", ("normalized", "gamma")),
            (f"{feature}->{letters}", ("beta",)),
        )
        self.trailing = ndim - 1 - axis % ndim
        self.others = tuple(i for i in range(ndim) if i != axis % ndim)
        spread = f"[:{', None' * self.trailing}]" if self.trailing else ""
        over = f"Σ_{letters.replace(feature, '')}"
        self.code = f"y = gamma{spread} * normalized + beta{spread}"
        self.backward_equation = MappingProxyType(
            {
                "gamma": f"dL_dgamma = {over} dL_dy ⊙ normalized",
                "beta": f"dL_dbeta = {over} dL_dy",
                "normalized": "dL_dnormalized = dL_dy ⊙ gamma",
            }
        )
        self.backward_code = MappingProxyType(
            {
                "gamma": f"dL_dgamma = (dL_dy * normalized).sum(axis={self.others})",
                "beta": f"dL_dbeta = dL_dy.sum(axis={self.others})",
                "normalized": f"dL_dnormalized = dL_dy * gamma{spread}",
            }
        )

    def forward(self, normalized: Array, gamma: Array, beta: Array) -> Array:
        return np.asarray(self._spread(gamma) * normalized + self._spread(beta))

    def backward(
        self, dL_dy: Array, y: Array, normalized: Array, gamma: Array, beta: Array
    ) -> tuple[Array, Array, Array]:
        dL_dgamma = (dL_dy * normalized).sum(axis=self.others)
        return dL_dy * self._spread(gamma), dL_dgamma, dL_dy.sum(axis=self.others)

    def _spread(self, per_feature: Array) -> Array:
        return per_feature.reshape(-1, *[1] * self.trailing)
