"""Layers that make one row of an example: flattening an image, and averaging a sequence over time."""

from __future__ import annotations

from math import prod

from neural_net.layers.base import Layer, WrongShape
from neural_net.operations import Shape, rearrangement, statistics
from neural_net.program import Line


class Flatten(Layer):
    """y = all numbers of y_prev in one row: (channels, height, width) becomes (n,)."""

    kind = "Flatten"

    def output_shape(self, input_shape: Shape) -> Shape:
        """Any shape becomes (n,)."""
        return (prod(input_shape),)

    def program_for(self, input_shape: Shape) -> tuple[Line, ...]:
        """y = flatten(y_prev)."""
        return (Line("y", rearrangement.Flatten(), ("y_prev",)),)

    @property
    def sentence(self) -> str:
        """The numbers are laid out in one row."""
        return "All numbers of the example are laid out in one row; nothing is computed."


class MeanOverTime(Layer):
    """y = (1/T) Σ_t y_prev_t: a sequence (T, n) as one row (n,), a head for sequences."""

    kind = "MeanOverTime"

    def output_shape(self, input_shape: Shape) -> Shape:
        """(T, n) becomes (n,)."""
        if len(input_shape) != 2:
            raise WrongShape(self, "sequences (T, n)", input_shape)
        return input_shape[1:]

    def program_for(self, input_shape: Shape) -> tuple[Line, ...]:
        """y = the mean of y_prev over its time steps."""
        return (Line("y", statistics.MeanOverTime(), ("y_prev",)),)

    @property
    def sentence(self) -> str:
        """Every feature is averaged over time."""
        return "Every feature is averaged over the time steps, which so all have an equal say."
