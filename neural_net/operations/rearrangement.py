"""Operations that only move numbers to other places: every element of the output is one of the input's.

So backward, every element of the input receives the loss gradients of all the places it went to.
"""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from neural_net.operations.base import Array, Operation
from neural_net.operations.terms import Factor, Index, Term


class Rearrangement(Operation):
    """An operation whose output elements are copies of input elements, or the constant 0."""

    def sources(self, *inputs: Array) -> Array:
        """Where each element of the output comes from, of the output's shape.

        The elements of all inputs, each in its flat order, are numbered 1, 2, …; 0 is a constant. It is found
        by moving these numbers themselves.
        """
        numbered, start = [], 1
        for array in inputs:
            numbered.append(np.arange(start, start + array.size).reshape(array.shape))
            start += array.size
        return self.forward(*numbered)

    def forward_terms(self, index: Index, output: Array, *inputs: Array) -> tuple[Term, ...]:
        source = int(self.sources(*inputs)[index])
        if source == 0:
            return (Term((Factor(0.0, written="0"),)),)
        for name, array in zip(self.inputs, inputs, strict=True):
            if source <= array.size:
                at = _index(source - 1, array)
                return (Term((Factor(float(array[at]), name, at),)),)
            source -= array.size
        raise AssertionError("every source is an element of some input")

    def backward_terms(
        self, name: str, index: Index, gradient: Array, output: Array, *inputs: Array
    ) -> tuple[Term, ...]:
        place = self.inputs.index(name)
        before = sum(array.size for array in inputs[:place])
        source = before + 1 + int(np.ravel_multi_index(index, inputs[place].shape))
        places = np.argwhere(self.sources(*inputs) == source)
        found = (tuple(int(i) for i in at) for at in places)
        return tuple(Term((Factor(float(gradient[at]), self.gradient_name, at),)) for at in found)


class Flatten(Rearrangement):
    """y = y_prev with all axes of an example in one row: (m, channels, height, width) to (m, n)."""

    name = "flatten"
    inputs = ("y_prev",)
    equation, code = "y = flatten( y_prev )", "y = y_prev.reshape(len(y_prev), -1)"
    backward_equation = MappingProxyType({"y_prev": "dL_dy_prev = unflatten( dL_dy )"})
    backward_code = MappingProxyType({"y_prev": "dL_dy_prev = dL_dy.reshape(y_prev.shape)"})

    def forward(self, y_prev: Array) -> Array:
        return y_prev.reshape(len(y_prev), -1)

    def backward(self, dL_dy: Array, y: Array, y_prev: Array) -> tuple[Array]:
        return (dL_dy.reshape(y_prev.shape),)


class TimeStep(Rearrangement):
    """x = what a sequence has at time step t, counted from 1. Shapes: y_prev (m, T, n), x (m, n)."""

    name = "time step"
    inputs = ("y_prev",)
    output = "x"

    def __init__(self, t: int) -> None:
        self.t = t
        self.equation = f"x = step_{t}( y_prev )"
        self.code = f"x = y_prev[:, {t - 1}]"
        self.backward_equation = MappingProxyType({"y_prev": f"dL_dy_prev = at_step_{t}( dL_dx )"})
        self.backward_code = MappingProxyType(
            {"y_prev": f"part = np.zeros_like(y_prev)\npart[:, {t - 1}] = dL_dx\ndL_dy_prev = part"}
        )

    def forward(self, y_prev: Array) -> Array:
        return y_prev[:, self.t - 1]

    def backward(self, dL_dx: Array, x: Array, y_prev: Array) -> tuple[Array]:
        dL_dy_prev = np.zeros_like(y_prev)
        dL_dy_prev[:, self.t - 1] = dL_dx
        return (dL_dy_prev,)


class StackSteps(Rearrangement):
    """y = the states h_1 … h_T one after the other along the time axis. Shapes: h_t (m, n), y (m, T, n)."""

    name = "stack"

    def __init__(self, n_steps: int) -> None:
        self.inputs = tuple(f"h_{t}" for t in range(1, n_steps + 1))
        self.equation = f"y = stack( {' , '.join(self.inputs)} )"
        self.code = f"y = np.stack([{', '.join(self.inputs)}], axis=1)"
        self.backward_equation = MappingProxyType(
            {h: f"dL_d{h} = step_{t}( dL_dy )" for t, h in enumerate(self.inputs, 1)}
        )
        self.backward_code = MappingProxyType(
            {h: f"dL_d{h} = dL_dy[:, {t}]" for t, h in enumerate(self.inputs)}
        )

    def forward(self, *states: Array) -> Array:
        return np.stack(states, axis=1)

    def backward(self, dL_dy: Array, y: Array, *states: Array) -> tuple[Array, ...]:
        return tuple(dL_dy[:, t] for t in range(len(states)))


class SplitHeads(Rearrangement):
    """The features of every position shared out to the heads: (m, T, n) to (m, heads, T, n / heads)."""

    name = "split heads"
    inputs = ("joined",)
    output = "split"

    def __init__(self, n_heads: int) -> None:
        self.n_heads = n_heads
        self.equation = "split = heads( joined )"
        self.code = f"split = joined.reshape(*joined.shape[:2], {n_heads}, -1).swapaxes(1, 2)"
        self.backward_equation = MappingProxyType({"joined": "dL_djoined = join( dL_dsplit )"})
        self.backward_code = MappingProxyType(
            {"joined": "dL_djoined = dL_dsplit.swapaxes(1, 2).reshape(joined.shape)"}
        )

    def forward(self, joined: Array) -> Array:
        return joined.reshape(*joined.shape[:2], self.n_heads, -1).swapaxes(1, 2)

    def backward(self, dL_dsplit: Array, split: Array, joined: Array) -> tuple[Array]:
        return (dL_dsplit.swapaxes(1, 2).reshape(joined.shape),)


class JoinHeads(Rearrangement):
    """What the heads found, side by side at every position: (m, heads, T, n / heads) to (m, T, n)."""

    name = "join heads"
    inputs = ("split",)
    output = "joined"
    equation = "joined = join( split )"
    code = "joined = split.swapaxes(1, 2).reshape(len(split), split.shape[2], -1)"
    backward_equation = MappingProxyType({"split": "dL_dsplit = heads( dL_djoined )"})
    backward_code = MappingProxyType(
        {"split": "dL_dsplit = dL_djoined.reshape(*dL_djoined.shape[:2], split.shape[1], -1).swapaxes(1, 2)"}
    )

    def forward(self, split: Array) -> Array:
        return split.swapaxes(1, 2).reshape(len(split), split.shape[2], -1)

    def backward(self, dL_djoined: Array, joined: Array, split: Array) -> tuple[Array]:
        return (dL_djoined.reshape(*dL_djoined.shape[:2], split.shape[1], -1).swapaxes(1, 2),)


class PerChannel(Rearrangement):
    """One number per feature, (n,), ready to meet a batch: (1, n) for rows, (1, n, 1, 1) for images."""

    name = "per channel"
    inputs = ("given",)
    output = "spread"
    equation = "spread = given"

    def __init__(self, ndim: int) -> None:
        self.shape = (1, -1, *[1] * (ndim - 2))
        self.code = f"spread = given.reshape{self.shape}"
        self.backward_equation = MappingProxyType({"given": "dL_dgiven = dL_dspread"})
        self.backward_code = MappingProxyType({"given": "dL_dgiven = dL_dspread.reshape(given.shape)"})

    def forward(self, given: Array) -> Array:
        return given.reshape(self.shape)

    def backward(self, dL_dspread: Array, spread: Array, given: Array) -> tuple[Array]:
        return (dL_dspread.reshape(given.shape),)


class Lookup(Rearrangement):
    """y = the rows of W named by the tokens. Shapes: tokens (m, T) whole numbers, W (n_tokens, n), y (m, T,
    n).

    A token is a name, not a number: it gets no loss gradient. A row of W gets one contribution from each
    place where its token stands.
    """

    name = "lookup"
    inputs = ("tokens", "W")
    equation, code = "y = rows( W , tokens )", "y = W[tokens]"
    backward_equation = MappingProxyType({"W": "dL_dW = add_to_rows( dL_dy , tokens )"})
    backward_code = MappingProxyType(
        {"W": "part = np.zeros_like(W)\nnp.add.at(part, tokens, dL_dy)\ndL_dW = part"}
    )

    def sources(self, *inputs: Array) -> Array:
        tokens, W = inputs
        return self.forward(tokens, tokens.size + 1 + np.arange(W.size).reshape(W.shape))

    def forward(self, tokens: Array, W: Array) -> Array:
        return W[tokens]

    def backward(self, dL_dy: Array, y: Array, tokens: Array, W: Array) -> tuple[None, Array]:
        dL_dW = np.zeros_like(W)
        np.add.at(dL_dW, tokens, dL_dy)
        return None, dL_dW


def _index(flat: int, array: Array) -> Index:
    return tuple(int(i) for i in np.unravel_index(flat, array.shape)) if array.ndim else ()
