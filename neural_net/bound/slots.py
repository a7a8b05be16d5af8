"""Slots: the buffers in which the value of a name, and its loss gradient, stand from step to step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from neural_net.operations import Array, Shape


@dataclass
class Slot:
    """The buffers of one name: its value, and its loss gradient where one is needed.

    `with_ones` is the value with a column of ones behind it, (m, n + 1), where the two stand together.
    """

    value: Array
    gradient: Array | None = None
    with_ones: Array | None = None

    @property
    def memory(self) -> Array:
        """All that stands together."""
        return self.value if self.with_ones is None else self.with_ones


LONG_ROW = 64


def order_of(shape: Shape) -> Literal["C", "F"]:
    """The memory order of values of this shape: example by example, or (m, n) with n small unit by unit."""
    return "F" if len(shape) == 2 and shape[1] < LONG_ROW else "C"


def buffer(shape: Shape, dtype: np.dtype[Any]) -> Array:
    """Return a new buffer for a value."""
    return np.empty(shape, dtype, order_of(shape))


def slot_with_ones(shape: Shape, dtype: np.dtype[Any], order: Literal["C", "F"]) -> Slot:
    """Return a slot for a value (m, n) that has a column of ones behind it."""
    m, n = shape
    joined = np.empty((m, n + 1), dtype, order)
    joined[:, n] = 1
    return Slot(joined[:, :n], with_ones=joined)


class Pool:
    """Memory for arrays that are needed for a part of the step only, lent again and again."""

    def __init__(self) -> None:
        self._free: list[Array] = []

    def take_like(self, array: Array) -> Array:
        """Return an array of this shape and dtype, in the memory order of `buffer`, with anything in it."""
        memory = self._memory(array.size, array.dtype)[: array.size]
        return memory.reshape(array.shape, order=order_of(array.shape))

    def give_back(self, arrays: Iterable[Array]) -> None:
        """Let the memory of these arrays be lent again, if it is the pool's."""
        self._free += [array.base for array in arrays if array.base is not None]

    def _memory(self, size: int, dtype: np.dtype[Any]) -> Array:
        fitting = [i for i, free in enumerate(self._free) if free.size >= size and free.dtype == dtype]
        if not fitting:
            return np.empty(size, dtype)
        return self._free.pop(min(fitting, key=lambda i: self._free[i].size))
