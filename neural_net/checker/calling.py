"""The learner's function is called so that nothing it does can hurt: it may raise, print, or never end.

It runs in a thread of its own, on copies of its inputs. What loops for ever is stopped by an exception raised
inside that thread, which works in a notebook's kernel, in a script and on every system alike.
"""

from __future__ import annotations

import contextlib
import ctypes
import inspect
import io
import linecache
import threading
import traceback
import types
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

SECONDS = 2.0  # for all calls of one check together
MOST_PRINTED = 400  # letters of what was printed that are kept
MOST_LINES = 6  # of a traceback


@dataclass(frozen=True)
class Returned:
    """What a call returned, and the names of those inputs that it changed."""

    value: object
    changed: tuple[str, ...]


@dataclass(frozen=True)
class Raised:
    """The exception that a call raised, and where: the learner's own lines of the traceback."""

    error: BaseException
    where: str

    @property
    def message(self) -> str:
        """The exception as Python writes it, with the learner's lines before it."""
        said = "".join(traceback.format_exception_only(self.error)).strip()
        return f"{self.where}\n{said}" if self.where else said


Outcome = Returned | Raised


@dataclass(frozen=True)
class Calls:
    """The outcome of every call that came to an end, whether one was stopped, and what was printed."""

    outcomes: tuple[Outcome, ...]
    stopped: bool
    printed: str


class Stopped(BaseException):
    """Raised in the learner's code when its time is over."""


def call_with_each(
    function: Callable[..., object], inputs: Sequence[Mapping[str, Any]], seconds: float = SECONDS
) -> Calls:
    """Call the function with each of the inputs, by position; stop when `seconds` are over."""
    outcomes: list[Outcome] = []
    printed = _Excerpt()

    def work() -> None:
        # Stopped may arrive in any line, also in the moment in which the last call has come to its end.
        with contextlib.suppress(Stopped):
            for given in inputs:
                outcomes.append(_call(function, given))
                printed.is_full = True  # the other calls would print much the same

    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a division by zero the result tells, on every call alike
        in_time = _run(work, seconds)
    return Calls(tuple(outcomes), not in_time, printed.text)


def _call(function: Callable[..., object], given: Mapping[str, Any]) -> Outcome:
    inputs = {name: _copy(value) for name, value in given.items()}
    try:
        inspect.signature(function).bind(*inputs.values())
    except TypeError as error:
        expected = ", ".join(inputs)
        return Raised(TypeError(f"called as ({expected}): {error}"), "")
    except ValueError:
        pass  # a function of C that does not tell its arguments
    try:
        value = function(*inputs.values())
    except Stopped:
        raise
    except BaseException as error:
        return Raised(error, _learners_lines(error, function))
    return Returned(value, tuple(name for name in given if not _same(given[name], inputs[name])))


def _run(work: Callable[[], None], seconds: float) -> bool:
    """Run `work` in a thread, and say whether it ended in time."""
    thread = threading.Thread(target=work, name="check", daemon=True)
    thread.start()
    try:
        thread.join(seconds)
        return not thread.is_alive()
    finally:  # also when the learner interrupts the kernel
        for _ in range(50):  # code that catches everything may have to be told more than once
            if not thread.is_alive():
                break
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(thread.ident or 0), ctypes.py_object(Stopped)
            )
            thread.join(0.02)


class _Excerpt(io.TextIOBase):
    """Takes all that is printed, and keeps the beginning of what the first call printed."""

    def __init__(self) -> None:
        self.kept = ""
        self.was_cut = False
        self.is_full = False

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, text: str) -> int:
        """Keep the text while there is room."""
        if not self.is_full:
            room = MOST_PRINTED - len(self.kept)
            self.kept += text[:room]
            self.was_cut = self.was_cut or len(text) > room
        return len(text)

    @property
    def text(self) -> str:
        """What was kept."""
        return self.kept.strip() + (" …" if self.was_cut else "")


# --- The learner's own lines ----------------------------------------------------------------------------


def _learners_lines(error: BaseException, function: Callable[..., object]) -> str:
    """The lines of the traceback from the learner's own on, without what lies in libraries.

    They carry no file names: those of notebook cells differ from run to run.
    """
    frames = traceback.extract_tb(error.__traceback__)
    own = _files_of(function, error)
    lines = []
    for frame in frames:
        if frame.filename in own:
            source = linecache.getline(frame.filename, frame.lineno or 0).strip()
            lines.append(f"line {frame.lineno}, in {frame.name}" + (f"\n    {source}" if source else ""))
    if len(lines) > MOST_LINES:  # of a recursion
        lines = [*lines[: MOST_LINES - 1], f"… {len(lines) - MOST_LINES} more …", lines[-1]]
    return "\n".join(lines)


def _files_of(function: Callable[..., object], error: BaseException) -> set[str]:
    """The files in which the learner's code stands: that of the function, and other cells of a notebook."""
    unwrapped = inspect.unwrap(function)
    codes = [getattr(inner, "__code__", None) for inner in (unwrapped, *_cells(unwrapped))]
    own = {code.co_filename for code in codes if isinstance(code, types.CodeType)} - {__file__}
    names = {frame.filename for frame in traceback.extract_tb(error.__traceback__)}
    return own | {name for name in names if "ipykernel_" in name or name.startswith("<ipython")}


def _cells(function: Callable[..., object]) -> list[Any]:
    """What a function that stands for a class calls: its methods."""
    return list(getattr(function, "stands_for", ()))


# --- Inputs ---------------------------------------------------------------------------------------------


def _copy(value: Any) -> Any:
    """A copy that may be written to, of arrays and of lists of them; other things as they are."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, list | tuple):
        return type(value)(_copy(item) for item in value)
    return value


def _same(before: Any, after: Any) -> bool:
    """Whether an input is as it was; what was moved and put back may differ in its last bits."""
    if isinstance(before, np.ndarray):
        return before.shape == after.shape and bool(np.allclose(before, after, rtol=1e-9, atol=1e-12))
    if isinstance(before, list | tuple):
        return len(before) == len(after) and all(map(_same, before, after))
    return True
