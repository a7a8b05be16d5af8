"""Bring a target into the one form the losses read: floats of the prediction's shape (m, n)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from neural_net.operations import Array, Shape
from neural_net.validation import numbers


def standard_target(target: object, shape: Shape, kind: str, loss: str, dtype: npt.DTypeLike) -> Array:
    """Return the target with the prediction's shape (m, n), or (m, T, n) for sequences of predictions.

    `kind` is what the loss called `loss` takes: "numbers" and "probabilities" of shape (m, n), also (m,)
    where n = 1, (n,) where m = 1, and one bare number where both are; "classes" are m class numbers 0 … n−1,
    which become one-hot rows, or m rows of n probabilities; (m, T) and (m, T, n) for sequences.
    """
    return _KINDS[kind](target, shape, f"target of {loss}", dtype)


def _numbers(target: object, shape: Shape, where: str, dtype: npt.DTypeLike) -> Array:
    array = numbers(target, where, dtype)
    m, n = shape[0], shape[-1]
    accepted = [shape] + [shape[:-1]] * (n == 1) + [shape[1:]] * (m == 1) + [()] * (prod(shape) == 1)
    if array.shape not in accepted:
        raise ValueError(
            f"{where}: expected shape {' or '.join(map(str, dict.fromkeys(accepted)))}, "
            f"the shape of the prediction; got {array.shape}"
        )
    return array.reshape(shape)


def _probabilities(target: object, shape: Shape, where: str, dtype: npt.DTypeLike) -> Array:
    array = _numbers(target, shape, where, dtype)
    if array.min() < 0 or array.max() > 1:
        raise ValueError(f"{where}: expected numbers from 0 to 1, got {array.min():g} to {array.max():g}")
    return array


def _classes(target: object, shape: Shape, where: str, dtype: npt.DTypeLike) -> Array:
    given = numbers(target, where, dtype)
    is_one = shape[0] == 1
    if given.shape == shape[:-1] or (is_one and given.shape == shape[1:-1]):
        return _one_hot(given.reshape(shape[:-1]), shape[-1], where)
    if given.shape == shape or (is_one and given.shape == shape[1:]):
        return _rows_of_probabilities(given.reshape(shape), where)
    m = " × ".join(map(str, shape[:-1]))
    raise ValueError(
        f"{where}: expected {m} class numbers of shape {shape[:-1]}, or one-hot rows of shape {shape}; "
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


def _rows_of_probabilities(array: Array, where: str) -> Array:
    rows = array.reshape(-1, array.shape[-1])
    sums = rows.sum(axis=1)
    if rows.min() < 0 or not np.allclose(sums, 1, atol=1e-6):
        i = int(np.argmax((rows.min(axis=1) < 0) | ~np.isclose(sums, 1, atol=1e-6)))
        raise ValueError(
            f"{where}: expected each row to hold probabilities that sum to 1; row {i} sums to {sums[i]:g} "
            f"and its smallest entry is {rows[i].min():g}"
        )
    return array


_KINDS: Mapping[str, Callable[[object, Shape, str, npt.DTypeLike], Array]] = MappingProxyType(
    {"numbers": _numbers, "probabilities": _probabilities, "classes": _classes}
)
