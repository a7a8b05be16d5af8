"""Read from matplotlib axes what is drawn on them."""

from __future__ import annotations

from typing import Any

import numpy as np


def lying_bar_values(ax: Any) -> list[float]:
    """The widths of the lying bars, from unit 0 on, outlines left out."""
    return [float(bar.get_width()) for bar in ax.patches if bar.get_fill()]


def bar_values(ax: Any) -> list[float]:
    """The heights of the standing bars, from unit 0 on, outlines left out."""
    return [float(bar.get_height()) for bar in ax.patches if bar.get_fill()]


def image_of(ax: Any) -> np.ndarray:
    """The numbers of the one image on the axes."""
    (image,) = ax.images
    return np.asarray(image.get_array())


def color_ends(ax: Any) -> tuple[float, float]:
    """The values at the two ends of the color scale of the one image on the axes."""
    (image,) = ax.images
    return float(image.norm.vmin), float(image.norm.vmax)


def numbers_written(ax: Any) -> list[str]:
    """The texts on the axes that write a number, in the order in which they were drawn."""
    return [text.get_text() for text in ax.texts if text.get_text()[-1:].isdigit()]
