"""Bring a target into the one form the losses read: floats of the prediction's shape (m, n)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from neural_net.operations import Array
from neural_net.validation import numbers


def standard_target(
    target: object, shape: tuple[int, int], kind: str, loss: str, dtype: npt.DTypeLike
) -> Array:
    """Return the target with the prediction's shape (m, n).

    `kind` is what the loss called `loss` takes: "numbers" and "probabilities" of shape (m, n), also (m,)
    where n = 1, (n,) where m = 1, and one bare number where both are; "classes" are m class numbers 0 … n−1,
    which become one-hot rows, or m rows of n probabilities.
    """
    return _KINDS[kind](target, shape, f"target of {loss}", dtype)


def _numbers(target: object, shape: tuple[int, int], where: str, dtype: npt.DTypeLike) -> Array:
    array = numbers(target, where, dtype)
    m, n = shape
    accepted = [shape] + [(m,)] * (n == 1) + [(n,)] * (m == 1) + [()] * (m == n == 1)
    if array.shape not in accepted:
        raise ValueError(
            f"{where}: expected shape {' or '.join(map(str, dict.fromkeys(accepted)))}, "
            f"the shape of the prediction; got {array.shape}"
        )
    return array.reshape(shape)


def _probabilities(target: object, shape: tuple[int, int], where: str, dtype: npt.DTypeLike) -> Array:
    array = _numbers(target, shape, where, dtype)
    if array.min() < 0 or array.max() > 1:
        raise ValueError(f"{where}: expected numbers from 0 to 1, got {array.min():g} to {array.max():g}")
    return array


def _classes(target: object, shape: tuple[int, int], where: str, dtype: npt.DTypeLike) -> Array:
    m, n = shape
    given = numbers(target, where, dtype)
    if given.shape == (m,) or (given.shape == () and m == 1):
        return _one_hot(given.reshape(m), n, where)
    if given.shape == shape or (given.shape == (n,) and m == 1):
        return _rows_of_probabilities(given.reshape(shape), where)
    raise ValueError(
        f"{where}: expected {m} class numbers of shape ({m},), or one-hot rows of shape {shape}; "
        f"got shape {given.shape}"
    )


def _one_hot(classes: Array, n: int, where: str) -> Array:
    if (classes != np.floor(classes)).any():
        wrong = classes[classes != np.floor(classes)][0]
        raise ValueError(f"{where}: expected whole class numbers from 0 to {n - 1}, got {wrong:g}")
    if classes.min() < 0 or classes.max() >= n:
        wrong = classes[(classes < 0) | (classes >= n)][0]
        raise ValueError(
            f"{where}: expected class numbers from 0 to {n - 1}, because the head has {n} outputs; "
            f"got {wrong:g}"
        )
    return np.eye(n, dtype=classes.dtype)[classes.astype(np.intp)]


def _rows_of_probabilities(rows: Array, where: str) -> Array:
    sums = rows.sum(axis=1)
    if rows.min() < 0 or not np.allclose(sums, 1, atol=1e-6):
        i = int(np.argmax((rows.min(axis=1) < 0) | ~np.isclose(sums, 1, atol=1e-6)))
        raise ValueError(
            f"{where}: expected each row to hold probabilities that sum to 1; row {i} sums to {sums[i]:g} "
            f"and its smallest entry is {rows[i].min():g}"
        )
    return rows


_KINDS: Mapping[str, Callable[[object, tuple[int, int], str, npt.DTypeLike], Array]] = MappingProxyType(
    {"numbers": _numbers, "probabilities": _probabilities, "classes": _classes}
)
