"""A gradient check compares every gradient of the backward pass with one measured by moving the number.

Measured means central differences, (𝓛(w + h) − 𝓛(w − h)) / 2h, for one number w at a time: slow, and free of
any chain rule. It is always done in float64; a float32 network is checked by its float64 copy, because in
float32 the differences would drown in rounding.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from neural_net.network import Network, check_network
from neural_net.notation import write_shape
from neural_net.operations import Array
from neural_net.trace import record
from neural_net.validation import positive_number

Index = tuple[int, ...]
ROUNDING = 4 * float(np.finfo(np.float64).eps)  # of a loss, relative to it, as met in practice


@dataclass(frozen=True, eq=False)
class Row:
    """One tensor: its gradient by the backward pass, and by differences.

    `layer` is 0 for the input x. `relative_errors` are |gradient − measured| / max(|gradient|, |measured|,
    floor): below `floor`, rounding leaves the differences without enough digits to tell. `at_kink` marks
    entries where the loss has a kink, such as that of relu at 0, and so no derivative to compare with; no
    error counts there.
    """

    layer: int
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
        return str(row.layer), row.name, write_shape(row.shape), *counts, error


def check_gradients(
    net: Network, x: npt.ArrayLike, target: npt.ArrayLike, *, step: float = 1e-5, tolerance: float = 1e-6
) -> GradientCheck:
    """Compare ∂𝓛/∂x and the gradient of every parameter with central differences.

    Every number w is moved by ± step · max(1, |w|), one at a time, and all layers from its own on are run
    again. Where the two disagree by more than the relative `tolerance`, a step ten times smaller is tried,
    which gets out of the way of most kinks; a disagreement that a kink explains is then reported apart (see
    `Row`).
    """
    check_network(net, "check_gradients")
    step, tolerance = positive_number(step, "step"), positive_number(tolerance, "tolerance")
    tensors = _tensors(_in_float64(net), x, target)
    return GradientCheck(tuple(_check(tensor, step, tolerance) for tensor in tensors), tolerance, step)


@dataclass(frozen=True, eq=False)
class _Tensor:
    """The loss as a function of one tensor alone, and the gradient that the backward pass gives for it."""

    net: Network
    x: Array
    target: Array
    y_prev: Array
    layer: int
    name: str

    @property
    def value(self) -> Array:
        """The tensor as it is."""
        return self.x if self.layer == 0 else self.net.layers[self.layer - 1].parameters[self.name]

    def loss(self, value: Array) -> float:
        """The loss with this tensor at another value; layers before its own are not run again."""
        y = value
        if self.layer > 0:
            y = self.net.values(self.layer, self.y_prev, {self.name: value})["y"]
        return float(self.net.loss.function.forward(self.net.run(y, self.layer + 1), self.target))

    def gradient(self, value: Array) -> Array:
        """The gradient by the backward pass, with this tensor at another value."""
        if self.layer == 0:
            return record(self.net, value, self.target)[1].gradients["y_prev"]
        net = self.net.with_parameters({(self.layer, self.name): value})
        return record(net, self.x, self.target)[self.layer].gradients[self.name]


def _tensors(net: Network, x_given: npt.ArrayLike, target_given: npt.ArrayLike) -> Iterator[_Tensor]:
    x, target = net.standard_input(x_given, target_given)
    records = record(net, x, target)
    inputs = [] if net.layers[0].reads_tokens else [(0, "x")]  # a token cannot be moved a little
    for l, name in [*inputs, *net.parameters]:
        y_prev = records[max(l, 1)].values["y_prev"]
        yield _Tensor(net, x, target, y_prev, l, name)


def _check(tensor: _Tensor, step: float, tolerance: float) -> Row:
    gradient = tensor.gradient(tensor.value)
    floor = ROUNDING * max(1.0, abs(tensor.loss(tensor.value))) / step / tolerance
    measured, at_kink = np.empty_like(gradient), np.zeros(gradient.shape, bool)
    for at in np.ndindex(gradient.shape):
        measured[at] = _difference(tensor, at, step)
    for at in _indices(_relative_error(gradient, measured, floor) > tolerance):
        closer = _difference(tensor, at, step / 10)
        if abs(closer - gradient[at]) < abs(measured[at] - gradient[at]):
            measured[at] = closer
        if _relative_error(gradient[at], measured[at], floor) > tolerance:
            low, high = _gradients_around(tensor, at, step / 10)
            explained = np.clip(measured[at], low, high)
            at_kink[at] = _relative_error(explained, measured[at], floor) <= tolerance
    return Row(tensor.layer, tensor.name, gradient, measured, at_kink, floor, tolerance)


def _gradients_around(tensor: _Tensor, at: Index, step: float) -> tuple[float, float]:
    """The smallest and the largest gradient of one entry by the backward pass, at w − h, w and w + h.

    They differ across a kink, where differences measure something in between. A gradient that is simply wrong
    is wrong alike on both sides, and differences lie apart from all three.
    """
    gradients = [float(tensor.gradient(_moved(tensor.value, at, h))[at]) for h in (-step, 0, step)]
    return min(gradients), max(gradients)


def _difference(tensor: _Tensor, at: Index, step: float) -> float:
    """The central difference of the loss with respect to one entry."""
    above, below = _moved(tensor.value, at, step), _moved(tensor.value, at, -step)
    return (tensor.loss(above) - tensor.loss(below)) / float(above[at] - below[at])


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
    place = f"layer {row.layer}, {row.name}{where}"
    return f"{place}: the backward pass gives {given:.6g}, differences give {measured:.6g}"
