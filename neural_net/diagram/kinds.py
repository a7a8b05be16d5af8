"""The panel of a layer of any kind: the named quantities of its program, forward the values, backward the
loss gradients of the same names at the same places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from neural_net import svg
from neural_net.diagram import attention, names, spread, unrolled
from neural_net.diagram.blocks import Block, placed
from neural_net.diagram.quantities import LEVELS, Level, Quantity, captioned, picture_of
from neural_net.diagram.reading import KindReading, Reading
from neural_net.diagram.tiles import Tile, flow

HIGHEST = 300.0  # of the panel's upper part
TITLE = 22.0


def drawing(reading: Reading, layer: KindReading, phase: str, width: float) -> Block:
    """Draw what a step of this layer computes, as richly as there is room for."""
    block = Block(width, 0.0, 0.0, "")
    for level, least_axes in ((0, 0), (1, 0), (2, 0), (2, 2), (2, 9)):
        tiles = _tiles(reading, layer, phase, LEVELS[level], least_axes)
        block = flow(tiles, width)
        if block.height <= HIGHEST - TITLE:
            break
    else:
        block = flow(_fewer(tiles, width), width)
    title = (
        "The values of this example, in the order in which they are computed →"
        if phase == "forward"
        else "← The loss gradients of the same quantities, computed from right to left"
    )
    height = TITLE + block.height
    body = svg.text(0, 13, title, 12.8, phase) + placed(block, 0, TITLE)
    return Block(width, height, height / 2, body)


def _tiles(reading: Reading, layer: KindReading, phase: str, level: Level, least_axes: int) -> list[Tile]:
    """The quantities of a step, with its parameters that have at least so many axes."""
    if unrolled.is_recurrent(layer):
        tiles = [Tile(unrolled.chain(layer, phase))]
        used = [name for name in layer.given if layer.values[name].ndim >= least_axes]
        return tiles + [
            _parameter(reading, layer, phase, name, level) for name in used if _is_told(layer, name, phase)
        ]
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
    return Tile(captioned(quantity, picture), names.owner(name))


def _parameter(reading: Reading, layer: KindReading, phase: str, name: str, level: Level) -> Tile:
    quantity = _quantity(layer, phase, name, "parameter")
    owner = names.owner(name)
    if phase == "backward":
        many = f"parameters, sum of {reading.m}" if reading.m > 1 else "parameters"
        return Tile(captioned(quantity, picture_of(quantity, level)), f"{owner} {many}".strip(), "backward")
    return Tile(captioned(quantity, picture_of(quantity, level)), owner)


def _fewer(tiles: Sequence[Tile], width: float) -> list[Tile]:
    """Leave out tiles of the middle until the others fit."""
    kept = list(tiles)
    while len(kept) > 4 and flow([*kept, kept[0]], width).height > HIGHEST - TITLE:
        del kept[len(kept) // 2]
    left_out = len(tiles) - len(kept)
    if not left_out:
        return kept
    words = f"… {left_out} more …"
    height = kept[0].block.height
    more = Block(svg.width(words, 13), height, height / 2, svg.text(0, 40, words, 13, "muted"))
    middle = len(kept) // 2
    return [*kept[:middle], replace(kept[middle], block=more), *kept[middle:]]
