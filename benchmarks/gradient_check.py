"""The gradient check: every parameter of a network against finite differences."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.measure import Row, interleave
from benchmarks.networks import net_b
from neural_net.gradient_check import check_gradients

LIMIT = 25  # ms


def measure(quick: bool) -> Iterator[Row]:
    """Yield the time of a check of net b (64-32-10, batch 64), all 2,410 parameters and the input."""
    net, x, target = net_b()
    times = interleave({"check": lambda: check_gradients(net, x, target)}, rounds=1 if quick else 7)
    yield Row("64-32-10, batch 64: every parameter and x", times["check"], at_most=LIMIT)
