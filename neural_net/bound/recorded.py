"""The form of every operation that has none of its own: its recorded passes, copied into the buffers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from neural_net.bound.calls import Call
from neural_net.bound.form import Form
from neural_net.operations import Array, Operation


class Recorded(Form):
    """output = operation.forward(*inputs); the gradients are those of operation.backward.

    `operation` is read at every run, so that another of the same kind may take its place between two steps.
    """

    def forward(self) -> Iterator[Call]:
        """One call, which allocates what the operation allocates."""
        inputs = [slot.value for slot in self.inputs]

        def run() -> None:
            np.copyto(self.output.value, self.operation.forward(*inputs))

        yield run

    def backward(self) -> Iterator[Call]:
        """One call for all gradients."""
        given = [self.output.gradient, self.output.value, *(slot.value for slot in self.inputs)]
        gradients = [slot.gradient for slot in self.inputs]

        def run() -> None:
            parts = self.operation.backward(*given)
            for gradient, part in zip(gradients, parts, strict=True):
                if gradient is not None and part is not None:
                    np.copyto(gradient, part)

        yield run

    @staticmethod
    def sends(operation: Operation, output: Array, inputs: Sequence[Array]) -> tuple[bool, ...]:
        """Found by asking: a backward pass with any numbers in it tells which gradients are None."""
        parts = operation.backward(np.zeros_like(output), output, *inputs)
        return tuple(part is not None for part in parts)
