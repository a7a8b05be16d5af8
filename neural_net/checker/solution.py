"""A solution is a text that can be run, and a slip is an edit of it: so every wrong answer is computed.

The text is what a learner might write. Mistakes change lines of it; the wrong answer is whatever the changed
text computes, with all that follows from the change, loops included. Two slips make a pair by changing the
same text, one after the other. The last hint is a line of the very same text.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations
from typing import Any

import numpy as np

from neural_net.checker.mistakes import Mistake

_ASSIGNED = re.compile(r"([A-Za-z_]\w*)(?:\[[^\]]*\])?\s*[-+*/]?=(?!=)|(return)\b")


@dataclass(frozen=True)
class Edit:
    """A wrong line that takes the place of the right line `at`, or follows it.

    `at` is the quantity that the right line makes, or the whole right line where the quantity does not tell.
    """

    at: str
    wrong: str
    follows: bool


@dataclass(frozen=True)
class Slip:
    """A mistake where it can occur: the edits of the solution that make it, and the quantity concerned."""

    mistake: Mistake
    edits: tuple[Edit, ...]
    quantity: str

    @property
    def id(self) -> str:
        """The mistake's id."""
        return self.mistake.id

    def combines_with(self, other: Slip) -> bool:
        """Whether both can be made at once: no line can be replaced by two others."""
        mine, others = ({edit.at for edit in slip.edits if not edit.follows} for slip in (self, other))
        return not mine & others


def slip(mistake: Mistake, *lines: str, at: str | None = None, it: str | None = None) -> Slip:
    """A slip, given the wrong lines.

    A wrong line stands in the place of the line that makes the same quantity; if it uses that quantity
    itself (dL_dW = -dL_dW), it comes after the right line. `at` gives the right line in full where that would
    not be clear; `it` is the quantity concerned, where it is not the one of the first wrong line.
    """
    edits = tuple(Edit(at or made_by(line), line, at is None and _uses_itself(line)) for line in lines)
    return Slip(mistake, edits, it or made_by(lines[0]))


@dataclass(frozen=True)
class Solution:
    """The text of a function or of a class, the first thing that it defines."""

    text: str

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines of the text."""
        return tuple(self.text.strip("\n").splitlines())

    @cached_property
    def name(self) -> str:
        """What the text defines."""
        return self.lines[0].split()[1].split("(")[0].rstrip(":")

    @property
    def right(self) -> Any:
        """What the text defines, ready to be called."""
        return _defined_by("\n".join(self.lines), self.name)

    def wrong(self, slips: Sequence[Slip]) -> Any:
        """What the text defines after these slips."""
        return _defined_by("\n".join(self._edited(slips)), self.name)

    def line_of(self, at: str) -> str:
        """The right line that an edit is about."""
        return self.lines[self._place(at)].strip()

    @property
    def template(self) -> str:
        """The same definition with nothing in it, for the learner to fill in."""
        heads = [line for line in self.lines if line.lstrip().startswith(("def ", "class "))]
        return "\n".join(f"{head}\n{_indent(head)}    ..." if "def " in head else head for head in heads)

    def _edited(self, slips: Sequence[Slip]) -> list[str]:
        instead: dict[int, str] = {}
        after: dict[int, list[str]] = {}
        for edit in (edit for one in slips for edit in one.edits):
            place = self._place(edit.at)
            if edit.follows:
                after.setdefault(place, []).append(edit.wrong)
            else:
                instead[place] = edit.wrong
        edited = []
        for place, line in enumerate(self.lines):
            edited.append(_indent(line) + instead[place] if place in instead else line)
            edited += [_indent(line) + wrong for wrong in after.get(place, [])]
        return edited

    def _place(self, at: str) -> int:
        bodies = [line.strip() for line in self.lines]
        places = [i for i, line in enumerate(bodies) if line == at] or [
            i for i, line in enumerate(bodies) if made_by(line) == at
        ]
        if len(places) != 1:
            raise ValueError(f"{self.name}: expected one line for {at!r}, found {len(places)}")
        return places[0]


def pairs(slips: Sequence[Slip]) -> tuple[tuple[Slip, Slip], ...]:
    """Every two slips that can be made at once."""
    return tuple((a, b) for a, b in combinations(slips, 2) if a.combines_with(b))


def made_by(line: str) -> str:
    """The quantity that a line of code makes, "return" for what it returns, or "" for other lines."""
    found = _ASSIGNED.match(line)
    return (found[1] or found[2]) if found else ""


@cache
def _uses_itself(line: str) -> bool:
    made = made_by(line)
    statement = ast.parse(line).body[0]
    names = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
    return any(node.id == made and isinstance(node.ctx, ast.Load) for node in names)


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


@cache
def _defined_by(text: str, name: str) -> Callable[..., Any]:
    namespace: dict[str, Any] = {"np": np}
    exec(compile(text, f"<{name}>", "exec"), namespace)
    defined: Callable[..., Any] = namespace[name]
    return defined
