"""What the outside hands in is checked here, before anything is computed.

Every message says what was given, what was expected, and where. A wrong kind of thing is a TypeError, a wrong
value or shape a ValueError.
"""

from __future__ import annotations

import difflib
import operator
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from neural_net.operations import Array, Shape

T = TypeVar("T")


def known_name(name: object, known: Mapping[str, T], what: str) -> T:
    """Return known[name]; an unknown name is refused with the nearest known one."""
    if not isinstance(name, str):
        raise TypeError(
            f"{what}: expected one of {', '.join(known)}, got {name!r} of type {type(name).__name__}"
        )
    if name in known:
        return known[name]
    nearest = difflib.get_close_matches(name.lower().replace("-", "_"), known, n=1, cutoff=0.5)
    suggestion = f" Did you mean {nearest[0]!r}?" if nearest else ""
    raise ValueError(f"{what}: unknown name {name!r}.{suggestion} Known names: {', '.join(known)}")


def floating_dtype(dtype: npt.DTypeLike) -> np.dtype[Any]:
    """Return float32 or float64; anything else is refused."""
    try:
        kind = np.dtype(dtype)
    except TypeError as error:
        raise TypeError(f"dtype: expected 'float64' or 'float32', got {dtype!r}") from error
    if kind not in (np.float32, np.float64):
        raise TypeError(f"dtype: expected 'float64' or 'float32', got {kind.name!r}")
    return kind


def numbers(value: object, where: str, dtype: npt.DTypeLike = np.float64) -> Array:
    """Return `value` as an array of finite real numbers of the given floating dtype (always a copy)."""
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{where}: expected an array of numbers, got rows of different lengths") from error
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{where}: expected real numbers, got dtype {array.dtype.name!r}")
    with np.errstate(over="ignore"):
        array = array.astype(dtype)
    if not np.isfinite(array).all():
        first = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        at = f" at index {list(first)}" if first else ""
        raise ValueError(f"{where}: expected finite numbers, got {array[first]}{at}")
    return array


def whole_number(value: object, where: str, at_least: int = 1) -> int:
    """Return `value` as an int of at least `at_least`."""
    if isinstance(value, bool | np.bool_):
        raise TypeError(f"{where}: expected a whole number, got {value!r}")
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError as error:
        raise TypeError(
            f"{where}: expected a whole number, got {value!r} of type {type(value).__name__}"
        ) from error
    if number < at_least:
        raise ValueError(f"{where}: expected a whole number of at least {at_least}, got {number}")
    return number


def positive_number(value: object, where: str) -> float:
    """Return `value` as a finite float above 0."""
    number = float(scalar(value, where))
    if number <= 0:
        raise ValueError(f"{where}: expected a number above 0, got {number:g}")
    return number


def fraction(value: object, where: str) -> float:
    """Return `value` as a float of at least 0 and below 1."""
    number = scalar(value, where)
    if not 0 <= number < 1:
        raise ValueError(f"{where}: expected a number from 0 to below 1, got {number:g}")
    return number


def pair(value: object, where: str, at_least: int = 1) -> tuple[int, int]:
    """Return one whole number, for both directions, or two, for down and across, as a pair."""
    if isinstance(value, tuple | list):
        if len(value) != 2:
            raise ValueError(f"{where}: expected one whole number, or two (down, across), got {value!r}")
        down, across = (whole_number(n, where, at_least) for n in value)
        return down, across
    number = whole_number(value, where, at_least)
    return number, number


def scalar(value: object, where: str) -> float:
    """Return `value` as a finite float."""
    array = numbers(value, where)
    if array.ndim:
        raise ValueError(f"{where}: expected one number, got an array of shape {array.shape}")
    return float(array)


def batch(x: object, shape: Shape, dtype: npt.DTypeLike, where: str = "x") -> Array:
    """Return x as (m, *shape) with m ≥ 1; an array of that shape itself is one example."""
    return batch_of(numbers(x, where, dtype), shape, where)


def batch_of_tokens(x: object, shape: Shape, n_tokens: int, where: str = "x") -> Array:
    """Return x as whole numbers 0 … n_tokens−1 of shape (m, *shape); one example may come by itself."""
    array = batch_of(numbers(x, where), shape, where)
    wrong = array[(array != np.floor(array)) | (array < 0) | (array >= n_tokens)]
    if wrong.size:
        raise ValueError(
            f"{where}: expected tokens, whole numbers from 0 to {n_tokens - 1}, "
            f"because layer 1 knows {n_tokens} of them; got {wrong[0]:g}"
        )
    return array.astype(np.intp)


def batch_of(array: Array, shape: Shape, where: str) -> Array:
    """Return the array as (m, *shape) with m ≥ 1; an array of that shape itself is one example."""
    if array.shape == shape:
        array = array[np.newaxis]
    if array.shape[1:] != shape or array.ndim != len(shape) + 1:
        expected = f"shape (m, {', '.join(map(str, shape))})"
        takes = f"{shape[0]} inputs" if len(shape) == 1 else f"examples of shape {shape}"
        raise ValueError(
            f"{where}: expected {expected}, one example per row, because layer 1 takes {takes}; "
            f"got shape {array.shape}"
        )
    if len(array) == 0:
        raise ValueError(f"{where}: expected at least one example, got an empty batch of shape {array.shape}")
    return array


def index(value: object, length: int, what: str) -> int:
    """Return `value` as an index 0 … length−1."""
    number = whole_number(value, what, at_least=0)
    if number >= length:
        raise ValueError(f"{what}: expected a number from 0 to {length - 1}, got {number}")
    return number
