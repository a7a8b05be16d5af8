"""One question for every backward step of a trace, of changing subjects, the same for the same seed."""

from __future__ import annotations

from collections import Counter

import numpy as np

from neural_net.layers import Dense
from neural_net.questions.anywhere import ANYWHERE
from neural_net.questions.dense import DENSE, Ask
from neural_net.questions.loss import LOSS
from neural_net.questions.matters import Matter
from neural_net.questions.place import Place
from neural_net.questions.question import Question
from neural_net.trace import Trace
from neural_net.validation import index, whole_number


def questions(trace: Trace, example: int = 0, seed: int = 0) -> tuple[Question, ...]:
    """Return a question to predict each backward step by, in the order of the steps: L+1 … 1.

    Where a layer has no gradient to ask about, its step has no question. Numbers are those of row `example`
    of the batch. `seed` decides what is asked about, and the order of the choices; subjects that came up
    least often so far are preferred.
    """
    row = index(example, trace.batch_size, "example")
    rng = np.random.default_rng(whole_number(seed, "seed", at_least=0))
    asked: Counter[str] = Counter()
    made = []
    for step in trace.steps:
        if step.phase == "backward":
            matters = possible(Place(trace, step.layer, row), rng)
            if not matters:
                continue
            chosen = _choose(matters, asked, rng)
            asked[chosen.subject] += 1
            choices = tuple(chosen.choices[i] for i in rng.permutation(len(chosen.choices)))
            made.append(Question(step.index, step.layer, chosen.subject, chosen.prompt, choices))
    return tuple(made)


def possible(place: Place, rng: np.random.Generator) -> tuple[Matter, ...]:
    """Everything that can be asked about one layer's backward."""
    matters = (ask(place, rng) for ask in _asks(place))
    return tuple(m for m in matters if m is not None and m.leaves_a_choice)


def _asks(place: Place) -> tuple[Ask, ...]:
    is_of_rows = place.values("y_prev").ndim == 2
    if place.is_loss:
        return LOSS if is_of_rows else ANYWHERE
    layer = place.trace.network.layers[place.l - 1]
    return DENSE + ANYWHERE if isinstance(layer, Dense) and is_of_rows else ANYWHERE


def _choose(matters: tuple[Matter, ...], asked: Counter[str], rng: np.random.Generator) -> Matter:
    fewest = min(asked[m.subject] for m in matters)
    subjects = sorted({m.subject for m in matters if asked[m.subject] == fewest})
    subject = subjects[int(rng.integers(len(subjects)))]
    of_subject = [m for m in matters if m.subject == subject]
    return of_subject[int(rng.integers(len(of_subject)))]
