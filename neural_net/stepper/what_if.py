"""A what-if gives single numbers of a trace's network or data another value, and traces the two passes again.

Nothing is changed in place: the trace that was there stays as it was, and the answer is a new one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from neural_net.layers import Dense
from neural_net.look import number
from neural_net.losses import LOSSES
from neural_net.operations import Array
from neural_net.trace import Trace
from neural_net.trace import trace as run_both_passes

TICKS = 200  # of a slider, from one end to the other


class Place(NamedTuple):
    """Where one number stands: in which array (of layer 0 for x, L+1 for the target), at which index of it.

    A target that is a class has the name "class" and stands at (example,).
    """

    layer: int
    name: str
    at: tuple[int, ...]

    @property
    def reference(self) -> str:
        """What the pictures call the unit or edge that the number belongs to; "" for the target."""
        if self.layer == 0:
            return f"u:0:{self.at[1]}"
        if self.name == "W":
            return f"w:{self.layer}:{self.at[0]}:{self.at[1]}"
        return f"u:{self.layer}:{self.at[0]}" if self.name == "b" else ""


def place_of(reference: str, example: int) -> Place | None:
    """Return the number that a click on a unit or edge means: an input, a weight, or the bias of a unit."""
    kind, *numbers = reference.split(":")
    if kind == "u":
        l, j = map(int, numbers)
        return Place(l, "b", (j,)) if l else Place(0, "x", (example, j))
    if kind == "w":
        l, i, j = map(int, numbers)
        return Place(l, "W", (i, j))
    return None


class Axis(NamedTuple):
    """A choice on the way to a number: what is chosen, among how many, and how the first is counted."""

    name: str
    size: int
    first: int = 1


@dataclass(frozen=True)
class Quantity:
    """One array whose numbers can be given other values, as a reader chooses among them.

    `menu` is what a menu calls it, `label` what stands before the number of one of its entries. `axes` are
    the choices that lead to one number; in an array with one row per example, the example is not among them.
    `classes` are the names to choose from where the number is a class.
    """

    layer: int
    name: str
    menu: str
    label: str
    axes: tuple[Axis, ...]
    per_example: bool
    low: float
    high: float
    classes: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """How many choices each axis has."""
        return tuple(axis.size for axis in self.axes)

    def holds(self, place: Place) -> bool:
        """Say whether `place` is in this array."""
        return (place.layer, place.name) == (self.layer, self.name)

    def place(self, example: int, chosen: Sequence[int]) -> Place:
        """Return the place that the choices, one per axis, lead to."""
        if not self.per_example:
            return Place(self.layer, self.name, tuple(chosen))
        if self.classes and not self.axes:
            return Place(self.layer, self.name, (example,))
        return Place(self.layer, self.name, (example, int(np.ravel_multi_index(tuple(chosen), self.shape))))

    def chosen(self, place: Place) -> tuple[int, ...]:
        """Return the choices that lead to `place`: the inverse of `place`."""
        if not self.per_example:
            return place.at
        return () if not self.axes else tuple(int(i) for i in np.unravel_index(place.at[1], self.shape))

    @property
    def step(self) -> float:
        """How far one tick of a slider moves the number."""
        return (self.high - self.low) / TICKS

    def ticks(self, own: float) -> tuple[int, int]:
        """Return the first and the last tick of a slider on which tick 0 is the number's own value."""
        low, high = min(self.low, own), max(self.high, own)
        return math.floor((low - own) / self.step), math.ceil((high - own) / self.step)

    def tick(self, own: float, value: float) -> int:
        """Return the tick nearest to a value."""
        first, last = self.ticks(own)
        return round(min(max((value - own) / self.step, first), last))

    def value(self, own: float, tick: int) -> float:
        """Return the value at a tick: the number's own value exactly at 0, round numbers elsewhere."""
        if tick == 0:
            return own
        digits = -math.floor(math.log10(self.step / 3))
        low, high = min(self.low, own), max(self.high, own)
        return min(max(round(own + tick * self.step, digits), low), high)

    def tell(self, place: Place) -> str:
        """Name one number shortly, counting as the pictures do: "x 2", "W(1) 2→3", "pixel 4,5"."""
        numbers = [str(axis.first + i) for axis, i in zip(self.axes, self.chosen(place), strict=True)]
        return f"{self.label} {('→' if self.name == 'W' else ',').join(numbers)}".rstrip()

    def tell_value(self, value: float) -> str:
        """Write a value of this quantity: a number, or the name of a class."""
        return self.classes[int(value)] if self.classes else number(value)


def quantities(
    trace: Trace, image_shape: tuple[int, int] | None = None, classes: Sequence[str] | None = None
) -> tuple[Quantity, ...]:
    """List what can be changed: the input, the target, and every layer's parameters of one or two axes.

    Inputs and targets of more axes are not offered, and nothing is of a trace that PyTorch made: that
    network cannot be run again here.
    """
    if trace.network.loss.function not in LOSSES.values():
        return ()
    return (
        *_input(trace, image_shape),
        *_target(trace, classes),
        *(
            _parameter(l, name, array, first_unit=0 if l == trace.L and _has_classes(trace) else 1)
            for l, parameters in trace.weights.items()
            for name, array in parameters.items()
            if array.ndim in (1, 2)
        ),
    )


def is_drawn(trace: Trace, place: Place) -> bool:
    """Say whether the pictures have a unit or an edge for the number: an input, or a dense layer's own."""
    if place.layer == 0:
        return True
    if place.layer > trace.L:
        return False
    return isinstance(trace.network.layers[place.layer - 1], Dense) and trace.y[place.layer].ndim == 2


def value_at(trace: Trace, place: Place) -> float:
    """Return the number that stands at `place`, a float32 by its shortest decimals."""
    return float(str(_array(trace, place.layer, place.name)[place.at]))


def retrace(trace: Trace, changes: Mapping[Place, float]) -> Trace:
    """Return the trace with each place holding its new value; overflow is an error, not a warning."""
    new: dict[tuple[int, str], Array] = {}
    for (layer, name, at), value in changes.items():
        new.setdefault((layer, name), _array(trace, layer, name).copy())[at] = value
    x = new.pop((0, "x"), trace.x).reshape(trace.x.shape)
    target = new.pop((trace.L + 1, "target"), trace.target)
    classes = new.pop((trace.L + 1, "class"), None)
    if classes is not None:
        is_new = classes != _array(trace, trace.L + 1, "class")
        target = np.where(is_new[:, np.newaxis], np.eye(target.shape[1])[classes], target)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        return run_both_passes(trace.network.with_parameters(new), x, target)


def _array(trace: Trace, layer: int, name: str) -> Array:
    """Return the array in which a place stands; the class of a target is the largest entry of its row."""
    if layer == 0:
        return trace.x.reshape(len(trace.x), -1)  # of an image or a sequence the numbers in their flat order
    if layer == trace.L + 1:
        return trace.target.argmax(axis=1) if name == "class" else trace.target
    return trace.weights[layer][name]


def tell_loss(before: float, after: float) -> str:
    """Write how the loss moved, with at least three decimals and as many as it takes to see a difference."""
    enough = next((d for d in range(3, 9) if f"{before:.{d}f}" != f"{after:.{d}f}"), 3)
    return f"{before:.{enough}f} → {after:.{enough}f}"


# ------------------------------------------------------------------------------------------------- quantities


def _input(trace: Trace, image_shape: tuple[int, int] | None) -> tuple[Quantity, ...]:
    if trace.network.layers[0].reads_tokens:
        return _tokens(trace)
    axes = [n for n in trace.x.shape[1:] if n > 1] or [1]
    if len(axes) > 2:
        return ()
    if image_shape is None and trace.x.ndim == 4 and len(axes) == 2:
        image_shape = (axes[0], axes[1])
    return (_numbers(trace, axes, image_shape),)


def _tokens(trace: Trace) -> tuple[Quantity, ...]:
    """The tokens of a sequence, each of which can be any other one."""
    n_tokens = getattr(trace.network.layers[0], "n_tokens", 0)
    if not n_tokens or trace.x.ndim != 2:
        return ()
    positions = (Axis("position", trace.x.shape[1]),)
    names = tuple(map(str, range(n_tokens)))
    return (Quantity(0, "x", "token", "token", positions, True, 0, n_tokens - 1, names),)


def _numbers(trace: Trace, sizes: Sequence[int], image_shape: tuple[int, int] | None) -> Quantity:
    low, high = _range(trace.x)
    if image_shape is not None:
        rows, columns = image_shape
        if trace.x.min() >= 0 and trace.x.max() <= 1:
            low, high = 0.0, 1.0
        return Quantity(
            0, "x", "pixel", "pixel", (Axis("row", rows), Axis("column", columns)), True, low, high
        )
    axes = (Axis("step", sizes[0]), Axis("x", sizes[1])) if len(sizes) == 2 else (Axis("x", sizes[0]),)
    return Quantity(0, "x", "input", "x", axes, True, low, high)


def _target(trace: Trace, classes: Sequence[str] | None) -> tuple[Quantity, ...]:
    if trace.target.ndim != 2:
        return ()
    layer, n = trace.L + 1, trace.target.shape[1]
    kind = trace.network.loss.function.targets
    if kind == "classes":
        names = tuple(map(str, classes if classes is not None else range(n)))
        return (Quantity(layer, "class", "target", "target", (), True, 0, n - 1, names),)
    low, high = (0.0, 1.0) if kind == "probabilities" else _range(trace.target)
    axes = (Axis("output", n),) if n > 1 else ()
    return (Quantity(layer, "target", "target", "target", axes, True, low, high),)


def _has_classes(trace: Trace) -> bool:
    """Say whether the head's units stand for classes, which are counted from 0."""
    return trace.network.loss.function.targets == "classes"


def _parameter(l: int, name: str, array: Array, first_unit: int) -> Quantity:
    last = Axis("to" if array.ndim == 2 else "unit", array.shape[-1], first_unit)
    axes = (Axis("from", array.shape[0]), last) if array.ndim == 2 else (last,)
    kind = {"W": "weight", "b": "bias"}.get(name, "parameter")
    return Quantity(l, name, f"{kind} {name}({l})", f"{name}({l})", axes, False, *_range(array))


def _range(array: Array) -> tuple[float, float]:
    """Return a round range, symmetric about 0, that leaves room to double the largest number."""
    wanted = max(1.0, 2 * float(np.abs(array).max()))
    power = 10 ** np.floor(np.log10(wanted))
    limit = float(next(step * power for step in (1, 2, 5, 10) if step * power >= wanted))
    return -limit, limit
