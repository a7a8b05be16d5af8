"""Data sets to learn on: handwritten digits and three sets of points, all offline and the same on every call.

Each function returns a `Dataset`, which unpacks: `x, target = digits()`. The arrays are the caller's own.
Sets with two classes have targets 0.0 and 1.0, for a sigmoid head and binary cross-entropy;
sets with several classes have class numbers, for a softmax head and cross-entropy.
"""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from neural_net.validation import floating_dtype, scalar, whole_number

DIGIT_IMAGE_SHAPE = (8, 8)


class Dataset(NamedTuple):
    """`x` of shape (m, n_0), one example per row, and `target`, one entry or row per example."""

    x: NDArray[Any]
    target: NDArray[Any]

    def __repr__(self) -> str:
        parts = (f"{name}: {value.shape} {value.dtype}" for name, value in self._asdict().items())
        return f"Dataset({', '.join(parts)})"


def digits(dtype: DTypeLike = "float64") -> Dataset:
    """The 1,797 handwritten digits of UCI's "Optical Recognition of Handwritten Digits" (test set), 8×8.

    `x` has shape (1797, 64): ink per pixel, from 0 (paper) to 1 (black); `x[i].reshape(8, 8)` is the image.
    `target` has shape (1797,): the digit, an int64 from 0 to 9. See `split` for a part to validate on.

    Source: E. Alpaydin, C. Kaynak (1998), doi.org/10.24432/C50P49, CC BY 4.0 (see neural_net/data/README.md).
    """
    kind = floating_dtype(dtype)
    pixels, digit = _stored_digits()
    return Dataset((pixels / 16).astype(kind), digit.astype(np.int64))


def xor(dtype: DTypeLike = "float64") -> Dataset:
    """The table of "exclusive or": `x` of shape (4, 2), `target` of shape (4,), 1.0 where the inputs differ.

    No straight line parts the two classes, so a network without a hidden layer cannot learn them.
    """
    kind = floating_dtype(dtype)
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], kind)
    return Dataset(x, np.array([0, 1, 1, 0], kind))


def moons(n: int = 200, noise: float = 0.1, seed: int = 0, dtype: DTypeLike = "float64") -> Dataset:
    """Two half circles that reach into each other: `x` of shape (n, 2), `target` of shape (n,), 0.0 or 1.0.

    With t from 0 to π, class 0 lies on (cos t, sin t) and class 1 on (1 − cos t, ½ − sin t);
    normal noise of standard deviation `noise` is added to both coordinates.
    The examples come in random order.
    """
    whole_number(n, "n", at_least=2)
    _check_noise(noise)
    rng, kind = _generator(seed), floating_dtype(dtype)
    x, target = np.empty((n, 2)), np.arange(n) % 2
    for moon in (0, 1):
        t = np.linspace(0, np.pi, np.count_nonzero(target == moon))
        arc = np.column_stack([np.cos(t), np.sin(t)])
        x[target == moon] = arc if moon == 0 else [1, 0.5] - arc
    x += noise * rng.standard_normal(x.shape)
    order = rng.permutation(n)
    return Dataset(x[order].astype(kind), target[order].astype(kind))


def spirals(
    n: int = 300,
    classes: int = 3,
    noise: float = 0.2,
    turns: float = 0.75,
    seed: int = 0,
    dtype: DTypeLike = "float64",
) -> Dataset:
    """Spiral arms, one per class: `x` of shape (n, 2), `target` of shape (n,), class numbers from 0 (int64).

    Arm k starts at the center (radius 0) at the angle 2πk / classes and winds `turns` times around it out to
    radius 1; normal noise of standard deviation `noise`, in radians, is added to the angle.
    The examples come in random order.
    """
    whole_number(classes, "classes", at_least=2)
    whole_number(n, "n", at_least=classes)
    _check_noise(noise)
    scalar(turns, "turns")
    rng, kind = _generator(seed), floating_dtype(dtype)
    x, target = np.empty((n, 2)), np.arange(n) % classes
    for arm in range(classes):
        count = np.count_nonzero(target == arm)
        radius = np.linspace(0, 1, count)
        angle = 2 * np.pi * (arm / classes + turns * radius) + noise * rng.standard_normal(count)
        x[target == arm] = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    order = rng.permutation(n)
    return Dataset(x[order].astype(kind), target[order].astype(np.int64))


def split(
    dataset: Dataset | tuple[NDArray[Any], NDArray[Any]], validation_fraction: float = 0.2, seed: int = 0
) -> tuple[Dataset, Dataset]:
    """Shuffle the examples and part them into (training, validation); each example is in just one of them.

    `validation_fraction`, above 0 and below 1, is the share held out, rounded to whole examples; each side
    keeps at least one.
    """
    x, target = (np.asarray(part) for part in _pair(dataset))
    if x.ndim == 0 or target.ndim == 0 or len(x) != len(target):
        raise ValueError(
            f"split: x and target must have one row per example, got shapes {x.shape} and {target.shape}"
        )
    if len(x) < 2:
        raise ValueError(f"split: expected at least 2 examples, got {len(x)}")
    if not 0 < scalar(validation_fraction, "validation_fraction") < 1:
        raise ValueError(
            f"validation_fraction: expected a number above 0 and below 1, got {validation_fraction}"
        )
    held_out = min(max(round(validation_fraction * len(x)), 1), len(x) - 1)
    order = _generator(seed).permutation(len(x))
    training, validation = order[held_out:], order[:held_out]
    return Dataset(x[training], target[training]), Dataset(x[validation], target[validation])


@cache
def _stored_digits() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    with (files("neural_net") / "data" / "digits.npz").open("rb") as file, np.load(file) as stored:
        return stored["pixels"], stored["digit"]


def _pair(dataset: Any) -> Iterator[Any]:
    if not isinstance(dataset, tuple | list) or len(dataset) != 2:
        raise TypeError(f"split: expected a Dataset or a pair (x, target), got {type(dataset).__name__}")
    return iter(dataset)


def _generator(seed: int) -> np.random.Generator:
    return np.random.default_rng(whole_number(seed, "seed", at_least=0))


def _check_noise(noise: float) -> None:
    if scalar(noise, "noise") < 0:
        raise ValueError(f"noise: expected a number of at least 0, got {noise:g}")
