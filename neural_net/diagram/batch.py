"""A weight gradient as the sum over the examples of a batch: a frame for the sum up to each example."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from neural_net import look, svg
from neural_net.diagram import element_cells
from neural_net.diagram.blocks import Block, beside, fitted, placed, sign
from neural_net.diagram.element import record_of, written
from neural_net.diagram.equations import plus
from neural_net.diagram.layout import MARGIN, WIDTH
from neural_net.diagram.names import markup
from neural_net.ledgers import Entry, batch_ledger
from neural_net.look import paint
from neural_net.notation import symbol
from neural_net.operations import Array, Index
from neural_net.receipt import write_array
from neural_net.trace import Trace

MOST_FRAMES = 48  # of a larger batch, some of the sums
MOST_TERMS = 6
INNER = WIDTH - 2 * MARGIN
TOP, PADDING = 78.0, 16.0
BARS = 46.0  # the height of the bars that show how large the share of each example is


@dataclass(frozen=True, eq=False)
class BatchSum:
    """The gradient of one parameter as a sum: the shares of the examples, and which sums are shown."""

    layer: int
    name: str
    entries: tuple[Entry, ...]
    shown: tuple[int, ...]

    @property
    def m(self) -> int:
        """The number of examples."""
        return len(self.entries)

    @property
    def code_name(self) -> str:
        """What the gradient is called in code."""
        return f"dL_d{self.name}"

    @property
    def scale(self) -> float:
        """The scale on which all shares and sums are colored."""
        return look.scale_of(*(array for entry in self.entries for array in (entry.value, entry.total)))

    @property
    def told(self) -> Index:
        """The index of the element that is told in numbers: the largest in the end."""
        total = np.abs(np.nan_to_num(self.entries[-1].total))
        return tuple(int(i) for i in np.unravel_index(int(total.argmax()), total.shape))

    def receipt(self, k: int) -> str:
        """The sum up to example k, from 0, in plain text."""
        entry = self.entries[k]
        heading = f"{self.code_name} of layer {self.layer}: the sum of {k + 1} of {self.m} examples"
        share = write_array(f"example {k + 1}", entry.value)
        return "\n".join([heading, share, write_array("sum", entry.total)])


def batch_sum_of(trace: Trace, layer: int, name: str) -> BatchSum:
    """Return the gradient of the parameter `name` of a layer as a sum over the examples."""
    entries = batch_ledger(record_of(trace, layer), name)
    m = len(entries)
    shown = np.unique(np.linspace(0, m - 1, min(m, MOST_FRAMES)).round().astype(int))
    return BatchSum(layer, name, entries, tuple(int(k) for k in shown))


def batch_frames(batch: BatchSum) -> tuple[str, ...]:
    """Return one SVG picture for every sum that is shown, all of one size."""
    return tuple(stacked(batch, [k]) for k in batch.shown)


def stacked(batch: BatchSum, ks: Sequence[int]) -> str:
    """Draw the sums up to some examples below one another, as one picture."""
    blocks = [_frame(batch, k) for k in ks]
    body = "".join(placed(block, 0, i * block.height) for i, block in enumerate(blocks))
    height = sum(block.height for block in blocks)
    back = svg.rectangle(0, 0, WIDTH, height, paint("paper"), 12)
    label = f"{batch.code_name} of layer {batch.layer}: the sum of {ks[-1] + 1} of {batch.m} examples."
    return svg.picture(WIDTH, height, back + body, label)


def _frame(batch: BatchSum, k: int) -> Block:
    entry = batch.entries[k]
    before = batch.entries[k - 1].total if k else np.zeros_like(entry.total)
    label = markup(symbol(batch.code_name, batch.layer).text())
    parts = [
        _array(batch, f"the first {k}" if k > 1 else "example 1" if k else "nothing yet", before),
        sign("+"),
        _array(batch, f"example {k + 1}", entry.value, "ink"),
        sign("="),
        _array(batch, f"{label}, {k + 1} of {batch.m}", entry.total),
    ]
    drawn = fitted(beside(parts, 16), INNER)
    title = f"{batch.code_name} of layer {batch.layer}: the sum over the batch"
    body = svg.text(MARGIN, 37, svg.plain(title), 23, "ink", "start", svg.BOLD)
    words = "Every example has its own share in the gradient; the shares add. Below, how large each is."
    body += svg.text(MARGIN, 60, words, 14.5, "muted")
    body += placed(drawn, (WIDTH - drawn.width) / 2, TOP)
    y = TOP + drawn.height + PADDING
    body += placed(_bars(batch, k), MARGIN, y)
    y += BARS + 30
    body += svg.text(MARGIN, y, svg.rich(_in_numbers(batch, k), 14.5), 14.5)
    return Block(WIDTH, y + PADDING, y / 2, body)


def _array(batch: BatchSum, caption: str, array: Array, role: str = "backward") -> Block:
    named = element_cells.Named("", caption, role, array, array.shape, (), batch.scale)
    return fitted(element_cells.array(named), INNER / 3 - 40)


def _bars(batch: BatchSum, k: int) -> Block:
    """A bar for every example, as high as its share is large; those that are in the sum are filled."""
    sizes = [float(np.linalg.norm(entry.value)) for entry in batch.entries]
    largest = max(sizes) or 1.0
    pitch = min(40.0, INNER / batch.m)
    parts = [svg.line(0, BARS, pitch * batch.m, BARS, paint("outline"))]
    for i, size in enumerate(sizes):
        height = BARS * size / largest
        painted = paint("backward-solid") if i == k else paint("backward-header", "backward-line")
        if i > k:
            painted = paint("paper", "outline")
        parts.append(svg.rectangle(i * pitch + 0.1 * pitch, BARS - height, 0.8 * pitch, height, painted))
    return Block(INNER, BARS, BARS / 2, "".join(parts))


def _in_numbers(batch: BatchSum, k: int) -> str:
    """One element of the sum: its terms, the last few by themselves."""
    at = batch.told
    terms = [float(entry.value[at]) for entry in batch.entries[: k + 1]]
    head = f"⟨backward|{written(batch.code_name, at)}⟩ = "
    if len(terms) > MOST_TERMS:
        earlier = len(terms) - MOST_TERMS
        before = look.number(float(batch.entries[earlier - 1].total[at]))
        head += f"the first {earlier} ({before})"
        terms = terms[earlier:]
    else:
        head += look.number(terms.pop(0))
    if k == 0:
        return head
    return head + "".join(map(plus, terms)) + f" = {look.number(float(batch.entries[k].total[at]))}"
