"""The health report: a table with a row per layer, a verdict in words for each, and one for the whole."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from neural_net.health.measures import Measures, measure, moves_between, moves_of_descent
from neural_net.health.verdicts import Finding, findings
from neural_net.network import Network, check_network
from neural_net.steps import layer_title
from neural_net.trace import Trace
from neural_net.validation import positive_number

HEADER = (
    "layer",
    "units",
    "dead",
    "alike",
    "saturated",
    "spread",
    "‖ℒ′‖",
    "passes on",
    "‖∂ℒ/∂W‖/‖W‖",
    "‖ΔW‖/‖W‖",
)
SMALLEST_TOLD = 1e-12


@dataclass(frozen=True)
class Health:
    """The measures of the input and layers 1 … L, and the findings, the one to look at first standing first.

    See `Measures` for what each number is, and `neural_net.health.verdicts` for the thresholds.
    """

    layers: tuple[Measures, ...]
    findings: tuple[Finding, ...]

    @property
    def is_well(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    @property
    def first(self) -> Finding | None:
        """The finding to look at first, or None."""
        return self.findings[0] if self.findings else None

    def at(self, layer: int) -> tuple[Finding, ...]:
        """The findings at one layer; 0 is the input."""
        return tuple(finding for finding in self.findings if finding.layer == layer)

    @property
    def verdicts(self) -> tuple[str, ...]:
        """One verdict in words for each layer, the input first."""
        return tuple(self._verdict(own.layer) for own in self.layers)

    @property
    def verdict(self) -> str:
        """One sentence for the whole network."""
        if self.first is None:
            return (
                "Nothing here looks wrong. Health does not see whether the backward pass is right: "
                "nnh.check_gradients does."
            )
        others = len({(f.problem, f.layer) for f in self.findings}) - 1
        more = f" {others} further finding{'s' * (others > 1)} may follow from it." if others else ""
        return f"Look first at {self._title(self.first.layer)}: {self.first.problem}.{more}"

    def _verdict(self, layer: int) -> str:
        words = [f"{finding.problem}: {finding.words}" for finding in self.at(layer)]
        return f"{self._title(layer)}: {' '.join(words) or 'fine.'}"

    def _title(self, layer: int) -> str:
        return layer_title(layer, len(self.layers) - 1) if layer else "Input"

    def _cells(self) -> list[tuple[str, ...]]:
        return [HEADER, *((self._title(own.layer), *_numbers(own)) for own in self.layers)]

    def __repr__(self) -> str:
        """The table and the verdicts in plain text, two significant digits each."""
        cells = self._cells()
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        table = [
            "  ".join(
                cell.rjust(w) if i else cell.ljust(w)
                for i, (cell, w) in enumerate(zip(row, widths, strict=True))
            )
            for row in cells
        ]
        m = self.layers[0].examples
        heading = f"Health on {m} example" + "s" * (m > 1)
        return "\n".join([heading, *table, *self.verdicts, self.verdict])

    def _repr_html_(self) -> str:
        """The same as an HTML table, rows with a finding marked."""
        head, *rows = self._cells()
        body = "".join(
            f"<tr>{_html_cells(row)}{_html_verdict(self.at(own.layer))}</tr>"
            for row, own in zip(rows, self.layers, strict=True)
        )
        titles = "".join(
            f'<th scope="col" style="{_RIGHT if i else _LEFT}">{escape(cell)}</th>'
            for i, cell in enumerate(head)
        )
        return (
            f"<table><caption style='caption-side:top;text-align:left'>{escape(self.verdict)}</caption>"
            f"<thead><tr>{titles}<th scope='col' style='text-align:left'>verdict</th></tr></thead>"
            f"<tbody>{body}</tbody></table>"
        )


def health(trace: Trace, learning_rate: float | None = None, *, after: Network | None = None) -> Health:
    """Look at every layer of a trace as a practitioner does, and say what it means.

    The update-to-weight ratio is that of plain gradient descent with `learning_rate`, or, with any other
    rule, that of the step from the trace's network to the network `after` it. Without either it is left out.
    One trace cannot tell all: a unit is called dead, or alike to another, on 16 examples or more.
    """
    if not isinstance(trace, Trace):
        raise TypeError(f"health: expected a trace, got {trace!r} of type {type(trace).__name__}")
    if learning_rate is not None and after is not None:
        raise TypeError("health: expected either a learning rate or the network after an update, got both")
    moves = None
    if learning_rate is not None:
        moves = moves_of_descent(trace, positive_number(learning_rate, "health, learning_rate"))
    elif after is not None:
        check_network(after, "health, after")
        if after.sizes != trace.network.sizes:
            raise ValueError(
                f"health, after: expected a network of sizes {trace.network.sizes}, got {after.sizes}"
            )
        moves = moves_between(trace.network, after)
    measures = measure(trace, moves)
    return Health(measures, findings(measures))


def _numbers(own: Measures) -> tuple[str, ...]:
    counts = (str(own.units), str(own.dead), str(own.alike)) if own.layer else (str(own.units), "–", "–")
    saturated = "–" if own.saturated is None else f"{own.saturated:.0%}"
    others = (own.spread, own.gradient, own.passes_on, own.gradient_to_weight, own.update_to_weight)
    return *counts, saturated, *map(_short, others)


def _short(value: float | None) -> str:
    """Two significant digits; what is only rounding is 0."""
    if value is None:
        return "–"
    return f"{value:.2g}" if not abs(value) < SMALLEST_TOLD else "0"


_RIGHT = "text-align:right;white-space:nowrap"
_LEFT = "text-align:left;white-space:nowrap"


def _html_cells(row: tuple[str, ...]) -> str:
    title, *others = (escape(cell) for cell in row)
    numbers = "".join(f'<td style="{_RIGHT}">{cell}</td>' for cell in others)
    return f'<th scope="row" style="{_LEFT}">{title}</th>{numbers}'


def _html_verdict(found: tuple[Finding, ...]) -> str:
    told = [f"⚠ <strong>{escape(finding.problem)}</strong>: {escape(finding.words)}" for finding in found]
    return f'<td style="text-align:left">{"<br>".join(told) or "fine."}</td>'
