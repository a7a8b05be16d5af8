"""A class with forward and backward becomes a layer of a network, traced and stepped like any other.

Its two methods have the form of an operation's: `forward(y_prev, *parameters)` returns y, and
`backward(dL_dy, y, y_prev, *parameters)` returns the loss gradient of y_prev and of each parameter.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from neural_net.gradient_check import check_gradients
from neural_net.layers import Dense, Layer, WrongShape
from neural_net.network import network
from neural_net.operations import Array, Operation, Shape
from neural_net.program import Line
from neural_net.trace import trace


def own_layer(answer: Any, /, **parameters: npt.ArrayLike) -> OwnLayer:
    """Return a layer for `nnh.network(layers=[…])` that computes what a class of one's own does.

    `answer` is a class, or an instance of it, with `forward(y_prev, …)` and
    `backward(dL_dy, y, y_prev, …)`. The names that follow y_prev are the layer's parameters; their initial
    values are given by name: `nnh.own_layer(ScaleShift, g=np.ones(4), c=np.zeros(4))`.
    """
    inner = answer() if isinstance(answer, type) else answer
    for method in ("forward", "backward"):
        if not callable(getattr(inner, method, None)):
            raise TypeError(
                f"own_layer: expected a class with forward and backward, got {answer!r} without {method}"
            )
    expected = tuple(inspect.signature(inner.forward).parameters)[1:]
    if set(expected) != set(parameters):
        given, wanted = ", ".join(parameters) or "none", ", ".join(expected) or "none"
        raise TypeError(f"own_layer: forward takes the parameters {wanted}; got {given}")
    return OwnLayer(inner, {name: np.asarray(parameters[name], np.float64) for name in expected})


def own_operation(inner: Any, names: Sequence[str]) -> Operation:
    """The operation whose two directions are the methods of `inner`."""
    kind = type(inner).__name__
    arguments = ("y_prev", *names)

    class OwnOperation(Operation):
        """y = forward(y_prev, …), with a backward of one's own."""

        name = kind
        inputs = arguments
        output = "y"
        code = f"y = layer.forward({', '.join(arguments)})"
        backward_equation = MappingProxyType({of: f"dL_d{of} = dL_dy · ∂y/∂{of}" for of in arguments})
        backward_code = MappingProxyType(
            {
                of: f"dL_d{of} = layer.backward(dL_dy, y, {', '.join(arguments)})[{place}]"
                for place, of in enumerate(arguments)
            }
        )

        def forward(self, *values: Array) -> Array:
            return np.asarray(inner.forward(*values))

        def backward(self, dL_dy: Array, y: Array, *values: Array) -> tuple[Array, ...]:
            gradients = inner.backward(dL_dy, y, *values)
            parts = gradients if isinstance(gradients, tuple | list) else (gradients,)
            return tuple(_as(value, part) for value, part in zip(values, parts, strict=True))

    return OwnOperation()


class OwnLayer(Layer):
    """A layer whose program is one line, an operation of one's own."""

    kind = "Own"

    def __init__(self, inner: Any, parameters: Mapping[str, Array]) -> None:
        self.operation = own_operation(inner, tuple(parameters))
        self.shapes = {name: array.shape for name, array in parameters.items()}
        self._keep(parameters)

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape that forward gives an example of zeros."""
        try:
            y = self.operation.forward(np.zeros((1, *input_shape)), *self.parameters.values())
        except Exception as error:
            raise WrongShape(self, f"inputs that its forward can take ({error})", input_shape) from error
        return y.shape[1:]

    def program_for(self, input_shape: Shape) -> tuple[Line, ...]:
        """y = forward(y_prev, …), whatever the shape."""
        return (Line("y", self.operation, self.operation.inputs),)

    @property
    def parameter_shapes(self) -> Mapping[str, Shape]:
        """The shapes of the values given at the beginning."""
        return self.shapes

    @property
    def sentence(self) -> str:
        """A layer of one's own."""
        return f"{self.operation.name}, a layer of your own, computes y from y_prev."

    def __repr__(self) -> str:
        return self.operation.name


def plugged(answer: object, n: int, **parameters: Array) -> tuple[int, bool]:
    """Put the layer, of n inputs, between two dense ones; return the number of steps of a trace, and whether
    every gradient agrees with differences."""
    net = network(layers=[Dense(3, n, "tanh"), own_layer(answer, **parameters), Dense(n, 2)], seed=0)
    rng = np.random.default_rng(0)
    x, target = rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
    told = trace(net, x, target)
    told.receipt()
    return len(told.steps), check_gradients(net, x, target).passed


def _as(value: Array, gradient: Any) -> Array:
    """A gradient in the shape and the precision of what it belongs to, axes of length 1 apart."""
    return np.asarray(gradient, value.dtype).reshape(value.shape)
