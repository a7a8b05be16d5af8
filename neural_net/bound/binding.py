"""Binding: from a program and the slots of what it is given to the calls of both passes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from neural_net.bound.calls import Call
from neural_net.bound.form import Form, Scratch
from neural_net.bound.forms import form_for
from neural_net.bound.slots import Pool, Slot, buffer, order_of, slot_with_ones
from neural_net.operations import Array
from neural_net.program import Line

Wanted = tuple[bool, ...]


@dataclass(frozen=True)
class Binding:
    """A bound program: the slot of every name, the calls of both passes, the form of every line's output."""

    slots: Mapping[str, Slot]
    forms: Mapping[str, Form]
    forward: tuple[Call, ...]
    backward: tuple[Call, ...]


def bind(program: Sequence[Line], given: Mapping[str, Slot], kept: Collection[str] = ()) -> Binding:
    """Bind a program to the slots of what it is `given` and to new ones for what its lines make.

    The backward pass makes the loss gradient of those given names that have a buffer for it, and of what
    stands between them and the last line's output, whose loss gradient is 1. The values called `kept` are
    not written over before the next run.
    """
    written_over = _written_over(program, {*given, *kept})
    slots, wanted = _slots(program, given, written_over)
    output = slots[program[-1].output]
    if any(wanted[program[-1].output]):
        output.gradient = np.ones_like(output.value)

    binder = _Binder(slots, wanted, written_over, kept)
    bound = [binder.bind(line) for line in reversed(program)]
    return Binding(
        slots,
        {line.output: form for line, (form, _, _) in zip(reversed(program), bound, strict=True)},
        tuple(call for _, forward, _ in reversed(bound) for call in forward),
        tuple(call for _, _, backward in bound for call in backward),
    )


def _written_over(program: Sequence[Line], kept: Collection[str]) -> dict[str, str]:
    """Return output → input for each line that may write its output over its first input.

    It may where its form can, nobody else reads the input, and the line that made it needs it no more.
    """
    uses = Counter(name for line in program for name in line.inputs)
    made: dict[str, type[Form]] = {}
    found = {}
    for line in program:
        form, z = form_for(line.operation), line.inputs[0]
        if form.in_place and uses[z] == 1 and z not in kept and not made[z].reads_output:
            found[line.output] = z
        made[line.output] = form
    return found


def _slots(
    program: Sequence[Line], given: Mapping[str, Slot], written_over: Mapping[str, str]
) -> tuple[dict[str, Slot], dict[str, Wanted]]:
    """Return the slot of every name, and by line's output whether each input's loss gradient is wanted."""
    with_ones = {line.inputs[0] for line in program if form_for(line.operation).reads_ones}
    with_ones |= {z for y, z in written_over.items() if y in with_ones}
    slots = dict(given)
    wanted: dict[str, Wanted] = {}
    needed = {name for name, slot in given.items() if slot.gradient is not None}
    for line in program:
        operation, inputs = line.operation, [slots[name].value for name in line.inputs]
        if line.output in written_over:
            slots[line.output] = slots[written_over[line.output]]
        else:  # the only sure way to learn a shape is to run the line
            slots[line.output] = _slot_like(operation.forward(*inputs), line.output in with_ones)
        sends = form_for(operation).sends(operation, slots[line.output].value, inputs)
        wanted[line.output] = tuple(
            sent and name in needed for name, sent in zip(line.inputs, sends, strict=True)
        )
        if any(wanted[line.output]):
            needed.add(line.output)
    return slots, wanted


def _slot_like(value: Array, has_ones: bool) -> Slot:
    if has_ones and order_of(value.shape) == "F":
        return slot_with_ones(value.shape, value.dtype, "F")
    return Slot(buffer(value.shape, value.dtype))


class _Binder:
    """Binds line by line, from the last to the first, as loss gradients come to be and pass away."""

    def __init__(
        self,
        slots: Mapping[str, Slot],
        wanted: Mapping[str, Wanted],
        written_over: Mapping[str, str],
        kept: Collection[str],
    ) -> None:
        self.slots, self.wanted, self.written_over, self.kept = slots, wanted, written_over, kept
        self.pool, self.has_gradient = Pool(), set[str]()

    def bind(self, line: Line) -> tuple[Form, list[Call], list[Call]]:
        """Return the line's form, its forward calls, and its backward calls."""
        output = self.slots[line.output]
        lent: list[Array] = []

        def scratch(like: Array) -> Array:
            lent.append(self.pool.take_like(like))
            return lent[-1]

        inputs, additions = self._inputs(line, scratch)
        is_kept = line.output in self.kept
        form = form_for(line.operation)(line.operation, output, inputs, scratch, is_kept)
        forward = list(form.forward())
        backward = [] if output.gradient is None else [*form.backward(), *additions]
        if output.gradient is not None and line.output not in self.written_over:
            lent.append(output.gradient)
        self.pool.give_back(lent)
        return form, forward, backward

    def _inputs(self, line: Line, scratch: Scratch) -> tuple[list[Slot], list[Call]]:
        """Return the slots of the inputs as this line is to use them, and what is to be added afterwards.

        The first line of the backward pass that sends a gradient to a name writes it; every other one gets
        an array of its own, which is then added.
        """
        runs_backward = self.slots[line.output].gradient is not None
        inputs: list[Slot] = []
        additions: list[Call] = []
        for name, wanted in zip(line.inputs, self.wanted[line.output], strict=True):
            slot = self.slots[name]
            if not (wanted and runs_backward):
                slot = replace(slot, gradient=None)
            elif name not in self.has_gradient:
                self.has_gradient.add(name)
                if slot.gradient is None:
                    slot.gradient = self.pool.take_like(slot.value)
            else:
                part = scratch(slot.value)
                additions.append(partial(np.add, slot.gradient, part, slot.gradient))
                slot = replace(slot, gradient=part)
            inputs.append(slot)
        return inputs, additions
