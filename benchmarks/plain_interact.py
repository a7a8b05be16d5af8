"""The plain version of the stepper, as a notebook would have it: `interact`, matplotlib, `plt.show()`.

It shows what the stepper's frame shows (units with their values and loss gradients, edges by weight, the
matrices of the step with their numbers, equations and code), drawn with few artists: images for the matrices,
one collection for the edges between two layers, one for the units.
"""

from __future__ import annotations

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle

from neural_net.steps import Step
from neural_net.trace import Trace

WIDTH, HEIGHT = 10.0, 8.1  # inches of 100 pixels: as large as a frame of the stepper
FORWARD, BACKWARD, PARAMETER = "#1f5fc8", "#bd3b0c", "#6a46a8"
CELL_WIDTH, CELL_HEIGHT, GAP = 0.38, 0.26, 0.12
MATRICES = {
    "forward": ("y_prev", "W", "b", "z", "target", "y"),
    "backward": ("dL_dy", "dL_dz", "dL_dy_prev", "dL_dW", "dL_db"),
}


def step_through_plainly(trace: Trace) -> None:
    """Show a slider, and the picture of the step that it stands at, drawn when it gets there."""

    def show(step: int) -> None:
        draw(trace, trace.steps[step])
        plt.show()

    slider = ipywidgets.IntSlider(0, min=0, max=len(trace.steps) - 1, description="Step")
    ipywidgets.interact(show, step=slider)


def draw(trace: Trace, step: Step) -> None:
    """Draw one step of a trace."""
    figure = plt.figure(figsize=(WIDTH, HEIGHT))
    ax = figure.add_axes((0, 0, 1, 1))
    ax.axis("off")
    ax.text(0.2, 7.8, step.title, fontsize=16, weight="bold")
    ax.text(0.2, 7.5, step.sentence, fontsize=10, color="gray")
    _draw_network(ax, trace, step)
    _draw_matrices(ax, trace, step)
    record = trace.records[step.layer]
    named = {**record.values, **{f"dL_d{name}": array for name, array in record.gradients.items()}}
    for i, equation in enumerate(step.equations):
        ax.text(0.2, 1.5 - 0.3 * i, equation.text(), fontsize=10)
        ax.text(3.4, 1.5 - 0.3 * i, equation.shapes(named), fontsize=9)
    ax.text(7.0, 1.65, "\n".join(step.code), fontsize=8, family="monospace", va="top")


def _draw_network(ax: Axes, trace: Trace, step: Step) -> None:
    is_forward = step.phase == "forward"
    color = FORWARD if is_forward else BACKWARD
    for l in range(trace.L + 2):
        x, is_current = _middle(l), l == step.layer
        ax.add_patch(
            Rectangle((x - 0.65, 4.4), 1.3, 2.8, fill=False, edgecolor=color if is_current else "lightgray")
        )
        ax.text(x, 6.95, _name(trace, l), ha="center", fontsize=9, color=color if is_current else "black")
        if 0 < l <= trace.L:
            _draw_edges(ax, trace, l, is_current)
        is_known = not is_forward or l <= step.layer
        has_gradient = not is_forward and l >= step.layer - 1
        if l <= trace.L:
            _draw_units(
                ax,
                l,
                trace.y[l][0] if is_known else None,
                trace.loss_gradient[l][0] if has_gradient else None,
                trace.network.sizes[l],
            )
        elif is_known:
            ax.text(x, 5.8, f"loss {trace.loss:.2f}", ha="center", weight="bold")
    ax.text(_middle(trace.L + 1), 4.15, f"target {trace.target[0].argmax()}", ha="center")
    direction = 1 if is_forward else -1
    for side in (-1, 1):
        ax.arrow(
            _middle(step.layer) + side * 0.98 - direction * 0.2,
            4.6,
            direction * 0.25,
            0,
            color=color,
            width=0.03,
        )


def _draw_edges(ax: Axes, trace: Trace, l: int, is_current: bool) -> None:
    W = trace.weights[l]["W"]
    starts, ends = _units(l - 1, len(W)), _units(l, W.shape[1])
    segments = [(start, end) for start in starts for end in ends]
    strength = np.abs(W).ravel() / np.abs(W).max()
    colors = np.where(W.ravel() > 0, PARAMETER, "#b07d0c")
    alpha = 1.0 if is_current else 0.4
    ax.add_collection(LineCollection(segments, colors=colors, linewidths=0.5 + 2.5 * strength, alpha=alpha))


def _draw_units(ax: Axes, l: int, values: np.ndarray | None, gradients: np.ndarray | None, n: int) -> None:
    xs, ys = zip(*_units(l, n), strict=True)
    if values is None:
        ax.scatter(xs, ys, s=600, color="white", edgecolor="lightgray", zorder=2)
        return
    ax.scatter(xs, ys, s=600, c=values, cmap="RdBu", vmin=-1.5, vmax=1.5, edgecolor="gray", zorder=2)
    for j, (x, y) in enumerate(zip(xs, ys, strict=True)):
        ax.text(x, y, f"{values[j]:.2f}", ha="center", va="center", fontsize=9)
        if gradients is not None:
            ax.text(x + 0.4, y - 0.2, f"{gradients[j]:.2f}", ha="center", fontsize=8, color=BACKWARD)


def _draw_matrices(ax: Axes, trace: Trace, step: Step) -> None:
    shown = {name: step.quantities[name] for name in MATRICES[step.phase] if name in step.quantities}
    if step.phase == "backward" and step.layer <= trace.L:
        shown["W.T"] = trace.weights[step.layer]["W"].T
    x = GAP
    for name, array in shown.items():
        matrix = np.atleast_2d(array)
        rows, columns = matrix.shape
        width, height = columns * CELL_WIDTH, rows * CELL_HEIGHT
        limit = np.abs(matrix).max() or 1.0
        extent = (x, x + width, 2.8 - height / 2, 2.8 + height / 2)
        ax.imshow(matrix, cmap="RdBu", vmin=-limit, vmax=limit, extent=extent, aspect="auto", alpha=0.6)
        ax.text(x + width / 2, extent[3] + 0.1, f"{name} {rows} × {columns}", ha="center", fontsize=9)
        for i, row in enumerate(matrix):
            for j, value in enumerate(row):
                place = x + (j + 0.5) * CELL_WIDTH, extent[3] - (i + 0.5) * CELL_HEIGHT
                ax.text(*place, f"{value:.2f}", ha="center", va="center", fontsize=7.5)
        x += width + GAP
    ax.set(xlim=(0, WIDTH), ylim=(0, HEIGHT))  # which the images have changed


def _middle(l: int) -> float:
    return 0.9 + 2.0 * l


def _units(l: int, n: int) -> list[tuple[float, float]]:
    return [(_middle(l), 5.7 - 0.6 * (j - (n - 1) / 2)) for j in range(n)]


def _name(trace: Trace, l: int) -> str:
    if l == 0:
        return "Input"
    if l > trace.L:
        return "Loss"
    activation = trace.records[l].program[-1].operation
    return f"{'Head' if l == trace.L else f'Layer {l}'} · {getattr(activation, 'name', '')}"
