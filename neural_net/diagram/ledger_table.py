"""The whole ledger of one loss gradient: a row for each contribution, with its source and the sum so far."""

from __future__ import annotations

from dataclasses import replace

from neural_net import look, svg
from neural_net.diagram import element_cells
from neural_net.diagram.blocks import Block, fitted, placed
from neural_net.diagram.element import record_of
from neural_net.diagram.layout import MARGIN, WIDTH
from neural_net.diagram.operation_reading import OperationReading
from neural_net.ledgers import Entry, fan_out_ledger
from neural_net.look import paint
from neural_net.program import Line
from neural_net.trace import Trace
from neural_net.validation import index as checked_index

TOP = 76.0
SOURCE, CONTRIBUTION, TOTAL = 0.0, 210.0, 590.0  # where the columns begin
COLUMN = 350.0
PADDING = 14.0
HEADS = ((SOURCE, "Used by"), (CONTRIBUTION, "contributes"), (TOTAL, "sum so far"))


def ledger_entries(trace: Trace, layer: int, name: str) -> tuple[Entry, ...]:
    """Return the ledger of a loss gradient; ValueError where nothing in the layer contributes to it."""
    entries = fan_out_ledger(record_of(trace, layer), name)
    if not entries:
        raise ValueError(
            f"layer {layer}: expected a value that the layer itself uses, got {name!r}, whose loss gradient "
            "comes from the layer after it"
        )
    return entries


def ledger_picture(trace: Trace, layer: int, name: str, example: int = 0) -> str:
    """Draw the contributions to the loss gradient of `name` in layer 1 … L+1, and their running sum.

    Of a value that every example has its own of, row `example` of the batch is drawn.
    """
    entries = ledger_entries(trace, layer, name)
    reading = OperationReading(trace, layer, "backward", checked_index(example, trace.batch_size, "example"))
    scale = look.scale_of(*(array for entry in entries for array in (entry.value, entry.total)))
    rows = [_row(reading, name, entry, scale) for entry in entries]
    title = f"{reading.title} › dL_d{name}"
    many = f"{len(entries)} contributions, which add" if len(entries) > 1 else "One contribution"
    body, y = "", TOP + 26
    for block in rows:
        body += svg.line(MARGIN, y, WIDTH - MARGIN, y, paint("line"))
        body += placed(block, MARGIN, y + PADDING)
        y += block.height + 2 * PADDING
    heads = "".join(svg.text(MARGIN + x, TOP + 14, words, 13, "muted") for x, words in HEADS)
    head = svg.text(MARGIN, 37, svg.plain(title), 23, "ink", "start", svg.BOLD)
    head += svg.text(MARGIN, 60, f"{many}, in the order of the backward pass.", 14.5, "muted")
    back = svg.rectangle(0, 0, WIDTH, y + 6, paint("paper"), 12)
    return svg.picture(WIDTH, y + 6, back + head + heads + body, f"{title}: {many}.")


def _row(reading: OperationReading, name: str, entry: Entry, scale: float) -> Block:
    """One use of the value: the line that uses it, what it contributes, and the sum so far."""
    assert isinstance(entry.source, Line), "what contributes is a use in a line"
    value, total = (
        fitted(element_cells.array(replace(reading.part(name, array), name="", scale=scale)), COLUMN)
        for array in (entry.value, entry.total)
    )
    height = max(value.height, total.height, 44.0)
    body = svg.text(SOURCE, height / 2 - 2, svg.plain(entry.source.output), 14, "ink", "start", svg.BOLD)
    body += svg.text(SOURCE, height / 2 + 17, svg.plain(entry.source.operation.name), 13, "muted")
    body += placed(value, CONTRIBUTION, (height - value.height) / 2)
    body += svg.text(TOTAL - 20, height / 2 + 6, "→", 16, "muted", "middle")
    body += placed(total, TOTAL, (height - total.height) / 2)
    return Block(WIDTH - 2 * MARGIN, height, height / 2, body)
