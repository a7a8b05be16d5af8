"""The visual language of `neural_net.look`, said to matplotlib: its colors, its diverging map, its symbols.

Nothing here is global: a plot is drawn inside `in_style`, which puts every setting back afterwards.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ParamSpec, TypeVar

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.axis import Axis, XAxis
from matplotlib.colors import LinearSegmentedColormap, Normalize, to_rgb
from matplotlib.ticker import MaxNLocator

from neural_net import look
from neural_net.notation import Symbol, symbol
from neural_net.operations import Array

P = ParamSpec("P")
R = TypeVar("R")

FORWARD = look.color("forward-solid")
BACKWARD = look.color("backward-solid")
INK = look.color("ink")
MUTED = look.color("muted")
LINE = look.color("line")
OUTLINE = look.color("outline")
PAPER = look.color("paper")

# Below zero orange, above zero blue, as in the diagram: a cell's opacity on paper is |value| / scale.
DIVERGING = LinearSegmentedColormap.from_list(
    "neural_net", [look.color("neg"), PAPER, look.color("pos")], N=513
)

# A class has a color and a marker, so that hue alone never has to tell. The first two colors are the ends of
# the diverging map.
CLASS_COLORS = (
    look.color("neg"),
    look.color("pos"),
    "#009e73",
    "#b5478f",
    "#8c6d1f",
    "#35a3d6",
    "#6a46a8",
    "#7f7f7f",
    "#d1495b",
    "#2e4057",
)
CLASS_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p", "<", ">")

SMALL, NORMAL, LARGE = 8.0, 9.0, 10.5

STYLE: Any = {  # matplotlib's own name for the type of settings differs by version
    "font.family": ["DejaVu Sans"],  # comes with matplotlib, so every machine draws the same
    "font.size": NORMAL,
    "mathtext.fontset": "dejavusans",
    "text.usetex": False,
    "text.color": INK,
    "figure.facecolor": PAPER,
    "savefig.facecolor": "auto",
    "savefig.bbox": None,
    "axes.facecolor": PAPER,
    "axes.edgecolor": OUTLINE,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlesize": NORMAL,
    "axes.labelsize": SMALL,
    "axes.unicode_minus": True,
    "axes.grid": False,
    "axes.formatter.limits": (-3, 4),
    "axes.formatter.use_mathtext": True,
    "xtick.color": OUTLINE,
    "ytick.color": OUTLINE,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "legend.frameon": False,
    "legend.fontsize": SMALL,
}


def in_style(plot: Callable[P, R]) -> Callable[P, R]:
    """Let a function draw in this style, and put matplotlib's settings back when it is done."""

    @functools.wraps(plot)
    def styled(*args: P.args, **kwargs: P.kwargs) -> R:
        with rc_context(STYLE):
            return plot(*args, **kwargs)

    return styled


def centered(scale: float) -> Normalize:
    """Return the norm that puts 0 in the middle of the diverging map, with ±scale at its ends."""
    scale = scale if scale > 0 else 1.0
    return Normalize(-scale, scale)


def scale_of(*arrays: Array) -> float:
    """Return the largest |value|: the scale of the diverging map."""
    return max((float(np.abs(a).max()) for a in arrays if a.size), default=0.0)


def blend(color: str, strength: Array) -> Array:
    """Return `color` laid on paper with an opacity of `strength`, (…,) → RGB (…, 3)."""
    return np.asarray(
        np.multiply.outer(strength, to_rgb(color)) + np.multiply.outer(1 - strength, to_rgb(PAPER))
    )


def sign(name: str, layer: int) -> str:
    r"""Return the symbol of a quantity by its name in code, as mathtext in one line:
    `$\partial\mathcal{L}/\partial W_{(2)}$`."""
    return f"${_one_line(symbol(name, layer))}$"


def _one_line(written: Symbol) -> str:
    below = Symbol(written.base, written.layer).latex()
    return rf"\partial\mathcal{{L}}\,/\,\partial {below}" if written.is_gradient else below


def dress(ax: Axes, title: str, xlabel: str, ylabel: str, color: str = INK) -> None:
    """Give the axes their labels, a title at the left, and no more frame than the two axes."""
    ax.set_title(title, loc="left", fontsize=NORMAL, fontweight="bold", color=color)
    ax.set_xlabel(xlabel, fontsize=SMALL)
    ax.set_ylabel(ylabel, fontsize=SMALL)
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(length=3, labelsize=SMALL)


def size_in_inches(ax: Axes) -> tuple[float, float]:
    """Return the width and height of axes, as far as they are known before the layout is done."""
    figure: Any = ax.figure
    locator: Any = ax.get_axes_locator()  # of panels inside given axes
    box = locator(ax, None) if locator else ax.get_position()
    return box.width * figure.bbox.width / figure.dpi, box.height * figure.bbox.height / figure.dpi


def whole_ticks(axis: Axis, count: int) -> None:
    """Tick places 0 … count−1 only, every one where there is room; they are counted from 1, as the diagram
    counts units, inputs and examples.
    """
    width, height = size_in_inches(axis.axes)
    inches = width if isinstance(axis, XAxis) else height
    if count <= 10 and inches / count > 0.13:
        axis.set_ticks(range(count))
    else:
        axis.set_major_locator(
            MaxNLocator(integer=True, nbins=8 if inches > 1.2 else 4, steps=[1, 2, 4, 5, 8, 10])
        )
    count_from(axis, 1)


def count_from(axis: Axis, first: int) -> None:
    """Label the ticks so that the place 0 is called `first`."""
    axis.set_major_formatter(lambda place, _: f"{place + first:.0f}")


def call_units_classes(axes: Iterable[Axes]) -> None:
    """Count the units of a classifier's head as its classes are, from 0."""
    for axis in (axis for ax in axes for axis in (ax.xaxis, ax.yaxis)):
        if axis.get_label_text() == "unit":
            axis.set_label_text("class")
            count_from(axis, 0)


def percent(share: float) -> str:
    """Write a share as a percentage that is 0% or 100% only where that is exact."""
    if 0 < share < 0.001:
        return "under 0.1%"
    if 0.999 < share < 1:
        return "over 99.9%"
    return f"{100 * share:.3g}%"


def curve_names(ax: Axes, colors: Mapping[str, str]) -> None:
    """Write the names of curves in their colors into the top left corner of the axes, one under the other."""
    for i, (name, color) in enumerate(colors.items()):
        ax.annotate(
            name,
            (0, 1),
            xytext=(5, -3 - 12 * i),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="left",
            va="top",
            fontsize=SMALL,
            color=color,
        )


def percent_ticks(axis: Axis) -> None:
    """Write the ticks of an axis of shares as percentages."""
    axis.set_major_locator(MaxNLocator(4))
    axis.set_major_formatter(lambda share, _: f"{100 * share:g}%")
