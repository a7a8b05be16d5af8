"""One layer, up close: what it computed in the forward pass, and its loss gradients in the backward pass.

Panels stand as in the diagram: z left of y, the weights left of both. The forward pass reads left to right,
the backward pass right to left. One example is drawn as a bar per unit; a batch as a heat map, examples ×
units, above the distribution of each unit over the examples.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from neural_net.activations import Elementwise
from neural_net.operations import Array
from neural_net.plots import marks
from neural_net.plots.canvas import Panels, panels, told
from neural_net.plots.reading import (
    caption,
    checked_layer,
    checked_trace,
    chosen_example,
    examples_shown,
    in_words,
    is_class_head,
    note_of_pass,
    rows,
    zeros_in_words,
)
from neural_net.plots.style import (
    BACKWARD,
    FORWARD,
    MUTED,
    SMALL,
    call_units_classes,
    dress,
    in_style,
    scale_of,
    sign,
)
from neural_net.steps import Phase
from neural_net.trace import Trace

COLOR: Mapping[Phase, str] = {"forward": FORWARD, "backward": BACKWARD}


@in_style
def plot_forward(trace: Trace, layer: int, example: int | None = None, ax: Axes | None = None) -> Panels:
    """Plot what layer 1 … L computed: the weighted sums z_(l) and the outputs y_(l) = a(z_(l)).

    For one example (the one given, or the only one) there are two panels, z and y, with a bar per unit; at
    the head an outline per unit shows the target. For a batch there are four: the heat maps of z and y, (m,
    n_l), then below each the distribution of every unit. Inside `ax` if given. Returns the panels in that
    order.

    Raises TypeError for what is no trace, ValueError for a layer or an example that the trace does not have.
    """
    trace = checked_trace(trace, "plot_forward")
    l = checked_layer(trace, layer, "plot_forward")
    chosen = chosen_example(trace, example, "plot_forward")
    values = _z_and_y(trace.records[l].values)
    axes = _place(trace, l, chosen, list(values), "forward", ax)
    target = trace.target if l == trace.L and _target_compares(trace) else None
    scales = _scales(trace, l, values, target)
    for name, array in values.items():
        title, beside = _title(name, l, trace.L), target if name == "y" else None
        _draw(axes, name, array, scales[name], chosen, title, sign(name, l), FORWARD, beside)
    if is_class_head(trace, l):
        call_units_classes(axes.values())
    return told(axes.values(), _text(trace, l, chosen, "forward", values))


@in_style
def plot_backward(trace: Trace, layer: int, example: int | None = None, ax: Axes | None = None) -> Panels:
    """Plot every loss gradient of layer 1 … L: 𝓛'_(l) = ∂𝓛/∂y_(l), ∂𝓛/∂z_(l), and the weight gradients.

    From left to right: the heat map of ∂𝓛/∂W_(l), (n_(l-1), n_l), above a bar per unit for ∂𝓛/∂b_(l),
    (n_l,); then ∂𝓛/∂z_(l) and 𝓛'_(l), each drawn as `plot_forward` draws z and y. Weight gradients belong
    to the whole batch, even where one example is shown. Inside `ax` if given. Returns the panels row by
    row: W, z, y, b, then for a batch the distributions of z and y.

    Raises TypeError for what is no trace, ValueError for a layer or an example that the trace does not have.
    """
    trace = checked_trace(trace, "plot_backward")
    l = checked_layer(trace, layer, "plot_backward")
    chosen = chosen_example(trace, example, "plot_backward")
    values, weights = _z_and_y(trace.records[l].gradients), trace.weight_gradient[l]
    axes = _place(trace, l, chosen, list(values), "backward", ax)
    _draw_weight_gradients(axes["W"], axes["b"], weights["W"], weights["b"], l)
    scales = _scales(trace, l, values)
    for name, array in values.items():
        symbol = sign(f"dL_d{name}", l)
        title = symbol if name == "z" else rf"{symbol} $= \partial\mathcal{{L}}\,/\,\partial y_{{({l})}}$"
        _draw(axes, name, array, scales[name], chosen, title, symbol, BACKWARD)
    if is_class_head(trace, l):
        call_units_classes(axes.values())
    return told(axes.values(), _text(trace, l, chosen, "backward", values, weights))


def _z_and_y(arrays: Mapping[str, Array]) -> dict[str, Array]:
    return {name: rows(arrays[name]) for name in ("z", "y") if name in arrays}


def _place(
    trace: Trace, l: int, chosen: int | None, names: list[str], phase: Phase, ax: Axes | None
) -> dict[str, Axes]:
    """Return the panels by name: z and y side by side, the weights left of them in the backward pass."""
    weights = phase == "backward"
    upper = ["W"] * weights + names
    lower = ["b"] * weights + [_below(name) if chosen is None else name for name in names]
    rows_of_panels = [upper] if upper == lower else [upper, lower]
    return panels(
        ax,
        rows_of_panels,
        heading=caption(trace, l),
        note=note_of_pass(phase, examples_shown(trace, chosen)),
        note_color=COLOR[phase],
        height=_height(trace.network.sizes[l], chosen, weights),
        heights=[1.8, 1.0][: len(rows_of_panels)],
    )


def _below(name: str) -> str:
    """The name of the panel under the heat map of `name`."""
    return f"{name} by unit"


def _height(units: int, chosen: int | None, weights: bool) -> float:
    """The height of the figure in inches."""
    if chosen is None:
        return 5.2
    bars = 1.1 + 0.25 * max(units, 4) if units <= marks.LABELED_BARS else 3.0
    return max(bars, 3.6) if weights else bars


def _scales(
    trace: Trace, l: int, values: Mapping[str, Array], target: Array | None = None
) -> dict[str, list[Array]]:
    """Return the arrays whose range each panel covers.

    Where the activation works element by element z and y share one scale, which shows what it does to each
    number; softmax makes another kind of number out of its logits.
    """
    elementwise = isinstance(getattr(trace.network.layers[l - 1], "activation", None), Elementwise)
    own = {name: [array] for name, array in values.items()}
    if target is not None:
        own["y"].append(target)
    together = [array for arrays in own.values() for array in arrays]
    return dict.fromkeys(values, together) if elementwise else own


def _draw(
    axes: Mapping[str, Axes],
    name: str,
    values: Array,
    scale: list[Array],
    chosen: int | None,
    title: str,
    symbol: str,
    color: str,
    target: Array | None = None,
) -> None:
    """Draw the values (m, n) of one quantity: one example as bars, or the batch in two panels."""
    if chosen is not None:
        limits = marks.bar_limits(*(array[chosen] for array in scale))
        goal = None if target is None else target[chosen]
        marks.unit_bars(
            axes[name], values[chosen], color, title, symbol, limits=limits, title_color=color, target=goal
        )
        return
    upper, lower = axes[name], axes[_below(name)]
    dress(upper, title, "unit", "example", color)
    marks.heat_map(upper, values, scale_of(*scale))
    dress(lower, "", "unit", symbol)
    marks.unit_distributions(lower, values, color, marks.bar_limits(*scale))
    lower.set_title(_zeros(values), loc="right", fontsize=SMALL, color=MUTED)


def _draw_weight_gradients(upper: Axes, lower: Axes, W: Array, b: Array, l: int) -> None:
    dress(upper, f"{sign('dL_dW', l)}   whole batch", "unit", f"input {sign('y_prev', l)}", BACKWARD)
    marks.heat_map(upper, W, scale_of(W))
    dress(lower, f"{sign('dL_db', l)}   whole batch", "unit", sign("dL_db", l), BACKWARD)
    marks.standing_bars(lower, b, BACKWARD, marks.bar_limits(b))


def _title(name: str, l: int, L: int) -> str:
    if name == "z":
        return f"{sign('z', l)}   weighted sum"
    return rf"{sign('y', l)} $= \hat{{y}}$   prediction" if l == L else f"{sign('y', l)}   output"


def _target_compares(trace: Trace) -> bool:
    """Whether the head's output and the target are numbers of one kind; logits and probabilities are not."""
    return not trace.network.loss.name.endswith("_with_logits")


def _zeros(values: Array) -> str:
    """Say how many of the values are zero, and how many units are zero in every example."""
    silent = int(np.sum((values == 0).all(axis=0)))
    return zeros_in_words(values) + (f", {silent} units always" if silent else "")


def _text(
    trace: Trace,
    l: int,
    chosen: int | None,
    phase: Phase,
    values: Mapping[str, Array],
    weights: Mapping[str, Array] | None = None,
) -> str:
    prefix = "dL_d" if phase == "backward" else ""
    told_values = [in_words(prefix + name, a if chosen is None else a[chosen]) for name, a in values.items()]
    told_weights = [in_words(prefix + name, a) for name, a in (weights or {}).items()]
    return " ".join(
        [f"{caption(trace, l)}, {phase} pass, {examples_shown(trace, chosen)}.", *told_values, *told_weights]
    )
