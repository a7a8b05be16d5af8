"""Tiles in rows, as words on a page: the named quantities of a layer in their order, in groups with a
heading each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from neural_net import svg
from neural_net.diagram.blocks import Block, placed
from neural_net.look import paint

GAP, ROW_GAP = 19.0, 9.0
HEADING = 20.0


@dataclass(frozen=True)
class Tile:
    """One block, and the heading of the group that it belongs to ("" for none)."""

    block: Block
    heading: str = ""
    role: str = "muted"
    rank: int = 1  # where room is short, tiles of the least rank are left out first


def flow(tiles: Sequence[Tile], width: float) -> Block:
    """Set tiles side by side, in as many rows as they need within `width`."""
    parts: list[str] = []
    y = 0.0
    for row in _rows(tiles, width):
        top = HEADING if any(tile.heading for tile in row) else 0.0
        parts.append(_row(row, y, top))
        y += top + max(tile.block.height for tile in row) + ROW_GAP
    height = max(y - ROW_GAP, 0.0)
    return Block(width, height, height / 2, "".join(parts))


def _rows(tiles: Sequence[Tile], width: float) -> list[list[Tile]]:
    rows: list[list[Tile]] = []
    x = 0.0
    for tile in _widened(tiles):
        if not rows or x + tile.block.width > width:
            rows.append([])
            x = 0.0
        rows[-1].append(tile)
        x += tile.block.width + GAP
    return rows


def _widened(tiles: Sequence[Tile]) -> Iterator[Tile]:
    """Give a tile that is alone under its heading the width of the heading."""
    for index, tile in enumerate(tiles):
        neighbors = [*tiles[max(index - 1, 0) : index], *tiles[index + 1 : index + 2]]
        is_alone = tile.heading and all(other.heading != tile.heading for other in neighbors)
        needed = svg.width(tile.heading, 12.5) if is_alone else 0.0
        yield replace(tile, block=replace(tile.block, width=max(tile.block.width, needed)))


def _row(row: list[Tile], y: float, top: float) -> str:
    parts, x, start = [], 0.0, 0.0
    for index, tile in enumerate(row):
        parts.append(placed(tile.block, x, y + top))
        x += tile.block.width + GAP
        is_last = index + 1 == len(row) or row[index + 1].heading != tile.heading
        if is_last:
            parts.append(_heading(tile, start, x - GAP, y))
            start = x
    return "".join(parts)


def _heading(tile: Tile, start: float, end: float, y: float) -> str:
    """The heading above a group, with a rule as wide as the group; cut where the group is narrow."""
    if not tile.heading:
        return ""
    words = tile.heading
    while words and svg.width(words, 12.5) > end - start + GAP - 6:
        words = words[:-2].rstrip() + "…" if len(words) > 2 else ""
    rule = svg.line(start, y + 16.5, end, y + 16.5, paint("line"))
    return svg.text(start, y + 12, svg.plain(words), 12.5, tile.role) + rule
