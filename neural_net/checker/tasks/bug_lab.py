"""The exercises of the bug lab: the answer is a diagnosis of a network with one thing wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from neural_net import bug_lab
from neural_net.checker.exercise import Task
from neural_net.checker.judging import is_untouched
from neural_net.checker.report import NOT_ATTEMPTED, RIGHT, WRONG_DIAGNOSIS, WRONG_KIND, WRONG_LAYER, Report

VERDICTS = {
    "right": RIGHT,
    "wrong layer": WRONG_LAYER,
    "wrong": WRONG_DIAGNOSIS,
    "not understood": WRONG_KIND,
}


@dataclass(frozen=True, eq=False, repr=False)
class Diagnosis(Task):
    """A task whose answer names a fault, and the layer in which it starts."""

    lab: bug_lab.Exercise
    group = "Bug lab"

    @property
    def name(self) -> str:  # type: ignore[override]
        """Such as "bug lab 3"."""
        return self.lab.name

    @property
    def statement(self) -> str:  # type: ignore[override]
        """What is asked."""
        return self.lab.statement

    @property
    def signature(self) -> str:
        """How an answer is written."""
        return self.lab.signature

    def judge(self, answer: object, seed: int = 0) -> Report:
        """Return the report on a diagnosis, such as ("dead relus", 2)."""
        if is_untouched(answer):
            faults = f"Faults to choose from: {', '.join(self.lab.faults)}."
            return Report(self.name, NOT_ATTEMPTED, (self.statement, faults))
        judgement = self.lab.judge(answer)
        hints = () if judgement.is_right else judgement.hints
        return Report(self.name, VERDICTS[judgement.verdict], (judgement.message,), hints=hints)

    def __repr__(self) -> str:
        faults = ", ".join(self.lab.faults)
        return (
            f"{self.name}: {self.statement}\n\nAnswer: {self.signature}.\n\nFaults to choose from: {faults}."
        )


DIAGNOSES: Mapping[str, Diagnosis] = MappingProxyType(
    {lab.name: Diagnosis(lab) for lab in bug_lab.exercises()}
)
