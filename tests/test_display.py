"""A picture shows itself as SVG, and as text where there is no SVG."""

import dataclasses

import pytest
from IPython.core.formatters import DisplayFormatter

from neural_net.display import Picture


def test_a_notebook_gets_the_svg_and_the_text():
    data, _ = DisplayFormatter().format(Picture("<svg/>", "one line\nanother"))
    assert data == {"image/svg+xml": "<svg/>", "text/plain": "one line\nanother"}


def test_ipython_leaves_out_what_is_excluded():
    data, _ = DisplayFormatter().format(Picture("<svg/>", "text"), exclude={"image/svg+xml"})
    assert data == {"text/plain": "text"}


def test_a_terminal_gets_the_text():
    assert str(Picture("<svg/>", "text")) == repr(Picture("<svg/>", "text")) == "text"


def test_a_picture_does_not_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Picture("<svg/>", "text").svg = "other"
