"""The panel of a layer of any kind: the named quantities of its program, forward the values, backward the
loss gradients of the same names at the same places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf

from neural_net import svg
from neural_net.diagram import attention, names, spread, unrolled
from neural_net.diagram.blocks import Block, placed
from neural_net.diagram.quantities import LEVELS, Level, Quantity, captioned, picture_of
from neural_net.diagram.reading import KindReading, Reading
from neural_net.diagram.tiles import Tile, flow

HIGHEST = 252.0  # of the pictures
# The size of the pictures, the least number of axes of the parameters drawn, and how high it may become.
_CHOICES = ((0, 0, 150.0), (1, 0, 200.0), (2, 0, inf), (2, 2, inf), (2, 9, inf))
TITLE = 22.0
MINOR = ("_heads", "mean", "variance")  # what can be left out where room is short


def drawing(reading: Reading, layer: KindReading, phase: str, width: float, most: float = HIGHEST) -> Block:
    """Draw what a step of this layer computes, as richly as there is room for in a height of `most`."""
    block = Block(width, 0.0, 0.0, "")
    if unrolled.is_recurrent(layer):
        block = _in_time(reading, layer, phase, width)
    else:
        block = _as_tiles(reading, layer, phase, width, most)
    title = (
        "The values of this example, in the order in which they are computed →"
        if phase == "forward"
        else "← The loss gradients of the same quantities, computed from right to left"
    )
    height = TITLE + block.height
    body = svg.text(0, 13, title, 12.8, phase) + placed(block, 0, TITLE)
    return Block(width, height, height / 2, body)


def _as_tiles(reading: Reading, layer: KindReading, phase: str, width: float, most: float) -> Block:
    """The quantities in rows: with numbers where that takes little room, then smaller, then without vectors
    and without parameters, then without some of the others."""
    for level, least_axes, highest in _CHOICES:
        tiles = _tiles(reading, layer, phase, LEVELS[level], least_axes)
        block = flow(tiles, width)
        if block.height <= min(most, highest):
            return block
    return flow(_fewer(tiles, width, most), width)


def _in_time(reading: Reading, layer: KindReading, phase: str, width: float) -> Block:
    """The layer unrolled in time, and its parameters beside it."""
    chain = unrolled.chain(layer, phase, width)
    used = [name for name in layer.given if _is_told(layer, name, phase)]
    room = width - chain.width - 34
    if flow(_parameters(reading, layer, phase, used), room).height > chain.height:
        used = [name for name in used if layer.values[name].ndim > 1]
    tiles = _parameters(reading, layer, phase, used)
    if room < 220:
        below = flow(tiles, width)
        return Block(
            width, chain.height + 8 + below.height, 0, chain.body + placed(below, 0, chain.height + 8)
        )
    beside = flow(tiles, room)
    body = chain.body + placed(beside, chain.width + 34, 0)
    return Block(width, max(chain.height, beside.height), 0, body)


def _parameters(reading: Reading, layer: KindReading, phase: str, used: Sequence[str]) -> list[Tile]:
    return [_parameter(reading, layer, phase, name, LEVELS[2]) for name in used]


def _tiles(reading: Reading, layer: KindReading, phase: str, level: Level, least_axes: int) -> list[Tile]:
    """The quantities of a step, with its parameters that have at least so many axes."""
    tiles, apart = list[Tile](), list[Tile]()
    for name in _order(layer):
        if name in layer.given:
            if layer.values[name].ndim < least_axes or not _is_told(layer, name, phase):
                continue
            tile = _parameter(reading, layer, phase, name, level)
            (apart if phase == "backward" else tiles).append(tile)
        elif _is_told(layer, name, phase):
            tiles.append(_value(reading, layer, phase, name, level))
    extra = spread.before_and_after(layer) if phase == "forward" else None
    return [*tiles, *([Tile(extra)] if extra else []), *apart]


def _order(layer: KindReading) -> Iterator[str]:
    """Every name of a layer's program: y_prev first, then each line's new parameters and its output."""
    told = set()
    yield "y_prev"
    told.add("y_prev")
    for line in layer.record.program:
        for name in (*line.inputs, line.output):
            if name not in told:
                told.add(name)
                yield name


def _is_told(layer: KindReading, name: str, phase: str) -> bool:
    return name in (layer.values if phase == "forward" else layer.gradients)


def _quantity(layer: KindReading, phase: str, name: str, role: str) -> Quantity:
    if phase == "forward":
        return Quantity(symbol_of(layer, name), role, layer.values[name])
    return Quantity(gradient_of(layer, name), "backward", layer.gradients[name])


def symbol_of(layer: KindReading, name: str) -> str:
    """Return how a value is written: y_prev and y by the numbers of their layers."""
    if name in ("y_prev", "y"):
        return names.y(layer.number - (name == "y_prev"))
    return names.local(name)


def gradient_of(layer: KindReading, name: str) -> str:
    """Return how a loss gradient is written."""
    if name in ("y_prev", "y"):
        return names.loss_gradient(layer.number - (name == "y_prev"))
    return names.gradient(names.local(name))


def _value(reading: Reading, layer: KindReading, phase: str, name: str, level: Level) -> Tile:
    quantity = _quantity(layer, phase, name, "forward")
    if attention.is_weights(name, quantity.values) and phase == "forward":
        picture = attention.matrices(quantity, attention.labels(reading, layer), level)
    else:
        picture = picture_of(quantity, level)
    return Tile(captioned(quantity, picture), names.owner(name), rank=_rank(name))


def _rank(name: str) -> int:
    """How much a quantity says: attention's weights most, copies and statistics least."""
    return 2 if name in ("y_prev", "y") or name.endswith("weights") else 0 if name.endswith(MINOR) else 1


def _parameter(reading: Reading, layer: KindReading, phase: str, name: str, level: Level) -> Tile:
    quantity = _quantity(layer, phase, name, "parameter")
    owner = names.owner(name)
    if phase == "backward":
        many = f"parameters, sum of {reading.m}" if reading.m > 1 else "parameters"
        return Tile(captioned(quantity, picture_of(quantity, level)), f"{owner} {many}".strip(), "backward")
    return Tile(captioned(quantity, picture_of(quantity, level)), owner)


def _fewer(tiles: Sequence[Tile], width: float, most: float) -> list[Tile]:
    """Leave out tiles until the others fit: first those that say least, then those of the middle."""
    kept = list(tiles)
    while len(kept) > 4 and flow([*kept, _more(1)], width).height > most:
        least = min(tile.rank for tile in kept)
        places = [index for index, tile in enumerate(kept) if tile.rank == least]
        del kept[places[len(places) // 2]]
    return kept if len(kept) == len(tiles) else [*kept, _more(len(tiles) - len(kept))]


def _more(count: int) -> Tile:
    words = f"and {count} more"
    return Tile(Block(svg.width(words, 13), 40, 20, svg.text(0, 28, words, 13, "muted")))
