"""The two products of attention: how well queries match keys, and the values mixed by the answer."""

from __future__ import annotations

import math
from types import MappingProxyType

from neural_net.operations.base import Array
from neural_net.operations.products import SumOfProducts
from neural_net.operations.terms import Factor


class Scores(SumOfProducts):
    """scores = q kᵀ / √d: the match of the query at each position with the key at each.

    Shapes: q and k (…, T, d), scores (…, T, T). Without the √d the scores would grow with the width d.
    """

    name = "scores"
    inputs = ("q", "k")
    output = "scores"
    products = (("…ic,…jc->…ij", ("q", "k")),)

    def __init__(self, d: int) -> None:
        self.d = d
        self.equation = f"scores = frac( q · k^T | √{d} )frac"
        self.code = f"scores = q @ k.mT / np.sqrt({d})"
        self.backward_equation = MappingProxyType(
            {
                "q": f"dL_dq = frac( dL_dscores · k | √{d} )frac",
                "k": f"dL_dk = frac( dL_dscores^T · q | √{d} )frac",
            }
        )
        self.backward_code = MappingProxyType(
            {
                "q": f"dL_dq = dL_dscores @ k / np.sqrt({d})",
                "k": f"dL_dk = dL_dscores.mT @ q / np.sqrt({d})",
            }
        )

    def constant(self, output: Array, *inputs: Array) -> Factor:
        return Factor(1 / math.sqrt(self.d), written=f"1/√{self.d}")

    def forward(self, q: Array, k: Array) -> Array:
        return (q / math.sqrt(self.d)) @ k.mT

    def backward(self, dL_dscores: Array, scores: Array, q: Array, k: Array) -> tuple[Array, Array]:
        scaled = dL_dscores / math.sqrt(self.d)
        return scaled @ k, scaled.mT @ q


class Mix(SumOfProducts):
    """context = weights · v: at each position the values of all positions, mixed by its attention weights.

    Shapes: weights (…, T, T), v and context (…, T, d).
    """

    name = "mix"
    inputs = ("weights", "v")
    output = "context"
    products = (("…ij,…jc->…ic", ("weights", "v")),)
    equation, code = "context = weights · v", "context = weights @ v"
    backward_equation = MappingProxyType(
        {"weights": "dL_dweights = dL_dcontext · v^T", "v": "dL_dv = weights^T · dL_dcontext"}
    )
    backward_code = MappingProxyType(
        {"weights": "dL_dweights = dL_dcontext @ v.mT", "v": "dL_dv = weights.mT @ dL_dcontext"}
    )

    def forward(self, weights: Array, v: Array) -> Array:
        return weights @ v

    def backward(self, dL_dcontext: Array, context: Array, weights: Array, v: Array) -> tuple[Array, Array]:
        return dL_dcontext @ v.mT, weights.mT @ dL_dcontext
