"""A trace is the immutable record of every named quantity of both passes; all else reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from neural_net import jacobian
from neural_net.layers import Layer
from neural_net.losses import Loss
from neural_net.network import Network, check_network
from neural_net.operations import Array
from neural_net.program import run_backward, run_forward
from neural_net.steps import Record, Step, steps_of
from neural_net.validation import index, whole_number


@dataclass(frozen=True, eq=False)
class Trace:
    """Both passes of `network` on a batch: `records[l]` for l = 1 … L+1, all arrays read-only."""

    network: Network
    records: Mapping[int, Record]

    @property
    def L(self) -> int:
        """The index of the head; layer L+1 is the loss."""
        return self.network.L

    @property
    def x(self) -> Array:
        """The input y_(0), (m, n_0) or (m, *input_shape); tokens as whole numbers."""
        return self.y[0]

    @property
    def target(self) -> Array:
        """The target as floats of the prediction's shape; class numbers have become one-hot rows."""
        return self.records[self.L + 1].values["target"]

    @property
    def loss(self) -> float:
        """The loss y_(L+1) as a plain number."""
        return float(self.y[-1])

    @property
    def batch_size(self) -> int:
        """m, the number of examples."""
        return len(self.x)

    @cached_property
    def y(self) -> tuple[Array, ...]:
        """y_(0) … y_(L+1): the input, every layer's output, and the loss (0-d)."""
        return (self.records[1].values["y_prev"], *(record.values["y"] for record in self.records.values()))

    @cached_property
    def loss_gradient(self) -> tuple[Array, ...]:
        """𝓛'_(l) = ∂𝓛/∂y_(l) for l = 0 … L+1, each of the shape of y[l]; the last is 1.

        Where x is tokens, 𝓛'_(0) is zeros: a token is a name, and no name is a little more than another.
        """
        first = self.records[1].gradients.get("y_prev")
        if first is None:
            first = np.zeros(self.x.shape, self.network.dtype)
            first.setflags(write=False)
        return (first, *(record.gradients["y"] for record in self.records.values()))

    @cached_property
    def weights(self) -> Mapping[int, Mapping[str, Array]]:
        """The parameters of layer l = 1 … L by name, as they were in this pass."""
        return MappingProxyType({l: layer.parameters for l, layer in enumerate(self.network.layers, 1)})

    @cached_property
    def weight_gradient(self) -> Mapping[int, Mapping[str, Array]]:
        """∂𝓛/∂W_(l) and its companions for layer l = 1 … L, by the parameter's name, each of its shape."""
        return MappingProxyType(
            {
                l: MappingProxyType({name: self.records[l].gradients[name] for name in parameters})
                for l, parameters in self.weights.items()
            }
        )

    def local_gradient(self, l: int, example: int = 0) -> Array:
        """Return the Jacobian ∂y_(l)/∂y_(l-1) of one example, (n_l, n_(l-1)); for the loss layer (1, n_L).

        Of images and sequences the numbers count in their flat order. A layer that reads tokens has none.
        """
        return jacobian.local_gradient(self._record(l), index(example, self.batch_size, "example"))

    def local_weight_gradient(self, l: int, name: str = "W", example: int = 0) -> Array:
        """Return ∂y_(l)/∂W_(l) of one example, (n_l, *shape of W_(l)): one axis more than anyone wants to
        keep.
        """
        record = self._record(l)
        if name not in record.layer.parameters:
            raise ValueError(
                f"layer {l}: expected a parameter of {sorted(record.layer.parameters)}, got {name!r}"
            )
        return jacobian.local_gradient(record, index(example, self.batch_size, "example"), name)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Both passes, one layer at a time: forward 1 … L+1, then backward L+1 … 1."""
        return steps_of(self.records)

    def receipt(self) -> str:
        """Every step in plain text."""
        return "\n\n".join(step.receipt() for step in self.steps)

    def _record(self, l: int) -> Record:
        if whole_number(l, "layer") > self.L + 1:
            raise ValueError(f"layer: expected a number from 1 to {self.L + 1} (the loss), got {l}")
        return self.records[l]

    def __repr__(self) -> str:
        sizes = "-".join(map(str, self.network.sizes))
        examples = f"{self.batch_size} example" + "s" * (self.batch_size > 1)
        return f"Trace of a {sizes} network on {examples}: loss {self.loss:.6f}, {2 * (self.L + 1)} steps"


def trace(net: Network, x: npt.ArrayLike, target: npt.ArrayLike) -> Trace:
    """Run both passes on x, (m, n_0) or one example (n_0,), and its target; return the record of both.

    Images and sequences are (m, *net.input_shape). The target has the prediction's shape (m, n_L), or is m
    class numbers where the loss is a cross-entropy.
    """
    check_network(net, "trace")
    return Trace(net, record(net, *net.standard_input(x, target)))


def record(net: Network, x: Array, target: Array) -> Mapping[int, Record]:
    """Run both passes on standardized x and target; return the record of each layer 1 … L+1."""
    layers: list[Layer | Loss] = [*net.layers, net.loss]
    programs = (*net.programs, net.loss.program)
    values: list[dict[str, Array]] = []
    for l in range(1, net.L + 1):
        values.append(net.values(l, values[-1]["y"] if values else x))
    values.append(run_forward(net.loss.program, {"y_prev": values[-1]["y"], "target": target}))

    gradient: Array | None = np.ones_like(values[-1]["y"])
    records: dict[int, Record] = {}
    for l in range(net.L + 1, 0, -1):
        program, value = programs[l - 1], values[l - 1]
        assert gradient is not None, "every layer but one that reads tokens sends a gradient back"
        gradients, contributions = run_backward(program, value, "y", gradient)
        gradient = gradients.get("y_prev")
        for array in (*value.values(), *gradients.values(), *(c.value for c in contributions)):
            array.setflags(write=False)
        records[l] = Record(
            layers[l - 1], program, MappingProxyType(value), MappingProxyType(gradients), contributions
        )
    return MappingProxyType(dict(sorted(records.items())))
