"""The loss layer's step where the loss is not one of this package's, or is taken of more than a row of
outputs: prediction, target and the one number that comes out; backward the first loss gradient."""

from __future__ import annotations

from neural_net import look, svg
from neural_net.diagram import names
from neural_net.diagram.blocks import Block, placed
from neural_net.diagram.quantities import LEVELS, Quantity, captioned, picture_of
from neural_net.diagram.reading import Reading, of_example
from neural_net.diagram.tiles import Tile, flow


def drawing(reading: Reading, phase: str, width: float) -> Block:
    """Draw what the loss layer computes in one of its steps."""
    record = reading.trace.records[reading.L + 1]
    row, m = reading.example, reading.m
    prediction = Quantity("ŷ", "forward", of_example(record.values["y_prev"], row, m))
    target = Quantity("target", "ink", of_example(record.values["target"], row, m))
    shown = [prediction, target]
    if phase == "backward":
        gradient = of_example(record.gradients["y_prev"], row, m)
        shown.append(Quantity(names.loss_gradient(reading.L), "backward", gradient))
    tiles = [Tile(captioned(quantity, picture_of(quantity, LEVELS[0]))) for quantity in shown]
    if phase == "forward":
        tiles.append(Tile(_number(f"{look.LOSS}, mean of {m}" if m > 1 else look.LOSS, reading.loss)))
    block = flow(tiles, width)
    title = "Prediction and target become one number →" if phase == "forward" else "← The first loss gradient"
    body = svg.text(0, 13, title, 12.8, phase) + placed(block, 0, 22)
    return Block(width, block.height + 22, block.height / 2, body)


def _number(symbol: str, value: float) -> Block:
    content = look.number(value)
    width = max(svg.width(symbol, 13, bold=True), svg.width(content, 22, bold=True))
    body = svg.text(0, 13, svg.rich(symbol, 13), 13, "ink", "start", svg.BOLD)
    return Block(width, 62, 31, body + svg.text(0, 54, content, 22, "ink", "start", svg.BOLD))
