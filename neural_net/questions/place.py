"""Where in a trace a question is asked: one layer, seen at one example, with its names and numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from neural_net.look import MINUS, number
from neural_net.notation import symbol
from neural_net.operations import Array
from neural_net.trace import Trace


@dataclass(frozen=True)
class Place:
    """Layer l of a trace at one example."""

    trace: Trace
    l: int
    example: int

    @property
    def is_loss(self) -> bool:
        """Whether the layer is the loss layer."""
        return self.l == self.trace.L + 1

    @property
    def m(self) -> int:
        """The number of examples."""
        return self.trace.batch_size

    def values(self, name: str) -> Array:
        """A value of the layer, by its name in code."""
        return self.trace.records[self.l].values[name]

    def gradient(self, name: str) -> Array:
        """The loss gradient of a value of the layer."""
        return self.trace.records[self.l].gradients[name]

    def symbol(self, name: str) -> str:
        """How a quantity is written at this layer, given its name in code: dL_dW is ∂ℒ/∂W₍₂₎."""
        return symbol(name, self.l, self.is_loss).text()

    def unit(self, l: int, j: int) -> str:
        """What unit j of a layer is called: its class in front of a loss over classes, else from 1."""
        if l == 0:
            return f"input {j + 1}"
        if l == self.trace.L:
            return (
                f"output {j if self.has_classes else j + 1}" if self.trace.y[l].shape[1] > 1 else "the output"
            )
        return f"unit {j + 1} of layer {l}"

    @property
    def has_classes(self) -> bool:
        """Whether the outputs of the head are classes, which count from 0."""
        return self.trace.network.loss.function.targets == "classes"

    @property
    def in_example(self) -> str:
        """Says which example is meant, where there are several."""
        return f" in example {self.example + 1} of {self.m}" if self.m > 1 else ""


def listed(values: Iterable[float]) -> str:
    """Numbers with commas between them."""
    return ", ".join(number(float(value)) for value in values)


def sum_of_products(left: Iterable[float], right: Iterable[float]) -> str:
    """Written out, such as 0.50 · 2 + 0.10 · (−3)."""
    return " + ".join(f"{_factor(a)} · {_factor(b)}" for a, b in zip(left, right, strict=True))


def product(*factors: float) -> str:
    """Written out, such as 0.50 · (−3)."""
    return " · ".join(map(_factor, factors))


def _factor(value: float) -> str:
    text = number(float(value))
    return f"({text})" if text.startswith(MINUS) else text
