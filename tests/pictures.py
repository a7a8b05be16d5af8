"""Reads SVG pictures back: where each text stands on the page, and what it says."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass

from neural_net import svg

NAMESPACE = "{http://www.w3.org/2000/svg}"
_TRANSFORM = re.compile(r"(\w+)\(([^)]*)\)")


@dataclass(frozen=True)
class Words:
    """One text with its box on the page."""

    content: str
    left: float
    right: float
    top: float
    bottom: float

    def overlaps(self, other: Words, slack: float = 1.0) -> bool:
        """Whether the two boxes cover common ground by more than `slack`."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > slack and down > slack


def parse(picture: str) -> ET.Element:
    """Return the root of a picture."""
    return ET.fromstring(picture)


def view_box(root: ET.Element) -> tuple[float, float]:
    """Return the width and height of a picture."""
    _, _, width, height = map(float, root.get("viewBox", "").split())
    return width, height


def classes(root: ET.Element) -> set[str]:
    """Return every class in a picture."""
    return {name for element in root.iter() for name in element.get("class", "").split()}


def text_of(element: ET.Element) -> str:
    """Return the text of an element, tooltips apart."""
    return "".join("".join(text.itertext()) for text in element.iter(NAMESPACE + "text"))


def find(root: ET.Element, attribute: str, value: str) -> ET.Element:
    """Return the one element whose attribute has that value."""
    found = [element for element in root.iter() if element.get(attribute) == value]
    assert len(found) == 1, (attribute, value, len(found))
    return found[0]


def words(root: ET.Element) -> list[Words]:
    """Return every horizontal text of a picture with its box."""
    return list(_words(root, 0.0, 0.0, 1.0, 14.0, "start"))


def _words(
    element: ET.Element, x: float, y: float, scale: float, size: float, anchor: str
) -> Iterator[Words]:
    for name, arguments in _TRANSFORM.findall(element.get("transform", "")):
        numbers = [float(number) for number in arguments.replace(",", " ").split()]
        if name == "rotate":
            return
        if name == "translate":
            x, y = x + scale * numbers[0], y + scale * numbers[1]
        else:
            scale *= numbers[0]
    size, anchor = float(element.get("font-size", size)), element.get("text-anchor", anchor)
    if element.tag == NAMESPACE + "text":
        yield _box(element, x, y, scale, size, anchor)
        return
    for child in element:
        yield from _words(child, x, y, scale, size, anchor)


def _box(element: ET.Element, x: float, y: float, scale: float, size: float, anchor: str) -> Words:
    content = "".join(element.itertext())
    bold = element.get("font-weight") == "bold"
    if element.get("font-family"):
        width = 0.602 * size * len(content)
    else:
        width = svg.width(element.text or "", size, bold)
        for run in element:
            width += svg.width(run.text or "", float(run.get("font-size", size)), bold)
            width += svg.width(run.tail or "", size, bold)
    start = float(element.get("x", 0)) - {"start": 0, "middle": width / 2, "end": width}[anchor]
    baseline = float(element.get("y", 0))
    left, top = x + scale * start, y + scale * (baseline - 0.72 * size)
    return Words(content, left, left + scale * width, top, y + scale * baseline)
