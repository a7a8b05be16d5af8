"""How the values of one layer are drawn inside its box: units, cells, bars, an image, or a strip."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from neural_net import look, png, svg
from neural_net.diagram import names
from neural_net.diagram.names import Classes, ImageShape
from neural_net.diagram.reading import Reading, Vector
from neural_net.look import paint
from neural_net.operations import Shape

UNIT_X = 34.0  # left of the middle, to leave room for a badge
MOST_UNITS = 8  # up to here a layer is drawn as circles with edges
MOST_CELLS = 40  # up to here as cells with a number each
MOST_BARS = 16  # up to here a softmax is drawn as bars with the names of the classes
MOST_PIXELS = 100  # up to here each pixel of an image can be clicked
SHADES = 16  # of an image with more pixels

PADDING = 16
CELL_WIDTH, CELL_HEIGHT, CELL_GAP = 44, 25, 3
BAR_PITCH, BAR_WIDTH, BAR_NUMBER, BAR_GRADIENT = 23, 70, 48, 56


@dataclass(frozen=True)
class Form:
    """How one layer is drawn: the kind of drawing, and the size of the area that it needs."""

    kind: str  # "units", "cells", "bars", "image", "strip"; in `arrays` "tokens", "maps", "sequence"
    width: float
    height: float
    columns: int = 1
    pitch: float = 0  # from one unit, row or pixel to the next
    shape: Shape = ()  # of the values, where they are more than a row
    above: float = 0  # room above the drawing, for the way around a residual block


def form_of(reading: Reading, number: int, image_shape: ImageShape, classes: Classes) -> Form:
    """Choose how to draw layer `number`."""
    n = reading.sizes[number]
    if number == 0 and image_shape is not None:
        rows, columns = image_shape
        pitch = max(1.0, min(20.0, 168 / max(rows, columns)))
        return Form("image", columns * pitch, rows * pitch, columns, pitch)
    if reading.is_probability(number) and 6 < n <= MOST_BARS:
        widest = max(svg.width(svg.plain(names.class_name(classes, j)), 13.5) for j in range(n))
        return Form(
            "bars", min(widest, 70) + 10 + BAR_WIDTH + BAR_NUMBER + BAR_GRADIENT, n * BAR_PITCH, 1, BAR_PITCH
        )
    if n <= MOST_UNITS:
        pitch = 46 if n <= 4 else 41 if n <= 6 else 35
        named = classes is not None and reading.is_probability(number)
        beside = (
            max((svg.width(svg.plain(names.class_name(classes, j)), 12.5) for j in range(n)), default=0)
            if named
            else 0
        )
        return Form("units", max(100, 58 + beside), n * pitch, 1, pitch)
    if n <= MOST_CELLS:
        columns = 2 if n <= 16 else 4
        rows = math.ceil(n / columns)
        width, height = columns * (CELL_WIDTH + CELL_GAP), rows * (CELL_HEIGHT + CELL_GAP)
        return Form("cells", width, height, columns, CELL_HEIGHT + CELL_GAP)
    columns = max(4, math.ceil(math.sqrt(n / 2)))
    rows = math.ceil(n / columns)
    pitch = min(14.0, 216 / rows, 120 / columns)
    return Form("strip", columns * pitch, rows * pitch, columns, pitch)


def radius(form: Form) -> float:
    """Return the radius of the circles of a layer drawn as units."""
    return min(20.5, 0.45 * form.pitch)


def unit_position(form: Form, index: int) -> tuple[float, float]:
    """Return the center of circle `index` inside the area of a layer drawn as units."""
    return UNIT_X, (index + 0.5) * form.pitch


def pick(reference: str, body: str) -> str:
    """Make a part of the picture one that can be clicked."""
    return f'<g class="nn-pick" data-ref="{reference}">{body}</g>'


# ----------------------------------------------------------------------------------------- drawings


def draw(form: Form, number: int, values: Vector, scale: float, classes: Classes, marked: int | None) -> str:
    """Draw the values of a layer with its area's upper left corner at the origin."""
    if form.kind == "units":
        return _circles(form, number, values, scale) + _names(form, values, classes, marked)
    if form.kind == "bars":
        return _bars(form, number, values, classes, marked)
    if form.kind == "cells":
        return _cells(form, number, values, scale)
    if form.kind == "image":
        return _pixels(form, values) if len(values) <= MOST_PIXELS else _photograph(form, values)
    return _picture(form, values, scale)


def draw_empty(form: Form, number: int, n: int, classes: Classes) -> str:
    """Draw a layer that the forward pass has not reached: outlines only."""
    empty = paint("well", "line") + ' fill-opacity="0.45" stroke-dasharray="3 3"'
    if form.kind == "units":
        r = radius(form)
        return "".join(
            pick(f"u:{number}:{j}", svg.circle(*unit_position(form, j), r, empty)) for j in range(n)
        )
    if form.kind == "bars":
        return _bars(form, number, None, classes, None)
    if form.kind == "cells":
        return "".join(
            pick(f"u:{number}:{j}", svg.rectangle(x, y, CELL_WIDTH, CELL_HEIGHT, empty, 4))
            for j, (x, y) in enumerate(_cell_corners(form, n))
        )
    return svg.rectangle(0, 0, form.width, form.height, empty, 4)


def draw_gradient(form: Form, number: int, gradient: Vector, scale: float, style: str) -> str:
    """Draw the loss gradients of a layer over its values: a badge at each unit, or cells in their place."""
    if form.kind == "units":
        r = radius(form)
        centers = [unit_position(form, j) for j in range(len(gradient))]
        return "".join(
            badge(x + 0.66 * r, y + 0.3 * r, value, style)
            for (x, y), value in zip(centers, gradient, strict=True)
        )
    if form.kind == "bars":
        x = form.width - BAR_GRADIENT + 6
        return "".join(
            badge(x, (j + 0.5) * BAR_PITCH - 9, value, style)
            if value
            else svg.text(x + 7, (j + 0.5) * BAR_PITCH + 4.6, "0", 12.5, "backward")
            for j, value in enumerate(gradient)
        )
    frame = _frame(form, style)
    if form.kind == "cells":
        return frame + _cells(form, number, gradient, scale)
    return frame + _picture(form, gradient, scale)


def has_values_beside_gradients(form: Form) -> bool:
    """Say whether a layer's gradients stand beside its values, or take their place."""
    return form.kind in ("units", "bars")


_BADGES = {
    "strong": (paint("backward-solid"), "on-solid"),
    "new": (paint("paper", "backward-line") + ' stroke-width="1.4" stroke-dasharray="3.5 2.2"', "backward"),
    "old": (paint("backward-header"), "backward"),
}


def badge(x: float, y: float, value: float, style: str) -> str:
    """Draw a loss gradient as a pill with its left end at x and its top at y: "strong", "new" or "old"."""
    content = look.signed(value)
    width = 13 + 7.1 * len(content)
    fill, role = _BADGES[style]
    label = svg.text(x + width / 2, y + 13.4, content, 12.5, role, "middle", svg.BOLD)
    return svg.rectangle(x, y, width, 18, fill, 9) + label


def _frame(form: Form, style: str) -> str:
    dashes = ' stroke-dasharray="5 3"' if style == "new" else ""
    width = 2.2 if style == "strong" else 1.4
    gap = CELL_GAP if form.kind == "cells" else 0
    around = f'{paint("panel", "backward-line")} stroke-width="{width}"{dashes}'
    return svg.rectangle(-6, -6, form.width + 12 - gap, form.height + 12 - gap, around, 7)


def _circles(form: Form, number: int, values: Vector, scale: float) -> str:
    r = radius(form)
    parts = []
    for j, value in enumerate(values):
        x, y = unit_position(form, j)
        content = look.number(value)
        painted, role = look.value_style(value, scale)
        size = round((13.5, 13.5, 13.5, 13.5, 13.5, 13.5, 12, 10.8)[min(len(content), 7)] * min(1, r / 19), 1)
        parts.append(
            f'<g class="nn-pick" data-ref="u:{number}:{j}">'
            f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}" {look.paint("paper")}/>'
            f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}" {painted} {_OUTLINE}/>'
            + svg.text(x, y + 0.35 * size, content, size, role, "middle")
            + "</g>"
        )
    return "".join(parts)


def _names(form: Form, values: Vector, classes: Classes, marked: int | None) -> str:
    """The names of the classes at the upper right of their units, that of the target in bold."""
    if classes is None or marked is None:
        return ""
    r = radius(form)
    return "".join(
        svg.text(
            UNIT_X + r + 4,
            (j + 0.5) * form.pitch - 4,
            svg.plain(names.class_name(classes, j)),
            12.5,
            "ink",
            "start",
            svg.BOLD if j == marked else "",
        )
        for j in range(len(values))
    )


_OUTLINE = f'stroke="{look.color("outline")}"'


def _cell_corners(form: Form, n: int) -> list[tuple[float, float]]:
    return [
        (j % form.columns * (CELL_WIDTH + CELL_GAP), j // form.columns * (CELL_HEIGHT + CELL_GAP))
        for j in range(n)
    ]


def _cells(form: Form, number: int, values: Vector, scale: float) -> str:
    back = svg.rectangle(-5, -5, form.width + 10 - CELL_GAP, form.height + 10 - CELL_GAP, paint("paper"), 6)
    cells = "".join(
        pick(f"u:{number}:{j}", cell(x, y, CELL_WIDTH, CELL_HEIGHT, value, scale))
        for j, ((x, y), value) in enumerate(zip(_cell_corners(form, len(values)), values, strict=True))
    )
    return f"{back}<g {CELLS}>{cells}</g>"


def cell(x: float, y: float, width: float, height: float, value: float, scale: float) -> str:
    """Draw one value as a colored cell with its number, inside a group with the attributes `CELLS`."""
    content = look.number(value)
    painted, role = look.value_style(value, scale)
    longer = _LONGER[min(len(content), 8)] if len(content) > 5 else ""
    inked = "" if role == "ink" else " " + paint(role)
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="4" {painted}/>'
        f'<text x="{x + width / 2:g}" y="{y + height / 2 + 4.6:g}"{longer}{inked}>{content}</text>'
    )


CELLS = svg.text_style(13, "ink", "middle")  # what the numbers of most cells share
_LONGER = {6: ' font-size="12.3"', 7: ' font-size="11.2"', 8: ' font-size="10"'}


def _bars(form: Form, number: int, values: Vector | None, classes: Classes, marked: int | None) -> str:
    n = round(form.height / BAR_PITCH)
    right = form.width - BAR_GRADIENT
    left = right - BAR_WIDTH - BAR_NUMBER
    best = max(range(n), key=values.__getitem__) if values is not None else None
    parts = []
    for j in range(n):
        middle = (j + 0.5) * BAR_PITCH
        name = svg.plain(names.class_name(classes, j))
        bold = svg.BOLD if j in (best, marked) else ""
        body = svg.text(left - 10, middle + 4.8, name, 13.5, "ink", "end", bold)
        body += svg.rectangle(left, middle - 8, BAR_WIDTH, 16, paint("well"), 4)
        if j == marked:
            body += svg.rectangle(
                left - 1.5, middle - 9.5, BAR_WIDTH + 3, 19, paint("outline") + ' stroke-dasharray="3 2"', 5
            )
        if values is not None:
            filled = paint("forward-solid") + ("" if j == best else ' fill-opacity="0.5"')
            body += svg.rectangle(
                left,
                middle - 8,
                max(2, BAR_WIDTH * values[j]),
                16,
                filled,
                min(4, max(1, BAR_WIDTH * values[j] / 2)),
            )
            body += svg.text(right, middle + 4.6, look.number(values[j]), 12.5, "ink", "end", bold)
        parts.append(pick(f"u:{number}:{j}", body))
    return "".join(parts)


def _pixels(form: Form, values: Vector) -> str:
    """Draw an image of few pixels as squares of ink, so that each can be clicked and the dark theme inverts
    it."""
    top = max(max(values), 1e-300)
    side = form.pitch - 1
    squares = []
    for j, value in enumerate(values):
        x, y = j % form.columns * form.pitch, j // form.columns * form.pitch
        shade = f' fill-opacity="{max(0.0, value / top):.2g}"'
        squares.append(
            f'<rect class="nn-pick nn-ink" data-ref="u:0:{j}" x="{x:g}" y="{y:g}" width="{side:g}"'
            f' height="{side:g}" fill="{look.color("ink")}"{shade}/>'
        )
    return svg.rectangle(-4, -4, form.width + 7, form.height + 7, paint("paper", "line"), 4) + "".join(
        squares
    )


def _photograph(form: Form, values: Vector) -> str:
    """Draw an image of many pixels as a few shades of ink, each one path."""
    top = max(max(values), 1e-300)
    shades: dict[int, list[str]] = {}
    for j, value in enumerate(values):
        shade = round(SHADES * max(0.0, value) / top)
        if shade:
            shades.setdefault(shade, []).append(f"M{j % form.columns} {j // form.columns}h1v1h-1z")
    paths = "".join(
        svg.path("".join(squares), f'{paint("ink")} fill-opacity="{shade / SHADES:.2g}"')
        for shade, squares in sorted(shades.items())
    )
    back = svg.rectangle(-4, -4, form.width + 8, form.height + 8, paint("paper", "line"), 4)
    return f'{back}<g transform="scale({form.pitch:g})">{paths}</g>'


def _picture(form: Form, values: Vector, scale: float) -> str:
    """Draw many values as one image of colored pixels, with the range that the colors stand for below."""
    matrix = np.zeros(form.columns * math.ceil(len(values) / form.columns))
    matrix[: len(values)] = values
    uri = png.heat_map(matrix.reshape(-1, form.columns), scale)
    back = svg.rectangle(-3, -3, form.width + 6, form.height + 6, paint("paper", "line"), 4)
    return back + svg.image(0, 0, form.width, form.height, uri)
