"""The stepper that asks before it shows: a backward step stays covered until the reader has predicted it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import ipywidgets

from neural_net import diagram
from neural_net.questions import Question, Tally, questions
from neural_net.questions import tally as count
from neural_net.stepper.player import FramePlayer
from neural_net.steps import Step
from neural_net.trace import Trace


class PredictionStepper(ipywidgets.VBox):  # type: ignore[misc]
    """A frame player for a trace, joined to a slider, with a question before every backward step.

    Questions are asked, answered and explained in the browser; `tally` tells how the reader fared. The
    questions belong to one trace and one example, so neither can be changed while they are asked.
    """

    def __init__(
        self,
        trace: Trace,
        *,
        start: Step | None = None,
        example: int = 0,
        image_shape: tuple[int, int] | None = None,
        classes: Sequence[str] | None = None,
    ) -> None:
        self.trace = trace
        self.questions = questions(trace, example)
        step = start.index if start else 0
        self.player = FramePlayer(
            step=step,
            frames=list(diagram.frames(trace, example, image_shape, classes)),
            receipts=[step.receipt() for step in trace.steps],
            phases=[step.phase for step in trace.steps],
            details=diagram.details(trace, example, image_shape, classes),
            questions=[_for_the_browser(question, trace) for question in self.questions],
        )
        self.player.add_class("nns-player")
        self.slider = ipywidgets.IntSlider(step, max=len(trace.steps) - 1, description="Step", readout=False)
        self.link = ipywidgets.jslink((self.slider, "value"), (self.player, "step"))
        top = ipywidgets.HBox([self.slider])
        top.add_class("nns-top")
        super().__init__([top, self.player])
        self.add_class("nns-stepper")

    @property
    def tally(self) -> Tally:
        """How the reader fared so far: what was right, and which questions were missed."""
        return count(self.questions, {int(step): choice for step, choice in self.player.answers.items()})

    def __repr__(self) -> str:
        return f"<Stepper with {len(self.questions)} questions: {self.trace!r}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """Return the live widget and, for readers without a kernel, the questions with the answers below."""
        live: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        return {**live, "text/html": sheet_html(self.questions), "text/plain": sheet(self.questions)}


def _for_the_browser(question: Question, trace: Trace) -> dict[str, Any]:
    return {
        "step": question.step,
        "title": trace.steps[question.step].title,
        "prompt": question.prompt,
        "right": question.right,
        "choices": [{"text": c.text, "explanation": c.explanation} for c in question.choices],
    }


def sheet(asked: Sequence[Question]) -> str:
    """The questions in plain text, and below them the answers."""
    answers = [f"Step {q.step + 1}: {q.right + 1}. {q.answer.text}. {q.answer.explanation}" for q in asked]
    return "\n\n".join([*(repr(question) for question in asked), "\n".join(["Answers", *answers])])


def sheet_html(asked: Sequence[Question]) -> str:
    """The same in HTML, the answers folded away where the page can fold."""
    blocks = []
    for question in asked:
        choices = "".join(f"<li>{escape(choice.text)}</li>" for choice in question.choices)
        blocks.append(
            f"<p><strong>Predict step {question.step + 1}.</strong> "
            f"{escape(question.prompt)}</p><ol>{choices}</ol>"
        )
    answers = "".join(
        f"<p><strong>Step {q.step + 1}: {q.right + 1}. {escape(q.answer.text)}.</strong> "
        f"{escape(q.answer.explanation)}</p>"
        for q in asked
    )
    return f"{''.join(blocks)}<details><summary>Answers</summary>{answers}</details>"
