"""What a learner's function returned, read as named arrays of the expected structure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from neural_net.operations import Array

CLOSE = 1e-6  # relative to the largest number of the right answer
CLOSE_IN_FEWER_BYTES = {4: 1e-4, 2: 1e-2}  # where the answer is in float32 or float16


@dataclass(frozen=True, eq=False)
class Leaf:
    """One quantity of an answer: its name, its value, and how close it can be expected to be."""

    name: str
    value: Array
    tolerance: float = CLOSE

    @property
    def is_missing(self) -> bool:
        """Whether the learner has left it open."""
        return self.value.dtype == object

    @cached_property
    def scale(self) -> float:
        """The size of its largest finite number."""
        return float(np.abs(self.value[np.isfinite(self.value)]).max(initial=0.0))

    @cached_property
    def is_finite(self) -> bool:
        """Whether there is no infinity in it, and nothing that is not a number."""
        return bool(np.isfinite(self.value).all())

    def agrees(self, wanted: Leaf) -> bool:
        """Whether the value is the wanted one up to rounding, axes of length 1 apart."""
        if not self.fits(wanted):
            return False
        mine, others = self.value.reshape(wanted.value.shape), wanted.value
        reach = self.tolerance * wanted.scale + 1e-12
        if wanted.is_finite:
            # Most comparisons are over after the first number.
            return abs(mine.flat[0] - others.flat[0]) <= reach and bool(
                (np.abs(mine - others) <= reach).all()
            )
        finite = np.isfinite(others)
        same = np.array_equal(mine[~finite], others[~finite], equal_nan=True)
        return same and bool((np.abs(mine[finite] - others[finite]) <= reach).all())

    def fits(self, wanted: Leaf) -> bool:
        """Whether the shape is the wanted one, axes of length 1 apart."""
        mine, others = self.value.shape, wanted.value.shape
        return mine == others or [n for n in mine if n != 1] == [n for n in others if n != 1]


Leaves = tuple[Leaf, ...]


class Unreadable(ValueError):
    """The returned value cannot be read as the quantities that were asked for; the message says why."""


def read(value: object, right: object, names: Sequence[str] = ()) -> Leaves:
    """Return the leaves of `value`, which should have the structure of `right`.

    Lists, tuples and numbers may stand for arrays; several quantities may also come as a dict by name.
    """
    return tuple(_leaves(value, right, names, ()))


def _leaves(value: object, right: object, names: Sequence[str], path: tuple[int, ...]) -> Iterator[Leaf]:
    if not isinstance(right, list | tuple):
        yield _leaf(value, _name(path, names))
        return
    parts = names if len(names) == len(right) and not path else [f"part {i + 1}" for i in range(len(right))]
    if isinstance(value, Mapping):
        if not set(names) <= set(value):
            given = ", ".join(map(str, value)) or "nothing"
            raise Unreadable(f"Expected {', '.join(names)}; got a dict with {given}.")
        value = [value[name] for name in names]
    if not isinstance(value, list | tuple | np.ndarray):
        raise Unreadable(f"Expected {_several(parts)}, got a {type(value).__name__}.")
    if len(value) != len(right):
        raise Unreadable(f"Expected {_several(parts)}, got {len(value)}.")
    for i, (item, of_right) in enumerate(zip(value, right, strict=True)):
        yield from _leaves(item, of_right, names, (*path, i))


def _several(parts: Sequence[str]) -> str:
    return f"{len(parts)} values ({', '.join(parts)})"


def _name(path: tuple[int, ...], names: Sequence[str]) -> str:
    """The name of a quantity by its place: (), (i,) of several, or (l, i) of several per layer."""
    if not names:
        return ""
    if len(path) == 2:
        return f"{names[path[1]]} of layer {path[0] + 1}"
    return names[path[0] if path else 0]


def _leaf(value: Any, name: str) -> Leaf:
    if value is ... or value is NotImplemented or value is None:
        return Leaf(name, np.asarray(None, dtype=object))
    try:
        array = np.asarray(value)
    except Exception as error:
        raise Unreadable(f"{name} cannot be read as an array of numbers: {error}") from error
    if array.dtype.kind not in "fiub":
        kind = array.dtype.name if array.dtype.kind != "O" else type(value).__name__
        raise Unreadable(f"{name} should be an array of numbers, but is of type {kind}.")
    n_bytes = array.dtype.itemsize if array.dtype.kind == "f" else 8
    return Leaf(name, array.astype(np.float64), CLOSE_IN_FEWER_BYTES.get(n_bytes, CLOSE))
