"""What a network of two inputs answers everywhere in the plane, and where it changes its mind."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize

from neural_net import look
from neural_net.network import Network, check_network
from neural_net.numerics import sigmoid, softmax
from neural_net.operations import Array
from neural_net.plots.canvas import single, told_alone
from neural_net.plots.marks import color_scale, slim_scale
from neural_net.plots.style import (
    CLASS_COLORS,
    CLASS_MARKERS,
    DIVERGING,
    INK,
    MUTED,
    PAPER,
    SMALL,
    blend,
    centered,
    dress,
    in_style,
    percent,
    scale_of,
)

RESOLUTION = 240  # points of the plane along each input
MARGIN = 0.12  # around the examples, as a share of their range
TINT = 0.5  # of a region's color, so that the points stand out


class Plane(NamedTuple):
    """A grid of RESOLUTION² inputs: `first` along the horizontal axis, `second` along the vertical one."""

    first: Array
    second: Array

    @property
    def points(self) -> Array:
        """Every point of the grid, row by row from the bottom, (RESOLUTION², 2)."""
        return np.column_stack([a.ravel() for a in np.meshgrid(self.first, self.second)])

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Its left, right, bottom and top."""
        return (float(self.first[0]), float(self.first[-1]), float(self.second[0]), float(self.second[-1]))


@in_style
def plot_decision_boundary(
    net: Network, x: npt.ArrayLike, target: npt.ArrayLike, ax: Axes | None = None
) -> Axes:
    """Plot what `net` predicts over the plane of its two inputs, with the examples x, (m, 2).

    For classes (the cross-entropies; a single probability is that of class 1) each point of the plane has
    the color of its most probable class, the paler the less sure, and lines run where two classes are
    equally probable; examples have their class's color and marker, and a dark ring where the prediction is
    wrong. For one number (mse) plane and examples are colored by the diverging map around 0. On `ax` if
    given.

    Raises TypeError for what is no network, ValueError where the network has not two inputs, or several
    outputs that are no classes, or where x and target do not fit.
    """
    check_network(net, "plot_decision_boundary")
    _check_picture_exists(net)
    inputs, goal = net.standard_input(x, target)
    ax = single(ax, (6.4, 4.6))
    dress(ax, f"Network {'-'.join(map(str, net.sizes))}", "input $x_1$", "input $x_2$")
    draw = _draw_number if net.loss.function.targets == "numbers" else _draw_classes
    text = draw(ax, net, _plane_around(inputs), inputs, goal)
    return told_alone(
        ax,
        f"Predictions of a {'-'.join(map(str, net.sizes))} network over the plane of its two inputs. {text}",
    )


def _check_picture_exists(net: Network) -> None:
    where = "plot_decision_boundary"
    if net.sizes[0] != 2:
        raise ValueError(
            f"{where}: expected a network with 2 inputs, one for each axis; layer 1 takes {net.sizes[0]}"
        )
    if net.loss.function.targets != "classes" and net.sizes[-1] != 1:
        raise ValueError(
            f"{where}: with the loss {net.loss.name} expected a head with 1 output; "
            f"layer {net.L} has {net.sizes[-1]}"
        )


def _plane_around(x: Array) -> Plane:
    low, high = x.min(axis=0), x.max(axis=0)
    margin = MARGIN * np.where(high > low, high - low, 1.0)
    first, second = np.linspace(low - margin, high + margin, RESOLUTION, axis=1)
    return Plane(first, second)


def class_probabilities(net: Network, x: Array) -> Array:
    """Return the probability of each class, (m, classes); one output p makes the two columns 1 − p and p."""
    y = net.predict(x)
    if net.loss.name.endswith("_with_logits"):
        y = softmax(y) if net.sizes[-1] > 1 else sigmoid(y)
    return y if net.sizes[-1] > 1 else np.column_stack([1 - y, y])


def _draw_classes(ax: Axes, net: Network, plane: Plane, inputs: Array, goal: Array) -> str:
    probability = class_probabilities(net, plane.points)
    classes = probability.shape[1]
    _draw_regions(ax, plane, probability)
    _draw_boundaries(ax, plane, probability)
    actual = goal.argmax(axis=1) if goal.shape[1] > 1 else (goal[:, 0] > 0.5).astype(int)
    wrong = class_probabilities(net, inputs).argmax(axis=1) != actual
    for k in range(classes):
        for missed, edge, width in ((False, PAPER, 0.6), (True, INK, 1.5)):
            chosen = (actual == k) & (wrong == missed)
            ax.scatter(
                inputs[chosen, 0],
                inputs[chosen, 1],
                s=34,
                color=_class_color(k),
                marker=CLASS_MARKERS[k % len(CLASS_MARKERS)],
                edgecolors=edge,
                linewidths=width,
                label=f"_class {k}, wrong" if missed else f"class {k}",
                zorder=3 + missed,
            )
    right = f"{percent(1 - float(np.mean(wrong)))} of {len(wrong)} right"
    ax.set_title(
        right + (", wrong ones ringed" if wrong.any() else ""), loc="right", fontsize=SMALL, color=MUTED
    )
    if classes == 2:
        _probability_scale(ax)
    _legend(ax)
    return f"{classes} classes, {right}."


def _draw_regions(ax: Axes, plane: Plane, probability: Array) -> None:
    """Color each point by its most probable class, from white where all are equal to the full tint."""
    classes = probability.shape[1]
    best, sure = probability.argmax(axis=1), (probability.max(axis=1) - 1 / classes) / (1 - 1 / classes)
    colors = np.empty((len(best), 3))
    for k in range(classes):
        colors[best == k] = blend(_class_color(k), TINT * sure[best == k])
    image = np.clip(colors, 0, 1).reshape(RESOLUTION, RESOLUTION, 3)
    ax.imshow(image, origin="lower", extent=plane.extent, aspect="auto", interpolation="nearest")


def _draw_boundaries(ax: Axes, plane: Plane, probability: Array) -> None:
    """Draw the lines on which a class is as probable as the best of the others."""
    classes = probability.shape[1]
    for k in range(1 if classes == 2 else 0, classes):
        lead = probability[:, k] - np.delete(probability, k, axis=1).max(axis=1)
        if lead.min() < 0 < lead.max():
            surface = lead.reshape(RESOLUTION, RESOLUTION)
            ax.contour(
                plane.first, plane.second, surface, levels=[0.0], colors=[INK], linewidths=1.3, zorder=2
            )


def _draw_number(ax: Axes, net: Network, plane: Plane, inputs: Array, goal: Array) -> str:
    surface, target = net.predict(plane.points).reshape(RESOLUTION, RESOLUTION), goal[:, 0]
    norm = centered(scale_of(surface, target))
    image = ax.imshow(
        surface,
        cmap=DIVERGING,
        norm=norm,
        origin="lower",
        extent=plane.extent,
        aspect="auto",
        interpolation="nearest",
    )
    ax.scatter(
        inputs[:, 0],
        inputs[:, 1],
        s=34,
        c=target,
        cmap=DIVERGING,
        norm=norm,
        edgecolors=INK,
        linewidths=0.9,
        label="target",
        zorder=3,
    )
    color_scale(ax, image, scale_of(surface, target))
    ax.set_title("plane: prediction, points: target", loc="right", fontsize=SMALL, color=MUTED)
    low, high = look.number(float(surface.min())), look.number(float(surface.max()))
    return (
        f"The prediction lies between {low} and {high}; {len(target)} examples are colored by their target."
    )


def _class_color(k: int) -> str:
    return CLASS_COLORS[k % len(CLASS_COLORS)]


def _legend(ax: Axes) -> None:
    legend = ax.legend(loc="best", frameon=True, framealpha=0.85, edgecolor="none", handletextpad=0.2)
    legend.set_zorder(6)


def _probability_scale(ax: Axes) -> None:
    """Draw the scale of the shading between two classes."""
    ends = [
        tuple(blend(_class_color(0), np.array(TINT))),
        PAPER,
        tuple(blend(_class_color(1), np.array(TINT))),
    ]
    tints = ScalarMappable(Normalize(0, 1), LinearSegmentedColormap.from_list("tints", ends))
    slim_scale(ax, tints, [0, 0.5, 1], ["0", "0.5", "1"], "probability of class 1")
