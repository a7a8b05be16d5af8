"""Any one number of a record written out: the terms that make it up, forward and backward."""

from __future__ import annotations

from dataclasses import dataclass

from neural_net.operations import Element, Index
from neural_net.program import Line
from neural_net.steps import Record
from neural_net.validation import index as checked_index
from neural_net.validation import known_name


@dataclass(frozen=True)
class Use:
    """What one use of a value, in `line`, adds to one element of its loss gradient."""

    line: Line
    element: Element


def value_element(record: Record, name: str, index: Index) -> Element:
    """Write out the element `index` of the value called `name`: the terms whose sum it is.

    The value must be one that the layer's program computes, such as z; what it is given has no terms.
    """
    line = known_name(name, {line.output: line for line in record.program}, "name of a computed value")
    at = _checked(index, record.values[name].shape, name)
    inputs = [record.values[of] for of in line.inputs]
    terms = line.operation.forward_terms(at, record.values[name], *inputs)
    return Element(line.operation.output, at, terms).renamed(line.names)


def gradient_element(record: Record, name: str, index: Index) -> tuple[Use, ...]:
    """Write out the element `index` of the loss gradient of `name`: what each use of the value adds to it.

    The uses stand in the order of the backward pass; the sum of their elements is the element. The y of a
    layer is used by the layer after it, so here it has none.
    """
    gradient = known_name(name, record.gradients, "name of a value with a loss gradient")
    at = _checked(index, gradient.shape, f"dL_d{name}")
    lines = dict.fromkeys(part.line for part in record.contributions if part.name == name)
    return tuple(
        Use(line, _added(record, line, own_name, at))
        for line in lines
        for own_name, used in zip(line.operation.inputs, line.inputs, strict=True)
        if used == name
    )


def _added(record: Record, line: Line, own_name: str, at: Index) -> Element:
    operation = line.operation
    inputs = [record.values[of] for of in line.inputs]
    terms = operation.backward_terms(
        own_name, at, record.gradients[line.output], record.values[line.output], *inputs
    )
    return Element(f"dL_d{own_name}", at, terms).renamed(line.names)


def _checked(index: Index, shape: tuple[int, ...], name: str) -> Index:
    if len(index) != len(shape):
        raise ValueError(
            f"{name}: expected an index of {len(shape)} numbers for its shape {shape}, got {index}"
        )
    return tuple(
        checked_index(i, n, f"{name}, axis {axis}")
        for axis, (i, n) in enumerate(zip(index, shape, strict=True))
    )
