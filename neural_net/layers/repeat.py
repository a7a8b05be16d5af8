"""Repeat: the same layer several times in a row, with one set of weights for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Self

from neural_net.layers.base import Layer, WrongShape
from neural_net.layers.block import Block, part_of
from neural_net.operations import Array, Shape
from neural_net.program import Line
from neural_net.validation import whole_number


class Repeat(Block):
    """y = f(f(… f(y_prev))), `times` times the same layer f, which keeps the shape: its weights are tied.

    The layer is called block, so that its W is block.W; the values of the first pass are pass_1.z, pass_1.y
    and so on. Backward, every pass contributes to the gradient of block.W, and the contributions add.
    """

    kind = "Repeat"

    def __init__(self, layer: Layer, times: int) -> None:
        if not isinstance(layer, Layer):
            raise TypeError(f"Repeat: expected a layer, got {layer!r} of type {type(layer).__name__}")
        self.times = whole_number(times, "Repeat, times")
        self.layers = MappingProxyType({"block": layer})

    @property
    def input_shape(self) -> Shape | None:
        """What the layer decides."""
        return self.layers["block"].input_shape

    def output_shape(self, input_shape: Shape) -> Shape:
        """Any shape that the layer keeps."""
        after = self.layers["block"].output_shape(input_shape)
        if after != input_shape:
            raise WrongShape(self, f"what its layer keeps in shape (it makes {after} of it)", input_shape)
        return input_shape

    def program_for(self, input_shape: Shape) -> tuple[Line, ...]:
        """The layer's lines for every pass."""
        return tuple(line for i in range(1, self.times + 1) for line in self._pass(i, input_shape))

    def _pass(self, i: int, input_shape: Shape) -> Iterator[Line]:
        """Yield the layer's lines in pass i, from the y of the pass before to its own."""
        layer = self.layers["block"]
        names = {name: f"block.{name}" for name in (*layer.parameter_shapes, *layer.state)}
        names["y_prev"] = f"pass_{i - 1}.y" if i > 1 else "y_prev"
        names["y"] = f"pass_{i}.y" if i < self.times else "y"
        for line in layer.program_for(input_shape):
            yield line.renamed(lambda name: names.get(name, f"pass_{i}.{name}"))

    def check_batch(self, m: int, input_shape: Shape) -> None:
        """Refuse what the layer refuses."""
        self.layers["block"].check_batch(m, input_shape)

    def advanced(self, values: Mapping[str, Array]) -> Self:
        """Return this layer as it goes on after all passes of a training pass, one after the other."""
        layer = self.layers["block"]
        for i in range(1, self.times + 1):
            layer = layer.advanced(part_of(f"pass_{i}", values))
        return self._with_layers(lambda _, __: layer)

    @property
    def sentence(self) -> str:
        """One layer several times."""
        return f"The same layer {self.times} times in a row: its weights are used {self.times} times."

    def __repr__(self) -> str:
        return f"Repeat({self.layers['block']!r}, {self.times})"
