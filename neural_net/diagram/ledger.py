"""Where contributions to a loss gradient add: each with its source, and the sum so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from neural_net import svg
from neural_net.diagram.blocks import Block, placed
from neural_net.diagram.element import written
from neural_net.diagram.operation_reading import OperationReading
from neural_net.diagram.units import CELLS, cell
from neural_net.ledgers import Entry, fan_out_ledger
from neural_net.look import paint
from neural_net.operations import Index
from neural_net.program import Line

CELL_WIDTH, CELL_HEIGHT, PITCH = 54.0, 24.0, 66.0
LABEL = 150.0
ROW = 50.0
HEADING = 20.0
COLUMN = 462.0
MOST_SOURCES = 3  # more contributions are drawn as those before, this one, and those to come


@dataclass(frozen=True)
class Part:
    """One cell of a row: what stands above it, the sign before it, and its number, if it is known yet."""

    source: str
    sign: str
    value: float | None
    is_current: bool = False


def running_sums(reading: OperationReading, line: Line) -> Block:
    """Draw, for every input of a line that is used more than once, one element of its loss gradient: what
    came to it before, what this line adds, and the sum so far."""
    names = [name for name in dict.fromkeys(line.inputs) if _adds(reading, line, name)]
    if not names:
        return Block(0, 0, 0, "")
    words = "Contributions add: one element of each, in the order of the backward pass"
    body = svg.text(0, 13, words, 12.8, "muted")
    for k, name in enumerate(names):
        body += placed(_row(reading, line, name), k % 2 * COLUMN, HEADING + k // 2 * ROW)
    return Block(2 * COLUMN, HEADING + (len(names) + 1) // 2 * ROW, 0, body)


def _adds(reading: OperationReading, line: Line, name: str) -> bool:
    """Say whether the line's share in the loss gradient of a value is one of several."""
    lines = [part.line for part in reading.record.contributions if part.name == name]
    return len(lines) > 1 and line in lines


def _row(reading: OperationReading, line: Line, name: str) -> Block:
    """One element: its contributions as cells, with the running sum at the end."""
    entries = fan_out_ledger(reading.record, name)
    shown = reading.gradient(name)
    index = (*shown.before, *reading.largest(shown))
    last = max(i for i, entry in enumerate(entries) if entry.source == line)
    parts = _parts(entries, line, last, index)
    scale = max(shown.scale, *(abs(part.value or 0.0) for part in parts))
    label = written(f"dL_d{name}", index)
    size = min(13.0, 13.0 * (LABEL - 6) / svg.width(label, 13.0, bold=True))
    middle = 18 + CELL_HEIGHT / 2
    body = svg.text(LABEL - 8, middle + 4.6, svg.plain(label), size, "backward", "end", svg.BOLD)
    for k, part in enumerate(parts):
        body += placed(_cell(part, scale), LABEL + k * PITCH, 0)
    return Block(COLUMN, ROW, middle, body)


def _parts(entries: Sequence[Entry], line: Line, last: int, index: Index) -> list[Part]:
    """The cells of a row: every contribution, or of many those before, this one and those to come."""
    total = Part(f"{last + 1} of {len(entries)}", "=", float(entries[last].total[index]))
    if len(entries) <= MOST_SOURCES + 1:
        cells = [
            Part(_source(entry), "+" * (i > 0), float(entry.value[index]) if i <= last else None, i == last)
            for i, entry in enumerate(entries)
        ]
        return [*cells[: last + 1], total, *cells[last + 1 :]]
    cells = [Part(_source(entries[last]), "+" * (last > 0), float(entries[last].value[index]), True)]
    if last:
        cells.insert(0, Part(f"{last} before", "", float(entries[last - 1].total[index])))
    to_come = len(entries) - 1 - last
    return [*cells, total, *([Part(f"{to_come} to come", "+", None)] if to_come else [])]


def _source(entry: Entry) -> str:
    return entry.source.output if isinstance(entry.source, Line) else f"example {entry.source}"


def _cell(part: Part, scale: float) -> Block:
    source = part.source if svg.width(part.source, 11.5) < PITCH else part.source.rpartition(".")[2]
    size = min(11.5, 11.5 * (PITCH - 4) / max(1.0, svg.width(source, 11.5)))
    role = "backward" if part.is_current else "muted"
    body = svg.text(CELL_WIDTH / 2, 12, svg.plain(source), size, role, "middle")
    if part.sign:
        body += svg.text(-6, 18 + CELL_HEIGHT / 2 + 5, part.sign, 14, "muted", "middle")
    if part.value is None:
        dashes = paint("paper", "outline") + ' stroke-dasharray="3 2"'
        return Block(PITCH, ROW, 0, body + svg.rectangle(1, 19, CELL_WIDTH - 2, CELL_HEIGHT - 2, dashes, 4))
    drawn = cell(0, 18, CELL_WIDTH, CELL_HEIGHT, part.value, scale)
    body += svg.rectangle(0, 18, CELL_WIDTH, CELL_HEIGHT, paint("paper"), 4) + f"<g {CELLS}>{drawn}</g>"
    if part.is_current or part.sign == "=":
        body += svg.rectangle(
            0, 18, CELL_WIDTH, CELL_HEIGHT, paint("backward-line" if part.is_current else "outline"), 4
        )
    return Block(PITCH, ROW, 0, body)
