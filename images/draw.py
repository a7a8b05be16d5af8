"""The five concept figures of the lesson: drawn as SVG in the visual language of the diagrams, then made PNG.

    python images/draw.py        # or make images; needs Playwright and a Chromium or Chrome

Every figure is a string that depends on nothing but this file and neural_net's `look` and `svg`. Its SHA-256
is kept inside the PNG, so a test can tell without a browser whether a committed picture is the one drawn.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from neural_net import look, svg

FOLDER = Path(__file__).resolve().parent
WIDTH = 960  # of every figure, so that a layer has one size in all of them
PIXELS = 2  # in the PNG, for each unit of the figure
HASH_KEY = b"Source-SHA256"

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

MATH_FONT = "STIXGeneral"  # comes with matplotlib, and has a good ℒ
MATH_STYLE = f"font-family=\"{MATH_FONT}, 'STIX Two Math', 'Latin Modern Math', serif\""
_ITALIC = str.maketrans(
    {
        **{chr(65 + i): chr(0x1D434 + i) for i in range(26)},
        **{chr(97 + i): chr(0x1D44E + i) for i in range(26)},
        "h": "\u210e",
        "-": look.MINUS,
    }
)


# ------------------------------------------------------------------------------------------------ mathematics


def formula(x: float, y: float, markup: str, size: float, role: str = "ink", anchor: str = "middle") -> str:
    """Set a formula in the markup of `svg.rich`: letters in italics, an index drawn under a prime."""
    content = svg.rich(markup.translate(_ITALIC), size)
    for letter, back in (
        ("′", 0.16),
        ("\U0001d453", 0.07),
    ):  # a prime and an f leave room below for their index
        content = content.replace(f"{letter}<tspan ", f'{letter}<tspan dx="{-back * size:.1f}" ')
    return svg.text(x, y, content, size, role, anchor, MATH_STYLE)


def fraction(x: float, y: float, above: str, below: str, size: float, role: str, width: float) -> str:
    """Set a fraction whose bar, `width` wide, is centered on (x, y)."""
    return (
        formula(x, y - 0.32 * size, above, size, role)
        + svg.line(x - width / 2, y, x + width / 2, y, look.paint(role + "-line") + ' stroke-width="1.6"')
        + formula(x, y + 0.86 * size, below, size, role)
    )


def weight_gradient(x: float, top: float, index: str) -> str:
    """Set ∂ℒ/∂W with the index of a layer, below `top`."""
    return fraction(x, top + 30, f"∂{look.LOSS}", f"∂W_{{({index})}}", 24, "backward", 62)


# ------------------------------------------------------------------------------------------------------ boxes

HEADER = 38  # the height of a box's header strip
FINE = ' stroke-width="1.5"'


@dataclass(frozen=True)
class Box:
    """A layer: a box with a header strip."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x of its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """The y of its lower edge."""
        return self.top + self.height

    @property
    def center(self) -> float:
        """The x of its center."""
        return self.left + self.width / 2

    def draw(self, name: str, letter: str = "", index: str = "") -> str:
        """Draw the empty box: its name, with a letter in italics, and its index at the header's right."""
        title = svg.plain(name)
        if letter:
            italic = letter.translate(_ITALIC)
            title += f' <tspan {MATH_STYLE} font-weight="normal" font-size="22">{italic}</tspan>'
        baseline, seam = self.top + 25, self.top + HEADER
        strip = f"M{self.left:g} {seam:g}v-28a10 10 0 0 1 10 -10h{self.width - 20:g}a10 10 0 0 1 10 10v28z"
        return (
            svg.rectangle(self.left, self.top, self.width, self.height, look.paint("panel"), radius=10)
            + svg.path(strip, look.paint("header"))
            + svg.line(self.left, seam, self.right, seam, look.paint("line") + FINE)
            + svg.rectangle(
                self.left, self.top, self.width, self.height, look.paint("line") + FINE, radius=10
            )
            + svg.text(self.left + 13, baseline, title, 17, "ink", "start", svg.BOLD)
            + (formula(self.right - 13, baseline, index, 19, "muted", "end") if index else "")
        )


def chip(x: float, y: float, markup: str, role: str, width: float = 78, size: float = 27) -> str:
    """Draw a quantity that a layer holds, in a small rounded frame centered on (x, y)."""
    frame = look.paint("paper", role + "-line") + FINE
    return svg.rectangle(x - width / 2, y - 24, width, 48, frame, radius=9) + formula(
        x, y + 0.24 * size, markup, size, role
    )


# -------------------------------------------------------------------------------------------------- the chain

LANE = 205  # the line on which values flow
TOP, BOTTOM = LANE - 56 - HEADER, LANE + 56
TARGET_LANE = 88
INPUT = Box(22, TOP, 92, BOTTOM - TOP)
LAYER = Box(298, TOP, 122, BOTTOM - TOP)
HEAD = Box(604, TOP, 122, BOTTOM - TOP)
LOSS = Box(818, 24, 120, BOTTOM - 24)
DOTS = (206, 512)  # the centers of the gaps in the chain
GAP = 20  # from a dots' center to the edges beside it
EDGES = (
    (INPUT.right, DOTS[0] - GAP),
    (DOTS[0] + GAP, LAYER.left),
    (LAYER.right, DOTS[1] - GAP),
    (DOTS[1] + GAP, HEAD.left),
    (HEAD.right, LOSS.left),
)
ASIDE = (5, -5, 5, -5, 0)  # how far a label stands from its edge's center, away from the box
PREDICTION = "y\u0302"  # ŷ, with a hat that stands over an italic letter
FORWARD = ("y_{(0)}", "y_{(l-1)}", "y_{(l)}", "y_{(L-1)}", PREDICTION + " = y_{(L)}")
BACKWARD = tuple(f"{look.LOSS}′_{{({index})}}" for index in ("0", "l-1", "l", "L-1", "L"))


def chain(title: str, subtitle: str, role: str = "ink") -> str:
    """Draw input → … → layer l → … → head → loss, without what flows, under a title."""
    dots = (svg.circle(x + step, LANE, 3, look.paint("muted")) for x in DOTS for step in (-11, 0, 11))
    return (
        svg.text(INPUT.left, 48, svg.plain(title), 25, role, "start", svg.BOLD)
        + svg.text(INPUT.left, 76, svg.plain(subtitle), 18, "muted")
        + INPUT.draw("Input", index="0")
        + formula(INPUT.center, LANE + 9, "x", 34)
        + LAYER.draw("Layer", letter="l")
        + chip(LAYER.center, LANE, "W_{(l)}", "parameter")
        + HEAD.draw("Head", index="L")
        + chip(HEAD.center, LANE, "W_{(L)}", "parameter")
        + LOSS.draw("Loss", index="L + 1")
        + formula(LOSS.center, LANE + 15, look.LOSS, 46)
        + svg.text(764, TARGET_LANE + 6, "target", 20, "ink", "end")
        + svg.arrow(772, TARGET_LANE, LOSS.left, TARGET_LANE, "outline", 3.4)
        + "".join(dots)
    )


def edges(labels: tuple[str, ...], role: str, ink: str, backward: bool = False) -> str:
    """Draw an arrow on every edge of the chain, with its label above it."""
    drawn = []
    for (left, right), label, aside in zip(EDGES, labels, ASIDE, strict=True):
        start, end = (right, left) if backward else (left, right)
        drawn.append(svg.arrow(start, LANE, end, LANE, role))
        drawn.append(formula((left + right) / 2 + aside, LANE - 19, label, 24, ink))
    return "".join(drawn)


def route(stops: tuple[tuple[float, str, float], ...], y: float, role: str) -> str:
    """Draw the way of a pass under the chain: arrows between stops (x, symbol, half the symbol's width)."""
    drawn = [formula(x, y + 9, symbol, 30, role) for x, symbol, _ in stops]
    for (x1, _, half1), (x2, _, half2) in pairwise(stops):
        side = 1 if x2 > x1 else -1
        drawn.append(svg.arrow(x1 + side * (half1 + 12), y, x2 - side * (half2 + 12), y, role, 5))
    return "".join(drawn)


# ------------------------------------------------------------------------------------------------ the figures


def layer_alone() -> str:
    """One layer: y_(l-1) in, y_(l) out, W_(l) inside."""
    box, lane = Box(300, 28, 360, 178), 136
    return (
        box.draw("Layer", letter="l")
        + chip(box.center, 110, "W_{(l)}", "parameter", 92, 32)
        + formula(
            box.center, 180, "y_{(l)} = a_{(l)}(\u2009f_{(l)}(\u2009y_{(l-1)}, W_{(l)}\u2009)\u2009)", 24
        )
        + svg.arrow(190, lane, box.left, lane, "forward", 5)
        + svg.arrow(box.right, lane, 770, lane, "forward", 5)
        + formula(176, lane + 9, "y_{(l-1)}", 34, "forward", "end")
        + formula(784, lane + 9, "y_{(l)}", 34, "forward", "start")
    )


def chain_with_loss() -> str:
    """Input → … → layer l → … → head → loss, the target entering the loss from the side."""
    title = chain(
        "The network and its loss", "Layer by layer to a prediction; the loss compares it with the target."
    )
    return title + edges(FORWARD, "outline", "ink")


def chain_forward() -> str:
    """The chain with what flows forward: x → ŷ → ℒ."""
    stops = (
        (INPUT.center, "x", 8),
        ((HEAD.right + LOSS.left) / 2, PREDICTION, 8),
        (LOSS.center, look.LOSS, 13),
    )
    return (
        chain("Forward pass", "From the input to the prediction to the loss.", "forward")
        + edges(FORWARD, "forward", "forward")
        + route(stops, BOTTOM + 46, "forward")
    )


def chain_backward() -> str:
    """The chain with what flows backward: loss gradients along it, a weight gradient down every layer."""
    drawn = chain("Backward pass", "From the loss back to a gradient for every weight.", "backward")
    drawn += edges(BACKWARD, "backward", "backward", backward=True)
    for layer, index in ((LAYER, "l"), (HEAD, "L")):
        drawn += svg.arrow(layer.center, BOTTOM, layer.center, BOTTOM + 44, "backward")
        drawn += weight_gradient(layer.center, BOTTOM + 52, index)
    stops = ((LOSS.center, look.LOSS, 13), (764, BACKWARD[-1], 28), (INPUT.center, BACKWARD[0], 28))
    drawn += formula(LOSS.center, LANE - 40, f"{look.LOSS}′_{{(L+1)}} = 1", 20, "backward")
    return drawn + route(stops, BOTTOM + 170, "backward")


def layer_in_detail() -> str:
    """One layer: what flows through it in both directions, and what it keeps between the two passes."""
    box = Box(214, 24, 532, 360)
    f, z, a = 320, 480, 640  # the columns
    forward, kept, backward = 116, 222, 328  # the lanes
    loss_gradient = look.LOSS + "′"
    return (
        box.draw("Layer", letter="l")
        # what is kept
        + svg.rectangle(box.left + 22, kept - 38, box.width - 44, 76, look.paint("well"), radius=9)
        + svg.text(z, kept + 6, "kept for later", 17, "muted", "middle")
        # forward
        + formula(126, forward + 10, "y_{(l-1)}", 34, "forward", "end")
        + svg.arrow(138, forward, f - 38, forward, "forward", 5)
        + node(f, forward, "f_{(l)}", "forward")
        + svg.arrow(f + 38, forward, z - 34, forward, "forward", 4)
        + formula(z, forward + 8, "z_{(l)}", 30, "forward")
        + svg.arrow(z + 32, forward, a - 38, forward, "forward", 4)
        + node(a, forward, "a_{(l)}", "forward")
        + svg.arrow(a + 38, forward, 820, forward, "forward", 5)
        + formula(832, forward + 10, "y_{(l)}", 34, "forward", "start")
        # from the forward lane through what is kept to the backward lane
        + dashed(f, forward + 27, kept - 26)
        + dashed(f, kept + 26, backward - 27)
        + dashed(a, forward + 27, kept - 26)
        + dashed(a, kept + 26, backward - 27)
        + formula(f - 6, kept + 8, "y_{(l-1)}", 25, "forward", "end")
        + formula(f + 10, kept + 8, "W_{(l)}", 25, "parameter", "start")
        + formula(a, kept + 8, "z_{(l)}", 25, "forward")
        # backward
        + formula(832, backward + 10, loss_gradient + "_{(l)}", 34, "backward", "start")
        + svg.arrow(820, backward, a + 38, backward, "backward", 5)
        + node(a, backward, "a′_{(l)}", "backward")
        + svg.arrow(a - 38, backward, z + 32, backward, "backward", 4)
        + fraction(z, backward, f"∂{look.LOSS}", "∂z_{(l)}", 21, "backward", 50)
        + svg.arrow(z - 32, backward, f + 38, backward, "backward", 4)
        + node(f, backward, "f′_{(l)}", "backward")
        + svg.arrow(f - 38, backward, 138, backward, "backward", 5)
        + formula(126, backward + 10, loss_gradient + "_{(l-1)}", 34, "backward", "end")
        + svg.arrow(f, backward + 27, f, box.bottom + 48, "backward", 5)
        + weight_gradient(f, box.bottom + 56, "l")
    )


def node(x: float, y: float, markup: str, role: str) -> str:
    """Draw a step of a layer, centered on (x, y)."""
    paint = look.paint(role + "-header", role + "-line") + FINE
    return svg.rectangle(x - 38, y - 27, 76, 54, paint, radius=9) + formula(x, y + 7, markup, 27, role)


def dashed(x: float, top: float, bottom: float) -> str:
    """Draw the way of a value that is kept."""
    return svg.line(x, top, x, bottom, look.paint("outline") + ' stroke-width="1.6" stroke-dasharray="4 4"')


@dataclass(frozen=True)
class Figure:
    """A figure: what it is drawn by, how high it is, and what it says to those who do not see it."""

    body: Callable[[], str]
    height: float
    alt: str

    def svg(self) -> str:
        """The whole figure, on white paper."""
        paper = svg.rectangle(0, 0, WIDTH, self.height, look.paint("paper"))
        return svg.picture(WIDTH, self.height, paper + self.body(), self.alt)


FIGURES = {
    "NN_Layers_select.png": Figure(
        layer_alone,
        234,
        "One layer as a box, layer l. An arrow brings y_(l-1) in from the left, an arrow takes y_(l) "
        "out to the right. Inside are its weights W_(l) and what it computes: y_(l) = "
        "a_(l)(f_(l)(y_(l-1), W_(l))).",
    ),
    "NN_Layers_plus_Loss.png": Figure(
        chain_with_loss,
        BOTTOM + 28,
        "A chain of boxes from left to right: the input x, dots, layer l with its weights W_(l), dots, "
        "the head, layer L, with W_(L), and at the right end the loss, layer L+1, a taller box. The "
        "arrows between them carry y_(0), y_(l-1), y_(l), y_(L-1), and from the head to the loss the "
        "prediction ŷ = y_(L). The target enters the loss from the side, past all the layers.",
    ),
    "NN_Layers_plus_Loss_forward.png": Figure(
        chain_forward,
        BOTTOM + 88,
        "The forward pass: on the chain from the input to the loss every arrow is blue and points to "
        "the right, with y_(0), y_(l-1), y_(l), y_(L-1) and ŷ on the way. Below, one long blue arrow "
        "sums it up: x to ŷ to the loss ℒ.",
    ),
    "NN_Layers_plus_Loss_backward.png": Figure(
        chain_backward,
        BOTTOM + 210,
        "The backward pass: on the same chain every arrow is red and points to the left. It starts in "
        "the loss with ℒ′_(L+1) = 1; the arrows between the boxes carry the loss gradients ℒ′_(L), "
        "ℒ′_(L-1), ℒ′_(l), ℒ′_(l-1) and, at the input, ℒ′_(0). From every layer a red arrow leads down "
        "to its weight gradient, ∂ℒ/∂W_(l), for the head ∂ℒ/∂W_(L). Below, one long red arrow sums it "
        "up: ℒ to ℒ′_(L) to ℒ′_(0).",
    ),
    "Backward_pass_detail.png": Figure(
        layer_in_detail,
        526,
        "Inside layer l. Above, in blue, to the right: y_(l-1) enters f_(l), which gives z_(l); z_(l) "
        "enters a_(l), which gives y_(l). In the middle, what is kept for later: y_(l-1) and W_(l) at "
        "f, z_(l) at a. Below, in red, to the left: ℒ′_(l) enters from the right and passes a′_(l), "
        "which gives ∂ℒ/∂z_(l); that passes f′_(l), which gives ℒ′_(l-1), out to the left, and the "
        "weight gradient ∂ℒ/∂W_(l), out below.",
    ),
}


# -------------------------------------------------------------------------------------------------- the files


def digest(name: str) -> str:
    """Return the SHA-256 of the SVG of the figure called `name`."""
    return hashlib.sha256(FIGURES[name].svg().encode()).hexdigest()


def drawn_digest(png: bytes) -> str | None:
    """Return the SHA-256 of the SVG that a PNG was made from, as the file says, or None."""
    return next(
        (
            data.split(b"\0", 1)[1].decode()
            for kind, data in chunks(png)
            if kind == b"tEXt" and data.startswith(HASH_KEY)
        ),
        None,
    )


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Go through the chunks of a PNG: (kind, data)."""
    at = 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += 12 + length


def sign(png: bytes, value: str) -> bytes:
    """Return the PNG with `value` written into it, as its second chunk."""
    body = b"tEXt" + HASH_KEY + b"\0" + value.encode()
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    end_of_header = 8 + 25
    return png[:end_of_header] + chunk + png[end_of_header:]


def photograph(figures: dict[str, Figure]) -> dict[str, bytes]:
    """Return every figure as a PNG, drawn by Chromium."""
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        sys.exit(
            "Drawing the figures takes Playwright: pip install playwright (requirements-test.txt has it)."
        )
    chromium = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if chromium is None:
        sys.exit(
            f"Drawing the figures takes Chromium or Chrome, and none of {', '.join(CHROMIUM_NAMES)} is here."
        )
    css = math_font_css() + "body { margin: 0 } svg { display: block }"
    pictures = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(device_scale_factor=PIXELS)
        for name, figure in figures.items():
            page.set_viewport_size({"width": WIDTH, "height": round(figure.height)})
            page.set_content(f"<style>{css}</style>{figure.svg()}")
            page.evaluate(f"document.fonts.load('20px {MATH_FONT}')")
            pictures[name] = page.screenshot()
        browser.close()
    return pictures


def math_font_css() -> str:
    """Return the rule that brings the font of the formulas, out of matplotlib's own data, into a page."""
    import matplotlib

    font = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{MATH_FONT}.ttf"
    data = base64.b64encode(font.read_bytes()).decode()
    return f"@font-face {{ font-family: {MATH_FONT}; src: url(data:font/ttf;base64,{data}) }}"


def main() -> None:
    """Draw every figure into this folder."""
    for name, png in photograph(FIGURES).items():
        (FOLDER / name).write_bytes(sign(png, digest(name)))
        print(f"{FOLDER.name}/{name}")


if __name__ == "__main__":
    main()
