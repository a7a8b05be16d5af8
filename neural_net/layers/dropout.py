"""Dropout: while a network learns, numbers are left out at random, so that none is relied upon."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import numpy as np
import numpy.typing as npt

from neural_net.layers.base import Layer
from neural_net.layers.dense import Activate
from neural_net.operations import Array, Shape
from neural_net.operations.arithmetic import Multiply
from neural_net.operations.givens import DropoutMask
from neural_net.program import Line
from neural_net.validation import fraction, whole_number


class Dropout(Layer):
    """y = y_prev ⊙ mask, where mask is 0 with probability `rate` and 1/(1 − rate) elsewhere. Any shape.

    The mask is drawn from `seed` and from the number of training steps so far: a trace can be repeated to the
    last bit, and the next training step draws another mask. Without a seed the network's own decides.
    `inference()` is the identity.
    """

    kind = "Dropout"

    def __init__(self, rate: float, *, seed: int | None = None) -> None:
        self.rate = fraction(rate, "Dropout, rate")
        self.seed = seed if seed is None else whole_number(seed, "Dropout, seed", at_least=0)
        self.training_step = 0

    def output_shape(self, input_shape: Shape) -> Shape:
        """Any shape stays."""
        return input_shape

    def program_for(self, input_shape: Shape) -> tuple[Line, ...]:
        """mask; y = y_prev ⊙ mask."""
        mask = DropoutMask(self.rate, (self.seed or 0, self.training_step))
        return (Line("mask", mask, ("y_prev",)), Line("y", Multiply(), ("y_prev", "mask")))

    def initialize(self, rng: np.random.Generator, dtype: npt.DTypeLike) -> Self:
        """Return this layer with a seed."""
        return self if self.seed is not None else self._with(seed=int(rng.integers(2**31)))

    def advanced(self, values: Mapping[str, Array]) -> Self:
        """Return this layer with the next mask."""
        return self._with(training_step=self.training_step + 1)

    def inference(self) -> Layer:
        """Return the identity: the expected value of the mask is 1."""
        return Activate("identity")

    @property
    def sentence(self) -> str:
        """Numbers are left out at random."""
        return (
            f"Each number is left out with probability {self.rate:g}; what stays is made larger to make up."
        )

    def __repr__(self) -> str:
        return f"Dropout {self.rate:g}"
