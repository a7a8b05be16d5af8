"""The elements of SVG, and the tiny PNG: what they write, and that others can read it."""

import base64
import struct
import xml.etree.ElementTree as ET
import zlib

import numpy as np
import pytest

from neural_net import look, png, svg

NAMESPACE = "{http://www.w3.org/2000/svg}"


def parse(fragment: str) -> ET.Element:
    return ET.fromstring(f'<svg xmlns="http://www.w3.org/2000/svg">{fragment}</svg>')[0]


def test_a_picture_says_what_it_is_to_those_who_do_not_see_it() -> None:
    root = ET.fromstring(svg.picture(100, 50, "", 'a < b & "c"'))
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'a < b & "c"'
    assert root.get("viewBox") == "0 0 100 50"
    assert root.get("width") == "100%"
    assert "max-width:100px" in root.get("style")


@pytest.mark.parametrize(
    "fragment",
    [
        svg.rectangle(1, 2, 3, 4, look.paint("panel", "line"), 5),
        svg.circle(1, 2, 3, look.paint("ink")),
        svg.line(1, 2, 3, 4, look.paint("line")),
        svg.path("M0 0", look.paint("line")),
        svg.image(0, 0, 5, 5, "data:image/png;base64,"),
        svg.arrow(0, 0, 10, 0, "forward"),
        svg.text(1, 2, svg.plain("<&>"), 13, "muted", "end", svg.BOLD),
        svg.text(1, 2, "x", 13, "ink", "start", svg.CODE),
    ],
)
def test_every_element_is_well_formed(fragment: str) -> None:
    parse(fragment)


def test_an_arrow_ends_at_its_tip() -> None:
    points = [
        tuple(map(float, p.split(",")))
        for p in parse(svg.arrow(50, 7, 10, 7, "backward", 4)).get("points").split()
    ]
    assert min(x for x, _ in points) == 10
    assert (10, 7) in points
    assert max(x for x, _ in points) == 50


@pytest.mark.parametrize(
    "markup",
    [
        "y_{(1)} = x",
        "W_{(2)}^{T}",
        "⟨backward|ℒ′_{(1)}⟩ · ⟨parameter|W_{(2)}^{T}⟩ + b_{1} < 3",
        "e^{−1.5} & more",
    ],
)
def test_marked_up_text_comes_back_to_the_line(markup: str) -> None:
    element = parse(f"<text>{svg.rich(markup, 20)} end</text>")
    depth, ends = 0.0, []
    for run in element:
        depth += float(run.get("dy", 0))
        ends.append(bool(run.tail and run.tail.strip()))
        lowered_or_raised = run.get("font-size") is not None
        assert lowered_or_raised == (abs(depth) > 0.01)
    plain = "".join(element.itertext())
    assert not set("_^{}⟨⟩|") & set(plain)


def test_marked_up_text_is_colored_by_role_and_escaped() -> None:
    element = parse(f"<text>{svg.rich('⟨forward|y_{1}⟩ < 2', 20)}</text>")
    assert [run.get("class") for run in element if run.get("class")] == ["nn-forward", "nn-forward"]
    assert "".join(element.itertext()) == "y1 < 2"


def test_widths_follow_the_font() -> None:
    assert svg.width("0.12", 10) == pytest.approx(10 * (3 * 0.556 + 0.278))
    assert svg.width("y_{1}", 10) == pytest.approx(10 * (0.5 + 0.72 * 0.556))
    assert svg.width("⟨forward|y⟩", 10) == svg.width("y", 10)
    assert svg.width("WW", 10, bold=True) > svg.width("WW", 10) > svg.width("ll", 10)


# ------------------------------------------------------------------------------------------- png


def decode(data: bytes) -> tuple[np.ndarray, list[tuple[int, ...]]]:
    """Read a paletted PNG by the specification: chunks with their sums, the palette, the pixels."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        (crc,) = struct.unpack(">I", data[at + 8 + length : at + 12 + length])
        assert crc == zlib.crc32(kind + content)
        chunks[kind] = content
        at += 12 + length
    columns, rows, depth, color, *rest = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert (depth, color, rest) == (8, 3, [0, 0, 0])
    pixels = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(rows, columns + 1)
    assert not pixels[:, 0].any()
    colors = np.frombuffer(chunks[b"PLTE"], np.uint8).reshape(-1, 3).tolist()
    palette = [(*rgb, alpha) for rgb, alpha in zip(colors, chunks[b"tRNS"], strict=True)]
    return pixels[:, 1:], palette


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (300, 400)])
def test_a_png_keeps_its_pixels_whatever_the_number_of_blocks(shape: tuple[int, int]) -> None:
    indices = np.random.default_rng(0).integers(0, 4, shape).astype(np.uint8)
    palette = [(0, 0, 0, 0), (255, 0, 0, 128), (0, 255, 0, 255), (9, 8, 7, 6)]
    pixels, read = decode(png.encode(indices, palette))
    np.testing.assert_array_equal(pixels, indices)
    assert read == palette


def test_a_heat_map_is_clear_at_zero_blue_above_and_orange_below() -> None:
    uri = png.heat_map([[0.0, 1.0], [-1.0, 0.5]], 1.0)
    assert uri == png.heat_map([[0.0, 1.0], [-1.0, 0.5]], 1.0)
    pixels, palette = decode(base64.b64decode(uri.removeprefix("data:image/png;base64,")))
    colors = [[palette[index] for index in row] for row in pixels]
    blue = tuple(bytes.fromhex(look.color("pos")[1:]))
    orange = tuple(bytes.fromhex(look.color("neg")[1:]))
    assert colors[0][0][3] == 0
    assert colors[0][1] == (*blue, 255)
    assert colors[1][0] == (*orange, 255)
    assert colors[1][1][:3] == blue
    assert 120 <= colors[1][1][3] <= 135


def test_a_large_heat_map_keeps_the_largest_of_each_block() -> None:
    matrix = np.zeros((784, 128))
    matrix[700, 100], matrix[701, 100] = -3.0, 2.0
    small = png.shrunk(matrix)
    assert small.shape == (64, 96)
    assert small.min() == -3.0
    assert np.count_nonzero(small) == 1
    assert small[57, 75] == -3.0
    same = np.arange(12.0).reshape(3, 4)
    assert png.shrunk(same) is same


def test_a_heat_map_of_nothing_but_zeros_is_clear() -> None:
    pixels, palette = decode(base64.b64decode(png.heat_map([[0.0, 0.0]], 0.0).split(",")[1]))
    assert all(palette[index][3] == 0 for index in pixels.ravel())
