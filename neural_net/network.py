"""A network is a chain of layers with a loss at its end; it never changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from neural_net.activations import ACTIVATIONS
from neural_net.layers import Dense, Layer
from neural_net.losses import LOSSES, Loss
from neural_net.operations import Array
from neural_net.program import run_forward
from neural_net.targets import standard_target
from neural_net.validation import batch, floating_dtype, known_name, whole_number


@dataclass(frozen=True, eq=False)
class Network:
    """Layers 1 … L, the last of which is the head, and the loss as layer L+1."""

    layers: tuple[Layer, ...]
    loss: Loss

    @property
    def L(self) -> int:
        """The index of the head."""
        return len(self.layers)

    @property
    def sizes(self) -> tuple[int, ...]:
        """n_0 … n_L, the width of the input and of every layer."""
        return (self.layers[0].n_in, *(layer.n_out for layer in self.layers))

    @property
    def dtype(self) -> np.dtype[Any]:
        """float64 or float32, the same for all parameters and all computation."""
        return next(iter(self.parameters.values())).dtype

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

    def predict(self, x: npt.ArrayLike) -> Array:
        """Return ŷ = y_(L) for x of shape (m, n_0), or (n_0,) for one example; shape (m, n_L)."""
        return self.run(batch(x, self.sizes[0], self.dtype))

    def run(self, y: Array, first: int = 1) -> Array:
        """Return y_(L), given y = y_(first−1) in standard form: what layers first … L make of it."""
        for layer in self.layers[first - 1 :]:
            y = run_forward(layer.program, {"y_prev": y, **layer.parameters})["y"]
        return y

    def standard_input(self, x: npt.ArrayLike, target: npt.ArrayLike) -> tuple[Array, Array]:
        """Return x as (m, n_0) and the target as (m, n_L), both checked, in the network's dtype."""
        checked = batch(x, self.sizes[0], self.dtype)
        function = self.loss.function
        shape = (len(checked), self.sizes[-1])
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
) -> Network:
    """Build a network from the widths n_0 … n_L of dense layers, or from layers; weights are drawn from
    `seed`.

    With `sizes`, `activation` serves layers 1 … L−1 and `head` the last one; without a head, the one that
    fits the loss is taken (sigmoid for binary_cross_entropy, softmax for cross_entropy, identity otherwise).
    `init` names how weights are drawn; by default the activation decides.
    """
    kind = floating_dtype(dtype)
    function = known_name(loss, LOSSES, "loss")
    if sizes is not None and layers is None:
        layers = _dense_layers(sizes, activation, head or (*function.heads, "identity")[0], init)
    elif layers is None or sizes is not None:
        raise TypeError(
            "network: expected either sizes, such as [2, 4, 4, 1], or layers=[…]; got both or neither"
        )
    elif head is not None or init is not None:
        raise TypeError("network: head and init go with sizes; layers=[…] bring their own")
    _check_chain(layers)
    rng = np.random.default_rng(seed if seed is None else whole_number(seed, "seed", at_least=0))
    net = Network(tuple(layer.initialize(rng, kind) for layer in layers), Loss(function))
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


def _check_chain(layers: Sequence[Layer]) -> None:
    _check_sequence(layers, "layers", "layers, such as [Dense(2, 4, 'tanh'), Dense(4, 1)]")
    if len(layers) == 0:
        raise ValueError("layers: expected at least one layer, got none")
    for l, layer in enumerate(layers, 1):
        if not isinstance(layer, Layer):
            raise TypeError(
                f"layer {l}: expected a layer such as Dense(2, 4), "
                f"got {layer!r} of type {type(layer).__name__}"
            )
    for l, (before, after) in enumerate(pairwise(layers), 2):
        if before.n_out != after.n_in:
            raise ValueError(
                f"layer {l} ({after!r}): takes {after.n_in} inputs, "
                f"but layer {l - 1} ({before!r}) gives {before.n_out}"
            )


def _check_head(net: Network) -> None:
    head, loss = net.layers[-1], net.loss.function
    activation = getattr(head, "activation", None)
    where = f"loss {loss.name}"
    if activation is not None and loss.heads and activation.name not in loss.heads:
        raise ValueError(
            f"{where}: expected a head with {' or '.join(loss.heads)}, got layer {net.L} ({head!r})"
        )
    if loss.targets == "classes" and head.n_out < 2:
        raise ValueError(
            f"{where}: expected a head with at least 2 outputs, one per class, got layer {net.L} ({head!r})"
        )
