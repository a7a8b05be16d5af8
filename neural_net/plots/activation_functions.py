"""Each activation function beside its derivative; where the derivative jumps, the jump is drawn as one."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes

from neural_net.activations import ACTIVATIONS, Activation, Elementwise
from neural_net.operations import Array
from neural_net.plots.canvas import WIDTH, Panels, panels, told
from neural_net.plots.names import known_names
from neural_net.plots.style import BACKWARD, FORWARD, LINE, PAPER, curve_names, dress, in_style

IN_A_ROW = 4
REACH = 4.0  # z runs from −REACH to REACH
LIMITS = (-1.4, 3.3)
STEP = 1e-9  # a derivative that changes over so short a way jumps


@in_style
def plot_activation_functions(names: str | Iterable[str] | None = None, ax: Axes | None = None) -> Panels:
    """Plot activation functions a(z) in blue, their derivatives a′(z) in red-orange: all, or those named.

    Where a derivative jumps (relu and leaky_relu at 0) its two branches end in an open circle and a filled
    one; the filled circle is the value that the backward pass uses: relu′(0) = 0. Softmax is no function of
    one number: it is drawn for three logits, z₀ varying and the other two 0, as y₀ and y₁ (= y₂), with
    ∂y₀/∂z₀ and ∂y₁/∂z₀. Inside `ax` if given. Returns one panel per activation.

    Raises TypeError or ValueError for what is no name of an activation, with the nearest known one.
    """
    chosen = known_names(names, ACTIVATIONS, "plot_activation_functions, names")
    columns = min(len(chosen), IN_A_ROW)
    places = [*chosen, *["."] * (-len(chosen) % columns)]
    mosaic = [places[i : i + columns] for i in range(0, len(places), columns)]
    axes = panels(
        ax,
        mosaic,
        heading="Activation functions",
        note="a(z) blue, its derivative red-orange",
        height=0.4 + 2.35 * len(mosaic),
        width=min(WIDTH, 2.0 + 3.2 * columns),
    )
    sentences = []
    for name, activation in chosen.items():
        panel = axes[name]
        _draw_cross(panel)
        draw = _draw_elementwise if isinstance(activation, Elementwise) else _draw_softmax
        sentences.append(draw(panel, activation))
    return told(
        axes.values(),
        "Activation functions (blue) and their derivatives (red-orange). " + " ".join(sentences),
    )


def derivative(activation: Activation, z: Array) -> Array:
    """Return a′(z), which is the backward pass of a loss gradient of 1."""
    (slopes,) = activation.backward(np.ones_like(z), activation.forward(z), z)
    assert slopes is not None
    return slopes


def _draw_cross(ax: Axes) -> None:
    ax.axhline(0, color=LINE, linewidth=0.8, zorder=0)
    ax.axvline(0, color=LINE, linewidth=0.8, zorder=0)
    ax.set_xlim(-REACH, REACH)
    ax.set_ylim(*LIMITS)
    ax.set_xticks([-4, -2, 0, 2, 4])
    ax.set_yticks([-1, 0, 1, 2, 3])


def _draw_elementwise(ax: Axes, activation: Activation) -> str:
    """Draw a(z) and a′(z); return what there is to know about a′ in words."""
    dress(ax, activation.name, "z", "a(z), a′(z)")
    z = np.linspace(-REACH, REACH, 401)
    slopes = derivative(activation, z)
    before, at, after = (float(slope) for slope in derivative(activation, np.array([-STEP, 0.0, STEP])))
    jumps = abs(after - before) > 1e-6
    ax.plot(z, activation.forward(z), color=FORWARD, linewidth=2.2, label="a(z)")
    if jumps:
        left, right = z < 0, z > 0
        _draw_branch(ax, np.append(z[left], 0), np.append(slopes[left], before), before == at)
        _draw_branch(ax, np.append(0, z[right]), np.append(after, slopes[right]), after == at)
    else:
        ax.plot(z, slopes, color=BACKWARD, linewidth=1.8, label="a′(z)")
    curve_names(ax, {f"{activation.name}(z)": FORWARD, f"{activation.name}′(z)": BACKWARD})
    jump = (
        f", with a jump from {before:g} to {after:g} at z = 0, where it is taken as {at:g}" if jumps else ""
    )
    return f"{activation.name}: the derivative lies between {slopes.min():.3g} and {slopes.max():.3g}{jump}."


def _draw_branch(ax: Axes, z: Array, slopes: Array, belongs: bool) -> None:
    """Draw one branch of a derivative that jumps at 0; its end is filled if it has the value at 0."""
    ax.plot(z, slopes, color=BACKWARD, linewidth=1.8, label="a′(z)")
    end = int(np.flatnonzero(z == 0)[0])
    face = BACKWARD if belongs else PAPER
    ax.plot(z[end], slopes[end], "o", color=BACKWARD, markerfacecolor=face, markersize=5.5, zorder=5)


def _draw_softmax(ax: Axes, softmax: Activation) -> str:
    """Draw the probabilities of three logits over the first of them, and the first column of the Jacobian."""
    dress(ax, "softmax of (z₀, 0, 0)", "z₀", "y, ∂y/∂z₀")
    z = np.column_stack([np.linspace(-REACH, REACH, 401), *np.zeros((2, 401))])
    y = softmax.forward(z)
    for k, line in ((0, "-"), (1, "--")):
        (gradient,) = softmax.backward(np.tile(np.eye(3)[k], (len(z), 1)), y, z)
        assert gradient is not None
        ax.plot(z[:, 0], y[:, k], line, color=FORWARD, linewidth=2.2, label=f"y{k}")
        ax.plot(z[:, 0], gradient[:, 0], line, color=BACKWARD, linewidth=1.8, label=f"∂y{k}/∂z0")
    curve_names(ax, {"y₀, dashed y₁ = y₂": FORWARD, "∂y₀/∂z₀, dashed ∂y₁/∂z₀": BACKWARD})
    return (
        "softmax of (z0, 0, 0): y0 rises from 0 to 1 with z0 while y1 and y2 fall; ∂y0/∂z0 is at most 0.25."
    )
