"""A question has one right choice and wrong ones, each with the mistake that leads to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Subject = Literal["shape", "sign", "axis", "factor", "value"]


@dataclass(frozen=True)
class Choice:
    """A choice, why it is right or wrong, and the id of the mistake that leads to it ("" where it is right).

    `value` is what the choice stands for, where that is a number.
    """

    text: str
    explanation: str
    mistake: str = ""
    value: float | None = None


@dataclass(frozen=True)
class Question:
    """A question about what step `step` (counted from 0) of a trace computes at layer `layer`."""

    step: int
    layer: int
    subject: Subject
    prompt: str
    choices: tuple[Choice, ...]

    @property
    def right(self) -> int:
        """The index of the right choice."""
        return next(i for i, choice in enumerate(self.choices) if not choice.mistake)

    @property
    def answer(self) -> Choice:
        """The right choice."""
        return self.choices[self.right]

    def __repr__(self) -> str:
        choices = [f"  {i}. {choice.text}" for i, choice in enumerate(self.choices, 1)]
        return "\n".join([f"Step {self.step + 1}: {self.prompt}", *choices])


@dataclass(frozen=True)
class Tally:
    """How a reader fared: the questions asked, and the choice made of each that was answered, by its step."""

    questions: tuple[Question, ...]
    answers: Mapping[int, int]

    @property
    def answered(self) -> tuple[Question, ...]:
        """The questions that have an answer."""
        return tuple(question for question in self.questions if question.step in self.answers)

    @property
    def missed(self) -> tuple[Question, ...]:
        """The questions that were answered wrongly."""
        return tuple(q for q in self.answered if self.answers[q.step] != q.right)

    @property
    def right(self) -> int:
        """How many answers are right."""
        return len(self.answered) - len(self.missed)

    @property
    def mistakes(self) -> tuple[str, ...]:
        """The ids of the mistakes behind the wrong answers."""
        return tuple(q.choices[self.answers[q.step]].mistake for q in self.missed)

    def __repr__(self) -> str:
        told = f"{self.right} of {len(self.answered)} right, {len(self.questions)} questions in all"
        lines = [
            f"  step {q.step + 1}: {q.prompt} Yours: {self._chosen(q)}; right: {q.answer.text}"
            for q in self.missed
        ]
        return "\n".join([told, *lines])

    def _chosen(self, question: Question) -> str:
        return question.choices[self.answers[question.step]].text


def tally(questions: Sequence[Question], answers: Mapping[int, int]) -> Tally:
    """Return the tally of answers, choice by step; what answers none of the questions does not count."""
    known = {q.step: len(q.choices) for q in questions}
    kept = {step: chosen for step, chosen in sorted(answers.items()) if 0 <= chosen < known.get(step, 0)}
    return Tally(tuple(questions), kept)
