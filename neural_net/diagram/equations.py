"""The lower part of a frame's panel: each line of the step in symbols, in shapes and in code, and one unit in
numbers."""

from __future__ import annotations

import re
from functools import lru_cache

from neural_net import look, svg
from neural_net.diagram import names
from neural_net.diagram.blocks import Block
from neural_net.diagram.reading import Reading
from neural_net.look import paint
from neural_net.notation import Equation
from neural_net.steps import Step

PITCH = 21.0
SIZE = 14.5
CODE_SIZE = 13.0
COLUMN_GAP = 34.0
NUMBERS = 100.0
LEAST_CODE = 300.0  # the width that code needs beside the equations

_SYMBOL = re.compile(
    rf"(?P<backward>∂{look.LOSS}/∂(?:\w+\.)*(?:\w+?(?=_{{|\W|$))|{look.LOSS}′)(?P<i1>_{{[^}}]*}})?"
    r"|(?<![A-Za-z])(?P<parameter>[WbKPγβ])(?P<i2>_\{[^}]*\})(?P<t2>\^\{T\})?"
    r"|(?<![A-Za-z])(?P<forward>[a-z][a-z_0-9]*(?=_\{[a-z,]*\()|[yzŷ])(?P<i3>_\{[^}]*\})?"
)


def colored(text: str) -> str:
    """Return an equation as markup in which every quantity has the color of its kind."""

    def replace(match: re.Match[str]) -> str:
        role = next(role for role in ("backward", "parameter", "forward") if match[role])
        return f"⟨{role}|{match.group()}⟩"

    return _SYMBOL.sub(replace, names.markup(text))


@lru_cache(maxsize=1024)
def in_symbols(equation: Equation) -> str:
    """Return an equation as colored markup."""
    return colored(equation.text())


def in_shapes(reading: Reading, step: Step) -> list[str]:
    """Return the equations of a step in shapes; the loss, no product of matrices, in a shorter way."""
    if step.layer > reading.L:
        full = f"({reading.m} × {reading.sizes[-1]})"
        if step.phase == "forward":
            return [f"(scalar) from {full} and {full}"]
        return [f"{full} = (scalar) · {full}"]
    record = reading.trace.records[step.layer]
    quantities = {**record.values, **{f"dL_d{name}": value for name, value in record.gradients.items()}}
    return [equation.shapes(quantities) for equation in step.equations]


def table(reading: Reading, step: Step, numbers: list[str], width: float) -> Block:
    """Draw the lines of a step side by side in symbols, in shapes and in code, and below them the same in
    numbers."""
    symbols = [in_symbols(equation) for equation in step.equations]
    code = [line for entry in step.code for line in entry.splitlines()]
    return columns(symbols, in_shapes(reading, step), code, numbers, width)


def columns(
    symbols: list[str], shapes: list[str], code: list[str], numbers: list[str], width: float
) -> Block:
    """Draw equations side by side in symbols, in shapes and in code (the code below, where there is no room
    beside), and below them the same in numbers."""
    first = max([70.0, *(svg.width(symbol, SIZE) for symbol in symbols)]) + COLUMN_GAP
    second = first + max([70.0, *(svg.width(text, 13.5) for text in shapes)]) + COLUMN_GAP
    is_beside = width - second >= LEAST_CODE
    if not is_beside:
        second = 12.0
    room = width - second
    longest = int((room - 24) / (0.61 * CODE_SIZE))
    code_lines = [part for line in code for part in broken(line, longest)]
    pitch = PITCH if len(code_lines) <= len(symbols) and is_beside else 19.0
    rows, code_height = len(symbols) * PITCH, len(code_lines) * pitch + (6 if pitch < PITCH else 0)
    top = 20.0
    code_top = top if is_beside else top + rows + 26
    height = max(rows, code_height) if is_beside else rows + 26 + code_height
    well = height if is_beside else code_height
    body = _heading(0, "In symbols") + _heading(first, "In shapes")
    body += _heading(second if is_beside else 0, "In code", code_top - 8)
    body += svg.rectangle(second - 12, code_top - 3, room + 12, well + 2, paint("well"), 7)
    for index, (symbol, shape) in enumerate(zip(symbols, shapes, strict=True)):
        y = top + index * PITCH + 15.5
        body += svg.text(0, y, svg.rich(symbol, SIZE), SIZE)
        size = min(13.5, 13.5 * (width - first) / svg.width(shape, 13.5))
        body += svg.text(first, y, svg.plain(shape), size, "muted")
    for index, line in enumerate(code_lines):
        body += svg.text(
            second, code_top + index * pitch + 15, svg.plain(line), CODE_SIZE, "ink", "start", svg.CODE
        )
    y = top + height + 19
    body += _heading(0, "With numbers", y) if numbers else ""
    for row in numbers:
        body += svg.text(NUMBERS, y, svg.rich(row, SIZE), SIZE)
        y += 21
    return Block(width, y - 16, 0, body)


def packed(rows: list[str], width: float) -> list[str]:
    """Join short rows of numbers, where two fit side by side."""
    joined: list[str] = []
    for row in rows:
        if joined and NUMBERS + svg.width(joined[-1] + _BETWEEN + row, SIZE) <= width:
            joined[-1] += _BETWEEN + row
        else:
            joined.append(row)
    return joined


_BETWEEN = "\u2003\u2003"  # two spaces of one em


def _heading(x: float, words: str, y: float = 12.0) -> str:
    return svg.text(x, y, words, 12.8, "muted")


def broken(line: str, longest: int) -> list[str]:
    """Break a line of code that is too long before an operator or after a comma, in few parentheses."""
    lines = []
    while len(line) > longest:
        cuts = [match.start() for match in _BREAK.finditer(line, 12, longest)]
        if not cuts:
            break
        cut = min(cuts, key=lambda at: (line.count("(", 0, at) - line.count(")", 0, at), -at))
        lines.append(line[:cut])
        line = "    " + line[cut:].strip()
    return [*lines, line]


_BREAK = re.compile(r"(?<=,) | (?=[-+*/@] )")


# ------------------------------------------------------------------------------------------ numbers


def factor(value: float) -> str:
    """Write a number that stands after a multiplication sign: negative ones in parentheses."""
    return f"({look.number(value)})" if value < 0 else look.number(value)


def plus(value: float) -> str:
    """Write a number as a further term of a sum, with its sign before it."""
    return f" {look.MINUS} {look.number(-value)}" if value < 0 else f" + {look.number(value)}"


def products(left: list[float], right: list[float], most: int, left_role: str, right_role: str) -> str:
    """Write Σ left · right term by term, each factor in the color of its role; of more than `most` terms the
    largest, and what the others come to."""
    order = list(range(len(left)))
    if len(left) > most:
        order = sorted(sorted(order, key=lambda i: -abs(left[i] * right[i]))[:most])
    firsts = [look.number(left[order[0]]), *(factor(left[i]) for i in order[1:])]
    terms = " + ".join(
        f"⟨{left_role}|{first}⟩·⟨{right_role}|{factor(right[i])}⟩"
        for first, i in zip(firsts, order, strict=True)
    )
    if len(order) == len(left):
        return terms
    kept = set(order)
    others = sum(left[i] * right[i] for i in range(len(left)) if i not in kept)
    return f"{terms} + {len(left) - len(order)} more ({look.number(others)})"
