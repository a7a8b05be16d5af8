"""An operation is one line of mathematics: its forward beside its backward.

The backward of an operation is a vector-Jacobian product: it takes the loss gradient of the operation's
output and returns the loss gradients of its inputs, without ever building a Jacobian. Each operation also
says itself in two ways: as an equation (see `neural_net.notation` for the little language) and as the line of
numpy that does it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

NOTHING: Mapping[str, str] = MappingProxyType({})


class Operation(ABC):
    """One line `output = operation(*inputs)`, with its backward.

    `inputs` and `output` are the names used in the operation's own equation and code; a line of a program may
    call them differently (see `neural_net.program.Line`). `backward_equation` and `backward_code` have one
    entry for each input that receives a gradient.
    """

    name: ClassVar[str]
    inputs: ClassVar[tuple[str, ...]]
    output: ClassVar[str] = "y"
    equation: ClassVar[str] = ""
    code: ClassVar[str] = ""
    backward_equation: ClassVar[Mapping[str, str]] = NOTHING
    backward_code: ClassVar[Mapping[str, str]] = NOTHING

    # `*args: Any, **kwargs: Any` leaves each operation free to name its own inputs.
    @abstractmethod
    def forward(self, *inputs: Any, **_: Any) -> Array:
        """Return the output, given the inputs in the order of `self.inputs`."""

    @abstractmethod
    def backward(self, *given: Any, **_: Any) -> tuple[Array | None, ...]:
        """Return one loss gradient per input, each of that input's shape; None for an input that gets none.

        Called as `backward(gradient, output, *inputs)`: the loss gradient of the output, of the output's
        shape, then the values of the forward pass.
        """

    def __repr__(self) -> str:
        return self.name


class Affine(Operation):
    """z = y_prev W + b, for every example (row) of y_prev.

    Shapes: y_prev (m, n_in), W (n_in, n_out), b (n_out,), z (m, n_out).
    """

    name = "affine"
    inputs = ("y_prev", "W", "b")
    output = "z"
    equation = "z = y_prev · W + b"
    code = "z = y_prev @ W + b"
    backward_equation = MappingProxyType(
        {
            "W": "dL_dW = y_prev^T · dL_dz",
            "b": "dL_db = Σ_i dL_dz,i",
            "y_prev": "dL_dy_prev = dL_dz · W^T",
        }
    )
    backward_code = MappingProxyType(
        {
            "W": "dL_dW = y_prev.T @ dL_dz",
            "b": "dL_db = dL_dz.sum(axis=0)",
            "y_prev": "dL_dy_prev = dL_dz @ W.T",
        }
    )

    def forward(self, y_prev: Array, W: Array, b: Array) -> Array:
        return np.asarray(y_prev @ W + b)

    def backward(
        self, dL_dz: Array, z: Array, y_prev: Array, W: Array, b: Array
    ) -> tuple[Array, Array, Array]:
        return dL_dz @ W.T, y_prev.T @ dL_dz, dL_dz.sum(axis=0)
