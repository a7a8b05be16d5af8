"""A network as one program, from x to the loss, in which W of layer 2 is called "2.W" and x "0.y"."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from types import MappingProxyType

from neural_net.activations import Sigmoid, Softmax
from neural_net.losses import (
    BinaryCrossEntropy,
    BinaryCrossEntropyWithLogits,
    CrossEntropy,
    CrossEntropyWithLogits,
    LossFunction,
)
from neural_net.network import Network
from neural_net.operations import Array, Operation
from neural_net.program import Line

X, TARGET, LOSS = "0.y", "target", "loss"

# A head and a loss that are the same as one loss of the logits.
OF_LOGITS: Mapping[tuple[type[Operation], type[Operation]], LossFunction] = MappingProxyType(
    {
        (Softmax, CrossEntropy): CrossEntropyWithLogits(),
        (Sigmoid, BinaryCrossEntropy): BinaryCrossEntropyWithLogits(),
    }
)


def joined_name(l: int, name: str) -> str:
    """What the network's program calls a name of layer l."""
    return f"{l - 1}.y" if name == "y_prev" else f"{l}.{name}"


def joined_program(net: Network) -> tuple[Line, ...]:
    """The programs of layers 1 … L one after the other: from x to the prediction, "L.y"."""
    return tuple(
        line.renamed(partial(joined_name, l)) for l, program in enumerate(net.programs, 1) for line in program
    )


def program_to_loss(net: Network, kept: Collection[str] = ()) -> tuple[Line, ...]:
    """The program from x and the target to the loss.

    A head and a loss that together are a loss of the logits become that one line, unless the prediction is
    among the names `kept`.
    """
    *rest, head = joined_program(net)
    operation = OF_LOGITS.get((type(head.operation), type(net.loss.function)))
    if operation is None or head.output in kept:
        return *rest, head, Line(LOSS, net.loss.function, (head.output, TARGET))
    return *rest, Line(LOSS, operation, (head.inputs[0], TARGET))


def joined_given(net: Network) -> dict[str, Array]:
    """All that the program is given besides x and the target: parameters and state."""
    return {
        joined_name(l, name): array
        for l, layer in enumerate(net.layers, 1)
        for name, array in layer.given.items()
    }
