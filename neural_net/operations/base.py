"""An operation is one line of mathematics: its forward beside its backward.

The backward of an operation is a vector-Jacobian product: it takes the loss gradient of the operation's
output and returns the loss gradients of its inputs, without ever building a Jacobian. Each operation also
says itself in three ways: as an equation (see `neural_net.notation` for the little language), as the line of
numpy that does it, and element by element, as the terms that make up one number.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from neural_net.operations.terms import Factor, Index, Term

Array = npt.NDArray[Any]
Shape = tuple[int, ...]

NOTHING: Mapping[str, str] = MappingProxyType({})


class Operation(ABC):
    """One line `output = operation(*inputs)`, with its backward.

    `inputs` and `output` are the names used in the operation's own equation and code; a line of a program may
    call them differently (see `neural_net.program.Line`). `backward_equation` and `backward_code` have one
    entry for each input that receives a gradient.
    """

    name: str
    inputs: tuple[str, ...]
    output: str = "y"
    equation: str = ""
    code: str = ""
    backward_equation: Mapping[str, str] = NOTHING
    backward_code: Mapping[str, str] = NOTHING

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

    def forward_terms(self, index: Index, output: Array, *inputs: Array) -> tuple[Term, ...]:
        """Return the terms whose sum is output[index].

        Where an operation does not say more, that is one term: what it made of its inputs.
        """
        written = f"{self.name}({', '.join(self.inputs)})"
        return (Term((Factor(float(output[index]), written=written),)),)

    def backward_terms(
        self, name: str, index: Index, gradient: Array, output: Array, *inputs: Array
    ) -> tuple[Term, ...]:
        """Return the terms whose sum is the element `index` of the loss gradient of the input `name`.

        `gradient` is the loss gradient of the output, whose elements are called dL_d… in the terms. Where an
        operation does not say more, the terms are upstream × local for every element of the output that the
        input's element moves: the chain rule as it is written, at one backward call for each.
        """
        place, terms = self.inputs.index(name), []
        for at in np.ndindex(output.shape):
            unit = np.zeros_like(gradient)
            unit[at] = 1
            locals_ = self.backward(unit, output, *inputs)[place]
            local = 0.0 if locals_ is None else float(locals_[index])
            if local:
                upstream = Factor(float(gradient[at]), self.gradient_name, at)
                written = f"∂{self.output}{list(at)}/∂{name}{list(index)}"
                terms.append(Term((upstream, Factor(local, written=written))))
        return tuple(terms)

    @property
    def gradient_name(self) -> str:
        """What the loss gradient of the output is called in code."""
        return f"dL_d{self.output}"

    def __repr__(self) -> str:
        return self.name


class Pointwise(Operation):
    """An operation in which an element of the first input moves one element of the output alone.

    That is the element at the same index, or the only one there is, where the output is one number. So each
    loss gradient is one product: upstream × local.
    """

    def forward_terms(self, index: Index, output: Array, *inputs: Array) -> tuple[Term, ...]:
        argument = self.inputs[0]
        at = index if output.ndim else ()
        return (Term((Factor(float(output[index]), argument, at, f"{self.name}({{}})"),)),)

    def backward_terms(
        self, name: str, index: Index, gradient: Array, output: Array, *inputs: Array
    ) -> tuple[Term, ...]:
        local = self.backward(np.ones_like(gradient), output, *inputs)[self.inputs.index(name)]
        if local is None:
            return ()
        at = index if output.ndim else ()
        upstream = Factor(float(gradient[at]), self.gradient_name, at)
        return (Term((upstream, Factor(float(local[index]), name, index, f"{self.name}′({{}})"))),)
