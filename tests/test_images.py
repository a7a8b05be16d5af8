"""The concept figures say what the lesson says; the committed pictures are the ones that are drawn now."""

from __future__ import annotations

import re
import struct
import sys
import unicodedata
import xml.etree.ElementTree as ElementTree
import zlib

import matplotlib.image
import nbformat
import numpy as np
import pytest

from images import draw
from neural_net import look

ROOT = draw.FOLDER.parent
NAMES = sorted(draw.FIGURES)
SVG = "{http://www.w3.org/2000/svg}"


def test_the_figures_have_the_names_that_the_lesson_uses():
    assert set(NAMES) == {
        "NN_Layers_select.png",
        "NN_Layers_plus_Loss.png",
        "NN_Layers_plus_Loss_forward.png",
        "NN_Layers_plus_Loss_backward.png",
        "Backward_pass_detail.png",
    }
    photographs = {"stepper.png", "stepper_digits.png"}  # of the README, by scripts/readme_pictures.py
    assert {path.name for path in draw.FOLDER.glob("*.png")} == set(NAMES) | photographs


# ── the committed pictures ────────────────────────────────────────────────


@pytest.mark.parametrize("name", NAMES)
def test_the_picture_is_made_from_the_svg_that_is_drawn_now(name):
    written = draw.drawn_digest((draw.FOLDER / name).read_bytes())

    assert written == draw.digest(name), (
        f"images/{name} is not the figure of images/draw.py: run `make images`"
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_picture_is_sharp_at_twice_its_size_and_on_white_paper(name):
    pixels = matplotlib.image.imread(draw.FOLDER / name)
    height, width = pixels.shape[:2]

    assert (width, height) == (2 * draw.WIDTH, 2 * draw.FIGURES[name].height)
    for corner in (pixels[0, 0], pixels[0, -1], pixels[-1, 0], pixels[-1, -1]):
        assert np.all(corner == 1)


@pytest.mark.parametrize(
    ("name", "role", "is_there"),
    [
        ("NN_Layers_plus_Loss_forward.png", "forward-solid", True),
        ("NN_Layers_plus_Loss_forward.png", "backward-solid", False),
        ("NN_Layers_plus_Loss_backward.png", "backward-solid", True),
        ("NN_Layers_plus_Loss_backward.png", "forward-solid", False),
        ("Backward_pass_detail.png", "forward-solid", True),
        ("Backward_pass_detail.png", "backward-solid", True),
    ],
)
def test_each_pass_has_its_color_and_not_the_other(name, role, is_there):
    pixels = np.rint(255 * matplotlib.image.imread(draw.FOLDER / name)[..., :3]).astype(int)
    color = [int(look.color(role)[at : at + 2], 16) for at in (1, 3, 5)]

    assert np.any(np.all(pixels == color, axis=-1)) == is_there


def test_a_picture_of_another_svg_is_found_out():
    png = (draw.FOLDER / NAMES[0]).read_bytes()
    unsigned = b"".join([png[:33], png[33 + 12 + len(draw.HASH_KEY) + 1 + 64 :]])

    assert draw.drawn_digest(unsigned) is None
    assert draw.drawn_digest(draw.sign(unsigned, "another")) == "another"


@pytest.mark.parametrize("name", NAMES)
def test_the_signed_file_is_still_a_sound_png(name):
    png = (draw.FOLDER / name).read_bytes()
    kinds = []
    at = 8
    for kind, data in draw.chunks(png):
        (check,) = struct.unpack(">I", png[at + 8 + len(data) : at + 12 + len(data)])
        assert check == zlib.crc32(kind + data)
        kinds.append(kind)
        at += 12 + len(data)

    assert kinds[:2] == [b"IHDR", b"tEXt"]
    assert kinds[-1] == b"IEND"


# ── what they show ────────────────────────────────────────────────────────


def drawing(name):
    return ElementTree.fromstring(draw.FIGURES[name].svg())


def labels(name):
    """Return every text of a figure, with italic letters as plain ones: y(l-1), ∂ℒ, ∂W(l)."""
    italic = {chr(0x1D434 + i): chr(65 + i) for i in range(26)} | {
        chr(0x1D44E + i): chr(97 + i) for i in range(26)
    }
    for element in drawing(name).iter(SVG + "text"):
        text = "".join(italic.get(letter, letter) for letter in "".join(element.itertext()))
        yield unicodedata.normalize("NFC", text).replace("\u2009", "").replace(look.MINUS, "-")


def arrows(name):
    """Return every arrow of a figure: (role, start, tip)."""
    for polygon in drawing(name).iter(SVG + "polygon"):
        points = [tuple(map(float, point.split(","))) for point in polygon.get("points").split()]
        start = tuple((a + b) / 2 for a, b in zip(points[0], points[-1], strict=True))
        yield polygon.get("class").removeprefix("nn-").removesuffix("-solid"), start, points[3]


EXPECTED = {
    "NN_Layers_select.png": {"Layer l", "y(l-1)", "y(l)", "W(l)", "y(l) = a(l)(f(l)(y(l-1), W(l)))"},
    "NN_Layers_plus_Loss.png": {
        *("Input", "x", "Layer l", "W(l)", "Head", "W(L)", "Loss", "L + 1", "ℒ", "target"),
        *("y(0)", "y(l-1)", "y(l)", "y(L-1)", "ŷ = y(L)"),
    },
    "NN_Layers_plus_Loss_forward.png": {"Forward pass", "x", "ŷ", "ℒ", "target", "y(l)", "ŷ = y(L)"},
    "NN_Layers_plus_Loss_backward.png": {
        *("Backward pass", "ℒ′(L+1) = 1", "ℒ′(L)", "ℒ′(L-1)", "ℒ′(l)", "ℒ′(l-1)", "ℒ′(0)"),
        *("∂ℒ", "∂W(l)", "∂W(L)"),
    },
    "Backward_pass_detail.png": {
        *("y(l-1)", "f(l)", "z(l)", "a(l)", "y(l)", "W(l)", "kept for later"),
        *("ℒ′(l)", "a′(l)", "∂z(l)", "f′(l)", "ℒ′(l-1)", "∂W(l)"),
    },
}


@pytest.mark.parametrize("name", NAMES)
def test_the_symbols_are_there(name):
    assert EXPECTED[name] <= set(labels(name))


@pytest.mark.parametrize("name", NAMES)
def test_the_figure_says_the_same_to_those_who_do_not_see_it(name):
    picture = drawing(name)

    assert picture.get("role") == "img"
    assert picture.get("aria-label") == draw.FIGURES[name].alt
    assert len(draw.FIGURES[name].alt.split()) >= 30


@pytest.mark.parametrize("name", NAMES)
def test_forward_runs_right_and_backward_left_or_down(name):
    for role, (x1, y1), (x2, y2) in arrows(name):
        if role == "backward":
            assert (x2 < x1 and y1 == y2) or (y2 > y1 and x1 == x2)
        else:
            assert x2 > x1
            assert y1 == y2


def test_an_arrow_of_each_pass_is_on_every_edge():
    for name, role in (
        ("NN_Layers_plus_Loss_forward.png", "forward"),
        ("NN_Layers_plus_Loss.png", "outline"),
    ):
        along = {
            (start[0], tip[0]) for kind, start, tip in arrows(name) if kind == role and tip[1] == draw.LANE
        }
        assert along == set(draw.EDGES)
    back = [
        (tip[0], start[0])
        for _, start, tip in arrows("NN_Layers_plus_Loss_backward.png")
        if tip[1] == draw.LANE
    ]
    assert set(back) == set(draw.EDGES)


def test_the_weight_gradients_leave_the_layers_that_have_weights():
    down = [
        (start, tip) for _, start, tip in arrows("NN_Layers_plus_Loss_backward.png") if start[0] == tip[0]
    ]

    assert [start for start, _ in down] == [(box.center, box.bottom) for box in (draw.LAYER, draw.HEAD)]


def test_the_target_touches_the_loss_and_passes_above_the_head():
    for name in NAMES:
        if "plus_Loss" in name:
            (target,) = [tip for _, start, tip in arrows(name) if start[1] == draw.TARGET_LANE]
            assert target == (draw.LOSS.left, draw.TARGET_LANE)
            assert draw.HEAD.top > draw.TARGET_LANE


@pytest.mark.browser
@pytest.mark.parametrize("name", NAMES)
def test_no_text_leaves_the_paper_or_meets_another_text_or_an_arrow(browser, name):
    page = browser.new_page()
    try:
        page.set_content(f"<style>{draw.math_font_css()}</style>{draw.FIGURES[name].svg()}")
        page.evaluate(f"document.fonts.load('20px {draw.MATH_FONT}')")
        found = page.evaluate(
            "() => ['text', 'polygon'].map(kind => [...document.querySelectorAll(kind)].map(element => {"
            " const box = element.getBBox(); const size = parseFloat(element.getAttribute('font-size') || 0);"
            # a line of text is higher than its letters, by much in a font made for formulas
            " const base = parseFloat(element.getAttribute('y'));"
            " const bottom = size ? base + 0.3 * size : box.y + box.height;"
            " const top = size ? base - 0.72 * size : box.y;"
            " return [element.textContent, box.x, top, box.x + box.width, bottom]; }))"
        )
    finally:
        page.close()
    texts, shafts = found
    for index, (label, left, top, right, bottom) in enumerate(texts):
        assert left >= 8, label
        assert right <= draw.WIDTH - 8, label
        assert top >= 8, label
        assert bottom <= draw.FIGURES[name].height - 8, label
        for other, left2, top2, right2, bottom2 in [*texts[index + 1 :], *shafts]:
            apart = right <= left2 or right2 <= left or bottom <= top2 or bottom2 <= top
            assert apart, f"{label} meets {other or 'an arrow'}"


# ── how they are used and made ────────────────────────────────────────────


def test_notebooks_show_the_figures_with_their_alternative_texts():
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            for alt, name in re.findall(r"!\[([^\]]*)\]\(\.\./images/([^)\s]+)\)", cell.source):
                if name in draw.FIGURES:
                    assert alt == draw.FIGURES[name].alt, f"{path.name} has another text for {name}"


def test_drawing_without_playwright_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "playwright", None)
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)

    with pytest.raises(SystemExit, match="pip install playwright"):
        draw.photograph(draw.FIGURES)


def test_drawing_without_a_browser_says_which_it_looked_for(monkeypatch):
    pytest.importorskip("playwright")
    monkeypatch.setenv("PATH", "")

    with pytest.raises(SystemExit, match="chromium"):
        draw.photograph(draw.FIGURES)
