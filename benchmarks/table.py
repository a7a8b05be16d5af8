"""The table: one line per row, and what the machine was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.measure import Row

HEADER = ("workload", "", "median", "middle half", "limit", "verdict")
TO_THE_RIGHT = {2, 3, 4}


def render(results: Mapping[str, Sequence[Row]]) -> str:
    """Write the rows of all workloads as one table in plain text."""
    lines: list[tuple[str, ...]] = [HEADER]
    for workload, rows in results.items():
        lines += [(workload if i == 0 else "", *cells(row)) for i, row in enumerate(rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    ruled = [lines[0], tuple("─" * width for width in widths), *lines[1:]]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in TO_THE_RIGHT else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in ruled
    )


def cells(row: Row) -> tuple[str, ...]:
    """Write one row: what, median, spread, limit, verdict."""
    write = "{:g}".format if row.is_count else number
    spread = " … ".join(map(write, row.quartiles)) if len(row.samples) > 1 else ""
    limit = ""
    if row.at_most is not None:
        limit = f"≤ {number(row.at_most)} {row.unit}"
    elif row.at_least is not None:
        limit = f"≥ {number(row.at_least)} {row.unit}"
    verdict = {None: "", True: "ok", False: "MISSED"}[row.is_within]
    return row.what, f"{write(row.median)} {row.unit}", spread, limit, verdict


def number(value: float) -> str:
    """Write an integer as it is, and any other number with about three digits that count."""
    size = abs(value)
    decimals = 0 if size >= 100 or isinstance(value, int) else 1 if size >= 10 else 2 if size >= 1 else 3
    return f"{value:.{decimals}f}"
