"""The Transformer block: attention between positions, then an MLP at each, both as residuals."""

from __future__ import annotations

from types import MappingProxyType

from neural_net.activations import Activation
from neural_net.layers.attention import SelfAttention
from neural_net.layers.base import WrongShape
from neural_net.layers.block import Block
from neural_net.layers.dense import Dense
from neural_net.layers.normalization import LayerNorm
from neural_net.operations import Shape
from neural_net.operations.arithmetic import Add
from neural_net.program import Line
from neural_net.validation import whole_number

ADD = Add()


class _AttentionAndMLP(Block):
    """The five layers of a Transformer block, whichever way they are put together.

    Shapes: y_prev and y (m, T, n). The MLP is two dense layers at each position, mlp_1 with the activation
    and n_hidden units (4 n unless given), and mlp_2 back to n.
    """

    def __init__(
        self,
        n: int,
        heads: int = 1,
        *,
        n_hidden: int | None = None,
        activation: str | Activation = "gelu",
        causal: bool = False,
        epsilon: float = 1e-5,
    ) -> None:
        self.n = whole_number(n, f"{self.kind}, n")
        hidden = 4 * self.n if n_hidden is None else whole_number(n_hidden, f"{self.kind}, n_hidden")
        self.layers = MappingProxyType(
            {
                "norm_1": LayerNorm(self.n, epsilon=epsilon),
                "attention": SelfAttention(self.n, heads, causal=causal),
                "norm_2": LayerNorm(self.n, epsilon=epsilon),
                "mlp_1": Dense(self.n, hidden, activation),
                "mlp_2": Dense(hidden, self.n),
            }
        )

    def output_shape(self, input_shape: Shape) -> Shape:
        """(T, n) stays."""
        if len(input_shape) != 2 or input_shape[1] != self.n:
            raise WrongShape(self, f"sequences (T, {self.n})", input_shape)
        return input_shape

    def _mlp(self, input_shape: Shape, y_prev: str) -> tuple[Line, ...]:
        hidden_shape = self.layers["mlp_1"].output_shape(input_shape)
        return (
            *self.lines_of("mlp_1", input_shape, y_prev),
            *self.lines_of("mlp_2", hidden_shape, "mlp_1.y"),
        )

    @property
    def sentence(self) -> str:
        """Positions exchange what they know, then each thinks by itself."""
        return (
            "First every position takes up what the others have for it, then each is worked on by itself; "
            "both results are only added to what was there."
        )

    def __repr__(self) -> str:
        return f"{self.kind} {self.n} ({self.layers['attention']!r}; MLP {self.layers['mlp_1']!r})"


class TransformerBlock(_AttentionAndMLP):
    """residual = y_prev + attention(norm_1(y_prev)); y = residual + mlp(norm_2(residual)).

    This is the pre-norm form (Xiong et al. 2020), in which nothing stands in the way of the two sums, and so
    of the gradient. Shapes: y_prev and y (m, T, n). The MLP is two dense layers at each position, mlp_1 with
    the activation and n_hidden units (4 n unless given), and mlp_2 back to n.
    """

    kind = "TransformerBlock"

    def program_for(self, input_shape: Shape) -> tuple[Line, ...]:
        """The lines of the five layers, with the two sums between them."""
        return (
            *self.lines_of("norm_1", input_shape, "y_prev"),
            *self.lines_of("attention", input_shape, "norm_1.y"),
            Line("residual", ADD, ("y_prev", "attention.y")),
            *self.lines_of("norm_2", input_shape, "residual"),
            *self._mlp(input_shape, "norm_2.y"),
            Line("y", ADD, ("residual", "mlp_2.y")),
        )


class PostNormTransformerBlock(_AttentionAndMLP):
    """residual_1 = y_prev + attention(y_prev); residual_2 = norm_1(residual_1) + mlp(norm_1(residual_1));
    y = norm_2(residual_2).

    This is the form of the original (Vaswani et al. 2017), which normalizes after each sum, and PyTorch's
    default. Shapes and parameters are those of `TransformerBlock`.
    """

    kind = "PostNormTransformerBlock"

    def program_for(self, input_shape: Shape) -> tuple[Line, ...]:
        """The lines of the five layers, with the two sums between them."""
        return (
            *self.lines_of("attention", input_shape, "y_prev"),
            Line("residual_1", ADD, ("y_prev", "attention.y")),
            *self.lines_of("norm_1", input_shape, "residual_1"),
            *self._mlp(input_shape, "norm_1.y"),
            Line("residual_2", ADD, ("norm_1.y", "mlp_2.y")),
            *self.lines_of("norm_2", input_shape, "residual_2", y="y"),
        )
