"""A story: one number as a chain of the terms it is made of, drawn as a row of cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from neural_net import look, svg
from neural_net.diagram.layout import WIDTH
from neural_net.diagram.units import CELLS, cell

MOST_TERMS = 8  # a longer sum shows its largest terms, and the rest as one
LARGEST_TERMS = 6
HEIGHT = 112.0
CELL = 62.0


class Term(NamedTuple):
    """One link of a chain: the sign before it, what it is, the factors it comes from, and its value.

    `is_value` says that the number is no gradient, among gradients.
    """

    sign: str
    symbol: str
    factors: str
    value: float
    is_value: bool = False


@dataclass(frozen=True)
class Story:
    """The chain of numbers of one element in one direction, and a sentence below it."""

    title: str
    direction: str
    terms: tuple[Term, ...]
    note: str = ""


def shortened(terms: Sequence[Term], most: int = MOST_TERMS, kept_of_more: int = LARGEST_TERMS) -> list[Term]:
    """Return the terms of a sum, the first without its sign; of a long sum the largest, then the rest as one
    term."""
    kept = list(terms)
    if len(terms) > most:
        kept = sorted(terms, key=lambda term: -abs(term.value))[:kept_of_more]
        rest = sum(term.value for term in terms) - sum(term.value for term in kept)
        kept.append(Term("+", f"{len(terms) - kept_of_more} more", "together", rest))
    kept[0] = kept[0]._replace(sign="")
    return kept


def picture(story: Story) -> str:
    """Draw a story as one row: each term with its symbol, its factors, and its value in a cell."""
    scales = _scales(story)
    symbol_paint = look.paint(story.direction)
    widths = [
        10 + max(CELL, svg.width(term.symbol, 13), 6.6 * len(term.factors)) for term in story.terms
    ]  # a digit is 0.51 of the font size wide with its points and parentheses, so no letter need be looked up
    gap = min(24.0, max(15.0, (WIDTH - 24 - sum(widths)) / (len(widths) - 1))) if len(widths) > 1 else 0.0
    title = f"{story.title} · {story.direction}"
    heading = svg.text(14, 22, title, 14.5, story.direction, "start", svg.BOLD)
    parts = []
    x = 10.0
    for term, width, scale in zip(story.terms, widths, scales, strict=True):
        middle = round(x + width / 2, 1)
        sign = (
            f'<text x="{x - gap / 2:g}" y="86" font-size="16" {_MUTED}>{term.sign}</text>'
            if term.sign
            else ""
        )
        parts.append(
            f'{sign}<text x="{middle}" y="45" {symbol_paint}>{svg.rich(term.symbol, 13)}</text>'
            f'<text x="{middle}" y="62" {_MUTED}>{term.factors}</text>'
            + cell(middle - CELL / 2, 68, CELL, 25, term.value, scale)
        )
        x += width + gap
    height = HEIGHT
    if story.note:
        heading += svg.text(14, 112, svg.rich(story.note, 13), 13, "muted")
        height += 14
    total = max(WIDTH, x)
    back = f'<rect width="{total:g}" height="{height - 6:g}" rx="10" {_BACK}/>'
    return svg.picture(
        total, height - 6, f"{back}{heading}<g {CELLS}>{''.join(parts)}</g>", f"{title}: {spoken(story)}"
    )


_MUTED = look.paint("muted")
_BACK = look.paint("panel")


def _scales(story: Story) -> list[float]:
    """Return the scale on which each term is colored: gradients share one, values another."""
    sizes = [abs(term.value) for term in story.terms]
    if story.direction == "forward":
        return [max(1.0, *sizes)] * len(sizes)
    is_value = [term.is_value for term in story.terms]
    of_gradients = max([0.0 if value else size for size, value in zip(sizes, is_value, strict=True)])
    of_values = max(1.0, *sizes)
    return [of_values if value else of_gradients for value in is_value]


def spoken(story: Story) -> str:
    """Return a story as one line of plain text."""
    words = " ".join(f"{term.sign} {term.symbol} {look.number(term.value)}" for term in story.terms)
    return words.replace("_{", "").replace("^{", "").replace("}", "").strip()
