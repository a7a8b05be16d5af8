"""Ledgers: where contributions to a loss gradient add, each of them with the running sum."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from neural_net.operations import Array
from neural_net.program import Line, run_backward
from neural_net.steps import Record
from neural_net.validation import known_name


@dataclass(frozen=True, eq=False)
class Entry:
    """One contribution, where it comes from, and the sum of all up to this one."""

    source: Line | int
    value: Array
    total: Array


def fan_out_ledger(record: Record, name: str) -> tuple[Entry, ...]:
    """Tell how the loss gradient of `name` adds up over the uses of the value, in the order of the backward
    pass.

    The source of an entry is the line that uses the value. The last total is the loss gradient.
    """
    known_name(name, record.gradients, "name of a value with a loss gradient")
    return _running_sum((c.line, c.value) for c in record.contributions if c.name == name)


def batch_ledger(record: Record, name: str) -> tuple[Entry, ...]:
    """Tell how the gradient of the parameter `name` adds up over the examples of the batch.

    The source of an entry is the number of the example, from 0. Its value is what the backward pass makes of
    that example's loss gradient alone; because the pass is linear in it, the last total is the gradient.
    """
    known_name(name, record.layer.parameters, f"{record.layer!r}, parameter")
    upstream = record.gradients["y"]

    def of_example(i: int) -> Array:
        alone = np.zeros_like(upstream)
        alone[i] = upstream[i]
        return run_backward(record.program, record.values, "y", alone)[0][name]

    return _running_sum((i, of_example(i)) for i in range(len(upstream)))


def _running_sum(parts: Iterable[tuple[Line | int, Array]]) -> tuple[Entry, ...]:
    entries: list[Entry] = []
    for source, value in parts:
        total = entries[-1].total + value if entries else value
        entries.append(Entry(source, value, total))
    return tuple(entries)
