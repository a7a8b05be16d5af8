"""A layer is named parameters and a short program of named operations, from y_prev to y."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from neural_net.activations import ACTIVATIONS, Activation
from neural_net.operations import Array, Shape
from neural_net.program import Line
from neural_net.validation import batch, known_name, numbers

NO_ARRAYS: Mapping[str, Array] = MappingProxyType({})


class WrongShape(ValueError):
    """A layer was given a shape that it does not take."""

    def __init__(self, layer: Layer, expected: str, given: Shape) -> None:
        super().__init__(f"{layer!r}: takes {expected}, got shape {given}")
        self.expected = expected


class Layer(ABC):
    """What a network asks of a layer. A layer never changes: new parameters make a new layer.

    Shapes are those of one example, without the batch axis: (n,) for a row of numbers, (T, n) for a sequence,
    (channels, height, width) for an image, (T,) for tokens.

    A kind of layer says its `output_shape`, its `program_for` an input shape, its `parameter_shapes` and how
    it `draw`s them; keeping, checking and replacing the parameters is done here. The `__init__` of a layer
    with parameters ends with `self._keep(given)`.
    """

    kind: str
    reads_tokens: bool = False
    _parameters: Mapping[str, Array] = NO_ARRAYS

    @abstractmethod
    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of an example's y, given that of its y_prev; WrongShape if the layer cannot."""

    @abstractmethod
    def program_for(self, input_shape: Shape) -> tuple[Line, ...]:
        """Return the lines that make y out of y_prev and the parameters, for examples of this shape."""

    @property
    def input_shape(self) -> Shape | None:
        """The shape of y_prev, where the layer alone decides it."""
        return None

    @property
    def sentence(self) -> str:
        """What the layer does, said in one sentence."""
        return f"{self.kind} computes y from y_prev."

    # --- Parameters: what training moves -------------------------------------------------------------

    @property
    def parameters(self) -> Mapping[str, Array]:
        """Every parameter by name, read-only."""
        return self._parameters

    @property
    def parameter_shapes(self) -> Mapping[str, Shape]:
        """The shape of each parameter, by name."""
        return {}

    def draw(self, rng: np.random.Generator) -> Mapping[str, Array]:
        """Return fresh values for every parameter, in float64."""
        return {}

    @property
    def is_initialized(self) -> bool:
        """Whether every parameter has a value."""
        return self.parameters.keys() == self.parameter_shapes.keys()

    def initialize(self, rng: np.random.Generator, dtype: npt.DTypeLike) -> Self:
        """Return this layer with every parameter that has no value drawn, all in the given dtype."""
        values = {name: array.astype(dtype) for name, array in {**self.draw(rng), **self.parameters}.items()}
        return self.holding(values)

    def with_parameters(self, parameters: Mapping[str, npt.ArrayLike]) -> Self:
        """Return this layer with some or all of its parameters replaced; their dtype stays."""
        checked = {
            name: self._checked(
                name, value, self.parameters[name].dtype if name in self.parameters else np.float64
            )
            for name, value in parameters.items()
        }
        return self.holding({**self.parameters, **checked})

    def holding(self, parameters: Mapping[str, Array]) -> Self:
        """Return this layer with these very arrays as its parameters, unchecked and not copied."""
        # In the order of parameter_shapes, whatever the order in which they were given.
        ordered = {name: parameters[name] for name in self.parameter_shapes if name in parameters}
        return self._with(_parameters=_read_only(ordered))

    # --- State: what a training pass leaves behind ---------------------------------------------------

    @property
    def state(self) -> Mapping[str, Array]:
        """Arrays that the program reads and no gradient moves, such as running statistics."""
        return NO_ARRAYS

    @property
    def given(self) -> Mapping[str, Array]:
        """All that the program is given besides y_prev: parameters and state."""
        return {**self.parameters, **self.state} if self.state else self.parameters

    def inference(self) -> Layer:
        """Return the layer that stands for this one when nothing more is learned; most layers stay."""
        return self

    def advanced(self, values: Mapping[str, Array]) -> Self:
        """Return this layer as it goes on after a training pass that computed these values; most stay."""
        return self

    # --- Input -----------------------------------------------------------------------------------------

    def check_batch(self, m: int, input_shape: Shape) -> None:
        """Refuse a batch of m examples that the layer cannot learn from; most layers take any."""
        return

    def as_input(self, x: object, shape: Shape, dtype: npt.DTypeLike) -> Array:
        """Return x, handed in from outside, as a checked batch of examples of this shape."""
        return batch(x, shape, dtype)

    def _keep(self, given: Mapping[str, npt.ArrayLike | None]) -> None:
        """Check and keep the parameters given at construction; None is left for `initialize`."""
        self._parameters = _read_only(
            {
                name: self._checked(name, value, np.float64)
                for name, value in given.items()
                if value is not None
            }
        )

    def _checked(self, name: str, value: npt.ArrayLike, dtype: npt.DTypeLike) -> Array:
        where = f"{self!r}, {name}"
        shape = known_name(name, self.parameter_shapes, f"{self!r}, parameter")
        array = numbers(value, where, dtype)
        if array.shape != shape:
            raise ValueError(f"{where}: expected shape {shape}, got {array.shape}")
        return array

    def _with(self, **attributes: Any) -> Self:
        """Return a copy of this layer with some of its attributes replaced."""
        other = copy.copy(self)
        for name, value in attributes.items():
            object.__setattr__(other, name, value)
        return other

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self.__dict__ or isinstance(getattr(type(self), name, None), property):
            raise AttributeError(
                f"{self!r} never changes: {name} cannot be set again; "
                "with_parameters makes a new layer with other values"
            )
        super().__setattr__(name, value)

    def __repr__(self) -> str:
        return self.kind


class ActivatedLayer(Layer):
    """A layer whose last line is an activation."""

    activation: Activation

    def with_activation(self, activation: Activation) -> Self:
        """Return this layer with another activation."""
        return self._with(activation=activation)


def _read_only(arrays: dict[str, Array]) -> Mapping[str, Array]:
    for array in arrays.values():
        array.setflags(write=False)
    return MappingProxyType(arrays)


def known_activation(activation: str | Activation, where: str) -> Activation:
    """Return the activation, which may be given by its name."""
    if isinstance(activation, Activation):
        return activation
    return known_name(activation, ACTIVATIONS, where)
