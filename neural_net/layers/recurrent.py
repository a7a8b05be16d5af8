"""Recurrent layers, unrolled in time: the same weights at every step, and a state handed on."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from neural_net.activations import ACTIVATIONS
from neural_net.initialization import weights_and_biases
from neural_net.layers.base import Layer, WrongShape
from neural_net.operations import Array, RecurrentAffine, Shape
from neural_net.operations.arithmetic import CellState, Multiply
from neural_net.operations.givens import ZeroState
from neural_net.operations.rearrangement import StackSteps, TimeStep
from neural_net.program import Line
from neural_net.validation import whole_number

RECURRENT_AFFINE, CELL_STATE, MULTIPLY = RecurrentAffine(), CellState(), Multiply()
TANH, SIGMOID = ACTIVATIONS["tanh"], ACTIVATIONS["sigmoid"]


class _Recurrent(Layer):
    """y = the states h_1 … h_T. Shapes: y_prev (m, T, n_in), h_t (m, n), y (m, T, n); h_0 = 0.

    The names of values carry their time step: x_1 is what comes in at step 1, h_1 the state after it.
    """

    def __init__(self, n_in: int, n: int, **given: npt.ArrayLike) -> None:
        self.n_in = whole_number(n_in, f"{self.kind}, n_in")
        self.n = whole_number(n, f"{self.kind}, n")
        self._keep(given)

    @property
    @abstractmethod
    def initial_states(self) -> tuple[str, ...]:
        """The names of what is handed from step to step, at step 0."""

    @abstractmethod
    def step(self, t: int) -> tuple[Line, ...]:
        """The lines of time step t, from x_t and the states of step t − 1 to those of step t."""

    def output_shape(self, input_shape: Shape) -> Shape:
        """(T, n_in) becomes (T, n)."""
        if len(input_shape) != 2 or input_shape[1] != self.n_in:
            raise WrongShape(self, f"sequences (T, {self.n_in})", input_shape)
        return input_shape[0], self.n

    def program_for(self, input_shape: Shape) -> tuple[Line, ...]:
        """The states at step 0, every time step, and all h_t side by side as y."""
        T = input_shape[0]
        start = tuple(Line(name, ZeroState(self.n), ("y_prev",)) for name in self.initial_states)
        steps = tuple(line for t in range(1, T + 1) for line in self._time_step(t))
        return (*start, *steps, Line("y", StackSteps(T), tuple(f"h_{t}" for t in range(1, T + 1))))

    def _time_step(self, t: int) -> tuple[Line, ...]:
        return (Line(f"x_{t}", TimeStep(t), ("y_prev",)), *self.step(t))

    def draw(self, rng: np.random.Generator) -> Mapping[str, Array]:
        """Weights by Glorot's rule, biases zeros."""
        return weights_and_biases(rng, self.parameter_shapes)

    def __repr__(self) -> str:
        return f"{self.kind} {self.n_in} → {self.n}"


class RNN(_Recurrent):
    """h_t = tanh(x_t W_xh + h_(t−1) W_hh + b_h), for t = 1 … T, from h_0 = 0; y is all h_t.

    Shapes: y_prev (m, T, n_in), W_xh (n_in, n), W_hh (n, n), b_h (n,), y (m, T, n). Parameters may be given
    by name; weights not given are drawn by Glorot's rule, biases as zeros.
    """

    kind = "RNN"

    @property
    def initial_states(self) -> tuple[str, ...]:
        """h_0."""
        return ("h_0",)

    def step(self, t: int) -> tuple[Line, ...]:
        """z_t = x_t W_xh + h_(t−1) W_hh + b_h; h_t = tanh(z_t)."""
        return (
            Line(f"z_{t}", RECURRENT_AFFINE, (f"x_{t}", "W_xh", f"h_{t - 1}", "W_hh", "b_h")),
            Line(f"h_{t}", TANH, (f"z_{t}",)),
        )

    @property
    def parameter_shapes(self) -> Mapping[str, Shape]:
        """W_xh (n_in, n), W_hh (n, n) and b_h (n,)."""
        return {"W_xh": (self.n_in, self.n), "W_hh": (self.n, self.n), "b_h": (self.n,)}

    @property
    def sentence(self) -> str:
        """At every time step the state is made anew from the input and the state before."""
        return "At every time step the state is made anew from what comes in and the state before."


class LSTM(_Recurrent):
    """A state h_t and a memory c_t, written, kept and read through gates (Hochreiter and Schmidhuber 1997).

    For t = 1 … T, from h_0 = c_0 = 0: the input gate i_t, the forget gate f_t and the output gate o_t are
    σ(x_t W_x· + h_(t−1) W_h· + b_·), the candidate g_t the same with tanh; then
    c_t = f_t ⊙ c_(t−1) + i_t ⊙ g_t and h_t = o_t ⊙ tanh(c_t); y is all h_t.

    Shapes: y_prev (m, T, n_in), W_xi (n_in, n), W_hi (n, n), b_i (n,), the same for f, g and o; y (m, T, n).
    Parameters may be given by name; weights not given are drawn by Glorot's rule, biases as zeros.
    """

    kind = "LSTM"
    gates = ("i", "f", "g", "o")

    @property
    def initial_states(self) -> tuple[str, ...]:
        """h_0 and c_0."""
        return ("h_0", "c_0")

    def step(self, t: int) -> tuple[Line, ...]:
        """The four gates, c_t, tanh_c_t and h_t."""
        return (
            *(line for gate in self.gates for line in self._gate(gate, t)),
            Line(f"c_{t}", CELL_STATE, (f"f_{t}", f"c_{t - 1}", f"i_{t}", f"g_{t}")),
            Line(f"tanh_c_{t}", TANH, (f"c_{t}",)),
            Line(f"h_{t}", MULTIPLY, (f"o_{t}", f"tanh_c_{t}")),
        )

    def _gate(self, gate: str, t: int) -> tuple[Line, ...]:
        inputs = (f"x_{t}", f"W_x{gate}", f"h_{t - 1}", f"W_h{gate}", f"b_{gate}")
        return (
            Line(f"z_{gate}_{t}", RECURRENT_AFFINE, inputs),
            Line(f"{gate}_{t}", TANH if gate == "g" else SIGMOID, (f"z_{gate}_{t}",)),
        )

    @property
    def parameter_shapes(self) -> Mapping[str, Shape]:
        """W_x· (n_in, n), W_h· (n, n) and b_· (n,) for the gates i, f, g and o."""
        return {
            name: shape
            for gate in self.gates
            for name, shape in (
                (f"W_x{gate}", (self.n_in, self.n)),
                (f"W_h{gate}", (self.n, self.n)),
                (f"b_{gate}", (self.n,)),
            )
        }

    @property
    def sentence(self) -> str:
        """Gates decide what is kept, written and shown."""
        return "At every time step gates decide how much memory is kept, how much is written, how much shows."
