"""The upper half of a frame: the chain of layers from the input to the loss, as far as the passes have
come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from neural_net import look, svg
from neural_net.diagram import arrays, layout, names, skip, units
from neural_net.diagram.layout import HEADER, LOSS_RISE, TOP, Box, Layout
from neural_net.diagram.names import Classes, ImageShape
from neural_net.diagram.reading import Matrix, Reading
from neural_net.diagram.units import Form
from neural_net.look import paint

BELOW = 53.0  # the height of the strip below the chain: parameters, weight gradients and the target
Point = tuple[float, float]

_REACH = 'stroke="#000" stroke-opacity="0" stroke-width="9"'
MOST_EDGES = 140  # with more edges than this, those of other steps are drawn in bundles that cannot be picked


class Chain:
    """The chain of one trace and example. Drawings of layers and edges are made once and shared by all
    frames."""

    def __init__(self, reading: Reading, image_shape: ImageShape, classes: Classes) -> None:
        self.reading = reading
        self.classes = classes
        self.forms = layout.forms_of(reading, image_shape, classes)
        self._drawn: dict[tuple[object, ...], str] = {}

    @cached_property
    def value_scales(self) -> tuple[float, ...]:
        """The value drawn in full color, for each layer: its largest, or 1 where all are smaller."""
        return tuple(max(1.0, look.scale_of(values)) for values in self.reading.y)

    @cached_property
    def gradient_scale(self) -> float:
        """The loss gradient drawn in full color: the largest of all layers, so that vanishing ones look
        faint."""
        return look.scale_of(*self.reading.gradient)

    @cached_property
    def marked_class(self) -> int | None:
        """The class that the target marks, where it marks one."""
        return self.reading.target.index(1.0) if names.is_class_target(self.reading) else None

    def once(self, key: tuple[object, ...], draw: Callable[[], str]) -> str:
        """Return the drawing called `key`, made by `draw` at its first use."""
        if key not in self._drawn:
            self._drawn[key] = draw()
        return self._drawn[key]

    def draw(self, current: int, is_forward: bool) -> tuple[str, Layout]:
        """Draw the chain at the step of layer `current`, and return it with its layout."""
        place = layout.layout_of(self.reading, self.forms, current)
        return self._draw(_Moment(self, place, current, is_forward)), place

    def draw_whole(self) -> tuple[str, Layout]:
        """Draw the chain after both passes, with what flows in both directions, and return it with its
        layout."""
        place = layout.layout_of(self.reading, self.forms, self.reading.L)
        return self._draw(_Whole(self, place, self.reading.L + 2, True)), place

    def _draw(self, frame: _Moment) -> str:
        place = frame.place
        parts = [frame.box(box) for box in place.boxes]
        parts += [frame.edges(left, right) for left, right in pairwise(place.boxes)]
        parts += [frame.content(box) for box in place.boxes]
        parts += [frame.arrows(left, right) for left, right in pairwise(place.boxes)]
        parts += [frame.skips(box) for box in place.boxes]
        parts += [frame.below(box) for box in place.boxes]
        return "".join(parts)


@dataclass(frozen=True)
class _Moment:
    """The chain at one step."""

    chain: Chain
    place: Layout
    current: int
    is_forward: bool

    @property
    def direction(self) -> str:
        return "forward" if self.is_forward else "backward"

    @property
    def loss(self) -> int:
        return self.chain.reading.L + 1

    def is_known(self, number: int) -> bool:
        """Say whether the forward pass has reached layer `number`."""
        return not self.is_forward or number <= self.current

    def has_gradient(self, number: int) -> bool:
        """Say whether the backward pass has found the loss gradient of layer `number`."""
        return not self.is_forward and number >= self.current - 1

    def gradient_style(self, number: int) -> str:
        return "strong" if number == self.current else "new" if number == self.current - 1 else "old"

    # ---------------------------------------------------------------------------------------- boxes

    def box(self, box: Box) -> str:
        if box.is_slab:
            return self._slab(box)
        direction = self.direction if box.first == self.current else ""
        return self.chain.once(("box", box, direction), lambda: self._box(box))

    def _box(self, box: Box) -> str:
        is_current = box.first == self.current
        is_loss = box.first == self.loss
        kind = f"{self.direction}-" if is_current else ""
        outline = paint(f"{kind}line") + f' stroke-width="{2.4 if is_current else 1.2}"'
        rise = LOSS_RISE if is_loss else 0
        x, y, height = box.x, TOP - rise, self.place.bottom - TOP + 2 * rise
        name, note = layout.header_texts(self.chain.reading, box.first, self.chain.forms)
        body = svg.rectangle(x, y, box.width, height, paint(f"{kind}panel"), 10)
        body += svg.path(svg.rounded_top(x, y, box.width, HEADER), paint(f"{kind}header"))
        if is_current:
            body += svg.line(x, y + HEADER, box.right, y + HEADER, paint(f"{kind}line"))
        body += svg.rectangle(x, y, box.width, height, outline, 10)
        body += svg.text(x + 13, y + 22, svg.plain(name), 14.5, "ink", "start", svg.BOLD)
        if note:
            body += svg.text(box.right - 13, y + 22, svg.plain(note), 13, "muted", "end", svg.ITALIC)
        mark = f' class="nn-pick{" nn-current" if is_current else ""}" data-ref="layer:{box.first}"'
        return f"<g{mark}>{body}</g>"

    def _slab(self, box: Box) -> str:
        first, last = box.first, box.last
        many = (
            f"Layers {max(first, 1)} – {last}"
            if last > first
            else layout.header_texts(self.chain.reading, first, self.chain.forms)[0]
        )
        if first == 0 and last > 0:
            many = f"Input … Layer {last}"
        middle, center = box.middle, (TOP + self.place.bottom) / 2
        label = (
            f'<text transform="translate({middle + 5:g} {center:g}) rotate(-90)"'
            f" {svg.text_style(14, 'muted', 'middle')}>{svg.plain(many)}</text>"
        )
        outline = svg.rectangle(box.x, TOP, box.width, self.place.bottom - TOP, paint("header", "line"), 8)
        return f'<g class="nn-pick" data-ref="layer:{first}">{outline}{label}</g>'

    # ------------------------------------------------------------------------------------- contents

    def content(self, box: Box) -> str:
        if box.is_slab:
            return ""
        if box.form is None:
            return self._loss(box)
        x, y = self.place.content_origin(box)
        return (
            f'<g transform="translate({x:g} {y:g})">{self._drawing(box.first, box.form)}</g>'
            + self._caption(box)
        )

    def _drawing(self, number: int, form: Form) -> str:
        chain, reading = self.chain, self.chain.reading
        if form.kind in arrays.KINDS:
            return self._array(number, form)
        beside = units.has_values_beside_gradients(form)
        if not self.is_known(number):
            n = reading.sizes[number]
            return chain.once((number, "empty"), lambda: units.draw_empty(form, number, n, chain.classes))
        drawing = ""
        if beside or not self.has_gradient(number):
            marked = chain.marked_class if number == reading.L else None
            drawing = chain.once(
                (number, "values"),
                lambda: units.draw(
                    form, number, reading.y[number], chain.value_scales[number], chain.classes, marked
                ),
            )
        if self.has_gradient(number):
            style = self.gradient_style(number)
            scale = chain.gradient_scale if beside else look.scale_of(reading.gradient[number])
            drawing += chain.once(
                (number, "gradient", style),
                lambda: units.draw_gradient(form, number, reading.gradient[number], scale, style),
            )
        return drawing

    def _array(self, number: int, form: Form) -> str:
        """The drawing of values that are more than a row: tokens, a sequence, or the maps of an image."""
        chain, reading = self.chain, self.chain.reading
        if not self.is_known(number):
            return chain.once((number, "empty"), lambda: arrays.draw_empty(form, number))
        if not self.has_gradient(number) or form.kind == "tokens":
            scale = chain.value_scales[number]
            return chain.once((number, "values"), lambda: arrays.draw(form, number, reading.y[number], scale))
        style, scale = self.gradient_style(number), look.scale_of(reading.gradient[number])
        return chain.once(
            (number, "gradient", style),
            lambda: arrays.draw_gradient(form, number, reading.gradient[number], scale, style),
        )

    def _caption(self, box: Box) -> str:
        """Say what a wide layer shows, below its drawing."""
        form = box.form
        if form is None or form.kind == "units" or not self.is_known(box.first):
            return ""
        y = self.place.content_origin(box)[1]
        below = y + form.height + 20
        if form.kind == "bars":
            return ""
        if self.has_gradient(box.first) and form.kind != "tokens":
            symbol, role, values = (
                names.loss_gradient(box.first),
                "backward",
                self.chain.reading.gradient[box.first],
            )
        else:
            symbol, role, values = names.y(box.first), "forward", self.chain.reading.y[box.first]
        if form.kind in arrays.KINDS:
            told = f"{symbol} · {arrays.told(form)}"
            return svg.text(box.middle, below, svg.rich(told, 13), 13, role, "middle")
        span = (
            f"{symbol}, {look.number(min(values))} … {look.number(max(values))}"
            if form.kind != "cells"
            else symbol
        )
        return svg.text(box.middle, below, svg.rich(span, 13), 13, role, "middle")

    def _loss(self, box: Box) -> str:
        reading = self.chain.reading
        middle = box.middle
        top, height = TOP + HEADER, self.place.body
        words = names.wrapped(names.loss_words(reading.loss_name), box.width - 20, 13)
        body = "".join(
            svg.text(middle, top + 14 + 17 * index, svg.plain(word), 13, "muted", "middle", svg.ITALIC)
            for index, word in enumerate(words)
        )
        center = top + (height + 17 * len(words)) / 2
        is_known = self.is_known(self.loss)
        body += svg.text(middle, center - 10, look.LOSS, 36, "ink" if is_known else "muted", "middle")
        if not is_known:
            return body + svg.text(middle, center + 18, "not reached yet", 13, "muted", "middle")
        body += svg.text(middle, center + 18, look.number(reading.loss), 18, "ink", "middle", svg.BOLD)
        if reading.m > 1:
            body += svg.text(middle, center + 37, f"mean of {reading.m}", 12.5, "muted", "middle")
        if self.has_gradient(self.loss):
            style = self.gradient_style(self.loss)
            label = svg.rich(f"{names.loss_gradient(self.loss)} = 1", 13)
            fill, role = (
                ("backward-solid", "on-solid") if style == "strong" else ("backward-header", "backward")
            )
            y = center + (48 if reading.m > 1 else 34)
            body += svg.rectangle(middle - 38, y, 76, 21, paint(fill), 10)
            body += svg.text(middle, y + 15, label, 13, role, "middle", svg.BOLD)
        return body

    def skips(self, box: Box) -> str:
        """Draw the ways around the blocks of a residual layer."""
        if box.form is None or not box.form.above:
            return ""
        is_backward = self.has_gradient(box.first)
        if not (is_backward or self.is_known(box.first)):
            return ""
        n, top = skip.sums_of(self.chain.reading, box.first), TOP + HEADER
        opacity = 1.0 if box.first == self.current else 0.45
        return skip.draw(box.x, box.right, top, n, "backward" if is_backward else "forward", opacity)

    # ---------------------------------------------------------------------------------------- edges

    def edges(self, left: Box, right: Box) -> str:
        """Draw the weights between two layers of units, strongly where the current step uses them."""
        if not layout.connects(self.chain.reading, left, right):
            return ""
        is_current = right.first == self.current
        key = ("edges", right.first, left.x, right.x, is_current)
        return self.chain.once(key, lambda: self._edges(left, right, is_current))

    def _edges(self, left: Box, right: Box, is_current: bool) -> str:
        assert left.form is not None
        assert right.form is not None
        number = right.first
        W = self.chain.reading.dense(number).W
        scale = look.scale_of(W)
        total = sum(
            len(layer.W) * len(layer.b)
            for layer in self.chain.reading.dense_layers
            if layer.n_in <= 8 >= layer.n_out
        )
        starts = [self.place.unit(left, i) for i in range(len(W))]
        ends = [self.place.unit(right, j) for j in range(len(W[0]))]
        r1, r2 = units.radius(left.form), units.radius(right.form)
        faint = "" if is_current else ' opacity="0.4"'
        if total > MOST_EDGES and not is_current:
            return f"<g{faint}>{_bundles(W, starts, ends, r1, r2, scale)}</g>"
        is_wide = is_current and total <= MOST_EDGES  # with a wider line, not seen, that is easy to hit
        parts = []
        for i, row in enumerate(W):
            x1, y1 = starts[i]
            for j, weight in enumerate(row):
                x2, y2 = ends[j]
                at = f'x1="{x1 + r1:g}" y1="{y1:g}" x2="{x2 - r2:g}" y2="{y2:g}"'
                shade, drawn = look.weight_paint(weight, scale)
                mark = (
                    f'data-ref="w:{number}:{i}:{j}" data-from="u:{number - 1}:{i}" data-to="u:{number}:{j}"'
                )
                if is_wide:
                    title = (
                        f"<title>W_{self.chain.reading.edge(number, i, j)} = {look.number(weight)}</title>"
                    )
                    line = f'<line {at} class="{shade}" {drawn}/><line {at} {_REACH}/>'
                    parts.append(f'<g class="nn-pick" {mark}>{title}{line}</g>')
                else:
                    parts.append(f'<line class="nn-pick {shade}" {mark} {at} {drawn}/>')
        return f"<g{faint}>{''.join(parts)}</g>"

    # --------------------------------------------------------------------------------------- arrows

    def arrows(self, left: Box, right: Box) -> str:
        """Draw what flows between two boxes: what the current step takes in and hands on strongly, the rest
        faintly."""
        inner, outer = left.last, right.first
        if inner == 0 and self.chain.reading.has_tokens and not self.is_forward:
            return ""  # nothing flows back to a token
        if outer > self.current + 1 if self.is_forward else inner < self.current - 1:
            return ""
        is_now = self.current in (inner, outer)
        has_edges = layout.connects(self.chain.reading, left, right)
        y = (
            self.place.bottom - 18
            if has_edges or self.place.has_edges
            else (TOP + HEADER + self.place.bottom) / 2
        )
        start, end = left.right + 4, right.x - 4
        if not self.is_forward:
            start, end = end, start
        opacity = 1.0 if is_now else 0.3
        narrow = abs(end - start) < 30
        body = svg.arrow(start, y, end, y, self.direction, 2.4 if narrow else 4, opacity)
        if is_now and not narrow:
            symbol = self._flow(inner)
            size = 15.5
            body += svg.text(
                (start + end) / 2, y - 12, svg.rich(symbol, size), size, self.direction, "middle", svg.BOLD
            )
        return body

    def _flow(self, inner: int) -> str:
        if not self.is_forward:
            return names.loss_gradient(inner)
        return f"ŷ = {names.y(inner)}" if inner == self.loss - 1 else names.y(inner)

    def below(self, box: Box) -> str:
        """Draw what enters and leaves a box from below: the target, the parameters, the weight gradients."""
        if box.first == self.loss:
            return self._target(box)
        if box.is_slab or box.first == 0:
            return ""
        number = box.first
        if self.is_forward and number == self.current:
            return self._parameters(box, names.parameters(self.chain.reading, number))
        if not self.is_forward and number >= self.current:
            return self._weight_gradients(box, names.weight_gradients(self.chain.reading, number))
        return ""

    def _parameters(self, box: Box, markup: str) -> str:
        if not markup:
            return ""
        bottom, middle = self.place.bottom + 3, box.middle
        body = svg.arrow(middle, bottom + 38, middle, bottom, "parameter", 4)
        label = svg.rich(markup, 14.5)
        return body + svg.text(middle + 14, bottom + 30, label, 14.5, "parameter", "start", svg.BOLD)

    def _weight_gradients(self, box: Box, markup: str) -> str:
        if not markup:
            return ""
        bottom, middle = self.place.bottom + 3, box.middle
        opacity = 1.0 if box.first == self.current else 0.35
        label = svg.rich(markup, 15)
        body = svg.arrow(middle, bottom, middle, bottom + 38, "backward", 4 if opacity == 1 else 3, opacity)
        style = svg.BOLD if opacity == 1 else 'fill-opacity="0.6"'
        return body + svg.text(middle + 14, bottom + 27, label, 15, "backward", "start", style)

    def _target(self, box: Box) -> str:
        reading = self.chain.reading
        if self.chain.marked_class is not None:
            value = names.class_name(self.chain.classes, self.chain.marked_class)
            value = f"class {value}" if self.chain.classes is None else value
        elif len(reading.target) <= 3:
            value = ", ".join(look.number(entry) for entry in reading.target)
        else:
            value = f"{len(reading.target)} values"
        content = svg.plain(f"target {value}")
        width = min(svg.width(content, 13.5) + 26, 230)
        right = min(box.middle + width / 2, layout.WIDTH - layout.MARGIN)
        bottom = self.place.bottom + LOSS_RISE
        body = svg.arrow(box.middle, bottom + 17, box.middle, bottom + 2, "outline", 3)
        body += svg.rectangle(right - width, bottom + 18, width, 24, paint("paper", "outline"), 7)
        return body + svg.text(right - width / 2, bottom + 35, content, 13.5, "ink", "middle")


class _Whole(_Moment):
    """The chain after both passes: no step is the current one, and both directions are shown."""

    def has_gradient(self, number: int) -> bool:
        return number > self.chain.reading.L or units.has_values_beside_gradients(self.chain.forms[number])

    def gradient_style(self, number: int) -> str:
        return "old"

    def arrows(self, left: Box, right: Box) -> str:
        """Draw both flows between two boxes, the values above the loss gradients."""
        has_edges = layout.connects(self.chain.reading, left, right)
        y = (
            self.place.bottom - 16
            if has_edges or self.place.has_edges
            else (TOP + HEADER + self.place.bottom) / 2
        )
        start, end = left.right + 4, right.x - 4
        forward = svg.arrow(start, y - 13, end, y - 13, "forward", 3)
        return forward + svg.arrow(end, y, start, y, "backward", 3)

    def below(self, box: Box) -> str:
        return self._target(box) if box.first == self.loss else ""


def _bundles(W: Matrix, starts: list[Point], ends: list[Point], r1: float, r2: float, scale: float) -> str:
    """Draw edges in a few paths, those of like sign and size together."""
    bundles: dict[tuple[str, str], list[str]] = {}
    for i, row in enumerate(W):
        for j, weight in enumerate(row):
            size = (round(3 * look.strength(weight, scale)) or 0.5) / 3 * scale
            (x1, y1), (x2, y2) = starts[i], ends[j]
            commands = f"M{x1 + r1:g} {y1:g}L{x2 - r2:g} {y2:g}"
            bundles.setdefault(look.weight_paint(size if weight > 0 else -size, scale), []).append(commands)
    return "".join(
        svg.path("".join(commands), f'class="{shade}" fill="none" {drawn}')
        for (shade, drawn), commands in bundles.items()
    )
