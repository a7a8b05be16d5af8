"""The dense layer: every output listens to every input."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from neural_net.activations import Activation
from neural_net.initialization import INITIALIZERS, default_initializer
from neural_net.layers.base import ActivatedLayer, Layer, WrongShape, known_activation
from neural_net.operations import Affine, Array, PositionwiseAffine, Shape
from neural_net.program import Line
from neural_net.validation import known_name, whole_number

AFFINE = Affine()


class Dense(ActivatedLayer):
    """z = y_prev W + b, then y = a(z).

    Shapes: y_prev (m, n_in), W (n_in, n_out), b (n_out,), z and y (m, n_out). Sequences (m, T, n_in) are
    taken position by position. `activation` is a name or an `Activation`; `init` names how W is drawn (by
    default He for ReLU and its kin, Glorot elsewhere). W and b may be given; what is not given is drawn when
    the layer joins a network, b as zeros.
    """

    kind = "Dense"

    def __init__(
        self,
        n_in: int,
        n_out: int,
        activation: str | Activation = "identity",
        *,
        init: str | None = None,
        W: npt.ArrayLike | None = None,
        b: npt.ArrayLike | None = None,
    ) -> None:
        self.n_in = whole_number(n_in, "Dense, n_in")
        self.n_out = whole_number(n_out, "Dense, n_out")
        self.activation = known_activation(activation, "Dense, activation")
        self.init = init or default_initializer(self.activation.name)
        known_name(self.init, INITIALIZERS, "Dense, init")
        self._keep({"W": W, "b": b})

    @property
    def input_shape(self) -> Shape:
        """(n_in,)."""
        return (self.n_in,)

    def output_shape(self, input_shape: Shape) -> Shape:
        """(…, n_in) becomes (…, n_out)."""
        if input_shape[-1:] != (self.n_in,):
            raise WrongShape(self, f"{self.n_in} inputs", input_shape)
        return (*input_shape[:-1], self.n_out)

    def program_for(self, input_shape: Shape) -> tuple[Line, ...]:
        """z = y_prev W + b; y = a(z)."""
        affine = affine_for(input_shape)
        return (Line("z", affine, ("y_prev", "W", "b")), Line("y", self.activation, ("z",)))

    @property
    def program(self) -> tuple[Line, ...]:
        """The program for rows."""
        return self.program_for(self.input_shape)

    @property
    def parameter_shapes(self) -> Mapping[str, Shape]:
        """W (n_in, n_out) and b (n_out,)."""
        return {"W": (self.n_in, self.n_out), "b": (self.n_out,)}

    def draw(self, rng: np.random.Generator) -> Mapping[str, Array]:
        """W by the layer's initializer, b zeros."""
        return {"W": INITIALIZERS[self.init](rng, self.n_in, self.n_out), "b": np.zeros(self.n_out)}

    @property
    def sentence(self) -> str:
        """Each unit weighs its inputs, adds its bias, and sends the sum through the activation."""
        ending = _ENDINGS.get(self.activation.name, f"and sends the sum through {self.activation.name}.")
        return f"Each unit weighs its inputs, adds its bias, {ending}"

    def __repr__(self) -> str:
        return f"Dense {self.n_in} → {self.n_out} {self.activation.name}"


_ENDINGS = {
    "identity": "and passes the sum on as it is.",
    "softmax": "and softmax turns the scores into probabilities that sum to 1.",
    "sigmoid": "and the sigmoid squeezes the sum into (0, 1).",
}


def affine_for(input_shape: Shape) -> Affine:
    """The affine map along the last axis of examples of this shape."""
    return AFFINE if len(input_shape) == 1 else PositionwiseAffine(len(input_shape) + 1)


class Activate(Layer):
    """y = a(y_prev), an activation as a layer by itself, for any shape; softmax goes along the last axis."""

    kind = "Activate"

    def __init__(self, activation: str | Activation) -> None:
        self.activation = known_activation(activation, "Activate, activation")

    def output_shape(self, input_shape: Shape) -> Shape:
        """Any shape stays."""
        return input_shape

    def program_for(self, input_shape: Shape) -> tuple[Line, ...]:
        """y = a(y_prev)."""
        return (Line("y", self.activation, ("y_prev",)),)

    @property
    def sentence(self) -> str:
        """Every number goes through the activation."""
        return f"The numbers go through {self.activation.name}; there is nothing to learn here."

    def __repr__(self) -> str:
        return f"Activate {self.activation.name}"
