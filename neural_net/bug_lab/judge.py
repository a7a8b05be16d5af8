"""A diagnosis of a broken network is right, right but for the layer, or wrong, and then answered by hints."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Literal

from neural_net.bug_lab.kinds import KINDS, Kind, kind_number, plain
from neural_net.validation import whole_number

Verdict = Literal["right", "wrong layer", "wrong", "not understood"]


@dataclass(frozen=True)
class Judgement:
    """What is to be said of a diagnosis: a verdict, a message, and hints, each saying more than the last.

    A message names the fault only where the diagnosis did; where it did not, the first hint is shown.
    """

    number: int
    verdict: Verdict
    message: str
    hints: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        """Whether the fault was named, and its layer was either named or not asked for."""
        return self.verdict == "right"

    def __repr__(self) -> str:
        hint = f" {self.hints[0]}" if self.verdict == "wrong" else ""
        return f"Bug lab {self.number}: {self.verdict}. {self.message}{hint}"


@dataclass(frozen=True)
class Exercise:
    """One exercise of the lab, as a checker offers it: `check(name, diagnosis)` is `judge(diagnosis)`."""

    number: int

    @property
    def name(self) -> str:
        """Such as "bug lab 3"."""
        return f"bug lab {self.number}"

    @property
    def statement(self) -> str:
        """What is asked."""
        return (
            f"net = nnh.broken_network({self.number}) does not learn net.target from net.x as it should, at "
            "net.learning_rate: what is wrong, and in which layer?"
        )

    @property
    def signature(self) -> str:
        """How an answer is written."""
        return '("name of the fault", layer), or the name alone where the fault is in no layer'

    @property
    def faults(self) -> tuple[str, ...]:
        """The names to choose from."""
        return tuple(KINDS)

    @property
    def hints(self) -> tuple[str, ...]:
        """What leads to the answer, each hint saying more than the one before."""
        return kind_number(self.number).hints

    def judge(self, diagnosis: object) -> Judgement:
        """Say whether a diagnosis is right."""
        return judge(self.number, diagnosis)


def exercises() -> tuple[Exercise, ...]:
    """Every exercise of the lab."""
    return tuple(Exercise(number) for number in range(1, len(KINDS) + 1))


def judge(number: int, diagnosis: object) -> Judgement:
    """Judge the diagnosis of `broken_network(number)`: the name of a fault, or ("name", layer).

    The layer is a number, 0 for the input and L+1 for the loss, or a word such as "layer 2"; it may be left
    out. A name that is none of the lab's is answered with the nearest ones.
    """
    kind = kind_number(number)
    try:
        name, layer = _parts(diagnosis, kind.make().net.L)
    except (TypeError, ValueError) as error:
        return Judgement(number, "not understood", str(error), kind.hints)
    if name not in KINDS:
        return Judgement(number, "not understood", _unknown(name), kind.hints)
    if name != kind.name:
        return Judgement(number, "wrong", _sentence(f"{name} is not what is wrong here."), kind.hints)
    if layer is not None and layer not in kind.layers:
        return Judgement(number, "wrong layer", _elsewhere(kind, layer), kind.hints)
    return Judgement(number, "right", _sentence(f"{name}. {kind.explanation}"), kind.hints)


def _parts(diagnosis: object, L: int) -> tuple[str, int | None]:
    """Return the name and the layer of a diagnosis of a network with L layers."""
    if isinstance(diagnosis, str):
        return plain(diagnosis), None
    if isinstance(diagnosis, tuple | list) and len(diagnosis) == 2 and isinstance(diagnosis[0], str):
        return plain(diagnosis[0]), _layer(diagnosis[1], L)
    raise TypeError(f'diagnosis: expected the name of a fault, or ("name", layer); got {diagnosis!r}')


def _layer(layer: object, L: int) -> int | None:
    if layer is None:
        return None
    if isinstance(layer, str):
        named = {"input": 0, "head": L, "loss": L + 1}.get(layer.strip().lower())
        found = re.fullmatch(r"\D*(\d+)\D*", layer)
        if named is None and found is None:
            raise ValueError(
                f'diagnosis, layer: expected a number, or a word such as "layer 2"; got {layer!r}'
            )
        return named if found is None else int(found[1])
    return whole_number(layer, "diagnosis, layer", at_least=0)


def _unknown(name: str) -> str:
    nearest = difflib.get_close_matches(name, KINDS, n=1, cutoff=0.5)
    suggestion = f" Did you mean {nearest[0]!r}?" if nearest else ""
    return f"{name!r} is no fault that this lab knows.{suggestion} It knows: {', '.join(KINDS)}."


def _elsewhere(kind: Kind, layer: int) -> str:
    if not kind.layers:
        return _sentence(f"{kind.name} it is, but that is in no layer: name none.")
    way = "nearer to the input" if layer > kind.layers[-1] else "nearer to the loss"
    return _sentence(f"{kind.name} it is, but layer {layer} is not where it starts: look {way}.")


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:]
