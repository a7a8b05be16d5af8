"""Where a plot is drawn: on a figure of its own, which a notebook shows, or inside axes that are given.

The figure stays outside pyplot: nothing is kept open, nothing depends on the backend, and a notebook shows
it just once, as the value of its cell. JupyterLab and GitHub show the PNG; the text stands for it wherever
there are no pictures, and is its alternative text (under "alt" in the PNG's metadata, where nbconvert looks
for it).
"""

from __future__ import annotations

import base64
import io
from collections.abc import Collection, Sequence
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from neural_net.plots.style import INK, LARGE, NORMAL, SMALL, STYLE, size_in_inches

WIDTH = 9.0  # inches: 900 pixels of CSS, the width of a notebook's output
PIXELS_PER_INCH = 100  # of CSS; the picture has twice as many, to be sharp on dense screens and when zoomed
HEADING_HEIGHT = 0.32  # inches, above the panels
GAP_ACROSS, GAP_DOWN = 0.95, 0.75  # inches between panels inside given axes, for their ticks and labels
TITLE_HEIGHT = 0.28  # inches left free there for the panels' titles
NARROW = 4.2  # inches: a place less wide has no room for a note beside the heading

Spans = Sequence[tuple[float, float]]
MimeBundle = tuple[dict[str, str], dict[str, dict[str, Any]]]


class PlotFigure(Figure):
    """A figure outside pyplot that a notebook shows as PNG; `alternative` is the text that stands for it."""

    alternative = ""

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> MimeBundle:
        """What IPython asks for; it applies `include` and `exclude` itself."""
        png = io.BytesIO()
        with rc_context(STYLE):
            self.savefig(
                png,
                format="png",
                dpi=2 * PIXELS_PER_INCH,
                metadata={"Software": None, "Description": self.alternative},
            )
        width, height = (round(PIXELS_PER_INCH * inches) for inches in self.get_size_inches())
        data = {"image/png": base64.b64encode(png.getvalue()).decode("ascii"), "text/plain": self.alternative}
        return data, {"image/png": {"alt": self.alternative, "width": width, "height": height}}


class PlotAxes(Axes):
    """Axes that a notebook shows as the figure they stand on."""

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> MimeBundle:
        figure = self.figure
        return (
            figure._repr_mimebundle_() if isinstance(figure, PlotFigure) else ({"text/plain": repr(self)}, {})
        )


class Panels(tuple[Axes, ...]):
    """The axes of a plot with several panels: a tuple, which a notebook shows as the figure they stand on.

    `text` says in words and numbers what the plot shows.
    """

    text: str

    def __new__(cls, axes: Collection[Axes], text: str) -> Panels:
        """Keep the axes in the order of reading."""
        panels = super().__new__(cls, axes)
        panels.text = text
        return panels

    @property
    def figure(self) -> Any:
        """The figure on which the panels stand, for `savefig`."""
        return self[0].figure

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> MimeBundle:
        if isinstance(self.figure, PlotFigure):
            return self.figure._repr_mimebundle_()
        return {"text/plain": self.text}, {}


def single(ax: Axes | None, size: tuple[float, float]) -> Axes:
    """Return the given axes, or axes on a new figure of `size` inches."""
    if ax is not None:
        return checked_axes(ax)
    figure = PlotFigure(figsize=size, layout="constrained")
    return figure.add_subplot(axes_class=PlotAxes)


def panels(
    ax: Axes | None,
    mosaic: Sequence[Sequence[str]],
    *,
    height: float,
    width: float = WIDTH,
    heading: str,
    note: str,
    note_color: str = INK,
    heights: Sequence[float] | None = None,
) -> dict[str, Axes]:
    """Return axes by name, as the mosaic lays them out ("." stays empty), under a heading and a note.

    They stand on a new figure of `width` × `height` inches, or in the place of `ax`, whose own frame then
    disappears.
    """
    heights = heights or [1.0] * len(mosaic)
    if ax is not None:
        return _panels_inside(checked_axes(ax), mosaic, heading, note, note_color, heights)
    top = 1 - 0.08 / height
    below = (0, 0, 1, 1 - HEADING_HEIGHT / height)
    figure = PlotFigure(
        figsize=(width, height), layout=ConstrainedLayoutEngine(w_pad=0.07, h_pad=0.06, rect=below)
    )
    figure.text(0.07 / width, top, heading, ha="left", va="top", fontsize=LARGE, fontweight="bold")
    figure.text(1 - 0.07 / width, top, note, ha="right", va="top", fontsize=NORMAL, color=note_color)
    rows: Any = [list(row) for row in mosaic]  # matplotlib's stubs know no list of lists of names
    axes: dict[str, Axes] = figure.subplot_mosaic(rows, height_ratios=list(heights))
    return axes


def told(axes: Collection[Axes], text: str) -> Panels:
    """Return the axes as panels, with `text` as the alternative of their figure where that is ours."""
    result = Panels(axes, text)
    if isinstance(result.figure, PlotFigure):
        result.figure.alternative = text
    return result


def told_alone(ax: Axes, text: str) -> Axes:
    """Return the axes, with `text` as the alternative of their figure where that is ours."""
    if isinstance(ax.figure, PlotFigure):
        ax.figure.alternative = text
    return ax


def checked_axes(ax: object) -> Axes:
    """Return `ax` if it is matplotlib axes."""
    if not isinstance(ax, Axes):
        raise TypeError(
            f"ax: expected matplotlib axes, such as plt.gca(), or None, "
            f"got {ax!r} of type {type(ax).__name__}"
        )
    return ax


def _panels_inside(
    place: Axes,
    mosaic: Sequence[Sequence[str]],
    heading: str,
    note: str,
    note_color: str,
    heights: Sequence[float],
) -> dict[str, Axes]:
    """Return axes by name inside the place of other axes, of which only the heading and the note remain."""
    width, height = size_in_inches(place)
    place.set_axis_off()
    place.set_title(heading, loc="left", fontsize=LARGE, fontweight="bold")
    place.set_title(note if width > NARROW else "", loc="right", fontsize=SMALL, color=note_color)
    across = _spans([1.0] * len(mosaic[0]), GAP_ACROSS / width)
    down = _spans(heights, GAP_DOWN / height)
    room = 1 - min(TITLE_HEIGHT / height, 0.3)
    boxes = _boxes(mosaic, across, down)
    return {
        name: place.inset_axes((left, (1 - top - tall) * room, wide, tall * room))
        for name, (left, top, wide, tall) in boxes.items()
    }


def _boxes(
    mosaic: Sequence[Sequence[str]], across: Spans, down: Spans
) -> dict[str, tuple[float, float, float, float]]:
    """Return (left, top, width, height) of each name in the mosaic, in shares of the whole."""
    boxes = {}
    for name in dict.fromkeys(name for row in mosaic for name in row if name != "."):
        cells = [(r, c) for r, row in enumerate(mosaic) for c, cell in enumerate(row) if cell == name]
        (first_row, first_column), (last_row, last_column) = min(cells), max(cells)
        left, top = across[first_column][0], down[first_row][0]
        boxes[name] = (left, top, sum(across[last_column]) - left, sum(down[last_row]) - top)
    return boxes


def _spans(ratios: Sequence[float], gap: float) -> Spans:
    """Return where each cell starts and how long it is, of a whole of 1 with gaps between the cells."""
    gaps = len(ratios) - 1
    gap = min(gap, 0.5 / max(gaps, 1))  # half the room stays for the cells
    lengths = [(1 - gap * gaps) * ratio / sum(ratios) for ratio in ratios]
    return [(sum(lengths[:i]) + gap * i, length) for i, length in enumerate(lengths)]
