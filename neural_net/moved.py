"""The loss at every number of a tensor moved by itself, in which only what changes is computed anew.

One number moved changes little: a weight W_ij of an affine map moves unit j alone, by its change times input
i; an elementwise activation behind it moves that unit alone again; and the affine map behind that adds one
outer product. All else before and beside stays, and is known from one forward pass. What then moves as a
whole does so for many moved numbers at once: each has a *copy* of the batch, and K copies of m examples are
K m examples of one large batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from neural_net.activations import Elementwise
from neural_net.joined import TARGET, X, joined_given, program_to_loss
from neural_net.losses import LossFunction
from neural_net.network import Network
from neural_net.operations import Affine, Array
from neural_net.program import Line, run_forward

AT_ONCE = 2**17  # numbers of one value in all its copies: about what fits into a processor's cache


def treats_examples_alone(net: Network, x: Array) -> bool:
    """Whether what becomes of an example does not depend on the others in its batch, as far as x shows it."""
    other = np.flip(x)
    apart = np.concatenate([net.run(x), net.run(other)])
    return np.allclose(net.run(np.concatenate([x, other])), apart, rtol=1e-9, atol=1e-12)


@dataclass(frozen=True, eq=False)
class _Unit:
    """A value (K m, n) in which the copies have other `numbers`, (K m,), of unit j, and nothing else."""

    j: int
    numbers: Array


@dataclass(frozen=True, eq=False)
class _Versions:
    """K versions of what no example has of its own, such as a parameter: (K, *shape)."""

    arrays: Array


_Moved = Mapping[str, Array | _Unit | _Versions]


class MovedLosses:
    """The loss of a network on a batch, as a function of one tensor's numbers, each moved by itself.

    For networks that treat their examples alone.
    """

    def __init__(self, net: Network, x: Array, target: Array) -> None:
        *self._lines, loss = program_to_loss(net)
        assert isinstance(loss.operation, LossFunction)
        self._loss, self._prediction, self._m = loss.operation, loss.inputs[0], len(x)
        self._values = run_forward(self._lines, {X: x, TARGET: target, **joined_given(net)})
        self._of_batch = self._depending_on(X) | {TARGET}
        self._copied: dict[tuple[str, int], Array] = {}

    def of_input(self, moved: Array) -> Array:
        """Return the loss where x has one number of `moved`, and else its own; for each, in x's shape.

        An example's loss is its own, so one copy moves the same feature of all examples.
        """
        x, features = self._values[X], moved.reshape(self._m, -1).T
        before = self._loss.of_each(self._values[self._prediction], self._values[TARGET])
        change = (self._of_features(X, features) - before) / self._m
        return np.asarray((before.mean() + change).T.reshape(x.shape))

    def of_parameter(self, name: str, moved: Array) -> Array:
        """Return the loss where a parameter has one number of `moved`, and else its own; in its shape."""
        value = self._values[name]
        first, *others = (line for line in self._lines if name in line.inputs)
        if others or type(first.operation) is not Affine or name == first.inputs[0]:
            return self._of_versions(name, moved)
        y_prev, z = self._values[first.inputs[0]], self._values[first.output]
        if name == first.inputs[2]:
            return np.asarray(self._of_features(first.output, (z + (moved - value)).T).mean(axis=1))
        losses = np.empty_like(moved)
        for j in range(z.shape[1]):
            for some, K in self._chunks(len(moved), first.output):
                change = moved[some, j] - value[some, j]
                unit = _Unit(j, (z[:, j] + change[:, np.newaxis] * y_prev.T[some]).ravel())
                losses[some, j] = self._losses({first.output: unit}, K).mean(axis=1)
        return losses

    def _of_features(self, name: str, features: Array) -> Array:
        """Return the loss of each example, (n, m), where a value (m, …) has one row of (n, m) features."""
        value, losses = self._values[name], np.empty_like(features)
        for some, K in self._chunks(len(features), name):
            copies = np.repeat(value.reshape(1, self._m, -1), K, axis=0)
            copies[np.arange(K), :, np.r_[some]] = features[some]
            losses[some] = self._losses({name: copies.reshape(-1, *value.shape[1:])}, K)
        return losses

    def _of_versions(self, name: str, moved: Array) -> Array:
        """`of_parameter` for any tensor: the lines that read it run once for each version."""
        value, losses = self._values[name], np.empty(moved.size)
        for some, K in self._chunks(moved.size, name):
            versions = np.repeat(value.reshape(1, -1), K, axis=0)
            versions[np.arange(K), np.r_[some]] = moved.ravel()[some]
            losses[some] = self._losses({name: _Versions(versions.reshape(-1, *value.shape))}, K).mean(axis=1)
        return losses.reshape(moved.shape)

    def _chunks(self, n: int, name: str) -> Iterator[tuple[slice, int]]:
        """Cut n moves of a name into parts to be made at once, each with its number of moves."""
        at_once = max(1, AT_ONCE // max(self._values[moved].size for moved in self._depending_on(name)))
        for start in range(0, n, at_once):
            stop = min(start + at_once, n)
            yield slice(start, stop), stop - start

    def _depending_on(self, name: str) -> set[str]:
        """The names of all values that depend on a name, itself included."""
        found = {name}
        for line in self._lines:
            if found.intersection(line.inputs):
                found.add(line.output)
        return found

    def _losses(self, start: _Moved, K: int) -> Array:
        """Return the loss of each example in each copy, (K, m), where some values are moved."""
        moved = dict(start)
        for line in self._lines:
            if any(name in moved for name in line.inputs):
                moved[line.output] = self._run(line, moved, K)
        prediction, target = (self._whole(name, moved, K) for name in (self._prediction, TARGET))
        return self._loss.of_each(prediction, target).reshape(K, self._m)

    def _run(self, line: Line, moved: _Moved, K: int) -> Array | _Unit | _Versions:
        """Run a line in which some inputs are moved."""
        inputs = [moved.get(name) for name in line.inputs]
        if isinstance(inputs[0], _Unit) and all(value is None for value in inputs[1:]):
            if isinstance(line.operation, Elementwise):
                return _Unit(inputs[0].j, line.operation.forward(inputs[0].numbers))
            if type(line.operation) is Affine:
                return self._outer_product_added(line, inputs[0], K)
        if not any(isinstance(value, _Versions) for value in inputs):
            return line.operation.forward(*(self._whole(name, moved, K) for name in line.inputs))
        outputs = [
            line.operation.forward(*(self._version(name, moved, k, K) for name in line.inputs))
            for k in range(K)
        ]
        return np.concatenate(outputs) if line.output in self._of_batch else _Versions(np.stack(outputs))

    def _outer_product_added(self, line: Line, unit: _Unit, K: int) -> Array:
        """z + (change of unit j) W_j, for an affine line."""
        y_prev, W, _ = (self._values[name] for name in line.inputs)
        change = unit.numbers - np.tile(y_prev[:, unit.j], K)
        z = W[unit.j][:, np.newaxis] * change  # unit by unit: each in all copies
        z.reshape(-1, K, self._m)[...] += self._values[line.output].T[:, np.newaxis]
        return np.asarray(z.T)

    def _whole(self, name: str, moved: _Moved, K: int) -> Array:
        """The value of a name in all copies, one after the other."""
        value = moved.get(name)
        if isinstance(value, _Unit):
            whole = self._copies(name, K).copy("K")
            whole[:, value.j] = value.numbers
            return whole
        if value is None:
            return self._copies(name, K) if name in self._of_batch else self._values[name]
        assert not isinstance(value, _Versions), "versions are run one by one"
        return value

    def _copies(self, name: str, K: int) -> Array:
        """K copies of a value that is not moved; of rows unit by unit, as numpy reduces them fastest."""
        if (name, K) not in self._copied:
            value = self._values[name]
            self._copied[name, K] = np.tile(value.T, K).T if value.ndim == 2 else np.concatenate([value] * K)
        return self._copied[name, K]

    def _version(self, name: str, moved: _Moved, k: int, K: int) -> Array:
        """The value of a name in copy k alone."""
        value = moved.get(name)
        if isinstance(value, _Versions):
            return np.asarray(value.arrays[k])
        if value is None:
            return self._values[name]
        return self._whole(name, moved, K)[k * self._m : (k + 1) * self._m]
