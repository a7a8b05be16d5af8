"""Self-attention: every position asks all positions, and takes from each as much as its key matches."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from neural_net.activations import AttentionSoftmax, CausalSoftmax
from neural_net.initialization import weights_and_biases
from neural_net.layers.base import Layer, WrongShape
from neural_net.layers.dense import affine_for
from neural_net.operations import Array, Shape
from neural_net.operations.attention import Mix, Scores
from neural_net.operations.rearrangement import JoinHeads, SplitHeads
from neural_net.program import Line
from neural_net.validation import whole_number

MIX, JOIN, SOFTMAX, CAUSAL_SOFTMAX = Mix(), JoinHeads(), AttentionSoftmax(), CausalSoftmax()


class SelfAttention(Layer):
    """q, k, v = y_prev W_q + b_q, …; weights = softmax(q kᵀ/√d); y = (weights · v) W_o + b_o.

    Shapes: y_prev and y (m, T, n); W_q, W_k, W_v, W_o (n, n); b_q, b_k, b_v, b_o (n,). With several heads,
    the n features of q, k and v are shared out to them, d = n / heads each, and every head has weights (T, T)
    of its own. `causal` hides the future: row i of the weights is 0 after column i. Parameters may be given
    by name; weights not given are drawn by Glorot's rule, biases as zeros.
    """

    kind = "SelfAttention"

    def __init__(self, n: int, heads: int = 1, *, causal: bool = False, **given: npt.ArrayLike) -> None:
        self.n = whole_number(n, "SelfAttention, n")
        self.heads = whole_number(heads, "SelfAttention, heads")
        self.causal = bool(causal)
        if self.n % self.heads:
            raise ValueError(
                f"SelfAttention: expected heads that divide the width, each gets n / heads features; "
                f"got {self.heads} heads for a width of {self.n}"
            )
        self._keep(given)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(T, n) stays."""
        if len(input_shape) != 2 or input_shape[1] != self.n:
            raise WrongShape(self, f"sequences (T, {self.n})", input_shape)
        return input_shape

    def program_for(self, input_shape: Shape) -> tuple[Line, ...]:
        """q, k, v; scores, weights, context; y. Several heads are split before and joined after."""
        affine = affine_for(input_shape)
        projections = (Line(name, affine, ("y_prev", f"W_{name}", f"b_{name}")) for name in "qkv")
        softmax = CAUSAL_SOFTMAX if self.causal else SOFTMAX
        scores = Scores(self.n // self.heads)
        if self.heads == 1:
            core: tuple[Line, ...] = (
                Line("scores", scores, ("q", "k")),
                Line("weights", softmax, ("scores",)),
                Line("context", MIX, ("weights", "v")),
            )
        else:
            core = (
                *(Line(f"{name}_heads", SplitHeads(self.heads), (name,)) for name in "qkv"),
                Line("scores", scores, ("q_heads", "k_heads")),
                Line("weights", softmax, ("scores",)),
                Line("context_heads", MIX, ("weights", "v_heads")),
                Line("context", JOIN, ("context_heads",)),
            )
        return (*projections, *core, Line("y", affine, ("context", "W_o", "b_o")))

    @property
    def parameter_shapes(self) -> Mapping[str, Shape]:
        """W_q, W_k, W_v and W_o (n, n), each with its bias (n,)."""
        shapes = (((f"W_{name}", (self.n, self.n)), (f"b_{name}", (self.n,))) for name in "qkvo")
        return {name: shape for pair in shapes for name, shape in pair}

    def draw(self, rng: np.random.Generator) -> Mapping[str, Array]:
        """Weights by Glorot's rule, biases zeros."""
        return weights_and_biases(rng, self.parameter_shapes)

    @property
    def sentence(self) -> str:
        """Every position asks all others."""
        whom = "all positions up to its own" if self.causal else "all positions"
        return f"Every position asks {whom} with its query, and takes of each value as its key matches."

    def __repr__(self) -> str:
        heads = f"{self.heads} head" + "s" * (self.heads > 1)
        return f"SelfAttention {self.n}, {heads}" + ", causal" * self.causal
