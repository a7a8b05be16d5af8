"""A report says what came of a check: the verdict, the mistake, where it shows, and hints on demand."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from html import escape
from itertools import count

import numpy as np

from neural_net.checker.heat_map import heat_map
from neural_net.operations import Array

RIGHT = "right"
NOT_ATTEMPTED = "not attempted yet"
RAISED = "raised"
STOPPED = "stopped"
CHANGED_INPUT = "changed its input"
WRONG_KIND = "wrong kind of answer"
WRONG_SHAPE = "wrong shape"
WRONG_VALUE = "wrong value"
WRONG_ORDER = "wrong order"
WRONG_LAYER = "right fault, wrong layer"
WRONG_DIAGNOSIS = "wrong diagnosis"


class Hint(str):
    """A hint that shows itself without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


@dataclass(frozen=True, eq=False)
class Difference:
    """Yours − right for one quantity, and the index of the first element that is wrong."""

    name: str
    values: Array
    first: tuple[int, ...]

    @property
    def sentence(self) -> str:
        """Where the first difference is, and how large."""
        if not self.values.ndim:
            return f"Yours − right: {_fixed(float(self.values))}."
        where = f"{self.name}[{', '.join(map(str, self.first))}]"
        wrong, size = int(np.count_nonzero(self.values)), self.values.size
        return (
            f"First difference at {where}: yours − right = {_fixed(float(self.values[self.first]))}; "
            f"{wrong} of {size} numbers differ."
        )

    @property
    def svg(self) -> str:
        """Yours − right as a heat map."""
        return heat_map(self.values, self.name, self.first)


@dataclass(frozen=True, eq=False, repr=False)
class Report:
    """The outcome of a check.

    `verdict` is one of the words above; `mistake` is the id of the mistake that the answer equals, two ids
    with " + " between them, or None where the answer is right or no known mistake explains it. `says` are the
    sentences of the report, `code` holds lines of traceback. Each call of `hint()` says more than the one
    before.
    """

    exercise: str
    verdict: str
    says: tuple[str, ...] = ()
    mistake: str | None = None
    code: str = ""
    difference: Difference | None = None
    hints: tuple[str, ...] = ()
    _told: Iterator[int] = field(default_factory=count)

    @property
    def passed(self) -> bool:
        """Whether the answer is right."""
        return self.verdict == RIGHT

    def hint(self) -> Hint:
        """Return the next hint; after the last one, the last one again."""
        if not self.hints:
            return Hint(
                "Nothing to hint at: the answer is right." if self.passed else "Write an answer first."
            )
        number = min(next(self._told), len(self.hints) - 1)
        last = number == len(self.hints) - 1
        return Hint(self.hints[number] if last else f"{self.hints[number]}  (hint() again says more)")

    @property
    def text(self) -> str:
        """The whole report as plain text, the same on every machine."""
        named = f", {self.mistake}" if self.mistake else ""
        parts = [f"{self.exercise}: {self.verdict}{named}"]
        if self.code:
            parts += ["\n".join("    " + line for line in self.code.splitlines())]
        parts += self.says
        if self.difference is not None:
            parts += [self.difference.sentence]
        if self.hints:
            parts += ["report.hint() gives a hint."]
        return "\n".join(parts)

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        """What IPython asks for; it applies `include` and `exclude` itself."""
        return {"text/plain": self.text, "text/html": self._html()}

    def _html(self) -> str:
        mark = "✓" if self.passed else "○" if self.verdict == NOT_ATTEMPTED else "✗"
        named = f" · <code>{escape(self.mistake)}</code>" if self.mistake else ""
        parts = [f"<p><b>{mark} {escape(self.exercise)}: {escape(self.verdict)}</b>{named}</p>"]
        if self.code:
            parts.append(f"<pre>{escape(self.code)}</pre>")
        parts += [f"<p>{escape(sentence)}</p>" for sentence in self.says]
        if self.difference is not None:
            parts.append(f"<p>{escape(self.difference.sentence)}</p>{self.difference.svg}")
        if self.hints:
            parts.append("<p><code>report.hint()</code> gives a hint.</p>")
        return f"<div>{''.join(parts)}</div>"


def _fixed(value: float) -> str:
    """Four decimals with a sign, or four digits where those would show nothing."""
    if value == 0 or not 1e-3 <= abs(value) < 1e6:
        return f"{value:+.3e}" if value and np.isfinite(value) else str(value)
    return f"{value:+.4f}"
