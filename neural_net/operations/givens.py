"""Arrays that a program makes from the shape of its input alone, and that send no gradient back to it."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from neural_net.operations.base import Array, Operation
from neural_net.operations.terms import Factor, Index, Term


class Given(Operation):
    """An operation that reads only the shape and the dtype of its input."""

    inputs = ("y_prev",)

    @abstractmethod
    def forward(self, y_prev: Array) -> Array:
        """Return the array that belongs to an input of this shape."""

    def backward(self, dL_doutput: Array, output: Array, y_prev: Array) -> tuple[None]:
        return (None,)

    def forward_terms(self, index: Index, output: Array, *inputs: Array) -> tuple[Term, ...]:
        value = float(output[index])
        return (Term((Factor(value, written=f"{value:g}"),)),)

    def backward_terms(
        self, name: str, index: Index, gradient: Array, output: Array, *inputs: Array
    ) -> tuple[Term, ...]:
        return ()


class ZeroState(Given):
    """state = 0 for every example: what a recurrent layer remembers before the first time step, (m, n)."""

    name = "zero state"
    output = "state"
    equation = "state = 0"

    def __init__(self, n: int) -> None:
        self.n = n
        self.code = f"state = np.zeros((len(y_prev), {n}))"

    def forward(self, y_prev: Array) -> Array:
        return np.zeros((len(y_prev), self.n), y_prev.dtype)


class DropoutMask(Given):
    """mask = 0 with probability `rate`, else 1/(1 − rate), independently for every number of y_prev.

    What survives is made larger, so that the expected value of mask ⊙ y_prev is y_prev. The same `seed` (a
    pair: of the layer, and of the training step) draws the same mask.
    """

    name = "dropout mask"
    output = "mask"
    equation = "mask = dropout_mask( y_prev )"

    def __init__(self, rate: float, seed: tuple[int, int]) -> None:
        self.rate, self.seed = rate, seed
        draw = f"np.random.default_rng({seed}).random(y_prev.shape)"
        self.code = f"mask = ({draw} >= {rate}) / (1 - {rate})"

    def forward(self, y_prev: Array) -> Array:
        survives = np.random.default_rng(self.seed).random(y_prev.shape) >= self.rate
        return np.asarray(survives / (1 - self.rate), y_prev.dtype)
