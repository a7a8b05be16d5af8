"""A program is a sequence of named lines, run forward in order and backward in reverse.

This one reverse loop is the whole of back propagation: every line turns the loss gradient of its output into
loss gradients of its inputs, and where a name is used more than once the contributions add.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from neural_net.operations import Array, Operation


@dataclass(frozen=True)
class Line:
    """One line of a program: `output = operation(*inputs)`, all by name."""

    output: str
    operation: Operation
    inputs: tuple[str, ...]

    @property
    def names(self) -> dict[str, str]:
        """What the program calls the operation's own names, those of gradients (dL_d…) included."""
        own = (self.operation.output, *self.operation.inputs)
        values = dict(zip(own, (self.output, *self.inputs), strict=True))
        return values | {f"dL_d{a}": f"dL_d{b}" for a, b in values.items()}

    def renamed(self, names: Callable[[str], str]) -> Line:
        """The same line with all its names passed through `names`."""
        return Line(names(self.output), self.operation, tuple(names(name) for name in self.inputs))


class Contribution(NamedTuple):
    """What one use of a name (in `line`) adds to its loss gradient."""

    name: str
    line: Line
    value: Array


def run_forward(program: Sequence[Line], given: Mapping[str, Array]) -> dict[str, Array]:
    """Return every named value: those given, and the output of each line in order."""
    values = dict(given)
    for line in program:
        values[line.output] = line.operation.forward(*(values[name] for name in line.inputs))
    return values


def run_backward(
    program: Sequence[Line], values: Mapping[str, Array], output: str, gradient: Array
) -> tuple[dict[str, Array], tuple[Contribution, ...]]:
    """Return the loss gradient of every name in the program, and each contribution by itself.

    `gradient` is the loss gradient of the value called `output`. The contributions stand in the order in
    which the backward pass makes them.
    """
    gradients = {output: gradient}
    contributions = []
    for line in reversed(program):
        inputs = [values[name] for name in line.inputs]
        for name, value in zip(
            line.inputs,
            line.operation.backward(gradients[line.output], values[line.output], *inputs),
            strict=True,
        ):
            if value is None:
                continue
            contributions.append(Contribution(name, line, value))
            gradients[name] = gradients[name] + value if name in gradients else value
    return gradients, tuple(contributions)
