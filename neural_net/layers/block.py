"""A block is a layer made of layers: what they name is known in the block by their name and a dot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from neural_net.layers.base import Layer
from neural_net.operations import Array, Shape
from neural_net.program import Line


class Block(Layer):
    """A layer whose parameters are those of the layers in it, each under a dotted name.

    The W of the inner layer called "mlp" is "mlp.W" in the block: in its parameters, in the names of its
    program, and in the code and the equations that are read from it.
    """

    layers: Mapping[str, Layer]

    @property
    def parameters(self) -> Mapping[str, Array]:
        """Every parameter of every inner layer, by its dotted name."""
        return MappingProxyType(self._gathered(lambda layer: layer.parameters))

    @property
    def parameter_shapes(self) -> Mapping[str, Shape]:
        """The shape of each parameter, by its dotted name."""
        return self._gathered(lambda layer: layer.parameter_shapes)

    @property
    def state(self) -> Mapping[str, Array]:
        """What the inner layers keep besides parameters, by dotted names."""
        return self._gathered(lambda layer: layer.state)

    def initialize(self, rng: np.random.Generator, dtype: npt.DTypeLike) -> Self:
        """Return this block with every inner layer initialized."""
        return self._with_layers(lambda _, layer: layer.initialize(rng, dtype))

    def holding(self, parameters: Mapping[str, Array]) -> Self:
        """Return this block with these very arrays in its layers, unchecked and not copied."""
        return self._with_layers(lambda name, layer: layer.holding(part_of(name, parameters)))

    def inference(self) -> Layer:
        """Return this block with the inference form of every inner layer."""
        return self._with_layers(lambda _, layer: layer.inference())

    def advanced(self, values: Mapping[str, Array]) -> Self:
        """Return this block with every inner layer as it goes on after a training pass."""
        return self._with_layers(lambda name, layer: layer.advanced(part_of(name, values)))

    def lines_of(self, name: str, input_shape: Shape, y_prev: str, y: str | None = None) -> tuple[Line, ...]:
        """The program of one inner layer, in the block's names.

        It reads the block's value called `y_prev`, and its y is called `y`, or else "name.y".
        """
        outer = {"y_prev": y_prev, "y": y or f"{name}.y"}
        program = self.layers[name].program_for(input_shape)
        return tuple(line.renamed(lambda inner: outer.get(inner, f"{name}.{inner}")) for line in program)

    def _gathered(self, read: Callable[[Layer], Mapping[str, Any]]) -> dict[str, Any]:
        return {f"{name}.{key}": v for name, layer in self.layers.items() for key, v in read(layer).items()}

    def _with_layers(self, change: Callable[[str, Layer], Layer]) -> Self:
        changed = {name: change(name, layer) for name, layer in self.layers.items()}
        if all(changed[name] is layer for name, layer in self.layers.items()):
            return self
        return self._with(layers=MappingProxyType(changed))


def part_of(name: str, named: Mapping[str, Array]) -> dict[str, Array]:
    """What belongs to one inner layer, under its own names."""
    prefix = f"{name}."
    return {key.removeprefix(prefix): value for key, value in named.items() if key.startswith(prefix)}
