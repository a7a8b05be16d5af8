"""How the values of a layer are drawn where they are more than a row: tokens, the steps of a sequence with
time downward, or the maps of an image."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from neural_net import look, png, svg
from neural_net.diagram import collage
from neural_net.diagram.names import ImageShape, size
from neural_net.diagram.reading import Reading, Vector
from neural_net.diagram.units import CELLS, Form, cell, pick
from neural_net.look import paint
from neural_net.operations import Shape

KINDS = ("tokens", "sequence", "maps")
MOST_MAPS = 12  # of an image's channels so many are drawn
MOST_TOKENS = 16
MOST_STEPS, MOST_FEATURES = 7, 3  # a sequence up to so many is drawn as cells with a number each
WIDEST, HIGHEST = 132.0, 150.0
MOST_PICKED = 64  # so many values have a rectangle each
PIXELS = (28, 28)  # of one channel at most
CELL_WIDTH, CELL_HEIGHT, CELL_GAP = 44.0, 22.0, 3.0
Rectangle = tuple[float, float, float, float]


def is_array(reading: Reading, number: int) -> bool:
    """Say whether layer `number` is drawn here: its values are not one row of numbers."""
    return len(reading.shapes[number]) > 1 or (number == 0 and reading.has_tokens)


def image_shape_of(reading: Reading) -> ImageShape:
    """Return (rows, columns) of an input that is an image of one channel of ink, None of any other."""
    shape = reading.shapes[0]
    is_image = len(shape) == 3 and shape[0] == 1 and min(reading.y[0]) >= 0
    return (shape[1], shape[2]) if is_image else None


def form_of(reading: Reading, number: int) -> Form:
    """Choose how to draw the values of layer `number`."""
    shape = reading.shapes[number]
    if number == 0 and reading.has_tokens:
        return _tokens(shape)
    return _maps(shape) if len(shape) == 3 else _sequence((shape[0], math.prod(shape[1:])), shape)


def noun(form: Form) -> str:
    """Say what a form shows, in a word or two."""
    return {"tokens": "tokens", "sequence": "sequence", "maps": "image"}[form.kind]


def told(form: Form) -> str:
    """Say the shape of what a form shows, and how much of it where not all."""
    written = size(form.shape)
    if form.kind == "maps" and form.shape[0] > MOST_MAPS:
        return f"{MOST_MAPS} of {written}"
    n = math.prod(form.shape)
    return f"{MOST_TOKENS} of {n}" if form.kind == "tokens" and n > MOST_TOKENS else written


def _tokens(shape: Shape) -> Form:
    n = min(math.prod(shape), MOST_TOKENS)
    columns = 1 if n <= 7 else 2
    rows = math.ceil(n / columns)
    return Form("tokens", columns * (CELL_WIDTH + 6) - 6, rows * 25.0 - 3, columns, 25.0, shape)


def _sequence(matrix: Shape, shape: Shape) -> Form:
    T, n = matrix
    if T <= MOST_STEPS and n <= MOST_FEATURES:
        width, height = CELL_WIDTH + CELL_GAP, CELL_HEIGHT + CELL_GAP
        return Form("sequence", n * width - CELL_GAP, T * height - CELL_GAP, n, 0, shape)
    across, down = min(18.0, WIDEST / n), min(18.0, HIGHEST / T)
    return Form("sequence", n * across, T * down, n, min(across, down), shape)


def _maps(shape: Shape) -> Form:
    channels, rows, columns = min(shape[0], MOST_MAPS), *shape[1:]
    across = 1 if channels == 1 else 2 if channels <= 6 else 3
    grid = (math.ceil(channels / across), across)
    pitch = min(14.0, collage.pitch_for(grid, (rows, columns), WIDEST, HIGHEST))
    width, height = collage.size_of(grid, (rows, columns), pitch)
    return Form("maps", width, height, across, pitch, shape)


# ----------------------------------------------------------------------------------------- drawings


def draw(form: Form, number: int, values: Vector, scale: float) -> str:
    """Draw values with the upper left corner of their area at the origin."""
    if form.kind == "tokens":
        return "".join(_token(form, number, j, values[j]) for j in range(min(len(values), MOST_TOKENS)))
    if _has_numbers(form):
        back = svg.rectangle(-5, -5, form.width + 10, form.height + 10, paint("paper"), 6)
        cells = "".join(
            pick(f"u:{number}:{j}", cell(x, y, width, height, values[j], scale))
            for j, (x, y, width, height) in enumerate(_places(form))
        )
        return f"{back}<g {CELLS}>{cells}</g>"
    if _can_pick(form):
        return _backs(form) + "".join(
            _square(number, j, place, values[j], scale) for j, place in enumerate(_places(form))
        )
    images = np.array(values).reshape(form.shape if form.kind == "maps" else (1, form.shape[0], -1))
    if form.kind == "maps":
        return collage.draw(images[:MOST_MAPS], form.columns, scale, form.pitch, PIXELS)
    back = svg.rectangle(-1, -1, form.width + 2, form.height + 2, paint("paper", "line"), 2)
    return back + svg.image(0, 0, form.width, form.height, png.heat_map(images[0], scale))


def draw_empty(form: Form, number: int) -> str:
    """Draw values that the forward pass has not reached: outlines only."""
    empty = paint("well", "line") + ' fill-opacity="0.45" stroke-dasharray="3 3"'
    return "".join(svg.rectangle(*place, empty, 4) for place in _areas(form))


def draw_gradient(form: Form, number: int, gradient: Vector, scale: float, style: str) -> str:
    """Draw loss gradients in the place of the values, in a frame: "strong", "new" or "old"."""
    dashes = ' stroke-dasharray="5 3"' if style == "new" else ""
    around = f'{paint("panel", "backward-line")} stroke-width="{2.2 if style == "strong" else 1.4}"{dashes}'
    frame = svg.rectangle(-7, -7, form.width + 14, form.height + 14, around, 7)
    return frame + draw(form, number, gradient, scale)


def _has_numbers(form: Form) -> bool:
    return form.kind == "sequence" and form.pitch == 0


def _can_pick(form: Form) -> bool:
    """Say whether each value has a rectangle of its own."""
    is_whole = form.kind != "maps" or form.shape[0] <= MOST_MAPS
    return is_whole and math.prod(form.shape) <= MOST_PICKED and form.pitch >= 6


def _areas(form: Form) -> list[Rectangle]:
    """Return the rectangle of each token, of each map, or of the one matrix."""
    if form.kind == "sequence":
        return [(0.0, 0.0, form.width, form.height)]
    if form.kind == "tokens":
        n = min(math.prod(form.shape), MOST_TOKENS)
        rows = math.ceil(n / form.columns)
        return [(j // rows * (CELL_WIDTH + 6), j % rows * form.pitch, CELL_WIDTH, 22.0) for j in range(n)]
    channels, rows, columns = form.shape
    return list(collage.places(min(channels, MOST_MAPS), form.columns, (rows, columns), form.pitch))


def _places(form: Form) -> Iterator[Rectangle]:
    """The rectangle of each value, in their flat order."""
    rows, columns = form.shape[-2:] if form.kind == "maps" else (form.shape[0], form.columns)
    gap = CELL_GAP if _has_numbers(form) else 0.0
    for x, y, width, height in _areas(form):
        across, down = (width + gap) / columns, (height + gap) / rows
        for i in range(rows):
            for j in range(columns):
                yield x + j * across, y + i * down, across - gap, down - gap


def _backs(form: Form) -> str:
    return "".join(
        svg.rectangle(x - 1.5, y - 1.5, width + 3, height + 3, paint("paper", "line"), 2)
        for x, y, width, height in _areas(form)
    )


def _square(number: int, j: int, place: Rectangle, value: float, scale: float) -> str:
    x, y, width, height = place
    return (
        f'<rect class="nn-pick nn-{"pos" if value > 0 else "neg"}" data-ref="u:{number}:{j}" x="{x:g}"'
        f' y="{y:g}" width="{width:g}" height="{height:g}"'
        f' fill="{look.color("pos" if value > 0 else "neg")}"'
        f' fill-opacity="{look.strength(value, scale):g}"/>'
    )


def _token(form: Form, number: int, j: int, value: float) -> str:
    x, y, width, height = _areas(form)[j]
    box = svg.rectangle(x, y, width, height, paint("paper", "outline"), 6)
    label = svg.text(x + width / 2, y + 15.6, look.number(value), 13, "ink", "middle")
    return pick(f"u:{number}:{j}", box + label)
