"""The one visual language: the colors of every role in both themes, and how a number is written and colored.

Forward is blue, backward is red-orange, parameters are purple. Values are colored by one diverging map
centered on 0, blue above and orange below, which readers with any of the common color-vision deficiencies can
tell apart; the number always stands beside the color.

Pictures carry the light theme as plain attributes, so they are right in every viewer of SVG, and a class per
role, so that the few rules of `theme_css()` turn them dark where the page is dark.
"""

import math
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

LOSS = "\u2112"  # ℒ, the script capital L: one sign for the loss in every picture
MINUS = "\u2212"  # −, as wide as a plus, where a hyphen is not

SANS = "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', sans-serif"
MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace"

DARK_THEME = '[data-jp-theme-light="false"]'  # what JupyterLab writes on its page when the theme is dark


@dataclass(frozen=True)
class Role:
    """What a color is for: the SVG property it sets, and its value in the light and in the dark theme."""

    property: str
    light: str
    dark: str


ROLES = {
    # surfaces, from the back to the front
    "paper": Role("fill", "#ffffff", "#14171c"),
    "panel": Role("fill", "#f6f8fb", "#1c2128"),
    "header": Role("fill", "#e9edf2", "#2a313b"),
    "well": Role("fill", "#eceff4", "#262c35"),
    "forward-panel": Role("fill", "#f4f8ff", "#182234"),
    "forward-header": Role("fill", "#dde8fb", "#22375c"),
    "backward-panel": Role("fill", "#fff7f4", "#2a1d19"),
    "backward-header": Role("fill", "#fbe1d8", "#552a1c"),
    # text
    "ink": Role("fill", "#1b2430", "#e8ebf1"),
    "muted": Role("fill", "#5d6876", "#a3adba"),
    "forward": Role("fill", "#1f5fc8", "#7db0ff"),
    "backward": Role("fill", "#bd3b0c", "#ff946b"),
    "parameter": Role("fill", "#6a46a8", "#c0a6f5"),
    # solid marks, and the text that stands on them
    "forward-solid": Role("fill", "#2563c9", "#3f7de0"),
    "backward-solid": Role("fill", "#cf4517", "#d9541f"),
    "parameter-solid": Role("fill", "#6a46a8", "#a486e6"),
    "outline-solid": Role("fill", "#8793a3", "#75818f"),
    "on-solid": Role("fill", "#ffffff", "#ffffff"),
    # lines
    "line": Role("stroke", "#d2d9e3", "#3c4552"),
    "outline": Role("stroke", "#8793a3", "#75818f"),
    "forward-line": Role("stroke", "#2563c9", "#6aa2fb"),
    "backward-line": Role("stroke", "#cf4517", "#f57f52"),
    "parameter-line": Role("stroke", "#6a46a8", "#b395f0"),
    # values: above and below zero, as a fill and as a line, and the text on strong cells
    "pos": Role("fill", "#2f6fd0", "#3f7fe2"),
    "neg": Role("fill", "#e3943a", "#eda247"),
    "on-pos": Role("fill", "#ffffff", "#ffffff"),
    "on-neg": Role("fill", "#1b2430", "#14171c"),
    # weights: above and below zero
    "weight-pos": Role("stroke", "#6a46a8", "#b395f0"),
    "weight-neg": Role("stroke", "#b07d0c", "#dcae48"),
}


def color(role: str, theme: str = "light") -> str:
    """Return the color of `role` as "#rrggbb" in the theme "light" or "dark"."""
    return ROLES[role].light if theme == "light" else ROLES[role].dark


@cache
def paint(*roles: str) -> str:
    """Return the SVG attributes that paint an element: its classes, and the light theme's colors.

    `paint("panel", "line")` is `class="nn-panel nn-line" fill="#f6f8fb" stroke="#d2d9e3"`. Without a fill
    role the element is not filled.
    """
    colors = {ROLES[role].property: ROLES[role].light for role in roles}
    colors.setdefault("fill", "none")
    classes = " ".join("nn-" + role for role in roles)
    return f'class="{classes}" ' + " ".join(f'{key}="{colors[key]}"' for key in sorted(colors))


def theme_css(dark: str = DARK_THEME) -> str:
    """Return the CSS rules that repaint every role where the selector `dark` holds; nothing changes
    elsewhere."""
    return "\n".join(f"{dark} .nn-{name}{{{role.property}:{role.dark}}}" for name, role in ROLES.items())


# ------------------------------------------------------------------------------------------- values


@lru_cache(maxsize=65536)
def number(value: float) -> str:
    """Write a value shortly, at least two significant digits: 123, 12.3, 1.23, 0.12, 0.012, 0.0012, 1.2e−4.

    A number that is whole is written so (0, 1, −2), and a number that is not never looks like one that is
    zero. The minus is U+2212. Values within 0.005 of one, such as probabilities, show what is missing: 0.998,
    0.9998.
    """
    size = abs(value)
    if not size < math.inf:
        return "NaN" if math.isnan(value) else "∞" if value > 0 else MINUS + "∞"
    if size == int(size) and size < 99999.5:
        text = str(int(size))
    elif 0.0995 <= size < 9.995:
        text = f"{size:.2f}" if not 0.995 <= size < 1 else _just_below_one(size)
    elif 9.995 <= size < 99.95:
        text = f"{size:.1f}"
    elif 99.95 <= size < 99999.5:
        text = f"{size:.0f}"
    elif 0.00995 <= size < 0.0995:
        text = f"{size:.3f}"
    elif 0.000995 <= size < 0.00995:
        text = f"{size:.4f}"
    else:
        mantissa, exponent = f"{size:.1e}".split("e")
        text = mantissa + "e" + (MINUS if exponent[0] == "-" else "") + exponent[1:].lstrip("0")
    return MINUS + text if value < 0 and text != "0" else text


def _just_below_one(size: float) -> str:
    return next((text for text in (f"{size:.3f}", f"{size:.4f}") if text[0] == "0"), "1.00")


def signed(value: float) -> str:
    """Write a value as `number` does, with a plus before a positive one."""
    return ("+" if value > 0 else "") + number(value)


def strength(value: float, scale: float) -> float:
    """Return |value| / scale, at most 1, in steps of 0.01: the opacity of the color that stands for the
    value."""
    if not scale > 0 or math.isnan(value):
        return 0.0
    return round(min(abs(value) / scale, 1.0), 2)


def value_paint(value: float, scale: float) -> str:
    """Return the attributes that fill a cell by its value: the hue by its sign, the opacity by |value| /
    scale."""
    return value_style(value, scale)[0]


@lru_cache(maxsize=65536)
def value_style(value: float, scale: float) -> tuple[str, str]:
    """Return what `value_paint` returns, and the role of a text that can be read on it."""
    opacity = strength(value, scale)
    if value > 0:
        return f'{paint("pos")} fill-opacity="{opacity}"', "on-pos" if opacity > 0.87 else "ink"
    return f'{paint("neg")} fill-opacity="{opacity}"', "on-neg" if opacity > 0.6 else "ink"


def weight_paint(value: float, scale: float) -> tuple[str, str]:
    """Return the class of a connection by its weight, and the attributes that draw it: the hue by its sign,
    width and opacity by its size."""
    opacity = strength(value, scale)
    role = "weight-pos" if value > 0 else "weight-neg"
    stroke = f'stroke="{ROLES[role].light}" stroke-width="{0.8 + 2.7 * opacity:.1f}"'
    return f"nn-{role}", f'{stroke} stroke-opacity="{0.3 + 0.6 * opacity:.2f}"'


def scale_of(*arrays: object) -> float:
    """Return the largest finite |value| in nested lists of floats (or arrays): the scale on which to color
    them."""
    largest = 0.0
    for values in arrays:
        if isinstance(values, np.ndarray):
            values = values.tolist()
        if not isinstance(values, list):
            size = abs(float(values))  # type: ignore[arg-type]
        elif values and isinstance(values[0], list):
            size = scale_of(*values)
        else:
            size = max(max(values), -min(values)) if values else 0.0
            if not math.isfinite(size):
                size = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
        largest = max(largest, size if math.isfinite(size) else 0.0)
    return largest
