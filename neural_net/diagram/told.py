"""The operations of a step in symbols, in shapes and in code, and one number written out: of a long program
the first and the last operations, and how many stand between them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from neural_net import svg
from neural_net.diagram import equations, written
from neural_net.diagram.blocks import Block
from neural_net.diagram.equations import CODE_SIZE, COLUMN_GAP, NUMBERS
from neural_net.diagram.reading import KindReading, Reading
from neural_net.look import paint
from neural_net.notation import Equation
from neural_net.steps import OperationStep, Record, Step

MOST_LINES = 8
MOST_BROKEN = 9  # lines, once those are broken that are too long
MOST_OF_ONE = 5  # lines of one operation
PITCH, SIZE, SHAPE_SIZE, SMALLEST = 20.0, 14.0, 13.0, 12.5
LEAST_CODE, MOST_FOR_CODE = 60.0, 300.0  # the room kept for code beside the shapes
LETTER = 0.602 * CODE_SIZE  # the width of one in code


class Row(NamedTuple):
    """One line of the table; all are "" but for the symbols where lines are left out."""

    symbols: str
    shapes: str
    code: str


def ends(items: Sequence[Equation], most: int) -> list[Equation | None]:
    """Return all equations, or of more than `most` the first and the last, with None between them."""
    if len(items) <= most:
        return list(items)
    first = most // 2
    return [*items[:first], None, *items[len(items) - (most - 1 - first) :]]


def cut(markup: str, size: float, room: float) -> str:
    """Cut markup that is wider than `room` at a space, and end it with …; colors are dropped then."""
    if svg.width(markup, size) <= room:
        return markup
    words = re.sub(r"⟨[a-z-]+\\||⟩", "", markup).split(" ")
    while len(words) > 1 and svg.width(" ".join([*words, "…"]), size) > room:
        words.pop()
    return " ".join([*words, "…"])


def table(reading: Reading, step: Step, width: float) -> Block:
    """Draw the operations of a step as lines of a table, and below it the numbers of one element."""
    rows = _rows(reading, step)
    symbols = min(max(svg.width(row.symbols, SIZE) for row in rows), 0.55 * width) + COLUMN_GAP
    shapes = max(svg.width(row.shapes, SHAPE_SIZE) for row in rows) + COLUMN_GAP
    longest = max(len(row.code) for row in rows) * LETTER
    if symbols + shapes + min(MOST_FOR_CODE, max(longest, LEAST_CODE)) > width:
        shapes = 0.0
    rows = _with_broken_code(rows, int((width - symbols - shapes - 10) / LETTER))
    height = len(rows) * PITCH
    body = _heading(0, "In symbols") + _heading(symbols + shapes, "In code")
    body += _heading(symbols, "In shapes") if shapes else ""
    left = symbols + shapes
    body += svg.rectangle(left - 12, 17, width - left + 12, height + 4, paint("well"), 7)
    for index, row in enumerate(rows):
        body += _line(row, 20 + index * PITCH + 14, symbols, shapes, width)
    numbers, y = _numbers(reading, step, width), height + 40.0
    if numbers:
        body += svg.text(0, y, "With numbers", 12.8, "muted")
    for line in numbers:
        body += svg.text(NUMBERS, y, svg.rich(line, SIZE), SIZE)
        y += 20
    return Block(width, y - 14 if numbers else height + 24, 0, body)


def _heading(x: float, words: str) -> str:
    return svg.text(x, 12, words, 12.8, "muted")


def _line(row: Row, y: float, symbols: float, shapes: float, width: float) -> str:
    if not row.symbols and not row.code:
        return ""
    room = symbols - 12
    size = max(SMALLEST, min(SIZE, SIZE * room / max(svg.width(row.symbols, SIZE), 1)))
    body = svg.text(0, y, svg.rich(cut(row.symbols, size, room), size), size) if row.symbols else ""
    if shapes and row.shapes:
        body += svg.text(symbols, y, svg.plain(row.shapes), SHAPE_SIZE, "muted")
    if row.code:
        most = int((width - symbols - shapes - 10) / LETTER)
        code = row.code if len(row.code) <= most else row.code[: most - 1].rstrip() + "…"
        body += svg.text(symbols + shapes, y, svg.plain(code), CODE_SIZE, "ink", "start", svg.CODE)
    return body


def _rows(reading: Reading, step: Step) -> list[Row]:
    """The lines of a step's first and last operations, as many as there is room for."""
    known = _with_gradients(reading.trace.records[step.layer])
    told = [lines for lines in (_lines(operation, known) for operation in step.operations) if lines]
    if sum(map(len, told)) <= MOST_LINES:
        return [line for lines in told for line in lines]
    first, last = _ends(told)
    hidden = len(told) - len(first) - len(last)
    words = f"… {hidden} more operation{'s' * (hidden > 1)} …"
    gap = [Row(words, "", "")] if hidden else []
    return [*(row for lines in first for row in lines), *gap, *(row for lines in last for row in lines)]


def _ends(told: list[list[Row]]) -> tuple[list[list[Row]], list[list[Row]]]:
    """Take operations from both ends, in turn, while their lines fit; one at each end in any case."""
    first, last, room = [told[0]], [told[-1]] if len(told) > 1 else [], MOST_LINES - 1
    room -= sum(map(len, first + last))
    while len(first) + len(last) < len(told):
        from_start = len(first) <= len(last)
        lines = told[len(first)] if from_start else told[-1 - len(last)]
        if len(lines) > room:
            break
        room -= len(lines)
        if from_start:
            first.append(lines)
        else:
            last.insert(0, lines)
    return first, last


def _with_broken_code(rows: list[Row], most: int) -> list[Row]:
    """Break code of more than `most` letters, where that does not make too many lines."""
    broken: list[Row] = []
    for row in rows:
        first, *others = equations.broken(row.code, most)
        broken += [row._replace(code=first), *(Row("", "", code) for code in others)]
    return broken if len(broken) <= MOST_BROKEN else rows


def _lines(operation: OperationStep, known: dict[str, np.ndarray]) -> list[Row]:
    symbols = [equations.in_symbols(equation) for equation in operation.equations]
    shapes = [equation.shapes(known) for equation in operation.equations]
    code = [line for statement in operation.code for line in statement.splitlines()]
    symbols, shapes, code = _middle_cut(symbols), _middle_cut(shapes), _middle_cut(code)
    count = max(len(symbols), len(code))
    filled = (column + [""] * (count - len(column)) for column in (symbols, shapes, code))
    return [Row(*row) for row in zip(*filled, strict=True)]


def _middle_cut(lines: list[str]) -> list[str]:
    return [*lines[: MOST_OF_ONE - 2], "…", lines[-1]] if len(lines) > MOST_OF_ONE else lines


def _with_gradients(record: Record) -> dict[str, np.ndarray]:
    """Every quantity by its name in code; a gradient has the shape of its value, also where there is none."""
    gradients = {f"dL_d{name}": record.gradients.get(name, value) for name, value in record.values.items()}
    return {**record.values, **gradients}


def _numbers(reading: Reading, step: Step, width: float) -> list[str]:
    if step.layer > reading.L:
        return []
    layer = reading.layer(step.layer)
    assert isinstance(layer, KindReading)
    lines = written.numbers(reading, layer, step.phase)
    return [cut(line, SIZE, width - NUMBERS) for line in lines]
