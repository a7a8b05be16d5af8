"""What it costs to record every quantity of both passes, beside a step that keeps only what it needs."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.measure import Row, interleave, ratios
from benchmarks.networks import net_b
from benchmarks.plain_layers import Dense, SoftmaxCrossEntropy, train_step
from neural_net.trace import record, trace

LIMIT = 3  # times the plain step


def measure(quick: bool) -> Iterator[Row]:
    """Yield the time of a trace of net b (64-32-10, batch 64, float64), and its ratio to the plain step."""
    net, x, target = net_b()
    layers = [Dense(**layer.parameters, is_head=layer is net.layers[-1]) for layer in net.layers]
    loss = SoftmaxCrossEntropy()
    standard = net.standard_input(x, target)
    times = interleave(
        {
            "plain": lambda: train_step(layers, loss, x, target),
            "trace": lambda: trace(net, x, target),
            "record": lambda: record(net, *standard),
        },
        rounds=20 if quick else 200,
        repeats=20,
    )
    microseconds = {name: [1e3 * time for time in samples] for name, samples in times.items()}
    yield Row("64-32-10, batch 64: trace(net, x, target)", microseconds["trace"], "µs")
    yield Row("the same without the checks of x and target", microseconds["record"], "µs")
    yield Row("plain layer objects, update included", microseconds["plain"], "µs")
    multiple = ratios(times["trace"], times["plain"])
    yield Row("trace, as a multiple of the plain step", multiple, "×", at_most=LIMIT)
