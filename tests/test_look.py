"""The visual language: numbers as written, colors by value, and both themes complete and readable."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural_net import look

MINUS = "\u2212"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0"),
        (-0.0, "0"),
        (1, "1"),
        (-2.0, "−2"),
        (0.0994, "0.099"),
        (0.0996, "0.10"),
        (0.87, "0.87"),
        (-0.5, "−0.50"),
        (0.994, "0.99"),
        (0.998, "0.998"),
        (0.9998, "0.9998"),
        (0.99999, "1.00"),
        (1.004, "1.00"),
        (9.99, "9.99"),
        (9.994, "9.99"),
        (9.996, "10.0"),
        (12.34, "12.3"),
        (99.94, "99.9"),
        (99.96, "100"),
        (123.4, "123"),
        (-12345.6, "−12346"),
        (99999.4, "99999"),
        (99999.6, "1.0e5"),
        (1e12, "1.0e12"),
        (0.012, "0.012"),
        (0.00996, "0.010"),
        (0.0042, "0.0042"),
        (-0.0042, "−0.0042"),
        (0.000996, "0.0010"),
        (0.00099, "9.9e−4"),
        (0.00012, "1.2e−4"),
        (-3e-310, "−3.0e−310"),
        (float("inf"), "∞"),
        (float("-inf"), "−∞"),
        (float("nan"), "NaN"),
    ],
)
def test_numbers_at_every_border(value: float, written: str) -> None:
    assert look.number(value) == written


@given(st.floats(-1e300, 1e300))
def test_numbers_are_short_close_and_signed_by_a_true_minus(value: float) -> None:
    text = look.number(value)
    assert len(text) <= 9
    assert "-" not in text
    assert text.startswith(MINUS) == (value < 0)
    read = float(text.replace(MINUS, "-"))
    assert read == pytest.approx(value, rel=0.051, abs=1e-320)
    assert (text == "0") == (value == 0)


@given(st.floats(1e-3, 9e4))
def test_numbers_of_ordinary_size_take_six_characters_and_show_two_digits(value: float) -> None:
    text = look.number(value)
    assert len(text) <= 6
    if value != int(value):
        assert float(text) == pytest.approx(value, rel=0.051)
        assert len(text.replace(".", "").lstrip("0")) >= 2


def test_signed_numbers_carry_a_plus() -> None:
    assert [look.signed(value) for value in (0.5, -0.5, 0.0)] == ["+0.50", "−0.50", "0"]


def test_strength_is_a_share_of_the_scale_in_hundredths() -> None:
    assert look.strength(0.5, 2) == 0.25
    assert look.strength(-3, 2) == 1.0
    assert look.strength(1, 3) == 0.33
    assert look.strength(1, 0) == 0.0
    assert look.strength(float("nan"), 1) == 0.0


def test_the_sign_decides_the_hue_and_the_size_the_opacity() -> None:
    assert look.value_paint(1.0, 2.0) == look.paint("pos") + ' fill-opacity="0.5"'
    assert look.value_paint(-2.0, 2.0) == look.paint("neg") + ' fill-opacity="1.0"'
    assert "nn-weight-pos" in look.weight_paint(0.1, 1)[0]
    assert "nn-weight-neg" in look.weight_paint(-0.1, 1)[0]


def test_the_scale_is_the_largest_size_and_ignores_what_is_not_finite() -> None:
    assert look.scale_of([1.0, -3.0], [[0.5], [2.0]]) == 3.0
    assert look.scale_of(np.array([[-7.0, 2.0]]), 1.0) == 7.0
    assert look.scale_of([float("nan"), 2.0, float("inf")]) == 2.0
    assert look.scale_of([]) == 0.0


def test_paint_carries_the_class_and_the_light_theme() -> None:
    assert look.paint("panel", "line") == 'class="nn-panel nn-line" fill="#f6f8fb" stroke="#d2d9e3"'
    assert look.paint("line") == 'class="nn-line" fill="none" stroke="#d2d9e3"'


def test_the_theme_repaints_every_role_only_under_its_selector() -> None:
    rules = look.theme_css().splitlines()
    assert len(rules) == len(look.ROLES)
    for (name, role), rule in zip(look.ROLES.items(), rules, strict=True):
        assert rule == f'[data-jp-theme-light="false"] .nn-{name}{{{role.property}:{role.dark}}}'
    assert "prefers-color-scheme" not in look.theme_css()
    assert look.theme_css(".dark").startswith(".dark .nn-paper{")


def luminance(color: str) -> float:
    channels = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mixed(over: str, under: str, opacity: float) -> str:
    channels = [
        round(opacity * int(over[start : start + 2], 16) + (1 - opacity) * int(under[start : start + 2], 16))
        for start in (1, 3, 5)
    ]
    return "#" + "".join(f"{channel:02x}" for channel in channels)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_read_on_every_surface(theme: str) -> None:
    for surface in ("paper", "panel", "header", "well", "forward-panel", "backward-panel"):
        assert contrast(look.color("ink", theme), look.color(surface, theme)) >= 10
        assert contrast(look.color("muted", theme), look.color(surface, theme)) >= 4.5
        for role in ("forward", "backward", "parameter") if surface != "header" else ():
            assert contrast(look.color(role, theme), look.color(surface, theme)) >= 4.5, (role, surface)
    for solid in ("forward-solid", "backward-solid"):
        assert contrast(look.color("on-solid", theme), look.color(solid, theme)) >= 3.9
    assert contrast(look.color("backward", theme), look.color("backward-header", theme)) >= 3.9


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("sign", [1, -1])
def test_the_number_can_be_read_on_a_cell_of_any_strength(theme: str, sign: int) -> None:
    hue = look.color("pos" if sign > 0 else "neg", theme)
    for step in range(101):
        painted, role = look.value_style(sign * step / 100, 1.0)
        opacity = float(re.search(r'fill-opacity="([\d.]+)"', painted)[1])
        cell = mixed(hue, look.color("paper", theme), opacity)
        assert contrast(look.color(role, theme), cell) >= 3.7, (step, role)
