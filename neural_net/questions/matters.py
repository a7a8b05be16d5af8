"""A matter is what a question may be about: a prompt, the right choice, and wrong ones with their slips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from neural_net.look import number
from neural_net.notation import write_shape
from neural_net.operations import Array
from neural_net.questions.question import Choice, Subject
from neural_net.questions.slips import SLIPS

MOST_CHOICES = 4
CLEARLY_APART = 0.1  # relative: numbers are shown with two or three digits, and computed with by hand


@dataclass(frozen=True)
class Matter:
    """A prompt and the choices, the right one first."""

    subject: Subject
    prompt: str
    choices: tuple[Choice, ...]

    @property
    def leaves_a_choice(self) -> bool:
        """Whether anything but the right choice was left."""
        return len(self.choices) > 1


def matter(subject: Subject, prompt: str, right: Choice, wrong: Sequence[Choice]) -> Matter:
    """Put a matter together, the most tempting wrong choices first; what cannot be told apart is left out."""
    kept = [right]
    for choice in wrong:
        if len(kept) < MOST_CHOICES and all(_differ(choice, other) for other in kept):
            kept.append(choice)
    return Matter(subject, prompt[0].upper() + prompt[1:], tuple(kept))


def _differ(one: Choice, other: Choice) -> bool:
    if one.text == other.text:
        return False
    if one.value is None or other.value is None:
        return True
    return abs(one.value - other.value) > CLEARLY_APART * max(abs(one.value), abs(other.value))


def right_number(value: float, explanation: str) -> Choice:
    """The right choice, where that is a number."""
    return Choice(number(value), explanation, value=float(value))


def wrong(text: str, mistake: str) -> Choice:
    """A wrong choice, with what is said of the mistake that leads to it."""
    return Choice(text, SLIPS[mistake], mistake)


def wrong_number(value: float, mistake: str) -> Choice:
    """A wrong choice that is a number."""
    return Choice(number(value), SLIPS[mistake], mistake, float(value))


def wrong_shape(shape: tuple[int, ...], mistake: str) -> Choice:
    """A wrong choice that is a shape."""
    return wrong(write_shape(shape), mistake)


def pick(values: Array, rng: np.random.Generator) -> int | None:
    """Choose an entry of a row that is clearly not 0, if there is one: a reader can compute with it."""
    size = np.abs(values)
    clear = np.flatnonzero(np.isfinite(size) & (size > max(1e-3 * size.max(initial=0), 1e-12)))
    return int(rng.choice(clear)) if len(clear) else None
