"""An exercise: what is asked for, on which inputs it is tried, its solution, and how that can go wrong."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from html import escape
from typing import Any

import numpy as np

from neural_net.checker.cases import BATCHES, Case, Random, Sizes
from neural_net.checker.diagnosis import Suspect, results_of
from neural_net.checker.judging import judge
from neural_net.checker.reading import Leaves, read
from neural_net.checker.report import Report
from neural_net.checker.solution import Slip, Solution, pairs
from neural_net.receipt import write_array


class Task(ABC):
    """Anything that `check` can judge: it has a name, a statement, a signature, and judges answers."""

    name: str
    group: str
    statement: str

    @property
    @abstractmethod
    def signature(self) -> str:
        """How the answer is called, or what it is."""

    @abstractmethod
    def judge(self, answer: object, seed: int = 0) -> Report:
        """Return the report on an answer; `seed` draws the inputs on which it is tried."""


@dataclass(frozen=True, eq=False, repr=False)
class Exercise(Task):
    """A task whose answer computes something: a function, or its result on the inputs `given`.

    `sample` makes the inputs by name, for given sizes; `outputs` names the quantities that are returned.
    `example` are small inputs, worked by hand in `because`. `reminder` is the second hint where the answer is
    wrong in a way that is not known here.
    """

    name: str
    group: str
    statement: str
    solution: Solution
    sample: Callable[[Random, Sizes], Mapping[str, Any]]
    outputs: tuple[str, ...]
    slips: tuple[Slip, ...]
    example: Mapping[str, Any]
    because: str
    reminder: str
    sizes: tuple[Sizes, ...] = BATCHES

    # --- What the learner reads -------------------------------------------------------------------------

    @property
    def signature(self) -> str:
        """The first line of the answer."""
        return self.solution.lines[0].rstrip(":")

    @property
    def template(self) -> str:
        """The answer's heading, to fill in."""
        return self.solution.template

    @property
    def given(self) -> Mapping[str, Any]:
        """The inputs for an answer that is an array or a number, not a function."""
        return self.cases(0)[0].given

    @property
    def worked_example(self) -> str:
        """Small inputs, what comes out, and why."""
        inputs = [_write(name, value) for name, value in self.example.items()]
        value = self.function(self.solution.right)(**self.example)
        outputs = [write_array(leaf.name, leaf.value) for leaf in read(value, value, self.outputs)]
        return "\n".join([*inputs, "gives", *outputs, self.because])

    def __repr__(self) -> str:
        parts = [f"{self.name}: {self.statement}", self.template, "Worked example", self.worked_example]
        return "\n\n".join(parts)

    def _repr_html_(self) -> str:
        return (
            f"<p><b>{escape(self.name)}.</b> {escape(self.statement)}</p><pre>{escape(self.template)}</pre>"
            f"<details><summary>Worked example</summary><pre>{escape(self.worked_example)}</pre></details>"
        )

    # --- What the checker uses --------------------------------------------------------------------------

    @cache  # noqa: B019  an exercise lives as long as the program
    def cases(self, seed: int) -> tuple[Case, ...]:
        """The inputs on which an answer is tried."""
        rng = np.random.default_rng(seed)
        return tuple(Case(self.sample(rng, sizes), sizes) for sizes in self.sizes)

    @cache  # noqa: B019
    def right(self, seed: int) -> tuple[Any, ...]:
        """What the solution returns on each case."""
        function = self.function(self.solution.right)
        with np.errstate(all="ignore"):
            return tuple(function(**case.given) for case in self.cases(seed))

    @cache  # noqa: B019
    def right_leaves(self, seed: int) -> tuple[Leaves, ...]:
        """The same, quantity by quantity."""
        return tuple(read(value, value, self.outputs) for value in self.right(seed))

    @cache  # noqa: B019
    def singles(self, seed: int) -> tuple[Suspect, ...]:
        """What each slip computes on each case."""
        return tuple(self._suspect((slip,), seed) for slip in self.slips)

    @cache  # noqa: B019
    def pairs(self, seed: int) -> tuple[Suspect, ...]:
        """What every two slips compute together on each case."""
        return tuple(self._suspect(two, seed) for two in pairs(self.slips))

    def _suspect(self, slips: tuple[Slip, ...], seed: int) -> Suspect:
        function = self.function(self.solution.wrong(slips))
        return Suspect(slips, results_of(function, self.cases(seed), self.right(seed)))

    def function(self, answer: Any) -> Callable[..., object]:
        """The answer as a function of a case's inputs; an answer of a kind that makes none is a TypeError."""
        if isinstance(answer, type) or not callable(answer):
            kind = "a class" if isinstance(answer, type) else f"a {type(answer).__name__}"
            raise TypeError(f"Expected a function, {self.signature}; got {kind}.")
        function: Callable[..., object] = answer
        return function

    def takes_values(self) -> bool:
        """Whether the answer may also be the result on the inputs `given`."""
        return True

    def judge(self, answer: object, seed: int = 0) -> Report:
        """Return the report on an answer."""
        return judge(self, answer, seed)

    @cached_property
    def output_names(self) -> tuple[str, ...]:
        """The names of all the quantities of the first case, flat."""
        return tuple(leaf.name for leaf in self.right_leaves(0)[0])


def _write(name: str, value: Any) -> str:
    if callable(value):
        return f"{name}: {value.__doc__ or 'a function'}"
    if isinstance(value, list):
        return "\n".join(_write(f"{name}[{i}]", item) for i, item in enumerate(value))
    return write_array(name, np.asarray(value, dtype=float))
