"""One number of a layer of any kind written out: its terms, the largest of them where they are many."""

from __future__ import annotations

import math

import numpy as np

from neural_net import look
from neural_net.diagram import names
from neural_net.diagram.equations import factor
from neural_net.diagram.reading import KindReading, Reading
from neural_net.elements import gradient_element, value_element
from neural_net.operations import Array, Factor, Index, Operation
from neural_net.operations import Term as Product
from neural_net.program import Line

MOST_TERMS = 4


def is_told(operation: Operation) -> bool:
    """Say whether an operation tells the terms of a gradient itself; to probe it, as is done for a module of
    PyTorch, takes a call for every element of its output."""
    return type(operation).backward_terms is not Operation.backward_terms


def value_terms(layer: KindReading, name: str, at: Index) -> list[Product]:
    """Return the terms of one element of a computed value."""
    return list(value_element(layer.record, name, at).terms)


def gradient_terms(layer: KindReading, name: str, at: Index) -> list[Product]:
    """Return the terms of one element of a loss gradient, over all uses; none where one is not told."""
    record = layer.record
    users = [line for line in record.program if name in line.inputs]
    if not all(is_told(line.operation) for line in users):
        return []
    return [term for use in gradient_element(record, name, at) for term in use.element.terms]


def numbers(reading: Reading, layer: KindReading, phase: str) -> list[str]:
    """Write out one element of the layer's last values (or, backward, of what it hands on and of its first
    parameter's gradient) in numbers."""
    if phase == "forward":
        return [_value_row(reading, layer, line) for line in _last_lines(layer)]
    asked = [name for name in ("y_prev", *layer.given) if name in layer.gradients][:2]
    rows = (_gradient_row(reading, layer, name) for name in asked)
    return [row for row in rows if row]


def full_index(reading: Reading, array: Array, at: Index) -> Index:
    """Return the index in the batch of the element `at` of an example."""
    if len(at) == array.ndim:
        return at
    return (reading.example if len(array) == reading.m else 0, *at)


def index_of(reading: Reading, number: int, j: int) -> Index:
    """Return the index in an example's y_(number) of its element j in the flat order."""
    return tuple(int(i) for i in np.unravel_index(j, reading.shapes[number]))


def plain(name: str, at: Index) -> str:
    """Write one element by its name in code and its index inside the example."""
    gradient = name.startswith("dL_d")
    local = names.local(name.removeprefix("dL_d"))
    index = f"[{', '.join(map(str, at))}]" if at else ""
    return (names.gradient(local) if gradient else local) + index


def symbols(layer: KindReading, term: Product) -> str:
    """Write a term in symbols, each with its index inside the example."""
    return " · ".join(_symbol(layer, entry) for entry in term.factors)


def factors(term: Product) -> str:
    """Write a term in numbers, "" where it is one number alone."""
    values = [look.number(term.factors[0].value), *(factor(entry.value) for entry in term.factors[1:])]
    return " · ".join(values) if len(values) > 1 else ""


def _symbol(layer: KindReading, entry: Factor) -> str:
    if not entry.name:
        return entry.written
    is_whole = entry.name.removeprefix("dL_d") in layer.given  # without an axis for the examples
    return entry.written.format(plain(entry.name, entry.index if is_whole else entry.index[1:]))


def _last_lines(layer: KindReading) -> list[Line]:
    """The line of y, and before it that of z, where there is one."""
    lines = layer.record.program
    return [line for line in lines[-2:-1] if line.output.rpartition(".")[2] == "z"] + [lines[-1]]


def _largest(values: Array) -> Index:
    return tuple(int(i) for i in np.unravel_index(np.argmax(np.abs(values)), values.shape))


def _value_row(reading: Reading, layer: KindReading, line: Line) -> str:
    y = layer.values["y"]
    values = layer.values[line.output]
    at = _largest(y) if values.shape == y.shape else _largest(values)
    terms = value_terms(layer, line.output, full_index(reading, layer.record.values[line.output], at))
    return f"{symbol(line.output, at, 'forward')} = {sum_of(layer, terms)}{look.number(float(values[at]))}"


def _gradient_row(reading: Reading, layer: KindReading, name: str) -> str:
    values = layer.gradients[name]
    at = _largest(values)
    terms = gradient_terms(layer, name, full_index(reading, layer.record.values[name], at))
    if not terms:
        return ""
    written = symbol(name, at, "backward", is_gradient=True)
    return f"{written} = {sum_of(layer, terms)}{look.number(float(values[at]))}"


def symbol(name: str, at: Index, role: str, is_gradient: bool = False) -> str:
    """Write one element by its name and its index inside the example, counted from 0."""
    base = names.gradient(names.local(name)) if is_gradient else names.local(name)
    index = ", ".join(map(str, at))
    return f"⟨{role}|{base}⟩[{index}]" if at else f"⟨{role}|{base}⟩"


def sum_of(layer: KindReading, terms: list[Product]) -> str:
    """Write terms in numbers, ready to stand before the result: the largest where they are many."""
    kept = [term for term in terms if term.value] or terms[:1]
    if len(kept) == 1 and len(kept[0].factors) == 1:
        return f"{symbols(layer, kept[0])} = "
    if len(kept) > MOST_TERMS:
        largest = sorted(kept, key=lambda term: -abs(term.value))[: MOST_TERMS - 1]
        others = math.fsum(term.value for term in kept if term not in largest)
        shown = [_product(layer, term) for term in largest]
        return " + ".join([*shown, f"{len(kept) - len(largest)} more ({look.number(others)})"]) + " = "
    return " + ".join(_product(layer, term) for term in kept) + " = " if kept else ""


def _product(layer: KindReading, term: Product) -> str:
    return " · ".join(_factor(layer, entry, index == 0) for index, entry in enumerate(term.factors))


def _factor(layer: KindReading, entry: Factor, is_first: bool) -> str:
    """A factor in the color of its kind; a function of a value with its name before its number."""
    value = look.number(entry.value) if is_first else factor(entry.value)
    if not entry.name:
        return value
    is_gradient = entry.name.startswith("dL_d")
    role = "backward" if is_gradient else "parameter" if entry.name in layer.given else "forward"
    if entry.written == "{}" or is_gradient:
        return f"⟨{role}|{value}⟩"
    return _symbol(layer, entry)
