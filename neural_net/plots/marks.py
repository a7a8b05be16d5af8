"""The few kinds of picture that plots are made of: bars, heat maps, distributions; numbers in, marks out."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.ticker import NullLocator

from neural_net import look
from neural_net.operations import Array
from neural_net.plots.reading import zeros_in_words
from neural_net.plots.style import (
    DIVERGING,
    INK,
    LINE,
    MUTED,
    OUTLINE,
    PAPER,
    SMALL,
    centered,
    dress,
    percent_ticks,
    size_in_inches,
    whole_ticks,
)

LABELED_BARS = 16  # units that still get a bar with its number
MOST_NUMBERS = 200  # cells of a heat map that get numbers at all
LETTER_WIDTH, LETTER_HEIGHT = 0.062, 0.18  # of a number in a cell, in inches
PIXELS = 400  # rows or columns beyond which several cells share a pixel, and are averaged
POINTS = 30  # examples that are drawn one by one; more are summed up by their quantiles
LYING, STANDING = 0.62, 0.78  # thickness of bars, as a share of their distance
SMALLEST = 1e-300  # the least size that has a place on a logarithmic scale
HEADROOM = 1.4  # above a histogram, for its notes
SEPARATE_BARS = 64  # units that get bars with gaps between them


def bars_lie(*arrays: Array) -> bool:
    """Whether units are few enough for lying bars, each with its number, in every one of the arrays."""
    return max(map(len, arrays)) <= LABELED_BARS


def unit_bars(
    ax: Axes,
    values: Array,
    color: str,
    title: str,
    symbol: str,
    *,
    limits: tuple[float, float],
    title_color: str = INK,
    lying: bool | None = None,
    target: Array | None = None,
) -> None:
    """Draw one bar per unit, with title and labels; where it is not said, as `bars_lie` has it.

    A target is drawn as the outline that the bar would fill; a target of 0 has none.
    """
    if bars_lie(values) if lying is None else lying:
        dress(ax, title, symbol, "unit", title_color)
        lying_bars(ax, values, color, limits, values if target is None else target)
    else:
        dress(ax, title, "unit", symbol, title_color)
        standing_bars(ax, values, color, limits)
    if target is not None:
        _target_outline(ax, target)


def lying_bars(ax: Axes, values: Array, color: str, limits: tuple[float, float], reach: Array) -> None:
    """Draw one lying bar per unit, the first on top; its number stands at its end, or farther at `reach`."""
    units = np.arange(len(values))
    ax.barh(units, values, height=LYING, color=color)
    low, high = limits
    room = _number_room(ax, values) * (high - low)
    ax.set_xlim(low - room * (low < 0), high + room * bool((values >= 0).any()))
    for unit, value in enumerate(values):
        below = value < 0
        ax.annotate(
            look.number(float(value)),
            (float((min if below else max)(value, reach[unit])), unit),
            xytext=(-3 if below else 3, 0),
            textcoords="offset points",
            ha="right" if below else "left",
            va="center",
            fontsize=SMALL,
        )
    ax.axvline(0, color=OUTLINE, linewidth=0.8, zorder=3)
    middle, half = (len(values) - 1) / 2, max(len(values), 5) / 2  # a bar or two do not fill the height
    ax.set_ylim(middle + half, middle - half)
    whole_ticks(ax.yaxis, len(values))
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)


def _number_room(ax: Axes, values: Array) -> float:
    """The width of the longest number beside its bar, as a share of the room that is left to the bars."""
    longest = LETTER_WIDTH * (1.5 + max(len(look.number(float(value))) for value in values))
    width, _ = size_in_inches(ax)
    return longest / max(width - 2 * longest, longest)


def standing_bars(ax: Axes, values: Array, color: str, limits: tuple[float, float]) -> None:
    """Draw one standing bar per unit; many units make one outline without gaps."""
    if len(values) <= SEPARATE_BARS:
        ax.bar(np.arange(len(values)), values, width=STANDING, color=color)
    else:
        ax.stairs(values, np.arange(len(values) + 1) - 0.5, fill=True, color=color)
    low, high = limits
    room = 0.06 * (high - low)
    ax.set_ylim(low - room * (low < 0), high + room * (high > 0))
    ax.axhline(0, color=OUTLINE, linewidth=0.8, zorder=3)
    ax.set_xlim(-0.7, len(values) - 0.3)
    whole_ticks(ax.xaxis, len(values))
    ax.spines["bottom"].set_visible(False)


def bar_limits(*arrays: Array) -> tuple[float, float]:
    """Return limits from the lowest to the highest value, 0 included, never equal."""
    low = min(0.0, *(float(a.min()) for a in arrays))
    high = max(0.0, *(float(a.max()) for a in arrays))
    return (low, high) if low < high else (0.0, 1.0)


def _target_outline(ax: Axes, target: Array) -> None:
    units = np.arange(len(target))
    label = "target" if len(target) > 1 else f"target {look.number(float(target[0]))}"
    outline: Any = {"fill": False, "edgecolor": INK, "linewidth": 1.3, "zorder": 4, "label": label}
    if bars_lie(target):
        ax.barh(units, target, height=LYING, **outline)
    else:
        ax.bar(units, target, width=STANDING, **outline)
    ax.legend(loc="best", handlelength=1.4)


def heat_map(ax: Axes, matrix: Array, scale: float) -> None:
    """Draw a matrix in the diverging map, with its numbers where they fit, else with a color scale."""
    shrinks = max(matrix.shape) > PIXELS
    image = ax.imshow(
        matrix,
        cmap=DIVERGING,
        norm=centered(scale),
        aspect="auto",
        interpolation="antialiased" if shrinks else "nearest",
    )
    whole_ticks(ax.xaxis, matrix.shape[1])
    whole_ticks(ax.yaxis, matrix.shape[0])
    ax.spines[["top", "right", "left", "bottom"]].set(visible=True, color=LINE)
    ax.tick_params(length=0)
    if _numbers_fit(ax, matrix):
        _write_numbers(ax, matrix, scale)
    else:
        color_scale(ax, image, scale)


def _numbers_fit(ax: Axes, matrix: Array) -> bool:
    """Whether every cell has room for its number, as far as this can be said before the layout is done."""
    if matrix.size > MOST_NUMBERS:
        return False
    width, height = size_in_inches(ax)
    longest = max(len(look.number(float(value))) for value in matrix.ravel())
    rows, columns = matrix.shape
    return bool(width / columns > LETTER_WIDTH * (longest + 0.6) and height / rows > LETTER_HEIGHT)


def _write_numbers(ax: Axes, matrix: Array, scale: float) -> None:
    """Write each number of a heat map into its cell, in ink that can be read there."""
    for (row, column), value in np.ndenumerate(matrix):
        ink = look.color(look.value_style(float(value), scale)[1])
        ax.text(column, row, look.number(float(value)), ha="center", va="center", fontsize=SMALL, color=ink)


def color_scale(ax: Axes, image: ScalarMappable, scale: float) -> None:
    """Draw the slim scale of a heat map at its right: −scale, 0, scale."""
    ends = [-scale, 0.0, scale] if scale > 0 else [0.0]
    slim_scale(ax, image, ends, [look.number(end) for end in ends])


def slim_scale(
    ax: Axes, image: ScalarMappable, ticks: list[float], labels: list[str], title: str = ""
) -> None:
    """Draw a slim color scale at the right of the axes, inside their own place."""
    place = ax.inset_axes((1.02, 0.0, 0.025, 1.0), label="color scale")
    colorbar = ax.figure.colorbar(image, cax=place, ticks=ticks)
    colorbar.ax.set_yticklabels(labels)
    colorbar.ax.tick_params(length=2, labelsize=SMALL)
    colorbar.set_label(title, fontsize=SMALL)
    colorbar.outline.set_visible(False)


def unit_distributions(ax: Axes, values: Array, color: str, limits: tuple[float, float]) -> None:
    """Draw how the values of each unit (column) spread over the examples.

    Few examples are drawn one by one; of many, the middle half as a thick line, the middle nine tenths as a
    thin one. The median is a dash in either case.
    """
    units = np.arange(values.shape[1])
    median = np.median(values, axis=0)
    if len(values) <= POINTS:
        ax.plot(
            np.tile(units, len(values)), values.ravel(), "o", color=color, markersize=3.5, alpha=0.45, mew=0
        )
    else:
        low, first, third, high = np.quantile(values, [0.05, 0.25, 0.75, 0.95], axis=0)
        width = min(7.0, 160 / len(units))
        ax.vlines(units, low, high, color=color, linewidth=min(1.2, width / 2), label="middle 90%")
        ax.vlines(units, first, third, color=color, linewidth=width, alpha=0.45, label="middle half")
    ax.add_collection(
        LineCollection(
            [[(u - 0.36, m), (u + 0.36, m)] for u, m in zip(units, median, strict=True)],
            colors=INK,
            linewidths=1.4,
            label="median",
            zorder=4,
        )
    )
    ax.axhline(0, color=OUTLINE, linewidth=0.8, zorder=1)
    ax.set_xlim(-0.5, len(units) - 0.5)
    room = 0.05 * (limits[1] - limits[0])
    ax.set_ylim(limits[0] - room, limits[1] + room)
    whole_ticks(ax.xaxis, len(units))
    ax.locator_params(axis="y", nbins=4)


def histogram(ax: Axes, values: Array, color: str, edges: Array) -> None:
    """Draw the values as a histogram without those exactly zero; a note tells which share they are."""
    _shares(ax, values[values != 0], values.size, color, edges)
    ax.locator_params(axis="x", nbins=4)
    _note(ax, zeros_in_words(values))


def magnitude_histogram(ax: Axes, values: Array, color: str, edges: Array) -> None:
    """Draw the sizes |value| as a histogram over a logarithmic scale, with a line at their median.

    Sizes that are exactly zero have no place on that scale; a note tells which share they are.
    """
    sizes = np.abs(values[values != 0])
    _shares(ax, sizes, values.size, color, edges)
    ax.set_xscale("log")
    ax.xaxis.set_minor_locator(NullLocator())
    _note(ax, zeros_in_words(values))
    if sizes.size:
        median, top = float(np.median(sizes)), ax.get_ylim()[1] / HEADROOM
        ax.vlines(median, 0, top, color=INK, linewidth=1.4, label="median")
        _note(ax, f"median {look.number(median)}", line=1)


def _shares(ax: Axes, values: Array, whole: int, color: str, edges: Array) -> None:
    """Draw bars as high as the share, of `whole` values, that falls between two edges."""
    heights = np.histogram(values, edges)[0] / whole
    ax.bar(edges[:-1], heights, np.diff(edges), align="edge", color=color, edgecolor=PAPER, linewidth=0.4)
    ax.set_xlim(edges[0], edges[-1])
    ax.set_ylim(0, HEADROOM * (heights.max() or 1.0))
    percent_ticks(ax.yaxis)


def _note(ax: Axes, text: str, line: int = 0) -> None:
    """Write a short note into the top right corner of the axes, on the given line."""
    ax.annotate(
        text,
        (1, 1),
        xytext=(-2, -3 - 12 * line),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="right",
        va="top",
        fontsize=SMALL,
        color=MUTED,
    )


def linear_edges(*arrays: Array) -> Array:
    """Return the edges of bins over all the values."""
    values = np.concatenate([a.ravel() for a in arrays])
    low, high = float(values.min()), float(values.max())
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, _bins(values.size) + 1)


def magnitude_edges(*arrays: Array) -> Array:
    """Return the edges of bins over all sizes that are not zero, evenly on a logarithmic scale."""
    sizes = np.abs(np.concatenate([a[a != 0].ravel() for a in arrays]))
    low, high = (float(sizes.min()), float(sizes.max())) if sizes.size else (0.1, 1.0)
    low, high = max(low, SMALLEST), max(high, SMALLEST)
    return np.geomspace(low / 1.3, high * 1.3, _bins(sizes.size) + 1)


def _bins(count: int) -> int:
    return int(np.clip(2 * np.sqrt(count), 8, 40))
