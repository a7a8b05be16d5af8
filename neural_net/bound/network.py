"""A network bound: one step of its training, or its predictions, as calls on buffers for one batch size."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from types import MappingProxyType

import numpy as np

from neural_net.activations import Sigmoid, Softmax
from neural_net.bound.binding import bind
from neural_net.bound.calls import Call
from neural_net.bound.recorded import Recorded
from neural_net.bound.slots import Slot, buffer, order_of, slot_with_ones
from neural_net.flat import flat_parameters, network_on, views_of
from neural_net.layers import Layer
from neural_net.losses import (
    BinaryCrossEntropy,
    BinaryCrossEntropyWithLogits,
    CrossEntropy,
    CrossEntropyWithLogits,
)
from neural_net.network import Network
from neural_net.operations import Array, Operation
from neural_net.program import Line

X, TARGET, LOSS = "0.y", "target", "loss"

# A head and a loss that are the same as one loss of the logits.
OF_LOGITS: Mapping[tuple[type[Operation], type[Operation]], Operation] = MappingProxyType(
    {
        (Softmax, CrossEntropy): CrossEntropyWithLogits(),
        (Sigmoid, BinaryCrossEntropy): BinaryCrossEntropyWithLogits(),
    }
)


class BoundNetwork:
    """A network that moves: its parameters are views of the flat vector `w`, their gradient of `gradient`.

    It starts as a copy of the given network, which stays as it is. Whoever moves w, moves this one. `network`
    is the network as it is now, with what its layers keep besides parameters; where training goes wrong it
    may hold numbers that are not finite.
    """

    def __init__(self, net: Network) -> None:
        self.w = flat_parameters(net)
        self.gradient = np.zeros_like(self.w)
        self.network = network_on(net, self.w)
        self._gradients = views_of(self.gradient, net)
        self._goes_on = any(map(_goes_on, net.layers))
        self._steps: dict[int, BoundStep] = {}
        self._predictions: dict[int, BoundPrediction] = {}

    def step(self, m: int) -> BoundStep:
        """Return the step on batches of m examples: fill its x and its target, then run it."""
        if m not in self._steps:
            self._steps[m] = BoundStep(self.network, m, self._gradients)
        if self._goes_on:
            self._steps[m].follow(self.network)
        return self._steps[m]

    def advance(self, step: BoundStep) -> None:
        """Let the layers take up what they keep of this step, which was just run, besides parameters."""
        if self._goes_on:
            self.network = self.network.advanced(step.values)

    def predict(self, examples: Examples, batch_size: int) -> Array:
        """Return ŷ of the network's inference form for all examples, some of them at a time."""
        net = self.network.inference()
        prediction = np.empty((len(examples), *net.shapes[-1]), net.dtype)
        for start in range(0, len(examples), batch_size):
            some = slice(start, start + batch_size)
            m = len(prediction[some])
            if m not in self._predictions:
                self._predictions[m] = BoundPrediction(net, m)
            bound = self._predictions[m]
            bound.follow(net)
            examples.bring_x(bound, some)
            bound.run()
            np.copyto(prediction[some], bound.y)
        return prediction


class Examples:
    """x and target of many examples, in the memory order of the buffers to which some of them are brought."""

    def __init__(self, x: Array, target: Array) -> None:
        self._x = _x_slot(x).memory
        self.target = np.asarray(target, order=order_of(target.shape))

    def __len__(self) -> int:
        return len(self._x)

    def bring(self, step: BoundStep, chosen: Array) -> None:
        """Bring the examples of these numbers to the buffers of a step."""
        self._x.take(chosen, 0, step.x.memory, "clip")
        if order_of(self.target.shape) == "F":
            self.target.T.take(chosen, 1, step.target.T, "clip")
        else:
            self.target.take(chosen, 0, step.target, "clip")

    def bring_x(self, bound: BoundPrediction, some: slice) -> None:
        """Bring x of these examples to the buffer of a prediction."""
        np.copyto(bound.x.memory, self._x[some])


class _Bound:
    """A program for m examples, bound."""

    def __init__(
        self, net: Network, given: Mapping[str, Slot], program: Sequence[Line], kept: set[str]
    ) -> None:
        self._network = net
        with np.errstate(all="ignore"):  # buffers hold anything at first
            self._binding = bind(program, given, kept)
        self._calls: tuple[Call, ...] = (*self._binding.forward, *self._binding.backward)

    def run(self) -> None:
        """Run every call."""
        for call in self._calls:
            call()

    def follow(self, net: Network) -> None:
        """Go on with this network, the same one some training steps later: its layers' state and masks."""
        changed = [l for l in range(1, net.L + 1) if net.layers[l - 1] is not self._network.layers[l - 1]]
        self._network = net
        for l in changed:
            for name, array in net.layers[l - 1].state.items():
                np.copyto(self._binding.slots[f"{l}.{name}"].value, array)
            for line in net.layers[l - 1].program_for(net.shapes[l - 1]):
                form = self._binding.forms.get(f"{l}.{line.output}")
                if isinstance(form, Recorded):
                    form.operation = line.operation


class BoundStep(_Bound):
    """Both passes of a network on m examples. `x` (its slot) and `target` are to be filled.

    `values` has what layers 1 … L hold by name, of those layers that go on from it (see `Layer.advanced`).
    """

    def __init__(self, net: Network, m: int, gradients: Mapping[tuple[int, str], Array]) -> None:
        prediction = buffer((m, *net.shapes[-1]), net.dtype)
        given = _given(net, m, gradients) | {TARGET: Slot(prediction)}
        kept = _kept(net)
        program = [*program_of(net), Line(LOSS, net.loss.function, (f"{net.L}.y", TARGET))]
        super().__init__(net, given, _of_logits(program, kept), kept)
        self.x, self.target = given[X], given[TARGET].value
        self._loss = self._binding.slots[LOSS].value
        self.values = [self._values_of(l) if _goes_on(layer) else {} for l, layer in enumerate(net.layers, 1)]

    @property
    def loss(self) -> float:
        """The loss of the step last run; its gradient stands in the network's `gradient`."""
        return float(self._loss)

    def _values_of(self, l: int) -> dict[str, Array]:
        """The buffers of every value of layer l, by the layer's own names."""
        names = {line.output for line in self._network.programs[l - 1]} | {"y_prev"}
        return {name: self._binding.slots[_name(l, name)].value for name in names}


class BoundPrediction(_Bound):
    """The forward pass of a network on m examples: from `x`, the slot to be filled, to `y`."""

    def __init__(self, net: Network, m: int) -> None:
        given = _given(net, m, {})
        super().__init__(net, given, program_of(net), set())
        self.x, self.y = given[X], self._binding.slots[f"{net.L}.y"].value


def program_of(net: Network) -> tuple[Line, ...]:
    """The programs of layers 1 … L as one, in which W of layer 2 is called "2.W", and x "0.y"."""
    return tuple(
        line.renamed(partial(_name, l)) for l, program in enumerate(net.programs, 1) for line in program
    )


def _name(l: int, name: str) -> str:
    """What the network's program calls a name of layer l."""
    return f"{l - 1}.y" if name == "y_prev" else f"{l}.{name}"


def _given(net: Network, m: int, gradients: Mapping[tuple[int, str], Array]) -> dict[str, Slot]:
    """The slots of what a network's program is given: x, and each layer's parameters and state."""
    tokens = net.layers[0].reads_tokens
    slots = {X: _x_slot(np.zeros((m, *net.input_shape), np.intp if tokens else net.dtype))}
    for l, layer in enumerate(net.layers, 1):
        for name, array in layer.parameters.items():
            slots[_name(l, name)] = Slot(array, gradients.get((l, name)))
        for name, array in layer.state.items():
            slots[_name(l, name)] = Slot(array.copy())
    return slots


def _x_slot(x: Array) -> Slot:
    """A slot that holds x: example by example, as they are brought, and rows with a one behind each."""
    if x.ndim != 2:
        return Slot(x)
    slot = slot_with_ones(x.shape, x.dtype, "C")
    np.copyto(slot.value, x)
    return slot


def _goes_on(layer: Layer) -> bool:
    """Whether the layer may be another one after a training step, besides its parameters."""
    return type(layer).advanced is not Layer.advanced


def _kept(net: Network) -> set[str]:
    """The names of all values of layers that go on from them."""
    return {
        _name(l, name)
        for l, layer in enumerate(net.layers, 1)
        if _goes_on(layer)
        for line in net.programs[l - 1]
        for name in (line.output, "y_prev")
    }


def _of_logits(program: Sequence[Line], kept: Collection[str]) -> Sequence[Line]:
    """Replace the last two lines, head and loss, by a loss of the logits, where the two are one."""
    *rest, head, loss = program
    operation = OF_LOGITS.get((type(head.operation), type(loss.operation)))
    if operation is None or head.output in kept:
        return program
    return [*rest, Line(loss.output, operation, (head.inputs[0], loss.inputs[1]))]
