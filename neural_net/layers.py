"""A layer is named parameters and a short program of named operations, from y_prev to y."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from neural_net.activations import ACTIVATIONS, Activation
from neural_net.initialization import INITIALIZERS, default_initializer
from neural_net.operations import Affine, Array
from neural_net.program import Line
from neural_net.validation import known_name, numbers, whole_number


class Layer(ABC):
    """What a network asks of a layer. A layer never changes: new parameters make a new layer.

    A kind of layer says its `parameter_shapes`, how it `draw`s them, and its `program`; keeping, checking and
    replacing the parameters is done here. A subclass's `__init__` ends with `self._keep(given)`.
    """

    kind: ClassVar[str]
    n_in: int
    n_out: int
    parameters: Mapping[str, Array]

    @property
    @abstractmethod
    def program(self) -> tuple[Line, ...]:
        """The lines that make y out of y_prev and the parameters."""

    @property
    @abstractmethod
    def parameter_shapes(self) -> Mapping[str, tuple[int, ...]]:
        """The shape of each parameter, by name."""

    @abstractmethod
    def draw(self, rng: np.random.Generator) -> Mapping[str, Array]:
        """Return fresh values for every parameter, in float64."""

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

    def _keep(self, given: Mapping[str, npt.ArrayLike | None]) -> None:
        """Check and keep the parameters given at construction; None is left for `initialize`."""
        self.parameters = MappingProxyType(
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
        array.setflags(write=False)
        return array

    def holding(self, parameters: Mapping[str, Array]) -> Self:
        """Return this layer with these very arrays as its parameters, unchecked and not copied."""
        for array in parameters.values():
            array.setflags(write=False)
        other = copy.copy(self)
        # In the order of parameter_shapes, whatever the order in which they were given.
        ordered = {name: parameters[name] for name in self.parameter_shapes if name in parameters}
        object.__setattr__(other, "parameters", MappingProxyType(ordered))
        return other

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self.__dict__:
            raise AttributeError(
                f"{self!r} never changes: {name} cannot be set again; "
                "with_parameters makes a new layer with other values"
            )
        super().__setattr__(name, value)


class Dense(Layer):
    """z = y_prev W + b, then y = a(z).

    Shapes: y_prev (m, n_in), W (n_in, n_out), b (n_out,), z and y (m, n_out). `activation` is a name or an
    `Activation`; `init` names how W is drawn (by default He for ReLU and its kin, Glorot elsewhere). W and b
    may be given; what is not given is drawn when the layer joins a network, b as zeros.
    """

    kind = "Dense"
    activation: Activation

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
        if not isinstance(activation, Activation):
            activation = known_name(activation, ACTIVATIONS, "Dense, activation")
        self.activation = activation
        self.init = init or default_initializer(activation.name)
        known_name(self.init, INITIALIZERS, "Dense, init")
        self._keep({"W": W, "b": b})

    @property
    def program(self) -> tuple[Line, ...]:
        """z = y_prev W + b; y = a(z)."""
        return (Line("z", AFFINE, ("y_prev", "W", "b")), Line("y", self.activation, ("z",)))

    @property
    def parameter_shapes(self) -> Mapping[str, tuple[int, ...]]:
        """W (n_in, n_out) and b (n_out,)."""
        return {"W": (self.n_in, self.n_out), "b": (self.n_out,)}

    def draw(self, rng: np.random.Generator) -> Mapping[str, Array]:
        """W by the layer's initializer, b zeros."""
        return {"W": INITIALIZERS[self.init](rng, self.n_in, self.n_out), "b": np.zeros(self.n_out)}

    def __repr__(self) -> str:
        return f"Dense {self.n_in} → {self.n_out} {self.activation.name}"


AFFINE = Affine()
