"""A row of the table, and the clock: functions run in turn, so that a change of pace hits all."""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter


class NotHereError(Exception):
    """The machine lacks what a workload needs, other than a Python package."""


@dataclass(frozen=True)
class Row:
    """Something that was measured: all samples in one unit, and the limit that their median is held to."""

    what: str
    samples: Sequence[float]
    unit: str = "ms"
    at_most: float | None = None
    at_least: float | None = None

    @property
    def median(self) -> float:
        """The middle sample."""
        return statistics.median(self.samples)

    @property
    def quartiles(self) -> tuple[float, float]:
        """The range in which the middle half of the samples lies."""
        if len(self.samples) == 1:
            return self.median, self.median
        low, _, high = statistics.quantiles(self.samples, n=4, method="inclusive")
        return low, high

    @property
    def is_count(self) -> bool:
        """Whether something was counted, not measured."""
        return all(isinstance(sample, int) for sample in self.samples)

    @property
    def is_within(self) -> bool | None:
        """Whether the median keeps its limit; None where there is no limit."""
        if self.at_most is not None:
            return self.median <= self.at_most
        return None if self.at_least is None else self.median >= self.at_least


def interleave(
    functions: Mapping[str, Callable[[], object]], rounds: int, repeats: int = 1
) -> dict[str, list[float]]:
    """Time each function once a round, as the mean of `repeats` calls; return milliseconds by name."""
    for function in functions.values():
        function()
    samples: dict[str, list[float]] = {name: [] for name in functions}
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for name, function in functions.items():
                start = perf_counter()
                for _ in range(repeats):
                    function()
                samples[name].append((perf_counter() - start) / repeats * 1e3)
            gc.collect()
    finally:
        gc.enable()
    return samples


def ratios(over: Sequence[float], under: Sequence[float]) -> list[float]:
    """Return the ratio of each pair of neighbors."""
    return [a / b for a, b in zip(over, under, strict=True)]
