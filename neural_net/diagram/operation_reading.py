"""What a frame of an opened layer shows of each quantity: one example, a small batch, or the whole array."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from neural_net import look
from neural_net.diagram.element_cells import Named
from neural_net.diagram.names import markup
from neural_net.losses import Loss
from neural_net.notation import symbol
from neural_net.operations import Array, Index
from neural_net.program import Line, run_forward
from neural_net.steps import OperationStep, Phase, Record, layer_title
from neural_net.trace import Trace

MOST_EXAMPLES = 4  # a batch of rows up to this size is shown whole


@dataclass(frozen=True, eq=False)
class OperationReading:
    """One layer of a trace in one pass, with the example that is shown where there is no room for all."""

    trace: Trace
    number: int
    phase: Phase
    example: int

    @property
    def record(self) -> Record:
        """The record of the layer."""
        return self.trace.records[self.number]

    @property
    def is_loss(self) -> bool:
        """Whether this is the loss layer."""
        return isinstance(self.record.layer, Loss)

    @property
    def title(self) -> str:
        """The pass and the layer, as in "Backward pass · Layer 2"."""
        return f"{self.phase.capitalize()} pass · {layer_title(self.number, self.trace.L)}"

    @cached_property
    def steps(self) -> tuple[OperationStep, ...]:
        """The operations of the layer in this pass, in order."""
        return next(
            step.operations
            for step in self.trace.steps
            if (step.phase, step.layer) == (self.phase, self.number)
        )

    @cached_property
    def per_example(self) -> frozenset[str]:
        """The values whose first axis is the batch: those that grow when the first example comes twice."""
        record = self.record
        computed = {line.output for line in record.program}
        given = {name: value for name, value in record.values.items() if name not in computed}
        for name in {"y_prev", "target"} & given.keys():
            given[name] = np.concatenate([given[name], given[name][:1]])
        grown = run_forward(record.program, given)
        return frozenset(name for name, value in record.values.items() if grown[name].shape != value.shape)

    def role(self, name: str) -> str:
        """Return the color of a name in code: of a gradient, a parameter or a value."""
        if name.startswith("dL_d"):
            return "backward"
        return "parameter" if name in self.record.layer.parameters else "forward"

    def value(self, name: str) -> Named:
        """What is shown of a value."""
        shown = self._part(name, name, self.record.values[name], self.role(name))
        return shown if shown.role == "parameter" else replace(shown, scale=max(1.0, shown.scale))

    def gradient(self, name: str) -> Named:
        """What is shown of the whole loss gradient of a value."""
        return self.part(name, self.record.gradients[name])

    def part(self, name: str, gradient: Array) -> Named:
        """What is shown of a part of the loss gradient of a value."""
        return self._part(name, f"dL_d{name}", gradient, "backward")

    def contribution(self, name: str, line: Line, value: Array) -> Named:
        """What is shown of the share of one line in the loss gradient of a value."""
        shown = self.part(name, value)
        is_one_of_many = sum(part.name == name for part in self.record.contributions) > 1
        return replace(shown, name=f"{shown.name}@{line.output}") if is_one_of_many else shown

    def largest(self, named: Named) -> Index:
        """Return the index of the element that is told in numbers: the largest in size that is shown, of this
        example."""
        values = np.abs(np.nan_to_num(named.values.astype(float)))
        if not named.before and named.name.removeprefix("dL_d").split("@")[0] in self.per_example:
            others = np.arange(len(values)) != self.example
            values[others] = -1.0
        return tuple(int(i) for i in np.unravel_index(int(values.argmax()), values.shape))

    def _part(self, name: str, code_name: str, array: Array, role: str) -> Named:
        rows_of_few = array.ndim <= 2 and len(array) <= MOST_EXAMPLES if array.ndim else True
        before = (self.example,) if name in self.per_example and not rows_of_few else ()
        values = array[before] if before else array
        label = markup(symbol(code_name, self.number, self.is_loss).text())
        return Named(code_name, label, role, values, array.shape, before, look.scale_of(values))
