"""Embedding: every token has a row of numbers of its own, which is learned; and so may every position."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from neural_net.layers.base import Layer, WrongShape
from neural_net.operations import Array, Shape
from neural_net.operations.arithmetic import AddToEveryExample
from neural_net.operations.rearrangement import Lookup
from neural_net.program import Line
from neural_net.validation import batch_of_tokens, whole_number

LOOKUP, ADD_TO_EVERY_EXAMPLE = Lookup(), AddToEveryExample()


class Embedding(Layer):
    """y = the rows of W that the tokens name.

    Shapes: y_prev (m, T) whole numbers 0 … n_tokens − 1, W (n_tokens, n), y (m, T, n). W is drawn from a
    normal distribution of variance 1 unless given. Tokens come from outside, so this is a first layer.
    """

    kind = "Embedding"
    reads_tokens = True

    def __init__(self, n_tokens: int, n: int, *, W: npt.ArrayLike | None = None) -> None:
        self.n_tokens = whole_number(n_tokens, "Embedding, n_tokens")
        self.n = whole_number(n, "Embedding, n")
        self._keep({"W": W})

    def output_shape(self, input_shape: Shape) -> Shape:
        """(T,) becomes (T, n)."""
        if len(input_shape) != 1:
            raise WrongShape(self, "tokens (T,)", input_shape)
        return (*input_shape, self.n)

    def program_for(self, input_shape: Shape) -> tuple[Line, ...]:
        """y = the rows of W at y_prev."""
        return (Line("y", LOOKUP, ("y_prev", "W")),)

    @property
    def parameter_shapes(self) -> Mapping[str, Shape]:
        """W (n_tokens, n)."""
        return {"W": (self.n_tokens, self.n)}

    def draw(self, rng: np.random.Generator) -> Mapping[str, Array]:
        """W from the standard normal distribution."""
        return {"W": rng.standard_normal((self.n_tokens, self.n))}

    def as_input(self, x: object, shape: Shape, dtype: npt.DTypeLike) -> Array:
        """Return x as a batch of whole numbers, each of them a known token."""
        return batch_of_tokens(x, shape, self.n_tokens)

    @property
    def sentence(self) -> str:
        """Each token is looked up."""
        return "Each token is looked up in a table: its row stands for it from here on."

    def __repr__(self) -> str:
        return f"Embedding {self.n_tokens} → {self.n}"


class PositionEmbedding(Layer):
    """y = y_prev + P: what a position means, added to what stands there. Attention alone knows no order.

    Shapes: y_prev and y (m, T, n), P (T, n), drawn from a normal distribution of standard deviation 0.02.
    """

    kind = "PositionEmbedding"

    def __init__(self, n_positions: int, n: int, *, P: npt.ArrayLike | None = None) -> None:
        self.n_positions = whole_number(n_positions, "PositionEmbedding, n_positions")
        self.n = whole_number(n, "PositionEmbedding, n")
        self._keep({"P": P})

    @property
    def input_shape(self) -> Shape:
        """(T, n)."""
        return (self.n_positions, self.n)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(T, n) stays."""
        if input_shape != self.input_shape:
            raise WrongShape(self, f"sequences {self.input_shape}", input_shape)
        return input_shape

    def program_for(self, input_shape: Shape) -> tuple[Line, ...]:
        """y = y_prev + P."""
        return (Line("y", ADD_TO_EVERY_EXAMPLE, ("y_prev", "P")),)

    @property
    def parameter_shapes(self) -> Mapping[str, Shape]:
        """P (T, n)."""
        return {"P": self.input_shape}

    def draw(self, rng: np.random.Generator) -> Mapping[str, Array]:
        """P from a normal distribution of standard deviation 0.02."""
        return {"P": rng.normal(0, 0.02, self.input_shape)}

    @property
    def sentence(self) -> str:
        """Each position adds a row of its own."""
        return "Each position adds a row of its own, so that what follows can tell the first from the last."

    def __repr__(self) -> str:
        return f"PositionEmbedding {self.n_positions} × {self.n}"
