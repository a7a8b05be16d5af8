"""The one name that notebooks import: `NN_Helper`, a line per method; all the work is done in `neural_net`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from neural_net import activations, descent, layers, losses, network, trace

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.axes import Axes

    from neural_net.datasets import Dataset
    from neural_net.display import Picture
    from neural_net.gradient_check import GradientCheck
    from neural_net.stepper import Stepper
    from neural_net.training import TrainingResult


class NN_Helper:
    """Networks, their traces, and every way to look at them. Start with `network`, `trace`, `step_through`."""

    Dense = layers.Dense
    activations = activations.ACTIVATIONS
    losses = losses.LOSSES

    def network(self, sizes: Any = None, **options: Any) -> network.Network:
        """Build a network: `network([2, 4, 4, 1], activation="tanh", head="sigmoid", loss="binary_cross_entropy")`."""
        return network.network(sizes, **options)

    def trace(self, net: network.Network, x: npt.ArrayLike, target: npt.ArrayLike) -> trace.Trace:
        """Run both passes of `net` on (x, target) and record every quantity."""
        return trace.trace(net, x, target)

    def update(self, net: network.Network, trace: trace.Trace, learning_rate: float) -> network.Network:
        """Take one gradient descent step: a new network."""
        return descent.update(net, trace, learning_rate)

    def train(self, net: network.Network, x: npt.ArrayLike, target: npt.ArrayLike, **options: Any) -> TrainingResult:
        """Train by mini-batches: a result with `.network` and `.history`."""
        from neural_net import training

        return training.train(net, x, target, **options)

    def check_gradients(self, net: network.Network, x: npt.ArrayLike, target: npt.ArrayLike) -> GradientCheck:
        """Compare every gradient with finite differences: `.passed`, `.worst`, a row per parameter."""
        from neural_net import gradient_check

        return gradient_check.check_gradients(net, x, target)
