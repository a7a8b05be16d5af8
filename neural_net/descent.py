"""One step of gradient descent: W ← W − α ∂𝓛/∂W, for all parameters at once, as a new network."""

from __future__ import annotations

import numpy as np

from neural_net.network import Network, check_network
from neural_net.trace import Trace
from neural_net.validation import positive_number


def update(net: Network, trace: Trace, learning_rate: float) -> Network:
    """Return the network one step downhill; `net` stays as it was.

    Every gradient comes from the one trace, so all were computed from the same old weights. A trace of
    another network, or of this one before an update, is refused: its gradients belong to other weights. What
    layers keep besides weights (running statistics, the next dropout mask) goes on as well.
    """
    check_network(net, "update")
    if not isinstance(trace, Trace):
        raise TypeError(f"update: expected a trace, got {trace!r} of type {type(trace).__name__}")
    if trace.network is not net:
        raise ValueError(
            "update: expected a trace of this very network, got the trace of another one (stale gradients?); "
            "run trace = nnh.trace(net, x, target) again"
        )
    rate = positive_number(learning_rate, "learning_rate")
    with np.errstate(over="ignore"):  # infinite parameters are refused by name, just below
        moved = {
            (l, name): array - rate * trace.weight_gradient[l][name]
            for l, parameters in trace.weights.items()
            for name, array in parameters.items()
        }
    values = [trace.records[l].values for l in range(1, net.L + 1)]
    return net.with_parameters(moved).advanced(values)
