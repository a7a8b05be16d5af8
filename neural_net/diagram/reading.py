"""One example of a trace as plain lists of floats, layer by layer: what every picture is drawn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neural_net.activations import Activation, Elementwise
from neural_net.layers import Dense
from neural_net.operations import Array
from neural_net.trace import Trace
from neural_net.validation import index

Vector = list[float]
Matrix = list[list[float]]


@dataclass(frozen=True)
class DenseReading:
    """The numbers of one dense layer for one example; the weight gradients are of the whole batch."""

    number: int
    function: Activation
    W: Matrix
    b: Vector
    z: Vector
    dL_dz: Vector
    dL_dW: Matrix
    dL_db: Vector
    slope: Vector | None  # a′(z), where the activation works element by element
    jacobian: Matrix | None  # ∂y/∂z, where it does not

    @property
    def activation(self) -> str:
        """The name of the activation."""
        return self.function.name

    @property
    def n_in(self) -> int:
        """The number of inputs."""
        return len(self.W)

    @property
    def n_out(self) -> int:
        """The number of units."""
        return len(self.b)


@dataclass(frozen=True)
class Reading:
    """The numbers of one example of a trace.

    `y[l]` and `gradient[l]` are lists of n_l floats for l = 0 … L; `layers[l - 1]` is layer l; `loss` is the
    loss of the batch and `loss_share` that of this example alone, of which `loss` is the mean.
    """

    trace: Trace
    example: int
    L: int
    m: int
    y: tuple[Vector, ...]
    gradient: tuple[Vector, ...]
    layers: tuple[DenseReading, ...]
    target: Vector
    loss: float
    loss_share: float

    @property
    def sizes(self) -> tuple[int, ...]:
        """n_0 … n_L."""
        return tuple(len(values) for values in self.y)

    @property
    def loss_name(self) -> str:
        """The name of the loss function."""
        return str(self.trace.network.loss.name)

    def layer(self, number: int) -> DenseReading:
        """Return layer `number`, counted from 1."""
        return self.layers[number - 1]

    def unit(self, number: int, j: int) -> int:
        """Return by what number unit j (from 0) of a layer is called: its class in front of a loss over
        classes, otherwise its place counted from 1.
        """
        has_classes = number == self.L and self.trace.network.loss.function.targets == "classes"
        return j if has_classes else j + 1

    def edge(self, number: int, i: int, j: int) -> str:
        """Return the index of the weight from unit i of the layer before to unit j of layer `number`."""
        left, right = self.unit(number - 1, i), self.unit(number, j)
        return f"{left}{right}" if left < 10 > right else f"{left},{right}"

    def is_probability(self, number: int) -> bool:
        """Say whether layer `number` ends in a softmax."""
        return number > 0 and self.layer(number).activation == "softmax"


def read(trace: Trace, example: int = 0) -> Reading:
    """Return the numbers of row `example` of a trace.

    Raises ValueError when the batch has no such row, or a layer is of a kind that the diagram cannot draw.
    """
    row = index(example, trace.batch_size, "example")
    L = trace.L
    one = slice(row, row + 1)
    alone = trace.network.loss.function.forward(trace.y[L][one], trace.target[one])
    return Reading(
        trace=trace,
        example=row,
        L=L,
        m=trace.batch_size,
        y=tuple(trace.y[number][row].tolist() for number in range(L + 1)),
        gradient=tuple(trace.loss_gradient[number][row].tolist() for number in range(L + 1)),
        layers=tuple(_read_layer(trace, number, row) for number in range(1, L + 1)),
        target=trace.target[row].tolist(),
        loss=float(trace.loss),
        loss_share=float(alone),
    )


def _read_layer(trace: Trace, number: int, row: int) -> DenseReading:
    layer, record = trace.network.layers[number - 1], trace.records[number]
    if not isinstance(layer, Dense):
        raise ValueError(f"layer {number}: the diagram draws Dense layers, got {layer.kind}")
    values, gradients = record.values, record.gradients
    z, y = values["z"][row : row + 1], values["y"][row : row + 1]
    activation = layer.activation
    return DenseReading(
        number=number,
        function=activation,
        W=values["W"].tolist(),
        b=values["b"].tolist(),
        z=z[0].tolist(),
        dL_dz=gradients["z"][row].tolist(),
        dL_dW=gradients["W"].tolist(),
        dL_db=gradients["b"].tolist(),
        slope=activation.derivative(z, y)[0].tolist() if isinstance(activation, Elementwise) else None,
        jacobian=None if isinstance(activation, Elementwise) else _jacobian(activation, z, y),
    )


def _jacobian(activation: Activation, z: Array, y: Array) -> Matrix:
    """Return ∂y/∂z of one example: the rows are the vector-Jacobian products of the unit vectors."""
    n = z.shape[1]
    (rows,) = activation.backward(np.eye(n, dtype=z.dtype), np.repeat(y, n, 0), np.repeat(z, n, 0))
    matrix: Matrix = np.asarray(rows).tolist()
    return matrix
