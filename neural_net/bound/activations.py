"""Forms of the activations: y over z where the derivative is known from y alone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from neural_net.activations import LeakyReLU
from neural_net.bound.calls import Call, constant, product, rows
from neural_net.bound.form import Form
from neural_net.numerics import normal_cdf
from neural_net.operations import Array


class BoundActivation(Form):
    """y = a(z), of one shape."""

    in_place = True

    @property
    def z(self) -> Array:
        return self.inputs[0].value

    @property
    def y(self) -> Array:
        return self.output.value

    @property
    def dL_dy(self) -> Array:
        return self.upstream

    @property
    def dL_dz(self) -> Array:
        gradient = self.inputs[0].gradient
        assert gradient is not None, "an activation is bound backward for its one input's sake"
        return gradient


class BoundIdentity(BoundActivation):
    """y = z: nothing to do where the two are one."""

    reads_output = False

    def forward(self) -> Iterator[Call]:
        if self.y is not self.z:
            yield partial(np.copyto, self.y, self.z)

    def backward(self) -> Iterator[Call]:
        if self.dL_dz is not self.dL_dy:
            yield partial(np.copyto, self.dL_dz, self.dL_dy)


class BoundReLU(BoundActivation):
    """y = max(z, 0); dL_dz = dL_dy where y > 0."""

    def forward(self) -> Iterator[Call]:
        yield partial(np.maximum, self.z, constant(0, self.z), out=self.y)

    def backward(self) -> Iterator[Call]:
        # The bits of a number y ≥ 0, read as a whole number, have the sign 0 or 1; and the bits of dL_dy
        # times 0 or 1 are those of 0 or dL_dy. Whole numbers spare numpy turning a mask into numbers.
        y, dL_dy, dL_dz, is_above = map(_bits, (self.y, self.dL_dy, self.dL_dz, self.scratch_over_output()))
        yield partial(np.sign, y, is_above)
        yield partial(np.multiply, dL_dy, is_above, dL_dz)


class BoundLeakyReLU(BoundActivation):
    """y = max(z, slope z); dL_dz is dL_dy where y > 0, and slope dL_dy elsewhere."""

    operation: LeakyReLU

    def forward(self) -> Iterator[Call]:
        sloped = self.scratch(self.z)
        yield partial(np.multiply, self.z, constant(self.operation.slope, self.z), sloped)
        yield partial(np.maximum, self.z, sloped, out=self.y)

    def backward(self) -> Iterator[Call]:
        is_above, local = np.empty_like(self.y, bool), self.scratch_over_output()
        yield partial(np.greater, self.y, constant(0, self.y), is_above)
        yield partial(np.multiply, is_above, constant(1 - self.operation.slope, local), local)
        yield partial(np.add, local, constant(self.operation.slope, local), local)
        yield partial(np.multiply, self.dL_dy, local, self.dL_dz)


class BoundSigmoid(BoundActivation):
    """y = 1 / (1 + e^(−z)), inside (0, 1); dL_dz = dL_dy ⊙ y ⊙ (1 − y)."""

    def forward(self) -> Iterator[Call]:
        one = constant(1, self.z)
        yield partial(np.negative, self.z, self.y)
        yield partial(np.exp, self.y, self.y)
        yield partial(np.add, self.y, one, self.y)
        yield partial(np.divide, one, self.y, self.y)
        yield from _inside_unit_interval(self.y)

    def backward(self) -> Iterator[Call]:
        local = self.scratch(self.y)
        yield partial(np.subtract, constant(1, self.y), self.y, local)
        yield partial(np.multiply, local, self.y, local)
        yield partial(np.multiply, self.dL_dy, local, self.dL_dz)


class BoundTanh(BoundActivation):
    """y = tanh(z); dL_dz = dL_dy ⊙ (1 − y²)."""

    def forward(self) -> Iterator[Call]:
        yield partial(np.tanh, self.z, self.y)

    def backward(self) -> Iterator[Call]:
        local = self.scratch_over_output()
        yield partial(np.multiply, self.y, self.y, local)
        yield partial(np.subtract, constant(1, self.y), local, local)
        yield partial(np.multiply, self.dL_dy, local, self.dL_dz)


class BoundGELU(BoundActivation):
    """y = z Φ(z); dL_dz = dL_dy ⊙ (Φ(z) + z φ(z)), with Φ kept from the forward pass."""

    in_place = False
    reads_output = False

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.cdf = np.empty_like(self.z)

    def forward(self) -> Iterator[Call]:
        yield lambda: np.copyto(self.cdf, normal_cdf(self.z))
        yield partial(np.multiply, self.z, self.cdf, self.y)

    def backward(self) -> Iterator[Call]:
        local = self.scratch(self.z)
        yield partial(np.multiply, self.z, self.z, local)
        yield partial(np.multiply, local, constant(-0.5, local), local)
        yield partial(np.exp, local, local)
        yield partial(np.multiply, local, constant(1 / math.sqrt(2 * math.pi), local), local)
        yield partial(np.multiply, local, self.z, local)
        yield partial(np.add, local, self.cdf, local)
        yield partial(np.multiply, self.dL_dy, local, self.dL_dz)


class BoundSoftplus(BoundActivation):
    """y = max(z, 0) + log(1 + e^(−|z|)); dL_dz = dL_dy ⊙ (1 − e^(−y))."""

    def forward(self) -> Iterator[Call]:
        rest = self.scratch(self.z)
        yield partial(np.absolute, self.z, rest)
        yield partial(np.negative, rest, rest)
        yield partial(np.exp, rest, rest)
        yield partial(np.log1p, rest, rest)
        yield partial(np.maximum, self.z, constant(0, self.z), out=self.y)
        yield partial(np.add, self.y, rest, self.y)

    def backward(self) -> Iterator[Call]:
        local = self.scratch_over_output()
        yield partial(np.negative, self.y, local)
        yield partial(np.expm1, local, local)
        yield partial(np.negative, local, local)
        yield partial(np.multiply, self.dL_dy, local, self.dL_dz)


class BoundSoftmax(BoundActivation):
    """y = e^(z − max) / Σ e^(z − max), inside (0, 1); dL_dz = y ⊙ (dL_dy − Σ_k dL_dy_k y_k), row by row."""

    def forward(self) -> Iterator[Call]:
        total = np.empty(len(rows(self.y)), self.y.dtype)
        yield from shifted(self.z, self.y, total)
        yield from exponentials(self.y, total)
        yield partial(np.divide, rows(self.y), total[:, np.newaxis], rows(self.y))
        yield from _inside_unit_interval(self.y)

    def backward(self) -> Iterator[Call]:
        y, dL_dy, dL_dz = rows(self.y), rows(self.dL_dy), rows(self.dL_dz)
        weighted, total = rows(self.scratch(self.y)), np.empty(len(y), y.dtype)
        yield partial(np.multiply, dL_dy, y, weighted)
        yield product(weighted, np.ones(y.shape[1], y.dtype), total)
        yield partial(np.subtract, dL_dy, total[:, np.newaxis], dL_dz)
        yield partial(np.multiply, dL_dz, y, dL_dz)


def _bits(array: Array) -> Array:
    """The same memory, read as whole numbers of the same size."""
    return array.view(f"u{array.itemsize}")


def shifted(z: Array, out: Array, highest: Array) -> Iterator[Call]:
    """out = z − the highest number of each row, which is left in `highest`."""
    yield partial(np.maximum.reduce, rows(z), 1, None, highest)
    yield partial(np.subtract, rows(z), highest[:, np.newaxis], rows(out))


def exponentials(e: Array, total: Array) -> Iterator[Call]:
    """e becomes e^e in place, and `total` the sum over each row."""
    yield partial(np.exp, e, e)
    yield product(rows(e), np.ones(e.shape[-1], e.dtype), total)


def _inside_unit_interval(p: Array) -> Iterator[Call]:
    """As `numerics.open_unit_interval`."""
    limits = np.finfo(p.dtype)
    yield partial(np.maximum, p, constant(limits.tiny, p), out=p)
    yield partial(np.minimum, p, constant(1 - limits.epsneg, p), out=p)
