"""The numbers that tell how a layer fares, read from one trace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from neural_net.activations import Elementwise
from neural_net.layers import Dense
from neural_net.network import Network
from neural_net.operations import Array
from neural_net.trace import Trace

# a'(z) where it is steepest, of the activations that flatten out on both sides.
STEEPEST: Mapping[str, float] = MappingProxyType({"sigmoid": 0.25, "tanh": 1.0})
FLAT = 0.05
ROUNDING = 1e-9


@dataclass(frozen=True)
class Measures:
    """How layer `layer` fares on a batch; layer 0 is the input. None stands for what does not exist there.

    dead: how many units are exactly 0 for every example. alike: how many units, dead ones apart, have a
    twin, which says the same for every example. saturated: the share of all a'(z) that are less than 5 % of
    the steepest slope, for sigmoid and tanh. spread: the standard deviation of all values. size: the largest
    root mean square of a unit over the examples. gradient: the norm ‖𝓛'_(l)‖ over units and examples.
    passes_on: ‖𝓛'_(l-1)‖ / ‖𝓛'_(l)‖, what leaves the layer backward against what enters it; for the head
    against ‖∂𝓛/∂z_(L)‖, because ∂𝓛/∂ŷ of a cross-entropy carries a 1/ŷ that the head takes away again.
    gradient_to_weight: ‖∂𝓛/∂W‖ / ‖W‖. update_to_weight: ‖ΔW‖ / ‖W‖. Biases count in neither.
    """

    layer: int
    examples: int
    units: int
    dead: int
    alike: int
    saturated: float | None
    spread: float
    size: float
    gradient: float
    passes_on: float | None
    gradient_to_weight: float | None
    update_to_weight: float | None
    is_finite: bool


def measure(trace: Trace, moves: Mapping[tuple[int, str], Array] | None = None) -> tuple[Measures, ...]:
    """Measure the input and layers 1 … L. `moves` are the parameters' changes ΔW in an update, if any."""
    return tuple(_measure_layer(trace, l, moves) for l in range(trace.L + 1))


def moves_of_descent(trace: Trace, learning_rate: float) -> Mapping[tuple[int, str], Array]:
    """ΔW = −α ∂𝓛/∂W of every parameter."""
    gradients = trace.weight_gradient
    return {(l, name): -learning_rate * gradients[l][name] for l, name in trace.network.parameters}


def moves_between(before: Network, after: Network) -> Mapping[tuple[int, str], Array]:
    """ΔW of every parameter, from one network to the one after an update."""
    return {key: after.parameters[key] - value for key, value in before.parameters.items()}


def _measure_layer(trace: Trace, l: int, moves: Mapping[tuple[int, str], Array] | None) -> Measures:
    m = trace.batch_size
    y, gradient = trace.y[l].reshape(m, -1), trace.loss_gradient[l]
    is_dead = (y == 0).all(axis=0)
    weights = {name: W for name, W in trace.weights[l].items() if W.ndim > 1} if l else {}
    gradients = [trace.weight_gradient[l][name] for name in weights]
    changes = [moves[l, name] for name in weights] if moves is not None else []
    return Measures(
        layer=l,
        examples=m,
        units=y.shape[1],
        dead=int(is_dead.sum()),
        alike=_count_alike(y[:, ~is_dead]),
        saturated=_saturated_share(trace, l) if l else None,
        spread=float(y.std()),
        size=float(np.sqrt((y**2).mean(axis=0).max())),
        gradient=_norm([gradient]),
        passes_on=_ratio([trace.loss_gradient[l - 1]], [_arriving(trace, l)]) if l else None,
        gradient_to_weight=_ratio(gradients, [*weights.values()]),
        update_to_weight=_ratio(changes, [*weights.values()]) if changes else None,
        is_finite=bool(np.isfinite(y).all() and np.isfinite(gradient).all()),
    )


def _arriving(trace: Trace, l: int) -> Array:
    """The loss gradient that enters layer l backward: that of y, but of z at a dense head."""
    is_dense_head = l == trace.L and isinstance(trace.network.layers[l - 1], Dense)
    return trace.records[l].gradients["z"] if is_dense_head else trace.loss_gradient[l]


def _saturated_share(trace: Trace, l: int) -> float | None:
    layer = trace.network.layers[l - 1]
    activation = layer.activation if isinstance(layer, Dense) else None
    if not isinstance(activation, Elementwise) or activation.name not in STEEPEST:
        return None
    values = trace.records[l].values
    derivative = activation.derivative(values["z"], values["y"])
    return float(np.mean(derivative < FLAT * STEEPEST[activation.name]))


def _count_alike(y: Array) -> int:
    """How many columns have a twin, found by sorting them by one random mixture of their entries.

    Two sums in another order of addition differ by rounding, so columns are alike within 1e-9 of the largest.
    """
    if y.shape[1] < 2 or not np.isfinite(y).all():
        return 0
    order = np.argsort(np.random.default_rng(0).standard_normal(len(y)) @ y, kind="stable")
    near = np.abs(np.diff(y[:, order], axis=1)).max(axis=0) <= ROUNDING * np.abs(y).max()
    return int((np.append(near, False) | np.append(False, near)).sum())


def _norm(arrays: list[Array]) -> float:
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.sqrt(sum(float((array**2).sum()) for array in arrays)))


def _ratio(above: list[Array], below: list[Array]) -> float | None:
    divisor = _norm(below)
    return _norm(above) / divisor if below and divisor > 0 else None
