"""A form says how one kind of operation is bound: which calls make its output, which its loss gradients."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar

from neural_net.bound.calls import Call
from neural_net.bound.slots import Slot
from neural_net.operations import Array, Operation

Scratch = Callable[[Array], Array]


class Form(ABC):
    """One line bound to its slots: calls of the forward pass beside calls of the backward pass.

    `forward` yields calls that write `output.value`; `backward` yields calls that write `gradient` of each
    input whose gradient is not None, from `output.gradient`. An array that is needed only while the calls of
    one of the two run comes from `self.scratch(like)`.
    """

    in_place: ClassVar[bool] = False  # whether output and first input may be one slot
    reads_output: ClassVar[bool] = True  # whether backward reads output.value
    reads_ones: ClassVar[bool] = False  # whether a column of ones behind the first input is of use

    def __init__(
        self, operation: Operation, output: Slot, inputs: Sequence[Slot], scratch: Scratch, is_kept: bool
    ) -> None:
        self.operation, self.output, self.inputs, self.scratch = operation, output, inputs, scratch
        self.is_kept = is_kept  # whether somebody reads the output after the backward pass

    @property
    def upstream(self) -> Array:
        """The loss gradient of the output, where `backward` is asked for."""
        assert self.output.gradient is not None
        return self.output.gradient

    def scratch_over_output(self) -> Array:
        """Scratch for the backward calls that may be the output itself: they are the last to read it.

        Backward, all lines that read the output come before the line that made it.
        """
        return self.scratch(self.output.value) if self.is_kept else self.output.value

    @abstractmethod
    def forward(self) -> Iterator[Call]:
        """Yield the calls that make the output."""

    @abstractmethod
    def backward(self) -> Iterator[Call]:
        """Yield the calls that make the loss gradients of the inputs."""

    @staticmethod
    def sends(operation: Operation, output: Array, inputs: Sequence[Array]) -> tuple[bool, ...]:
        """Whether each input gets a gradient; of those that nobody needs one for, it does not matter."""
        return (True,) * len(inputs)
