"""The lines of a layer's program as a row of named boxes: those done, the current one, and those to come."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from neural_net import svg
from neural_net.diagram.blocks import Block
from neural_net.look import paint
from neural_net.program import Line
from neural_net.steps import Phase

BOX, GAP, SIZE = 28.0, 12.0, 13.0
GROUP = 22.0  # the height of the line with the names of the groups
ARCS = 30.0  # the height below the boxes, where lines are joined to what they read
MORE = 74.0  # the width of "← 12 more" at either end
HEIGHT = GROUP + BOX + ARCS

_TIME = re.compile(r"_(\d+)$")


@dataclass(frozen=True)
class Box:
    """The box of one line (or, at the place 0, of y_prev), with its left edge and its width."""

    place: int
    name: str
    x: float
    width: float

    @property
    def middle(self) -> float:
        """Half way from left to right."""
        return self.x + self.width / 2


def lines(program: Sequence[Line], current: Line, phase: Phase, width: float) -> Block:
    """Draw a program with `current` marked, and joined to the lines whose values it reads.

    Of a program that is wider than `width`, the lines around the current one are drawn. Lines of one inner
    layer, or of one time step, stand below its name.
    """
    names = ["y_prev", *(line.output for line in program)]
    at = names.index(current.output)
    boxes = list(_window(names, at, width))
    body = "".join(_groups(boxes))
    first, last = boxes[0].place, boxes[-1].place
    middle = GROUP + BOX / 2
    body += svg.line(boxes[0].x, middle, boxes[-1].x + boxes[-1].width, middle, paint("line"))
    body += "".join(_box(box, box.place - at, phase) for box in boxes)
    body += _arcs(boxes, current, at, phase)
    if first:
        body += svg.text(boxes[0].x - 10, middle + 4.5, f"{first} more", 12.5, "muted", "end")
    if last < len(program):
        x = boxes[-1].x + boxes[-1].width + 10
        body += svg.text(x, middle + 4.5, f"{len(program) - last} more", 12.5, "muted")
    return Block(width, HEIGHT, HEIGHT / 2, body)


def group_of(name: str) -> str:
    """Return the inner layer or the time step that a value belongs to; "" for neither."""
    owner, _, own = name.rpartition(".")
    step = _TIME.search(own)
    return owner or (f"t = {step.group(1)}" if step else "")


def _label(name: str) -> str:
    return name.rpartition(".")[2]


def _box_width(name: str) -> float:
    return max(34.0, svg.width(_label(name), SIZE) + 18)


def _window(names: Sequence[str], at: int, width: float) -> Iterator[Box]:
    """Place the boxes around `at` that fit, in the middle of the width."""
    first = last = at
    room = width - 2 * MORE - _box_width(names[at])
    while first > 0 or last < len(names) - 1:
        left = first > 0 and (at - first <= last - at or last == len(names) - 1)
        step = first - 1 if left else last + 1
        room -= _box_width(names[step]) + GAP
        if room < 0:
            break
        first, last = (step, last) if left else (first, step)
    total = sum(_box_width(names[i]) + GAP for i in range(first, last + 1)) - GAP
    x = (width - total) / 2
    for place in range(first, last + 1):
        box = Box(place, names[place], x, _box_width(names[place]))
        yield box
        x += box.width + GAP


def _groups(boxes: Sequence[Box]) -> Iterator[str]:
    """The name of each group over a rule as wide as its boxes."""
    for group, found in groupby(boxes, key=lambda box: group_of(box.name)):
        members = list(found)
        left, right = members[0].x, members[-1].x + members[-1].width
        label = group
        while label and svg.width(label, 12.5) > right - left + GAP - 4:
            label = label[:-2].rstrip("…") + "…" if len(label) > 3 else ""
        if group:
            yield svg.line(left, GROUP - 5, right, GROUP - 5, paint("outline"))
        if label:
            yield svg.text((left + right) / 2, GROUP - 9, svg.plain(label), 12.5, "muted", "middle")


def _box(box: Box, ahead: int, phase: Phase) -> str:
    """One box: solid if current, tinted if done, an outline if to come."""
    is_done = ahead < 0 if phase == "forward" else ahead > 0
    if ahead == 0:
        fill, role = paint(f"{phase}-solid"), "on-solid"
    elif is_done:
        fill, role = paint(f"{phase}-header", f"{phase}-line"), phase
    else:
        fill, role = paint("paper", "outline"), "muted"
    label = svg.text(
        box.middle,
        GROUP + BOX / 2 + 4.6,
        svg.plain(_label(box.name)),
        SIZE,
        role,
        "middle",
        svg.BOLD if ahead == 0 else "",
    )
    return svg.rectangle(box.x, GROUP, box.width, BOX, fill, 7) + label


def _arcs(boxes: Sequence[Box], current: Line, at: int, phase: Phase) -> str:
    """Curves below the boxes from what the line reads to the line; backward, the other way round."""
    here = next(box for box in boxes if box.place == at)
    parts = []
    for box in boxes:
        if box.name not in current.inputs or box.place >= at:
            continue
        bottom = GROUP + BOX
        start, end = (box.middle, here.middle - 6) if phase == "forward" else (here.middle - 6, box.middle)
        depth = bottom + min(ARCS - 4, 12 + 0.06 * abs(end - start)) * 1.5
        curve = f"M{start:g} {bottom + 1:g}C{start:g} {depth:g} {end:g} {depth:g} {end:g} {bottom + 7:g}"
        tip = f"M{end - 4:g} {bottom + 7:g}h8l-4 -6z"
        parts.append(svg.path(curve, paint(f"{phase}-line") + ' stroke-width="1.6"'))
        parts.append(svg.path(tip, paint(f"{phase}-solid")))
    return "".join(parts)
