"""A step is what one layer does in one pass, told in words, equations, code and numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from neural_net.layers import Layer
from neural_net.losses import Loss
from neural_net.notation import (
    Equation,
    aligned,
    backward_code,
    backward_equations,
    forward_code,
    forward_equation,
)
from neural_net.operations import Array
from neural_net.program import Contribution, Line
from neural_net.receipt import write_array

Phase = Literal["forward", "backward"]


@dataclass(frozen=True, eq=False)
class Record:
    """What one layer computed in both passes: every value of its program, and the loss gradient of each."""

    layer: Layer | Loss
    program: tuple[Line, ...]
    values: Mapping[str, Array]
    gradients: Mapping[str, Array]
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, eq=False)
class OperationStep:
    """One operation in one pass: one line of a layer's program, told like a `Step`.

    `quantities` are, forward, the values that go in and the one that comes out; backward, the loss gradient
    of the output and what this operation contributes to those of its inputs.
    """

    line: Line
    phase: Phase
    layer: int
    title: str
    equations: tuple[Equation, ...]
    code: tuple[str, ...]
    quantities: Mapping[str, Array]

    @property
    def equation(self) -> str:
        """The equations in LaTeX, aligned at their equals signs."""
        return aligned(self.equations)

    def receipt(self) -> str:
        """The operation in plain text: what is computed, by which code, with which numbers."""
        return "\n".join([self.title, *_told(self.equations, self.code, self.quantities)])

    def __repr__(self) -> str:
        return self.title


@dataclass(frozen=True, eq=False)
class Step:
    """One layer in one pass.

    `index` counts from 0 through forward 1 … L+1, then backward L+1 … 1; `layer` is the layer's number.
    `quantities` are the named arrays of this step in the order in which they come up: values in the forward
    pass, loss gradients in the backward pass.
    """

    index: int
    count: int
    phase: Phase
    layer: int
    title: str
    sentence: str
    operations: tuple[OperationStep, ...]
    quantities: Mapping[str, Array]

    @property
    def equations(self) -> tuple[Equation, ...]:
        """The equations of all operations, in order."""
        return tuple(equation for operation in self.operations for equation in operation.equations)

    @property
    def code(self) -> tuple[str, ...]:
        """The code of all operations, in order."""
        return tuple(code for operation in self.operations for code in operation.code)

    @property
    def equation(self) -> str:
        """The step's equations in LaTeX, aligned at their equals signs."""
        return aligned(self.equations)

    def receipt(self) -> str:
        """The step in plain text: what is computed, by which code, with which numbers (six decimals)."""
        lines = [f"Step {self.index + 1} of {self.count}: {self.title}", self.sentence]
        return "\n".join([*lines, *_told(self.equations, self.code, self.quantities)])

    def __repr__(self) -> str:
        return f"Step {self.index + 1} of {self.count}: {self.title}"


def steps_of(records: Mapping[int, Record]) -> tuple[Step, ...]:
    """Tell the records of layers 1 … L+1 as steps: forward 1 … L+1, then backward L+1 … 1."""
    order: list[tuple[Phase, int]] = [("forward", l) for l in records]
    order += [("backward", l) for l in reversed(list(records))]
    return tuple(_step(i, len(order), phase, l, records) for i, (phase, l) in enumerate(order))


def layer_title(l: int, L: int) -> str:
    """What layer l is called: Layer 1, …, Head, Loss."""
    return {L: "Head", L + 1: "Loss"}.get(l, f"Layer {l}")


def _told(
    equations: Sequence[Equation], code: Sequence[str], quantities: Mapping[str, Array]
) -> Iterator[str]:
    yield from (f"  {equation.text()}" for equation in equations)
    yield from (f"  >>> {line}" for statement in code for line in statement.splitlines())
    for name, array in quantities.items():
        yield from (f"  {line}" for line in write_array(name, array).splitlines())


def _step(index: int, count: int, phase: Phase, l: int, records: Mapping[int, Record]) -> Step:
    record, L = records[l], len(records) - 1
    title = f"{phase.capitalize()} pass · {layer_title(l, L)}"
    if phase == "forward":
        operations = _forward_operations(record, l, title)
        quantities: Mapping[str, Array] = record.values
        sentence = record.layer.sentence
    else:
        operations = _backward_operations(record, l, title)
        quantities = _gradients_in_order(record.gradients, record.program[::-1])
        sentence = _backward_sentence(record, l)
    return Step(index, count, phase, l, title, sentence, operations, MappingProxyType(dict(quantities)))


def _forward_operations(record: Record, l: int, title: str) -> tuple[OperationStep, ...]:
    is_loss = isinstance(record.layer, Loss)
    return tuple(
        OperationStep(
            line,
            "forward",
            l,
            f"{title} · {line.output}",
            (forward_equation(line, l, is_loss),),
            (forward_code(line),),
            MappingProxyType({name: record.values[name] for name in (*line.inputs, line.output)}),
        )
        for line in record.program
    )


def _backward_operations(record: Record, l: int, title: str) -> tuple[OperationStep, ...]:
    """One step per line, from the last; what comes to a name later is added to what came before."""
    is_loss = isinstance(record.layer, Loss)
    parts: dict[tuple[Line, str], Array] = {}
    for line, name, value in ((c.line, c.name, c.value) for c in record.contributions):
        parts[line, name] = parts[line, name] + value if (line, name) in parts else value
    told: set[str] = {record.program[-1].output}
    steps = []
    for line in (line for line in reversed(record.program) if line.output in record.gradients):
        equations = backward_equations(line, l, is_loss, told)
        code = backward_code(line, told)
        quantities = {f"dL_d{line.output}": record.gradients[line.output]}
        quantities |= {f"dL_d{name}": parts[line, name] for name in line.inputs if (line, name) in parts}
        where = f"{title} · {line.output}"
        steps.append(OperationStep(line, "backward", l, where, equations, code, MappingProxyType(quantities)))
        told |= set(line.inputs)
    return tuple(steps)


def _gradients_in_order(gradients: Mapping[str, Array], backward: Sequence[Line]) -> dict[str, Array]:
    """The loss gradients under their names in code, in the order in which the code computes them."""
    names = [backward[0].output]
    for line in backward:
        operation = line.operation
        formal = dict(zip(operation.inputs, line.inputs, strict=True))
        told = [formal[name] for name in operation.backward_code]
        names += [*told, *(name for name in line.inputs if name not in told)]
    return {f"dL_d{name}": gradients[name] for name in names if name in gradients}


def _backward_sentence(record: Record, l: int) -> str:
    if isinstance(record.layer, Loss):
        return "The pass starts from ∂ℒ/∂ℒ = 1 and asks how the loss would change with the prediction."
    if l == 1:
        return "The last stop: this layer's weight gradients, and what the input itself could do to the loss."
    return (
        "The loss gradient enters from the right, is weighed by the local gradient, and leaves to the left."
    )
