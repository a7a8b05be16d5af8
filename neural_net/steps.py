"""A step is what one layer does in one pass, told in words, equations, code and numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from neural_net.layers import Layer
from neural_net.losses import Loss
from neural_net.notation import Equation, backward_code, backward_equations, forward_code, forward_equation
from neural_net.operations import Array
from neural_net.program import Contribution, Line
from neural_net.receipt import write_array

Phase = Literal["forward", "backward"]


@dataclass(frozen=True, eq=False)
class Record:
    """What one layer computed in both passes: every value of its program, and the loss gradient of each."""

    layer: Layer | Loss
    values: Mapping[str, Array]
    gradients: Mapping[str, Array]
    contributions: tuple[Contribution, ...]

    @property
    def program(self) -> tuple[Line, ...]:
        """The layer's program."""
        return self.layer.program


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
    equations: tuple[Equation, ...]
    code: tuple[str, ...]
    quantities: Mapping[str, Array]

    @property
    def equation(self) -> str:
        """The step's equations in LaTeX, aligned at their equals signs."""
        lines = " \\\\\n".join(equation.latex(align=True) for equation in self.equations)
        return f"\\begin{{aligned}}\n{lines}\n\\end{{aligned}}"

    def receipt(self) -> str:
        """The step in plain text: what is computed, by which code, with which numbers (six decimals)."""
        lines = [f"Step {self.index + 1} of {self.count}: {self.title}", self.sentence]
        lines += [f"  {equation.text()}" for equation in self.equations]
        lines += [f"  >>> {line}" for code in self.code for line in code.splitlines()]
        lines += [
            f"  {line}" for name, a in self.quantities.items() for line in write_array(name, a).splitlines()
        ]
        return "\n".join(lines)

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


def _step(index: int, count: int, phase: Phase, l: int, records: Mapping[int, Record]) -> Step:
    record, L = records[l], len(records) - 1
    is_loss = l == L + 1
    if phase == "forward":
        equations = tuple(forward_equation(line, l, is_loss) for line in record.program)
        code = tuple(forward_code(line) for line in record.program)
        quantities: Mapping[str, Array] = record.values
        sentence = _forward_sentence(record)
    else:
        backward = tuple(reversed(record.program))
        equations = tuple(e for line in backward for e in backward_equations(line, l, is_loss))
        code = tuple(c for line in backward for c in backward_code(line))
        quantities = _gradients_in_order(record.gradients, backward)
        sentence = _backward_sentence(record, l)
    title = f"{phase.capitalize()} pass · {layer_title(l, L)}"
    return Step(index, count, phase, l, title, sentence, equations, code, MappingProxyType(dict(quantities)))


def _gradients_in_order(gradients: Mapping[str, Array], backward: Sequence[Line]) -> dict[str, Array]:
    """The loss gradients under their names in code, in the order in which the code computes them."""
    names = [backward[0].output]
    for line in backward:
        operation = line.operation
        formal = dict(zip(operation.inputs, line.inputs, strict=True))
        told = [formal[name] for name in operation.backward_code]
        names += [*told, *(name for name in line.inputs if name not in told)]
    return {f"dL_d{name}": gradients[name] for name in names if name in gradients}


def _forward_sentence(record: Record) -> str:
    if isinstance(record.layer, Loss):
        return "The prediction meets the target, and one number says how far apart they are."
    activation = getattr(record.layer, "activation", None)
    endings = {
        "identity": "and passes the sum on as it is.",
        "softmax": "and softmax turns the scores into probabilities that sum to 1.",
        "sigmoid": "and the sigmoid squeezes the sum into (0, 1).",
    }
    if activation is None:
        return f"The layer computes {', then '.join(line.output for line in record.program)}."
    ending = endings.get(activation.name, f"and sends the sum through {activation.name}.")
    return f"Each unit weighs its inputs, adds its bias, {ending}"


def _backward_sentence(record: Record, l: int) -> str:
    if isinstance(record.layer, Loss):
        return "The pass starts from ∂ℒ/∂ℒ = 1 and asks how the loss would change with the prediction."
    if l == 1:
        return "The last stop: this layer's weight gradients, and what the input itself could do to the loss."
    return (
        "The loss gradient enters from the right, is weighed by the local gradient, and leaves to the left."
    )
