"""Calls: numpy functions that have been told all they need, so that a step is only to call them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from neural_net.operations import Array

Call = Callable[[], object]


def product(a: Array, b: Array, out: Array) -> Call:
    """out = a · b, for matrices in either memory order."""
    if out.flags.c_contiguous:
        return partial(a.dot, b, out)
    return partial(b.T.dot, a.T, out.T)


def rows(array: Array) -> Array:
    """Every row along the last axis, one below the other: (…, n) as a matrix of n columns; a view."""
    return array if array.ndim == 2 else array.reshape(-1, array.shape[-1])


def flat(array: Array) -> Array:
    """All numbers in the order in which they stand in memory; a view."""
    return array.ravel("K")


def constant(number: float, like: Array) -> Array:
    """A number as numpy takes it fastest: a 0-d array of the dtype that it meets."""
    return np.asarray(number, like.dtype)


def stacked(W: Array, b: Array) -> Array | None:
    """[W; b], (n_in + 1, n_out), where b stands in memory just behind W; else None."""
    base = W.base
    if not isinstance(base, np.ndarray) or b.base is not base or _address(b) != _address(W) + W.nbytes:
        return None
    offset = _address(W) - _address(base)
    return np.ndarray((len(W) + 1, W.shape[1]), W.dtype, base, offset)


def _address(array: Array) -> int:
    return int(array.__array_interface__["data"][0])
