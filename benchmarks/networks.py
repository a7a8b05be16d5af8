"""The networks that are measured, and data to run them on."""

from __future__ import annotations

from neural_net import datasets
from neural_net.network import Network, network
from neural_net.operations import Array
from neural_net.trace import Trace, trace

IMAGE = (8, 8)


def small() -> Trace:
    """A 3-4-4-2 network on one example: the one that is stepped through."""
    net = network([3, 4, 4, 2], activation="tanh", loss="cross_entropy", seed=0)
    return trace(net, [0.5, -1.0, 0.2], 1)


def smallest() -> Trace:
    """A 2-4-4-1 network on one example."""
    net = network([2, 4, 4, 1], activation="tanh", head="sigmoid", loss="binary_cross_entropy", seed=0)
    return trace(net, [0.8, -0.5], 1)


def of_digits() -> Trace:
    """A 64-32-10 network on one handwritten digit."""
    net, x, target = net_b(batch=1)
    return trace(net, x, target)


def net_b(batch: int = 64) -> tuple[Network, Array, Array]:
    """A 64-32-10 network with relu, softmax and cross-entropy; digits and their classes."""
    x, target = datasets.digits()
    net = network([64, 32, 10], activation="relu", loss="cross_entropy", seed=0)
    return net, x[:batch], target[:batch]
