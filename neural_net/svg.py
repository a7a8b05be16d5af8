"""Elements of SVG as strings: each function returns one element, and a picture is their concatenation.

Lengths are in the units of the view box. Colors come as the attributes that `look.paint` returns. Labels may
use a small markup, see `rich`: `y_{(1)}` for a subscript, `W^{T}` for a superscript, `⟨forward|…⟩` for the
color of a role.
"""

import re
from functools import cache, lru_cache
from html import escape

from neural_net import look

# Advance widths of Helvetica, which Arial and Liberation Sans share, in thousandths of the font size.
_WIDTHS = {
    **dict.fromkeys("ijl", 222),
    **dict.fromkeys(" !,./:;I[]\\ft·", 278),
    **dict.fromkeys("-()`r", 333),
    **dict.fromkeys("Jckxsyzv", 500),
    **dict.fromkeys("abdeghnopqu?0123456789$#_", 556),
    **dict.fromkeys("ABEKPSVXY&", 667),
    **dict.fromkeys("FTZ", 611),
    **dict.fromkeys("CDHNRUw", 722),
    **dict.fromkeys("GOQ", 778),
    **dict.fromkeys("Mm", 833),
    **dict.fromkeys("+<=>~−×≈≤≥", 584),
    "L": 556,
    "W": 944,
    "@": 1015,
    "%": 889,
    "'": 191,
    "′": 240,
    "|": 260,
    "*": 389,
    "→": 1000,
    "←": 1000,
    "…": 1000,
    "⊙": 840,
    "Σ": 620,
    "∂": 530,
    "\u2003": 1000,  # the space of one em
    look.LOSS: 850,
}
_BOLD = 1.06
_ITEM = re.compile(r"_\{|\^\{|\}|⟨[a-z-]+\||⟩|[^_^}⟨⟩]+|.")


def picture(width: float, height: float, body: str, label: str) -> str:
    """Return a whole SVG picture that fills the width of its place, at most its own width, with `label` for
    readers who do not see it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="100%"'
        f' style="max-width:{width:g}px;height:auto" role="img" aria-label="{escape(label)}"'
        f' font-family="{escape(look.SANS)}" font-size="14">{body}</svg>'
    )


def rectangle(x: float, y: float, width: float, height: float, paint: str, radius: float = 0) -> str:
    """Return a rectangle from its upper left corner."""
    corner = f' rx="{radius:g}"' if radius else ""
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"{corner} {paint}/>'


def circle(x: float, y: float, radius: float, paint: str) -> str:
    """Return a circle from its center."""
    return f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" {paint}/>'


def line(x1: float, y1: float, x2: float, y2: float, paint: str) -> str:
    """Return a straight line."""
    return f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" {paint}/>'


def path(commands: str, paint: str) -> str:
    """Return a path."""
    return f'<path d="{commands}" {paint}/>'


def rounded_top(x: float, y: float, width: float, height: float) -> str:
    """Return the outline of a header strip, whose upper corners are round."""
    return f"M{x:g} {y + height:g}v{10 - height:g}q0 -10 10 -10h{width - 20:g}q10 0 10 10v{height - 10:g}z"


def image(x: float, y: float, width: float, height: float, uri: str) -> str:
    """Return a picture of pixels, drawn with sharp edges and stretched to its place."""
    return (
        f'<image x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" preserveAspectRatio="none"'
        f' style="image-rendering:pixelated" image-rendering="pixelated" href="{uri}"/>'
    )


def arrow(x1: float, y1: float, x2: float, y2: float, role: str, width: float = 4, opacity: float = 1) -> str:
    """Return a straight arrow, horizontal or vertical, from (x1, y1) to its tip at (x2, y2), in the solid
    color of `role`: "forward", "backward", "parameter" or "outline"."""
    head, half = 3.2 * width, 1.6 * width
    length = max(abs(x2 - x1), abs(y2 - y1)) or 1
    dx, dy = (x2 - x1) / length, (y2 - y1) / length
    neck_x, neck_y = x2 - head * dx, y2 - head * dy
    fill = role + "-solid"
    half_shaft = width / 2
    # one closed outline, so that a translucent arrow shows no seam between its shaft and its head
    points = (
        (x1 - half_shaft * dy, y1 + half_shaft * dx),
        (neck_x - half_shaft * dy, neck_y + half_shaft * dx),
        (neck_x - half * dy, neck_y + half * dx),
        (x2, y2),
        (neck_x + half * dy, neck_y - half * dx),
        (neck_x + half_shaft * dy, neck_y - half_shaft * dx),
        (x1 + half_shaft * dy, y1 - half_shaft * dx),
    )
    outline = " ".join(f"{x:g},{y:g}" for x, y in points)
    faint = f' fill-opacity="{opacity:g}"' if opacity < 1 else ""
    return f'<polygon points="{outline}" {look.paint(fill)}{faint}/>'


def text(
    x: float, y: float, content: str, size: float, role: str = "ink", anchor: str = "start", style: str = ""
) -> str:
    """Return one line of text with its baseline at y. `content` is SVG already: from `rich`, `plain` or
    `number`.

    `anchor` is "start", "middle" or "end"; `style` holds further attributes such as `font-weight="bold"`.
    """
    return f'<text x="{x:g}" y="{y:g}" {text_style(size, role, anchor, style)}>{content}</text>'


@cache
def text_style(size: float, role: str = "ink", anchor: str = "start", style: str = "") -> str:
    """Return the attributes of a text, apart from where it stands."""
    anchored = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'font-size="{size:g}"{anchored} {look.paint(role)}{style and " " + style}'


BOLD = 'font-weight="bold"'
ITALIC = 'font-style="italic"'
CODE = f'font-family="{escape(look.MONO)}" xml:space="preserve"'


@lru_cache(maxsize=4096)
def plain(content: str) -> str:
    """Return text escaped for SVG, with no markup read in it."""
    return escape(content, quote=False)


@lru_cache(maxsize=4096)
def rich(markup: str, size: float) -> str:
    """Return a line of text from markup: `_{…}` lowers, `^{…}` raises, `⟨role|…⟩` colors. Other text is
    escaped."""
    return "".join(_runs(markup, size))


def _runs(markup: str, size: float) -> list[str]:
    """Turn markup into runs of text; each run that leaves the line moves back before the next one."""
    runs: list[str] = []
    roles: list[str] = []
    shift = drawn = 0.0  # where the next run stands, and where the last one stood, below the baseline
    for token in _ITEM.findall(markup):
        if token == "_{":
            shift = 0.22 * size
        elif token == "^{":
            shift = -0.36 * size
        elif token == "}":
            shift = 0.0
        elif token == "⟩":
            roles.pop()
        elif token[0] == "⟨":
            roles.append(token[1:-1])
        elif shift or drawn or roles:
            moved = f' dy="{shift - drawn:.2f}"' if shift != drawn else ""
            small = f' font-size="{0.72 * size:.1f}"' if shift else ""
            colored = " " + look.paint(roles[-1]) if roles else ""
            runs.append(f"<tspan{moved}{small}{colored}>{escape(token, quote=False)}</tspan>")
            drawn = shift
        else:
            runs.append(escape(token, quote=False))
    return runs


@lru_cache(maxsize=8192)
def width(markup: str, size: float, bold: bool = False) -> float:
    """Return about how wide a line of marked-up text is in the sans-serif font."""
    total = 0.0
    factor = 1.0
    for token in _ITEM.findall(markup):
        if token == "_{" or token == "^{":
            factor = 0.72
        elif token == "}":
            factor = 1.0
        elif token[0] not in "⟨⟩":
            total += factor * sum([_WIDTHS.get(letter, 600) for letter in token])
    return total / 1000 * size * (_BOLD if bold else 1.0)
