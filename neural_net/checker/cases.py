"""Cases are generated inputs on which an answer is tried, of several shapes and away from kinks.

A check passed on one example, on a square matrix or on zero weights proves little: so there are batches of
several sizes and of one, numbers of inputs and outputs that differ from each other and from the batch, and
square ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from neural_net.operations import Array

Random = np.random.Generator


class Sizes(NamedTuple):
    """m examples, n_in inputs and n_out outputs."""

    m: int
    n_in: int
    n_out: int


# The first is the one that reports speak of; all three differ in it.
BATCHES = (
    Sizes(4, 3, 2),
    Sizes(1, 3, 2),
    Sizes(3, 3, 3),
    Sizes(2, 4, 5),
    Sizes(5, 4, 4),
    Sizes(4, 2, 4),
)
SINGLE = (Sizes(1, 3, 2), Sizes(1, 2, 4), Sizes(1, 3, 3))


@dataclass(frozen=True, eq=False)
class Case:
    """The inputs of one try by name, in the order of the arguments, and the sizes they were made for."""

    given: Mapping[str, Any]
    sizes: Sizes


def numbers(rng: Random, *shape: int) -> Array:
    """Numbers between −2 and 2 and at least 0.1 away from 0, where some activations have a kink."""
    return np.asarray(rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.1, 2.0, size=shape))


def probabilities(rng: Random, *shape: int) -> Array:
    """Numbers between 0.1 and 0.9."""
    return np.asarray(rng.uniform(0.1, 0.9, size=shape))


def distributions(rng: Random, m: int, n: int) -> Array:
    """Rows of positive numbers that sum to 1."""
    p = rng.uniform(0.2, 1.0, size=(m, n))
    return np.asarray(p / p.sum(axis=1, keepdims=True))


def one_hot(rng: Random, m: int, n: int) -> Array:
    """Rows with a single 1; with at least two rows, at least two classes occur."""
    classes = rng.permutation(n)[np.arange(m) % n]
    return np.asarray(np.eye(n)[classes])
