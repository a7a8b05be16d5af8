"""One example of a trace as plain lists of floats, layer by layer: what every picture is drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from neural_net.activations import Activation, Elementwise
from neural_net.layers import Dense, Layer
from neural_net.losses import LOSSES
from neural_net.operations import Array, Shape
from neural_net.steps import Record
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
class KindReading:
    """A layer of any other kind for one example: the values of its program by name, and the loss gradients.

    What has a row per example is that of this one; parameters and their gradients are of the whole batch.
    """

    number: int
    layer: Layer
    record: Record
    values: Mapping[str, Array]
    gradients: Mapping[str, Array]

    @property
    def activation(self) -> str:
        """The name of the activation at its end, "" where it has none."""
        function = getattr(self.layer, "activation", None)
        return function.name if isinstance(function, Activation) else ""

    @property
    def note(self) -> str:
        """What the layer is, in a word or two."""
        if self.layer.kind == "Activate":
            return self.activation
        known = self.activation not in ("", "identity")
        return f"{self.layer.kind} · {self.activation}" if known else self.layer.kind

    @property
    def given(self) -> tuple[str, ...]:
        """The names of what the program is given besides y_prev: parameters, and state."""
        computed = {"y_prev", *(line.output for line in self.record.program)}
        return tuple(name for name in self.values if name not in computed)


LayerReading = DenseReading | KindReading


@dataclass(frozen=True)
class Reading:
    """The numbers of one example of a trace.

    `y[l]` and `gradient[l]` are lists of n_l floats for l = 0 … L, in their flat order, and `shapes[l]` is
    their shape; `layers[l - 1]` is layer l; `loss` is the loss of the batch and `loss_share` that of this
    example alone, of which `loss` is the mean.
    """

    trace: Trace
    example: int
    L: int
    m: int
    shapes: tuple[Shape, ...]
    y: tuple[Vector, ...]
    gradient: tuple[Vector, ...]
    layers: tuple[LayerReading, ...]
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

    @property
    def has_known_loss(self) -> bool:
        """Whether the loss is one of this package's, on a row of outputs."""
        is_known = self.trace.network.loss.function in LOSSES.values()
        return is_known and len(self.shapes[self.L]) == 1

    @property
    def has_tokens(self) -> bool:
        """Whether the input is tokens, which are names and have no loss gradient."""
        return "y_prev" not in self.trace.records[1].gradients

    @property
    def dense_layers(self) -> tuple[DenseReading, ...]:
        """The dense layers among the layers."""
        return tuple(layer for layer in self.layers if isinstance(layer, DenseReading))

    def layer(self, number: int) -> LayerReading:
        """Return layer `number`, counted from 1."""
        return self.layers[number - 1]

    def is_dense(self, number: int) -> bool:
        """Say whether layer `number` is a dense layer on a row of numbers."""
        return 1 <= number <= self.L and isinstance(self.layers[number - 1], DenseReading)

    def dense(self, number: int) -> DenseReading:
        """Return layer `number`, which is a dense one."""
        layer = self.layers[number - 1]
        assert isinstance(layer, DenseReading)
        return layer

    def unit(self, number: int, j: int) -> int:
        """Return by what number unit j (from 0) of a layer is called: its class in front of a loss over
        classes, otherwise its place counted from 1.
        """
        has_classes = (
            number == self.L
            and len(self.shapes[number]) == 1
            and self.trace.network.loss.function.targets == "classes"
        )
        return j if has_classes else j + 1

    def edge(self, number: int, i: int, j: int) -> str:
        """Return the index of the weight from unit i of the layer before to unit j of layer `number`."""
        left, right = self.unit(number - 1, i), self.unit(number, j)
        return f"{left}{right}" if left < 10 > right else f"{left},{right}"

    def is_probability(self, number: int) -> bool:
        """Say whether layer `number` ends in a softmax."""
        is_row = len(self.shapes[number]) == 1
        return number > 0 and is_row and self.layer(number).activation == "softmax"


def read(trace: Trace, example: int = 0) -> Reading:
    """Return the numbers of row `example` of a trace; ValueError when the batch has no such row."""
    row = index(example, trace.batch_size, "example")
    L, m = trace.L, trace.batch_size
    y = [of_example(array, row, m) for array in trace.y[: L + 1]]
    gradient = [of_example(array, row, m) for array in trace.loss_gradient[: L + 1]]
    return Reading(
        trace=trace,
        example=row,
        L=L,
        m=m,
        shapes=tuple(array.shape for array in y),
        y=tuple(array.ravel().tolist() for array in y),
        gradient=tuple(array.ravel().tolist() for array in gradient),
        layers=tuple(_read_layer(trace, number, row) for number in range(1, L + 1)),
        target=[float(value) for value in of_example(trace.target, row, m).ravel().tolist()],
        loss=float(trace.loss),
        loss_share=_loss_share(trace, row),
    )


def of_example(array: Array, row: int, m: int) -> Array:
    """Return what belongs to one example of an array with a row per example, and any other array whole; the
    one row of what the whole batch shares stands for every example."""
    if array.ndim == 0 or len(array) not in (1, m):
        return array
    chosen: Array = array[row if len(array) == m else 0]
    return chosen


def _loss_share(trace: Trace, row: int) -> float:
    function, one = trace.network.loss.function, slice(row, row + 1)
    if function not in LOSSES.values():
        return float(trace.loss)
    return float(function.forward(trace.y[trace.L][one], trace.target[one]))


def _read_layer(trace: Trace, number: int, row: int) -> LayerReading:
    layer, record = trace.network.layers[number - 1], trace.records[number]
    if not isinstance(layer, Dense) or record.values["y"].ndim != 2:
        return _read_kind(number, layer, record, row, trace.batch_size)
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


def _read_kind(number: int, layer: Layer, record: Record, row: int, m: int) -> KindReading:
    own = {"y_prev", *(line.output for line in record.program)}

    def of_one(arrays: Mapping[str, Array]) -> Mapping[str, Array]:
        return {name: of_example(array, row, m) if name in own else array for name, array in arrays.items()}

    return KindReading(number, layer, record, of_one(record.values), of_one(record.gradients))


def _jacobian(activation: Activation, z: Array, y: Array) -> Matrix:
    """Return ∂y/∂z of one example: the rows are the vector-Jacobian products of the unit vectors."""
    n = z.shape[1]
    (rows,) = activation.backward(np.eye(n, dtype=z.dtype), np.repeat(y, n, 0), np.repeat(z, n, 0))
    matrix: Matrix = np.asarray(rows).tolist()
    return matrix
