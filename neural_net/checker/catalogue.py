"""The names that notebooks use: `check` an answer, list the `exercises`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

from neural_net.checker import session
from neural_net.checker.exercise import Task
from neural_net.checker.report import Report
from neural_net.checker.tasks import EXERCISES
from neural_net.checker.tasks.bug_lab import DIAGNOSES
from neural_net.validation import known_name

LEFT = 'style="text-align:left"'
INDENT = 6 * " "
MARKS = {"right": "✓", "wrong": "✗"}


def check(name: str, answer: object = None) -> Report:
    """Say what is right or wrong about an answer to an exercise, and which mistake it equals.

    The answer is a function, a class with `forward` and `backward`, or the result on the exercise's inputs
    (`nnh.exercises()[name].given`), as an array, a list or a number; `nnh.exercises()` lists what there is.
    The report has `.passed`, `.verdict`, `.mistake` (the id of the mistake, or None) and `.hint()`, which
    says more with each call.
    """
    task = known_name(name, TASKS, "exercise")
    report = task.judge(answer)
    session.remember(task.name, report.verdict)
    return report


def exercises() -> Exercises:
    """List every exercise: what is asked for, how the answer begins, and how far you are with it.

    `nnh.exercises()["tanh derivative"]` is one exercise, with `.statement`, `.template` to fill in, a
    `.worked_example`, and the inputs `.given` for an answer that is no function.
    """
    return Exercises(tuple((task, session.status(task.name)) for task in TASKS.values()))


TASKS: Mapping[str, Task] = {**EXERCISES, **DIAGNOSES}


@dataclass(frozen=True, eq=False, repr=False)
class Exercises:
    """The exercises, each with its status at this moment."""

    rows: tuple[tuple[Task, str], ...]

    def __getitem__(self, name: str) -> Task:
        return known_name(name, {task.name: task for task, _ in self.rows}, "exercise")

    def __iter__(self) -> Iterator[Task]:
        return (task for task, _ in self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def statuses(self) -> Mapping[str, str]:
        """The status of each exercise by name: "right", "wrong" or "not attempted yet"."""
        return {task.name: status for task, status in self.rows}

    @property
    def _summary(self) -> str:
        n_right = sum(status == "right" for _, status in self.rows)
        return f"{n_right} of {len(self.rows)} exercises right"

    def __repr__(self) -> str:
        lines = [self._summary]
        group = ""
        for task, status in self.rows:
            if task.group != group:
                group = task.group
                lines += ["", group]
            lines += [f"  {MARKS.get(status, '○')} {task.name} ({status})"]
            lines += textwrap.wrap(task.statement, 100, initial_indent=INDENT, subsequent_indent=INDENT)
            lines += [INDENT + task.signature]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td {LEFT}>{MARKS.get(status, '○')}</td>"
            f"<td {LEFT}><b>{escape(task.name)}</b><br/>{escape(status)}</td>"
            f"<td {LEFT}>{escape(task.statement)}<br/><code>{escape(task.signature)}</code></td></tr>"
            for task, status in self.rows
        )
        head = f"<tr><th></th><th {LEFT}>exercise</th><th {LEFT}>asked for</th></tr>"
        return f"<p>{self._summary}</p><table><thead>{head}</thead><tbody>{rows}</tbody></table>"
