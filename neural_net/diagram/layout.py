"""Where the boxes of the chain stand: from the input at the left to the loss at the right, within one width.

Where a network is too deep for all of its layers to be drawn in full, the layers around the current step are,
with the input, the head and the loss as long as there is room; the others shrink to slabs that only carry
their name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from neural_net import svg
from neural_net.diagram import arrays, names, skip, units
from neural_net.diagram.names import Classes, ImageShape
from neural_net.diagram.reading import KindReading, Reading
from neural_net.diagram.units import Form

WIDTH = 1000.0
MARGIN = 24.0
INNER = WIDTH - 2 * MARGIN
TOP = 86.0
HEADER = 33.0
ARROW_ROW = 36.0  # below the units, where arrows run between boxes that edges connect
PADDING = 12.0
SMALLEST_BODY = 172.0
LOSS_WIDTH = 138.0
LOSS_RISE = 6.0  # how much further the loss box reaches, up and down
SLAB_WIDTH, SLAB_GAP = 34.0, 20.0
GAP, WIDEST_GAP = 62.0, 160.0
TIGHT_GAP, TIGHT_PADDING = 44.0, 8.0  # where a network only just fits
CAPTION = 24.0  # below drawings of many values


@dataclass(frozen=True)
class Box:
    """One box of the chain: layer `first`, or the slab of layers `first` to `last`."""

    first: int
    last: int
    x: float
    width: float
    form: Form | None  # None for a slab and for the loss

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def middle(self) -> float:
        """Half way from left to right."""
        return self.x + self.width / 2

    @property
    def is_slab(self) -> bool:
        """Whether the box only carries the name of the layers in it."""
        return self.width == SLAB_WIDTH


@dataclass(frozen=True)
class Layout:
    """The boxes of one frame, and the heights that all frames of a trace share."""

    boxes: tuple[Box, ...]
    body: float  # the height of a box below its header
    has_edges: bool

    @property
    def bottom(self) -> float:
        """The lower edge of the boxes, the loss apart."""
        return TOP + HEADER + self.body

    def box(self, number: int) -> Box:
        """Return the box in which layer `number` stands."""
        return next(box for box in self.boxes if box.first <= number <= box.last)

    def content_origin(self, box: Box) -> tuple[float, float]:
        """Return the upper left corner of the area of a box's drawing, which stands in the middle of the
        box."""
        form = box.form
        assert form is not None
        room = self.body - (ARROW_ROW if self.has_edges else 0 if form.kind == "bars" else CAPTION - 8)
        return box.x + (box.width - form.width) / 2, TOP + HEADER + (room - form.height + form.above) / 2 + (
            4 if self.has_edges else 0
        )

    def unit(self, box: Box, index: int) -> tuple[float, float]:
        """Return the center of a unit on the page."""
        assert box.form is not None
        x0, y0 = self.content_origin(box)
        x, y = units.unit_position(box.form, index)
        return x0 + x, y0 + y


def forms_of(reading: Reading, image_shape: ImageShape, classes: Classes) -> tuple[Form, ...]:
    """Return how each layer 0 … L is drawn; ValueError where image or classes do not fit the network."""
    n_in, n_out = reading.sizes[0], reading.sizes[-1]
    if image_shape is not None and (len(image_shape) != 2 or image_shape[0] * image_shape[1] != n_in):
        raise ValueError(
            f"image_shape: expected (rows, columns) of {n_in} pixels, one per input, got {image_shape}"
        )
    if classes is not None and len(classes) != n_out:
        raise ValueError(f"classes: expected {n_out} names, one per output of the head, got {len(classes)}")
    return tuple(_form_of(reading, number, image_shape, classes) for number in range(reading.L + 1))


def _form_of(reading: Reading, number: int, image_shape: ImageShape, classes: Classes) -> Form:
    if number == 0 and image_shape is None:
        image_shape = arrays.image_shape_of(reading)
    is_image = number == 0 and image_shape is not None
    if not is_image and arrays.is_array(reading, number):
        form = arrays.form_of(reading, number)
    else:
        form = units.form_of(reading, number, image_shape, classes)
    return replace(form, above=skip.HEIGHT if skip.sums_of(reading, number) else 0.0)


def connects(reading: Reading, left: Box, right: Box) -> bool:
    """Say whether edges run between two boxes: those of a dense layer between two rows of units."""
    if not (left.form and right.form and left.form.kind == right.form.kind == "units"):
        return False
    return reading.is_dense(right.first)


def full_width(reading: Reading, number: int, forms: tuple[Form, ...], padding: float) -> float:
    """Return the width of a layer's box when it is drawn in full: its drawing or its header, whichever is
    wider."""
    if number == reading.L + 1:
        return LOSS_WIDTH
    name, note = header_texts(reading, number, forms)
    header = svg.width(name, 14.5, bold=True) + svg.width(note, 13) + 34
    return max(header, forms[number].width + 2 * padding)


def header_texts(reading: Reading, number: int, forms: tuple[Form, ...]) -> tuple[str, str]:
    """Return the name of a layer and the short note beside it."""
    name = names.layer_name(reading, number)
    if number == reading.L + 1:
        return name, ""
    form, n = forms[number], reading.sizes[number]
    if number == 0:
        rows = round(form.height / form.pitch) if form.kind == "image" else 0
        if form.kind in arrays.KINDS:
            return name, arrays.noun(form)
        return name, f"{rows} × {form.columns} image" if rows else "x" if form.kind == "units" else f"x · {n}"
    layer = reading.layer(number)
    if isinstance(layer, KindReading):
        return name, layer.note
    return name, layer.activation if form.kind == "units" else f"{layer.activation} · {n}"


def layout_of(reading: Reading, forms: tuple[Form, ...], current: int) -> Layout:
    """Place the boxes for the step at layer `current`."""
    loss = reading.L + 1
    for gap, padding in ((GAP, PADDING), (TIGHT_GAP, TIGHT_PADDING)):
        full = {number: full_width(reading, number, forms, padding) for number in range(loss + 1)}
        if _needed(set(full), full, gap) <= INNER:
            shown = set(full)
            break
    else:
        shown = _choose(full, current, gap)
    kinds = [form.kind for form in forms]
    has_edges = any(
        pair == ("units", "units") and reading.is_dense(number)
        for number, pair in enumerate(pairwise(kinds), 1)
    )
    content = max(
        form.height + form.above + (0 if form.kind in ("units", "bars") else CAPTION) for form in forms
    )
    body = max(SMALLEST_BODY, content + 2 * PADDING + (ARROW_ROW - PADDING if has_edges else 0))
    return Layout(_place(shown, full, forms, gap), body, has_edges)


def _groups(shown: set[int], last: int) -> list[tuple[int, int]]:
    """Return the boxes as (first, last): shown layers by themselves, runs of others together."""
    groups: list[tuple[int, int]] = []
    for number in range(last + 1):
        if number not in shown and groups and groups[-1][1] == number - 1 and groups[-1][1] not in shown:
            groups[-1] = (groups[-1][0], number)
        else:
            groups.append((number, number))
    return groups


def _gaps(groups: list[tuple[int, int]], shown: set[int], gap: float) -> list[float]:
    """Return the least gaps between boxes: wide between two full ones, narrow beside a slab."""
    return [gap if left[0] in shown and right[0] in shown else SLAB_GAP for left, right in pairwise(groups)]


def _needed(shown: set[int], full: dict[int, float], gap: float) -> float:
    groups = _groups(shown, max(full))
    return sum(full[a] if a in shown else SLAB_WIDTH for a, _ in groups) + sum(_gaps(groups, shown, gap))


def _choose(full: dict[int, float], current: int, gap: float) -> set[int]:
    """Return the layers to draw in full: the current one and the one before it, then others while there is
    room."""
    loss = max(full)
    shown = {current, current - 1}
    for number in (loss, 0, loss - 1, current + 1, current - 2, *range(1, loss)):
        if 0 <= number <= loss and _needed(shown | {number}, full, gap) <= INNER:
            shown = shown | {number}
    return shown


def _place(shown: set[int], full: dict[int, float], forms: tuple[Form, ...], gap: float) -> tuple[Box, ...]:
    """Place the boxes from left to right; room to spare goes to the gaps first, then to the boxes."""
    loss = max(full)
    groups, gaps = _groups(shown, loss), _gaps(_groups(shown, loss), shown, gap)
    widths = [full[first] if first in shown else SLAB_WIDTH for first, _ in groups]
    wide = [index for index, width in enumerate(gaps) if width == gap]
    spare = INNER - sum(widths) - sum(gaps)
    if wide:
        extra = min(WIDEST_GAP - gap, spare / len(wide))
        gaps = [width + extra if index in wide else width for index, width in enumerate(gaps)]
        spare -= extra * len(wide)
    growing = [index for index, (first, _) in enumerate(groups) if first in shown]
    widths = [width + (spare / len(growing) if index in growing else 0) for index, width in enumerate(widths)]
    boxes, x = [], MARGIN
    for (first, last), width, space in zip(groups, widths, [*gaps, 0.0], strict=True):
        form = forms[first] if first in shown and first < loss else None
        boxes.append(
            Box(first, last, round(x, 1), SLAB_WIDTH if first not in shown else round(width, 1), form)
        )
        x += width + space
    return tuple(boxes)
