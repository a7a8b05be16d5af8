"""All parameters of a network as one flat vector, so that one rule moves them all at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from neural_net.network import Network
from neural_net.operations import Array
from neural_net.steps import Record


def flat_parameters(net: Network) -> Array:
    """Return a copy of every parameter in one vector, in the order of `net.parameters`."""
    w = np.empty(net.n_parameters, net.dtype)
    for key, view in views_of(w, net).items():
        view[...] = net.parameters[key]
    return w


def flat_gradient(net: Network, records: Mapping[int, Record]) -> Array:
    """Return ∂𝓛/∂w for the vector w of all parameters, from the records of both passes."""
    g = np.zeros(net.n_parameters, net.dtype)
    for (l, name), view in views_of(g, net).items():
        view[...] = records[l].gradients.get(name, 0)
    return g


def views_of(w: Array, net: Network) -> dict[tuple[int, str], Array]:
    """Return the parts of the vector w in the shapes of the network's parameters, which they stand for."""
    views, start = {}, 0
    for key, array in net.parameters.items():
        views[key] = w[start : start + array.size].reshape(array.shape)
        start += array.size
    return views


def network_on(net: Network, w: Array) -> Network:
    """Return `net` with its parameters as views of the vector w: whoever moves w, moves that network.

    It is for whoever owns w, such as the training loop. A network that others see never moves.
    """
    views = views_of(w, net)
    layers = (
        layer.holding({name: views[l, name] for name in layer.parameters})
        for l, layer in enumerate(net.layers, 1)
    )
    return replace(net, layers=tuple(layers))
