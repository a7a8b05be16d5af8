"""A diagnosis is the mistake, or the two mistakes, whose computed result the answer equals on every case."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from neural_net.checker.cases import Case
from neural_net.checker.reading import Leaves, Unreadable, read
from neural_net.checker.solution import Slip

Result = Leaves | None  # what a function returns for a case; None where it raises


@dataclass(frozen=True)
class Suspect:
    """One slip, or two made together, and the quantities that they compute on each case."""

    slips: tuple[Slip, ...]
    results: tuple[Result, ...]

    @property
    def id(self) -> str:
        """The id of the mistake, or of both with a plus between them, in the order of the solution."""
        return " + ".join(dict.fromkeys(slip.id for slip in self.slips))

    def explains(self, answers: Sequence[Result], quantity: int | None = None) -> bool:
        """Whether the answers (None where the learner's function raised) are this suspect's on every case.

        With `quantity`, only that one of the quantities is compared.
        """
        if all(result is None for result in self.results):
            return False
        return all(
            _same(answer, result, quantity) for answer, result in zip(answers, self.results, strict=True)
        )


@dataclass(frozen=True)
class Diagnosis:
    """What explains an answer: the slips, and whether they explain all of it or one quantity only."""

    suspect: Suspect
    explains_all: bool


def diagnose(
    answers: Sequence[Result],
    right: Sequence[Leaves],
    singles: Iterable[Suspect],
    pairs: Callable[[], Iterable[Suspect]],
) -> tuple[Diagnosis, ...]:
    """Return what explains the answers; nothing when no mistake that is known does.

    One mistake is a better explanation than two, and two are looked for only where one does not fit. Where
    no combination fits all of an answer, one mistake may still fit its first wrong quantity. There is more
    than one diagnosis only where the cases do not tell them apart.
    """
    singles = tuple(singles)
    whole = _different(suspect for suspect in singles if suspect.explains(answers))
    if not whole:
        whole = _different(suspect for suspect in pairs() if suspect.explains(answers))
    if whole:
        return tuple(Diagnosis(suspect, True) for suspect in whole)
    quantity = first_wrong(answers, right)
    if quantity is None or len(right[0]) == 1:
        return ()
    part = _different(suspect for suspect in singles if suspect.explains(answers, quantity))
    return tuple(Diagnosis(suspect, False) for suspect in part)


def first_wrong(answers: Sequence[Result], right: Sequence[Leaves]) -> int | None:
    """The place of the first quantity that is wrong on a case, in the order in which they are computed."""
    wrong = [
        place
        for answer, wanted in zip(answers, right, strict=True)
        if answer is not None
        for place, (mine, right_one) in enumerate(zip(answer, wanted, strict=True))
        if not mine.agrees(right_one)
    ]
    return min(wrong, default=None)


def results_of(
    function: Callable[..., object], cases: Sequence[Case], right: Sequence[Any]
) -> tuple[Result, ...]:
    """What a function with slips computes on each case; None where it raises."""
    results: list[Result] = []
    for case, wanted in zip(cases, right, strict=True):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a wrong formula may well divide by zero
                value = function(**case.given)
            results.append(read(value, wanted))
        except Unreadable:
            raise
        except Exception:
            results.append(None)
    return tuple(results)


def _same(answer: Result, result: Result, quantity: int | None) -> bool:
    if answer is None or result is None:
        return answer is None and result is None
    if quantity is not None:
        return answer[quantity].agrees(result[quantity])
    return all(mine.agrees(other) for mine, other in zip(answer, result, strict=True))


def _different(suspects: Iterable[Suspect]) -> tuple[Suspect, ...]:
    """The suspects with different ids, the first of each."""
    return tuple({suspect.id: suspect for suspect in reversed(tuple(suspects))}.values())[::-1]
