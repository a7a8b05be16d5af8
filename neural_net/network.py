"""A network is a chain of layers with a loss at its end; it never changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from neural_net.activations import ACTIVATIONS
from neural_net.layers import Dense, Layer, WrongShape
from neural_net.layers.base import NO_ARRAYS
from neural_net.losses import LOSSES, Loss
from neural_net.operations import Array, Shape
from neural_net.program import Line, run_forward
from neural_net.targets import standard_target
from neural_net.validation import floating_dtype, known_name, whole_number


@dataclass(frozen=True, eq=False)
class Network:
    """Layers 1 … L, the last of which is the head, and the loss as layer L+1.

    `input_shape` is the shape of one example x, `dtype` float64 or float32, the same for all parameters and
    all computation.
    """

    layers: tuple[Layer, ...]
    loss: Loss
    input_shape: Shape
    dtype: np.dtype[Any]

    @property
    def L(self) -> int:
        """The index of the head."""
        return len(self.layers)

    @cached_property
    def shapes(self) -> tuple[Shape, ...]:
        """The shapes of one example's y_(0) … y_(L): the input, and what every layer makes of it."""
        shapes = [self.input_shape]
        for layer in self.layers:
            shapes.append(layer.output_shape(shapes[-1]))
        return tuple(shapes)

    @property
    def sizes(self) -> tuple[int, ...]:
        """n_0 … n_L, how many numbers the input and every layer have for one example."""
        return tuple(prod(shape) for shape in self.shapes)

    @cached_property
    def programs(self) -> tuple[tuple[Line, ...], ...]:
        """The programs of layers 1 … L, for the shapes that come to them."""
        return tuple(
            layer.program_for(shape) for layer, shape in zip(self.layers, self.shapes[:-1], strict=True)
        )

    @property
    def parameters(self) -> Mapping[tuple[int, str], Array]:
        """Every parameter by (layer, name), such as (2, "W")."""
        return {
            (l, name): array
            for l, layer in enumerate(self.layers, 1)
            for name, array in layer.parameters.items()
        }

    @property
    def n_parameters(self) -> int:
        """How many numbers the network can learn."""
        return sum(array.size for array in self.parameters.values())

    def with_parameters(self, parameters: Mapping[tuple[int, str], npt.ArrayLike]) -> Network:
        """Return this network with some or all parameters, by (layer, name), replaced."""
        by_layer: dict[int, dict[str, npt.ArrayLike]] = {}
        for key, value in parameters.items():
            if not isinstance(key, tuple) or len(key) != 2:
                raise TypeError(f'parameters: expected keys (layer, name) such as (1, "W"), got {key!r}')
            l, name = key
            if whole_number(l, "parameters, layer") > self.L:
                raise ValueError(f"parameters: expected a layer from 1 to {self.L}, got {l}")
            by_layer.setdefault(l, {})[name] = value
        layers = (
            layer.with_parameters(by_layer[l]) if l in by_layer else layer
            for l, layer in enumerate(self.layers, 1)
        )
        return replace(self, layers=tuple(layers))

    def inference(self) -> Network:
        """Return this network as it is used when done learning: no dropout, running statistics."""
        return self._with_layers(layer.inference() for layer in self.layers)

    def advanced(self, values: Sequence[Mapping[str, Array]]) -> Network:
        """Return this network as it goes on after a training pass in which layers 1 … L had these values."""
        return self._with_layers(
            layer.advanced(of_layer) for layer, of_layer in zip(self.layers, values, strict=True)
        )

    def _with_layers(self, layers: Iterable[Layer]) -> Network:
        changed = tuple(layers)
        same = all(new is old for new, old in zip(changed, self.layers, strict=True))
        return self if same else replace(self, layers=changed)

    def predict(self, x: npt.ArrayLike) -> Array:
        """Return ŷ = y_(L) of the network's inference form for x of shape (m, *input_shape).

        One example may come by itself. The shape of ŷ is (m, *shapes[L]); for a dense network (m, n_L).
        """
        return self.inference().run(self.layers[0].as_input(x, self.input_shape, self.dtype))

    def run(self, y: Array, first: int = 1) -> Array:
        """Return y_(L), given y = y_(first−1) in standard form: what layers first … L make of it."""
        for l in range(first, self.L + 1):
            y = self.values(l, y)["y"]
        return y

    def values(self, l: int, y_prev: Array, replaced: Mapping[str, Array] = NO_ARRAYS) -> dict[str, Array]:
        """Return every named value of layer l for this y_prev, some of its parameters perhaps replaced."""
        given = {"y_prev": y_prev, **self.layers[l - 1].given, **replaced}
        return run_forward(self.programs[l - 1], given)

    def standard_input(self, x: npt.ArrayLike, target: npt.ArrayLike) -> tuple[Array, Array]:
        """Return x as (m, *input_shape) and the target in the prediction's shape, both checked.

        Both are in the network's dtype, but for tokens, which are whole numbers.
        """
        checked = self.layers[0].as_input(x, self.input_shape, self.dtype)
        m = len(checked)
        for l, (layer, shape) in enumerate(zip(self.layers, self.shapes[:-1], strict=True), 1):
            try:
                layer.check_batch(m, shape)
            except ValueError as error:
                raise ValueError(f"layer {l}: {error}") from error
        function = self.loss.function
        shape = (m, *self.shapes[-1])
        return checked, standard_target(target, shape, function.targets, function.name, self.dtype)

    def __repr__(self) -> str:
        sizes = "-".join(map(str, self.sizes))
        layers = "\n".join(f"  layer {l}: {layer!r}" for l, layer in enumerate(self.layers, 1))
        loss = f"  layer {self.L + 1}: Loss {self.loss.name}"
        return f"Network {sizes}, {self.n_parameters} parameters\n{layers}\n{loss}"


def network(
    sizes: Sequence[int] | None = None,
    *,
    layers: Sequence[Layer] | None = None,
    activation: str = "tanh",
    head: str | None = None,
    loss: str = "mse",
    init: str | None = None,
    seed: int | None = 0,
    dtype: npt.DTypeLike = "float64",
    input_shape: Sequence[int] | None = None,
) -> Network:
    """Build a network from the widths n_0 … n_L of dense layers, or from layers; weights are drawn from
    `seed`.

    With `sizes`, `activation` serves layers 1 … L−1 and `head` the last one; without a head, the one that
    fits the loss is taken (sigmoid for binary_cross_entropy, softmax for cross_entropy, identity otherwise).
    `init` names how weights are drawn; by default the activation decides.

    `input_shape` is the shape of one example, such as (1, 8, 8) for an image of one channel, (T, n) for a
    sequence, (T,) for tokens. It goes with `layers`, and is needed where the first layer leaves it open.
    """
    kind = floating_dtype(dtype)
    function = known_name(loss, LOSSES, "loss")
    if sizes is not None and input_shape is not None:
        raise TypeError("network: input_shape goes with layers=[…]; sizes say the input's width")
    if sizes is not None and layers is None:
        layers = _dense_layers(sizes, activation, head or (*function.heads, "identity")[0], init)
    elif layers is None or sizes is not None:
        raise TypeError(
            "network: expected either sizes, such as [2, 4, 4, 1], or layers=[…]; got both or neither"
        )
    elif head is not None or init is not None:
        raise TypeError("network: head and init go with sizes; layers=[…] bring their own")
    shape = _check_chain(layers, input_shape)
    rng = np.random.default_rng(seed if seed is None else whole_number(seed, "seed", at_least=0))
    net = Network(tuple(layer.initialize(rng, kind) for layer in layers), Loss(function), shape, kind)
    _check_head(net)
    return net


def _dense_layers(sizes: Sequence[int], activation: str, head: str, init: str | None) -> tuple[Layer, ...]:
    _check_sequence(sizes, "sizes", "widths, such as [2, 4, 4, 1]")
    widths = [whole_number(n, f"sizes[{i}]") for i, n in enumerate(sizes)]
    if len(widths) < 2:
        raise ValueError(f"sizes: expected at least two widths, input and head, got {list(sizes)}")
    known_name(activation, ACTIVATIONS, "activation")
    known_name(head, ACTIVATIONS, "head")
    names = [activation] * (len(widths) - 2) + [head]
    return tuple(
        Dense(n_in, n_out, name, init=init)
        for (n_in, n_out), name in zip(pairwise(widths), names, strict=True)
    )


def check_network(net: object, where: str) -> None:
    """Refuse what is not a network."""
    if not isinstance(net, Network):
        raise TypeError(f"{where}: expected a network, got {net!r} of type {type(net).__name__}")


def _check_sequence(value: object, where: str, expected: str) -> None:
    if isinstance(value, str) or not isinstance(value, Sequence | np.ndarray):
        kind = type(value).__name__
        raise TypeError(f"{where}: expected a list of {expected}, got {value!r} of type {kind}")


def _check_chain(layers: Sequence[Layer], input_shape: Sequence[int] | None) -> Shape:
    """Refuse layers that do not fit together; return the shape of one example x."""
    _check_sequence(layers, "layers", "layers, such as [Dense(2, 4, 'tanh'), Dense(4, 1)]")
    if len(layers) == 0:
        raise ValueError("layers: expected at least one layer, got none")
    for l, layer in enumerate(layers, 1):
        if not isinstance(layer, Layer):
            raise TypeError(
                f"layer {l}: expected a layer such as Dense(2, 4), "
                f"got {layer!r} of type {type(layer).__name__}"
            )
    shape = first = _first_shape(layers[0], input_shape)
    for l, layer in enumerate(layers, 1):
        if layer.reads_tokens and l > 1:
            raise ValueError(f"layer {l} ({layer!r}): takes tokens, and so can only be layer 1")
        try:
            shape = layer.output_shape(shape)
        except WrongShape as error:
            given = shape[0] if len(shape) == 1 else shape
            source = (
                f"layer {l - 1} ({layers[l - 2]!r}) gives {given}" if l > 1 else f"input_shape is {shape}"
            )
            raise ValueError(f"layer {l} ({layer!r}): takes {error.expected}, but {source}") from error
    return first


def _first_shape(layer: Layer, given: Sequence[int] | None) -> Shape:
    if given is not None:
        _check_sequence(given, "input_shape", "whole numbers, such as (1, 8, 8)")
        return tuple(whole_number(n, f"input_shape[{i}]") for i, n in enumerate(given))
    if layer.input_shape is None:
        raise ValueError(
            f"network: layer 1 ({layer!r}) leaves the shape of an example open; give input_shape=…, such as "
            "(1, 8, 8) for images, (T, n) for sequences, (T,) for tokens"
        )
    return layer.input_shape


def _check_head(net: Network) -> None:
    head, loss = net.layers[-1], net.loss.function
    activation = getattr(head, "activation", None)
    where = f"loss {loss.name}"
    if activation is not None and loss.heads and activation.name not in loss.heads:
        raise ValueError(
            f"{where}: expected a head with {' or '.join(loss.heads)}, got layer {net.L} ({head!r})"
        )
    if loss.targets == "classes" and net.shapes[-1][-1] < 2:
        raise ValueError(
            f"{where}: expected a head with at least 2 outputs, one per class, got layer {net.L} ({head!r})"
        )
