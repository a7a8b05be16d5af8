"""Judges an answer: tries it on every case, compares it with the right one, and finds what explains it."""

from __future__ import annotations

import dis
import types
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from neural_net.checker import report as verdicts
from neural_net.checker import shapes
from neural_net.checker.calling import SECONDS, Calls, Raised, Returned, call_with_each
from neural_net.checker.cases import Case
from neural_net.checker.diagnosis import Diagnosis, diagnose, first_wrong
from neural_net.checker.mistakes import CHANGED_INPUT
from neural_net.checker.reading import Leaf, Leaves, Unreadable, read
from neural_net.checker.report import Difference, Report

if TYPE_CHECKING:
    from neural_net.checker.exercise import Exercise

Right = Sequence[Leaves]


def judge(exercise: Exercise, answer: object, seed: int = 0) -> Report:
    """Return the report on an answer to an exercise."""
    if is_untouched(answer):
        return _not_attempted(exercise)
    if not callable(answer) and exercise.takes_values():
        return _judge_value(exercise, answer)
    try:
        function = exercise.function(answer)
    except TypeError as error:
        return Report(exercise.name, verdicts.WRONG_KIND, (str(error),))
    calls = call_with_each(function, [case.given for case in exercise.cases(seed)])
    report = _judge_calls(exercise, calls, seed)
    if calls.printed and not report.passed:
        return replace(report, says=(*report.says, f"In its first call it printed: {calls.printed}"))
    return report


def is_untouched(answer: object) -> bool:
    """Whether an answer is no answer yet: missing, `...`, or a function with nothing in it."""
    if answer is None or answer is ... or answer is NotImplemented:
        return True
    code = getattr(answer, "__code__", None)
    return isinstance(code, types.CodeType) and _does_nothing(code)


def _does_nothing(code: types.CodeType) -> bool:
    """Whether a function's body is only `...`, `pass`, a docstring, or a return of None or `...`."""
    working = [step for step in dis.get_instructions(code) if step.opname not in _IDLE]
    return all(step.opname in _RETURNING and step.argval in (None, ...) for step in working)


_IDLE = {"RESUME", "NOP", "CACHE", "RETURN_VALUE"}
_RETURNING = {"LOAD_CONST", "RETURN_CONST"}


# --- Answers that are called ------------------------------------------------------------------------------


def _judge_calls(exercise: Exercise, calls: Calls, seed: int) -> Report:
    name, cases, right = exercise.name, exercise.cases(seed), exercise.right_leaves(seed)
    if calls.stopped:
        slow = f"It was stopped after {SECONDS:g} seconds. Is there a loop that never ends?"
        return Report(name, verdicts.STOPPED, (slow, _inputs(cases[len(calls.outcomes)])))
    raised = [outcome for outcome in calls.outcomes if isinstance(outcome, Raised)]
    if any(type(outcome.error) is NotImplementedError for outcome in raised):
        return _not_attempted(exercise)
    try:
        answers = [
            read(outcome.value, wanted, exercise.outputs) if isinstance(outcome, Returned) else None
            for outcome, wanted in zip(calls.outcomes, exercise.right(seed), strict=True)
            if not (isinstance(outcome, Returned) and _is_nothing(outcome.value))
        ]
    except Unreadable as error:
        if raised:
            return _raised(exercise, calls, cases, ())
        return Report(name, verdicts.WRONG_KIND, (str(error),))
    if len(answers) < len(cases):
        return _nothing_returned(exercise, calls)
    missing = [leaf.name for answer in answers if answer for leaf in answer if leaf.is_missing]
    if missing:
        return _still_missing(exercise, answers, right, list(dict.fromkeys(missing)))
    changed = _changed_inputs(exercise, calls)
    if not raised and first_wrong(answers, right) is None:
        return _right(exercise, changed)
    found = diagnose(answers, right, exercise.singles(seed), lambda: exercise.pairs(seed))
    if raised:
        report = _raised(exercise, calls, cases, found)
    else:
        report = _wrong(exercise, cases, answers, right, found[:1])
    if changed:
        report = replace(report, says=(*report.says, _sentence(CHANGED_INPUT.explanation, changed)))
    return report


def _is_nothing(value: object) -> bool:
    return value is None or value is ... or value is NotImplemented


def _nothing_returned(exercise: Exercise, calls: Calls) -> Report:
    values = [outcome.value for outcome in calls.outcomes if isinstance(outcome, Returned)]
    if any(value is None for value in values):
        says = f"It returned None. Is there a return at its end? Asked for: {', '.join(exercise.outputs)}."
        return Report(exercise.name, verdicts.WRONG_KIND, (says,))
    return _not_attempted(exercise)


def _not_attempted(exercise: Exercise) -> Report:
    return Report(exercise.name, verdicts.NOT_ATTEMPTED, (exercise.statement,), code=exercise.template)


def _still_missing(
    exercise: Exercise, answers: Sequence[Leaves | None], right: Right, missing: list[str]
) -> Report:
    """Say which quantities are still open, and which of the others are right so far."""
    written = [
        (leaf, right_one)
        for answer, wanted in zip(answers, right, strict=True)
        if answer is not None
        for leaf, right_one in zip(answer, wanted, strict=True)
        if leaf.name not in missing
    ]
    wrong = {leaf.name for leaf, right_one in written if not leaf.agrees(right_one)}
    names = dict.fromkeys(leaf.name for leaf, _ in written)
    told = {
        "Right so far": [name for name in names if name not in wrong],
        "Not right yet": [name for name in names if name in wrong],
        "Still missing": missing,
    }
    says = tuple(f"{what}: {', '.join(of)}." for what, of in told.items() if of)
    return Report(exercise.name, verdicts.NOT_ATTEMPTED, says)


def _changed_inputs(exercise: Exercise, calls: Calls) -> str:
    """The names of the inputs that a call has changed, or ""."""
    changed = {
        name for outcome in calls.outcomes if isinstance(outcome, Returned) for name in outcome.changed
    }
    return ", ".join(name for name in exercise.given if name in changed)


def _right(exercise: Exercise, changed: str) -> Report:
    if changed:
        says = ("The result is right.", _sentence(CHANGED_INPUT.explanation, changed))
        hints = (CHANGED_INPUT.first_hint, CHANGED_INPUT.second_hint)
        return Report(exercise.name, verdicts.CHANGED_INPUT, says, CHANGED_INPUT.id, hints=hints)
    n = len(exercise.sizes)
    return Report(exercise.name, verdicts.RIGHT, (f"Tried on {n} inputs of different shapes.",))


def _raised(
    exercise: Exercise,
    calls: Calls,
    cases: Sequence[Case],
    found: Sequence[Diagnosis],
) -> Report:
    at, first = next((i, o) for i, o in enumerate(calls.outcomes) if isinstance(o, Raised))
    says = [_inputs(cases[at])]
    n = sum(isinstance(outcome, Raised) for outcome in calls.outcomes)
    if n < len(cases):
        says.append(f"It raised on {n} of {len(cases)} inputs; some shapes hide the mistake.")
    if found:
        says += _explained(found[0])
    hints = _hints(exercise, found[:1], exercise.output_names[0])
    mistake = found[0].suspect.id if found else None
    return Report(exercise.name, verdicts.RAISED, tuple(says), mistake, first.message, hints=hints)


# --- Answers that are values ------------------------------------------------------------------------------


def _judge_value(exercise: Exercise, answer: object) -> Report:
    """Judge a result on the inputs `given`: one case, which may not tell every two mistakes apart."""
    case, right = exercise.cases(0)[:1], exercise.right_leaves(0)[:1]
    try:
        answers = [read(answer, exercise.right(0)[0], exercise.outputs)]
    except Unreadable as error:
        says = (str(error), f"Hand in a function, {exercise.signature}, or its result on the inputs given.")
        return Report(exercise.name, verdicts.WRONG_KIND, says)
    missing = [leaf.name for leaf in answers[0] if leaf.is_missing]
    if missing:
        return _still_missing(exercise, answers, right, missing)
    if first_wrong(answers, right) is None:
        return Report(exercise.name, verdicts.RIGHT, ("Right on the inputs given.",))
    singles = [replace(suspect, results=suspect.results[:1]) for suspect in exercise.singles(0)]
    found = diagnose(
        answers,
        right,
        singles,
        lambda: [replace(suspect, results=suspect.results[:1]) for suspect in exercise.pairs(0)],
    )
    if len(found) > 1:
        names = " or ".join(one.suspect.id for one in found[:3])
        report = _wrong(exercise, case, answers, right, ())
        told = f"It could be {names}; these inputs do not tell. Hand in the function, and it can be told."
        return replace(report, says=(*report.says[:-1], told))
    return _wrong(exercise, case, answers, right, found)


# --- Wrong answers ----------------------------------------------------------------------------------------


def _wrong(
    exercise: Exercise,
    cases: Sequence[Case],
    answers: Sequence[Leaves | None],
    right: Right,
    found: Sequence[Diagnosis],
) -> Report:
    """The report on an answer that is wrong, shown on the first case where that is seen."""
    place = first_wrong(answers, right) or 0
    tries = [
        (case, answer[place], wanted[place])
        for case, answer, wanted in zip(cases, answers, right, strict=True)
        if answer is not None and not answer[place].agrees(wanted[place])
    ]
    misshapen = [one for one in tries if not one[1].fits(one[2])]
    case, leaf, wanted = (misshapen or tries)[0]
    says: list[str] = []
    if misshapen:
        happened = shapes.what_happened(leaf.value.shape, wanted.value.shape, case.sizes)
        given, expected = shapes.write(leaf.value.shape), shapes.write(wanted.value.shape)
        says += [f"{leaf.name} has shape {given}, expected {expected}. {happened}".strip(), _inputs(case)]
    says += _explained(found[0]) if found else []
    right_on = len(cases) - len({id(one[0]) for one in tries})
    if right_on and len(cases) > 1:
        says.append(
            f"On {right_on} of {len(cases)} inputs {leaf.name} is right: some shapes hide the mistake."
        )
    if not found:
        says.append("It equals none of the mistakes that I know.")
    return Report(
        exercise.name,
        verdicts.WRONG_SHAPE if misshapen else verdicts.WRONG_VALUE,
        tuple(says),
        found[0].suspect.id if found else None,
        difference=None if misshapen else _difference(leaf, wanted),
        hints=_hints(exercise, found, leaf.name),
    )


def _explained(diagnosis: Diagnosis) -> list[str]:
    says = [_sentence(slip.mistake.explanation, slip.quantity) for slip in diagnosis.suspect.slips]
    if not diagnosis.explains_all:
        says.append("Something else is wrong further on; mend this first.")
    return says


def _hints(exercise: Exercise, found: Sequence[Diagnosis], shown: str) -> tuple[str, ...]:
    """First a question, then more, last the line itself."""
    if found:
        slips = found[0].suspect.slips
        lines = dict.fromkeys(exercise.solution.line_of(edit.at) for slip in slips for edit in slip.edits)
        first = " ".join(dict.fromkeys(_sentence(s.mistake.first_hint, s.quantity) for s in slips))
        second = " ".join(dict.fromkeys(_sentence(s.mistake.second_hint, s.quantity) for s in slips))
        return first, second, "In the solution stands: " + "; ".join(lines)
    first = f"Look at how you compute {shown}: what does it depend on, and which shape does each factor have?"
    return first, exercise.reminder, "The solution is\n" + "\n".join(exercise.solution.lines)


def _sentence(text: str, it: str) -> str:
    filled = text.replace("{it}", it)
    is_words = it[0].islower() and " " in it  # a name such as dL_dW is written as it is
    return filled[0].upper() + filled[1:] if is_words else filled


def _difference(leaf: Leaf, wanted: Leaf) -> Difference:
    values = leaf.value.reshape(wanted.value.shape) - wanted.value
    values = np.where(np.abs(values) <= leaf.tolerance * wanted.scale + 1e-12, 0.0, values)
    first = tuple(int(i) for i in np.argwhere(values != 0)[0]) if values.ndim else ()
    return Difference(leaf.name, values, first)


def _inputs(case: Case) -> str:
    shaped = [f"{name} {shapes.write(_shape(value))}" for name, value in case.given.items() if _shape(value)]
    return f"Called with {', '.join(shaped)}." if shaped else "Called with single numbers."


def _shape(value: Any) -> tuple[int, ...]:
    return value.shape if isinstance(value, np.ndarray) else ()
