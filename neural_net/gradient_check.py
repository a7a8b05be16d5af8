"""A gradient check compares every gradient of the backward pass with one measured by moving the number.

Measured means central differences, (𝓛(w + h) − 𝓛(w − h)) / 2h, for one number w at a time: slow, and free of
any chain rule. It is always done in float64; a float32 network is checked by its float64 copy, because in
float32 the differences would drown in rounding.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from neural_net.flat import flat_gradient, flat_parameters, network_on
from neural_net.joined import joined_name
from neural_net.moved import MovedLosses, treats_examples_alone
from neural_net.network import Network, check_network
from neural_net.notation import write_shape
from neural_net.operations import Array
from neural_net.steps import Record
from neural_net.trace import record
from neural_net.validation import positive_number, whole_number

Index = tuple[int, ...]
ROUNDING = 4 * float(np.finfo(np.float64).eps)  # of a loss, relative to it, as met in practice


@dataclass(frozen=True, eq=False)
class Row:
    """One tensor: its gradient by the backward pass, and by differences.

    `layer` is 0 for the input x, and None for directions through all layers. `relative_errors` are
    |gradient − measured| / max(|gradient|, |measured|, floor): below `floor`, rounding leaves the differences
    without enough digits to tell. `at_kink` marks entries where the loss has a kink, such as that of relu at
    0, and so no derivative to compare with; no error counts there.
    """

    layer: int | None
    name: str
    gradient: Array
    measured: Array
    at_kink: Array
    floor: float
    tolerance: float

    @property
    def shape(self) -> Index:
        """The tensor's shape."""
        return self.gradient.shape

    @property
    def kinks(self) -> tuple[Index, ...]:
        """Where the loss has a kink."""
        return _indices(self.at_kink)

    @cached_property
    def absolute_errors(self) -> Array:
        """|gradient − measured|, 0 at a kink."""
        return np.where(self.at_kink, 0, np.abs(self.gradient - self.measured))

    @cached_property
    def relative_errors(self) -> Array:
        """|gradient − measured| / max(|gradient|, |measured|, floor), 0 at a kink."""
        return np.where(self.at_kink, 0, _relative_error(self.gradient, self.measured, self.floor))

    @property
    def absolute_error(self) -> float:
        """The largest absolute error."""
        return float(self.absolute_errors.max())

    @property
    def relative_error(self) -> float:
        """The largest relative error."""
        return float(self.relative_errors.max())

    @property
    def where(self) -> Index:
        """The index of the largest relative error."""
        return tuple(int(i) for i in np.unravel_index(self.relative_errors.argmax(), self.shape))

    @property
    def passed(self) -> bool:
        """Whether every relative error is within the tolerance."""
        return self.relative_error <= self.tolerance


@dataclass(frozen=True, eq=False)
class GradientCheck:
    """One row per tensor: the input x first (unless it is tokens), then the parameters of layers 1 … L."""

    rows: tuple[Row, ...]
    tolerance: float
    step: float

    @property
    def passed(self) -> bool:
        """Whether every gradient agrees with its measurement."""
        return all(row.passed for row in self.rows)

    @property
    def worst(self) -> float:
        """The largest relative error of all."""
        return max(row.relative_error for row in self.rows)

    def __repr__(self) -> str:
        """A table, the same on every machine: no digits are told of errors within the tolerance."""
        header = ("layer", "tensor", "shape", "entries", "at a kink", "relative error")
        cells = [header, *(self._cells(row) for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = ["  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in cells]
        verdict = "passed" if self.passed else "FAILED"
        title = f"Gradient check against central differences: {verdict} (tolerance {self.tolerance:.0e})"
        return "\n".join([title, *lines, *(_complaint(row) for row in self.rows if not row.passed)])

    def _cells(self, row: Row) -> tuple[str, ...]:
        error = f"< {self.tolerance:.0e}" if row.passed else f"{row.relative_error:.1e}"
        counts = str(row.gradient.size), str(len(row.kinks))
        return (
            "all" if row.layer is None else str(row.layer),
            row.name,
            write_shape(row.shape),
            *counts,
            error,
        )


def check_gradients(
    net: Network, x: npt.ArrayLike, target: npt.ArrayLike, *, step: float = 1e-5, tolerance: float = 1e-6
) -> GradientCheck:
    """Compare ∂𝓛/∂x and the gradient of every parameter with central differences.

    Every number w is moved by ± step · max(1, |w|), one at a time, and what depends on it is computed again.
    Where the two disagree by more than the relative `tolerance`, a step ten times smaller is tried, which
    gets out of the way of most kinks; a disagreement that a kink explains is then reported apart (see `Row`).
    """
    check_network(net, "check_gradients")
    step, tolerance = positive_number(step, "step"), positive_number(tolerance, "tolerance")
    tensors = _tensors(_in_float64(net), x, target)
    return GradientCheck(tuple(_check(tensor, step, tolerance) for tensor in tensors), tolerance, step)


def quick_check_gradients(
    net: Network,
    x: npt.ArrayLike,
    target: npt.ArrayLike,
    *,
    directions: int = 10,
    step: float = 1e-5,
    tolerance: float = 1e-6,
    seed: int = 0,
) -> GradientCheck:
    """Compare slopes of the loss along random directions, in which all numbers move at once.

    The slope by the backward pass is gradient · direction. A wrong entry anywhere shows in nearly every
    direction, so a few of them tell whether there is one, though not where. Steps, tolerance and kinks are as
    for `check_gradients`; the check has one row, with an entry for each direction, which are unit vectors.
    """
    check_network(net, "quick_check_gradients")
    n, seed = whole_number(directions, "directions"), whole_number(seed, "seed", at_least=0)
    step, tolerance = positive_number(step, "step"), positive_number(tolerance, "tolerance")
    net = _in_float64(net)
    along = _Directions(net, *net.standard_input(x, target), n, np.random.default_rng(seed))
    return GradientCheck((_check(along, step, tolerance),), tolerance, step)


class _LossBy(ABC):
    """The loss as a function of some numbers alone, and the gradient that the backward pass gives for them.

    `layer` and `name` are those of their row.
    """

    layer: int | None
    name: str

    @property
    @abstractmethod
    def value(self) -> Array:
        """The numbers as they are."""

    @abstractmethod
    def loss(self, value: Array) -> float:
        """The loss with other numbers."""

    @abstractmethod
    def gradient_at(self, value: Array) -> Array:
        """The gradient by the backward pass, with other numbers."""

    @property
    def gradient(self) -> Array:
        """The gradient by the backward pass."""
        return self.gradient_at(self.value)

    def losses(self, moved: Array) -> Array:
        """The loss where one number is that of `moved` and all others are as they are; for each of them."""
        losses = np.empty_like(moved)
        for at in np.ndindex(moved.shape):
            value = self.value.copy()
            value[at] = moved[at]
            losses[at] = self.loss(value)
        return losses


class _Directions(_LossBy):
    """The loss by how far x and all parameters have moved along each of some directions."""

    layer, name = None, "directions"

    def __init__(self, net: Network, x: Array, target: Array, n: int, rng: np.random.Generator) -> None:
        self.net, self.x, self.target, self.w = net, x, target, flat_parameters(net)
        self.n_inputs = 0 if net.layers[0].reads_tokens else x.size
        vectors = rng.normal(size=(n, self.n_inputs + net.n_parameters))
        self.vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    @property
    def value(self) -> Array:
        return np.zeros(len(self.vectors))

    def loss(self, value: Array) -> float:
        net, x = self._moved(value)
        return float(net.loss.function.forward(net.run(x), self.target))

    def gradient_at(self, value: Array) -> Array:
        net, x = self._moved(value)
        records = record(net, x, self.target)
        of_x = records[1].gradients["y_prev"].ravel() if self.n_inputs else np.empty(0)
        return np.asarray(self.vectors @ np.concatenate([of_x, flat_gradient(net, records)]))

    def _moved(self, value: Array) -> tuple[Network, Array]:
        move = value @ self.vectors
        x = self.x + move[: self.n_inputs].reshape(self.x.shape) if self.n_inputs else self.x
        return network_on(self.net, self.w + move[self.n_inputs :]), x


@dataclass(frozen=True, eq=False)
class _Tensor(_LossBy):
    """The loss as a function of x, which is of layer 0, or of one parameter."""

    net: Network
    x: Array
    target: Array
    records: Mapping[int, Record]
    layer: int
    name: str
    moved_losses: MovedLosses | None

    @property
    def value(self) -> Array:
        return self.x if self.layer == 0 else self.net.layers[self.layer - 1].parameters[self.name]

    @property
    def gradient(self) -> Array:
        return self._gradient_of(self.records)

    def gradient_at(self, value: Array) -> Array:
        if self.layer == 0:
            return self._gradient_of(record(self.net, value, self.target))
        net = self.net.with_parameters({(self.layer, self.name): value})
        return self._gradient_of(record(net, self.x, self.target))

    def _gradient_of(self, records: Mapping[int, Record]) -> Array:
        return records[max(self.layer, 1)].gradients["y_prev" if self.layer == 0 else self.name]

    def loss(self, value: Array) -> float:
        """The loss with another value; layers before the tensor's own are not run again."""
        y = value
        if self.layer > 0:
            y_prev = self.records[self.layer].values["y_prev"]
            y = self.net.values(self.layer, y_prev, {self.name: value})["y"]
        return float(self.net.loss.function.forward(self.net.run(y, self.layer + 1), self.target))

    def losses(self, moved: Array) -> Array:
        if self.moved_losses is None:
            return super().losses(moved)
        if self.layer == 0:
            return self.moved_losses.of_input(moved)
        return self.moved_losses.of_parameter(joined_name(self.layer, self.name), moved)


def _tensors(net: Network, x_given: npt.ArrayLike, target_given: npt.ArrayLike) -> Iterator[_Tensor]:
    x, target = net.standard_input(x_given, target_given)
    records = record(net, x, target)
    moved_losses = MovedLosses(net, x, target) if treats_examples_alone(net, x) else None
    inputs = [] if net.layers[0].reads_tokens else [(0, "x")]  # a token cannot be moved a little
    for l, name in [*inputs, *net.parameters]:
        yield _Tensor(net, x, target, records, l, name, moved_losses)


def _check(by: _LossBy, step: float, tolerance: float) -> Row:
    gradient = by.gradient
    floor = ROUNDING * max(1.0, abs(by.loss(by.value))) / step / tolerance
    measured, at_kink = _differences(by, step), np.zeros(gradient.shape, bool)
    for at in _indices(_relative_error(gradient, measured, floor) > tolerance):
        closer = _difference(by, at, step / 10)
        if abs(closer - gradient[at]) < abs(measured[at] - gradient[at]):
            measured[at] = closer
        if _relative_error(gradient[at], measured[at], floor) > tolerance:
            low, high = _gradients_around(by, at, step / 10)
            explained = np.clip(measured[at], low, high)
            at_kink[at] = _relative_error(explained, measured[at], floor) <= tolerance
    return Row(by.layer, by.name, gradient, measured, at_kink, floor, tolerance)


def _gradients_around(by: _LossBy, at: Index, step: float) -> tuple[float, float]:
    """The smallest and the largest gradient of one entry by the backward pass, at w − h, w and w + h.

    They differ across a kink, where differences measure something in between. A gradient that is simply wrong
    is wrong alike on both sides, and differences lie apart from all three.
    """
    gradients = [float(by.gradient_at(_moved(by.value, at, h))[at]) for h in (-step, 0, step)]
    return min(gradients), max(gradients)


def _differences(by: _LossBy, step: float) -> Array:
    """The central difference of the loss with respect to every entry."""
    h = step * np.maximum(1, np.abs(by.value))
    above, below = by.value + h, by.value - h
    return (by.losses(above) - by.losses(below)) / (above - below)


def _difference(by: _LossBy, at: Index, step: float) -> float:
    """The central difference of the loss with respect to one entry."""
    above, below = _moved(by.value, at, step), _moved(by.value, at, -step)
    return (by.loss(above) - by.loss(below)) / float(above[at] - below[at])


def _moved(array: Array, at: Index, step: float) -> Array:
    moved = array.copy()
    moved[at] += step * max(1, abs(array[at]))
    return moved


def _relative_error(a: Array, b: Array, floor: float) -> Array:
    return np.asarray(np.abs(a - b) / np.maximum(np.maximum(np.abs(a), np.abs(b)), floor))


def _indices(mask: Array) -> tuple[Index, ...]:
    return tuple(tuple(int(i) for i in index) for index in np.argwhere(mask))


def _in_float64(net: Network) -> Network:
    rng = np.random.default_rng(0)  # asked for nothing: every parameter has its value
    layers = tuple(layer.initialize(rng, np.float64) for layer in net.layers)
    return replace(net, layers=layers, dtype=np.dtype(np.float64))


def _complaint(row: Row) -> str:
    where = f"[{', '.join(map(str, row.where))}]"
    given, measured = row.gradient[row.where], row.measured[row.where]
    place = f"{row.name}{where}" if row.layer is None else f"layer {row.layer}, {row.name}{where}"
    return f"{place}: the backward pass gives {given:.6g}, differences give {measured:.6g}"
