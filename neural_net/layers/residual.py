"""Residual: a block computes only what to add to its input, which also goes around it."""

from __future__ import annotations

from itertools import pairwise
from types import MappingProxyType

from neural_net.layers.base import Layer, WrongShape
from neural_net.layers.block import Block
from neural_net.operations import Shape
from neural_net.operations.arithmetic import Add
from neural_net.program import Line

ADD = Add()


class Residual(Block):
    """y = y_prev + block(y_prev), the block being any layers in a row that keep the shape.

    The inner layers are called block_1, block_2, …, so that the W of the first is block_1.W. Backward, the
    loss gradient reaches y_prev on two ways, and the two contributions add.
    """

    kind = "Residual"

    def __init__(self, *layers: Layer) -> None:
        for layer in layers:
            if not isinstance(layer, Layer):
                raise TypeError(f"Residual: expected layers, got {layer!r} of type {type(layer).__name__}")
        if not layers:
            raise ValueError("Residual: expected at least one layer to go around, got none")
        self.layers = MappingProxyType({f"block_{i}": layer for i, layer in enumerate(layers, 1)})

    @property
    def input_shape(self) -> Shape | None:
        """What the first inner layer decides."""
        return next(iter(self.layers.values())).input_shape

    def output_shape(self, input_shape: Shape) -> Shape:
        """Any shape that the block keeps."""
        after = self._shapes(input_shape)[-1]
        if after != input_shape:
            raise WrongShape(self, f"what its block keeps in shape (it makes {after} of it)", input_shape)
        return input_shape

    def program_for(self, input_shape: Shape) -> tuple[Line, ...]:
        """The block's lines, and y = y_prev + their result."""
        values = ["y_prev", *(f"{name}.y" for name in self.layers)]
        shapes = self._shapes(input_shape)
        lines = [
            line
            for (before, _), name, shape in zip(pairwise(values), self.layers, shapes[:-1], strict=True)
            for line in self.lines_of(name, shape, before)
        ]
        return (*lines, Line("y", ADD, ("y_prev", values[-1])))

    def check_batch(self, m: int, input_shape: Shape) -> None:
        """Refuse what an inner layer refuses."""
        for layer, shape in zip(self.layers.values(), self._shapes(input_shape)[:-1], strict=True):
            layer.check_batch(m, shape)

    def _shapes(self, input_shape: Shape) -> list[Shape]:
        shapes = [input_shape]
        for name, layer in self.layers.items():
            try:
                shapes.append(layer.output_shape(shapes[-1]))
            except WrongShape as error:
                inside = f"{name} ({layer!r}) takes {error.expected} and gets shape {shapes[-1]}"
                raise WrongShape(self, f"what suits its block (of this, {inside})", input_shape) from error
        return shapes

    @property
    def sentence(self) -> str:
        """The input goes around a block."""
        return "The input goes through a block and around it, and the two are added."

    def __repr__(self) -> str:
        return f"Residual({', '.join(map(repr, self.layers.values()))})"
