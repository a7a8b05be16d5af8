"""Convolution: the same small kernels looked for at every place of an image."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

import numpy as np
import numpy.typing as npt

from neural_net.activations import Activation
from neural_net.initialization import INITIALIZERS, default_initializer
from neural_net.layers.base import ActivatedLayer, known_activation
from neural_net.layers.images import Pair, places, write_pair
from neural_net.operations import Array, Shape
from neural_net.operations.windows import Correlate, Pad, Patches
from neural_net.program import Line
from neural_net.validation import known_name, pair, whole_number

CORRELATE = Correlate()


class Conv2d(ActivatedLayer):
    """z = the match of every kernel with the image at every place, plus a bias; then y = a(z).

    Shapes: y_prev (m, n_in, height, width), K (n_out, n_in, k_h, k_w), b (n_out,), z and y
    (m, n_out, rows, columns) with rows = (height + 2 padding − k_h) // stride + 1, and columns likewise.
    `kernel`, `stride` and `padding` are whole numbers, or pairs (down, across). Not a flipped kernel, as in
    every framework: a correlation, which deep learning calls convolution.
    """

    kind = "Conv2d"

    def __init__(
        self,
        n_in: int,
        n_out: int,
        kernel: int | Pair,
        activation: str | Activation = "identity",
        *,
        stride: int | Pair = 1,
        padding: int | Pair = 0,
        init: str | None = None,
        K: npt.ArrayLike | None = None,
        b: npt.ArrayLike | None = None,
    ) -> None:
        self.n_in = whole_number(n_in, "Conv2d, n_in")
        self.n_out = whole_number(n_out, "Conv2d, n_out")
        self.kernel = pair(kernel, "Conv2d, kernel")
        self.stride = pair(stride, "Conv2d, stride")
        self.padding = pair(padding, "Conv2d, padding", at_least=0)
        self.activation = known_activation(activation, "Conv2d, activation")
        self.init = init or default_initializer(self.activation.name)
        known_name(self.init, INITIALIZERS, "Conv2d, init")
        self._keep({"K": K, "b": b})

    def output_shape(self, input_shape: Shape) -> Shape:
        """(n_in, height, width) becomes (n_out, rows, columns)."""
        channels = self.n_in
        return self.n_out, *places(self, channels, input_shape, self.kernel, self.stride, self.padding)

    def program_for(self, input_shape: Shape) -> tuple[Line, ...]:
        """padded, where there is padding; patches; z = K ∗ patches + b; y = a(z)."""
        lines = [Line("padded", Pad(self.padding), ("y_prev",))] if any(self.padding) else []
        image = "padded" if any(self.padding) else "y_prev"
        return (
            *lines,
            Line("patches", Patches(self.kernel, self.stride), (image,)),
            Line("z", CORRELATE, ("patches", "K", "b")),
            Line("y", self.activation, ("z",)),
        )

    @property
    def parameter_shapes(self) -> Mapping[str, Shape]:
        """K (n_out, n_in, k_h, k_w) and b (n_out,)."""
        return {"K": (self.n_out, self.n_in, *self.kernel), "b": (self.n_out,)}

    def draw(self, rng: np.random.Generator) -> Mapping[str, Array]:
        """K by the layer's initializer, b zeros. A unit listens to n_in k_h k_w numbers."""
        shape, cells = self.parameter_shapes["K"], prod(self.kernel)
        K = INITIALIZERS[self.init](rng, self.n_in * cells, self.n_out * cells, shape)
        return {"K": K, "b": np.zeros(self.n_out)}

    @property
    def sentence(self) -> str:
        """Each kernel is laid on the image at every place."""
        return (
            "Each kernel is laid on the image at every place; its match with what is under it, plus a bias, "
            f"goes through {self.activation.name}."
        )

    def __repr__(self) -> str:
        options = f", stride {write_pair(self.stride)}" * (self.stride != (1, 1))
        options += f", padding {write_pair(self.padding)}" * any(self.padding)
        options = f"kernel {write_pair(self.kernel)}{options}"
        return f"Conv2d {self.n_in} → {self.n_out}, {options} {self.activation.name}"
