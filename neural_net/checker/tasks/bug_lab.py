"""The exercises of the bug lab: name what is wrong with a broken network, and in which layer."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from types import MappingProxyType

from neural_net import bug_lab
from neural_net.bug_lab import Exercise
from neural_net.checker.exercise import Task
from neural_net.checker.judging import is_untouched
from neural_net.checker.report import NOT_ATTEMPTED, RIGHT, WRONG_FAULT, WRONG_KIND, WRONG_LAYER, Report

VERDICTS: Mapping[str, str] = MappingProxyType(
    {
        "right": RIGHT,
        "wrong layer": WRONG_LAYER,
        "wrong": WRONG_FAULT,
        "not understood": WRONG_KIND,
    }
)


class BugLab(Task):
    """One broken network, whose answer is a diagnosis."""

    group = "Bug lab"

    def __init__(self, lab: Exercise) -> None:
        self._lab = lab
        self.name = lab.name
        self.statement = lab.statement

    @property
    def signature(self) -> str:
        """The answer is the name of a fault, with its layer."""
        return self._lab.signature

    def judge(self, answer: object, seed: int = 0) -> Report:
        """Return the report on a diagnosis; there is nothing to draw, so the seed does not matter."""
        if is_untouched(answer):
            return Report(self.name, NOT_ATTEMPTED, (self.statement, f"Answer with {self.signature}."))
        judgement = self._lab.judge(answer)
        hints = () if judgement.is_right else judgement.hints
        return Report(self.name, VERDICTS[judgement.verdict], (judgement.message,), hints=hints)

    def __repr__(self) -> str:
        faults = ", ".join(self._lab.faults)
        return f"{self.name}: {self.statement}\n\nAnswer with {self.signature}.\n\nThe faults: {faults}."

    def _repr_html_(self) -> str:
        paragraphs = repr(self).split("\n\n")
        return "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)


TASKS = tuple(BugLab(lab) for lab in bug_lab.exercises())
