"""All layers side by side: activations, loss gradients, weight gradients.

Over a batch each layer is one distribution. Gradients are drawn by their size on one logarithmic scale for
all layers: where they vanish from layer to layer the distributions slide left, where they explode they
slide right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from matplotlib.axes import Axes

from neural_net.operations import Array
from neural_net.plots import marks
from neural_net.plots.canvas import WIDTH, Panels, panels, told
from neural_net.plots.reading import (
    caption,
    checked_trace,
    chosen_example,
    examples_shown,
    in_words,
    is_class_head,
    note_of_pass,
    rows,
)
from neural_net.plots.style import BACKWARD, FORWARD, call_units_classes, dress, in_style, scale_of, sign
from neural_net.trace import Trace

IN_A_ROW = 4

PerLayer = Mapping[int, Array]


@in_style
def plot_activations(trace: Trace, example: int | None = None, ax: Axes | None = None) -> Panels:
    """Plot the outputs y_(l) of layers 1 … L side by side.

    For one example (the one given, or the only one) a bar per unit; for a batch a histogram of all m · n_l
    outputs of the layer that are not exactly zero, with the share of those that are. Layers with the same
    activation share their scale. Inside `ax` if given. Returns one panel per layer.

    Raises TypeError for what is no trace, ValueError for an example that the trace does not have.
    """
    trace = checked_trace(trace, "plot_activations")
    chosen = chosen_example(trace, example, "plot_activations")
    values = {l: _shown(trace.y[l], chosen) for l in range(1, trace.L + 1)}
    axes = _layer_panels(trace, values, chosen, "Activations", FORWARD, ax)
    for l, array in values.items():
        alike = [values[k] for k in values if _activation(trace, k) == _activation(trace, l)]
        if chosen is None:
            dress(axes[l], caption(trace, l), sign("y", l), "share of outputs")
            marks.histogram(axes[l], array, FORWARD, marks.linear_edges(*alike))
        else:
            marks.unit_bars(
                axes[l],
                array,
                FORWARD,
                caption(trace, l),
                sign("y", l),
                limits=marks.bar_limits(*alike),
                lying=marks.bars_lie(*values.values()),
            )
    if is_class_head(trace, trace.L):
        call_units_classes([axes[trace.L]])
    return told(axes.values(), _text(trace, "Activations", "y", values, chosen))


@in_style
def plot_loss_gradients(trace: Trace, example: int | None = None, ax: Axes | None = None) -> Panels:
    """Plot the loss gradients 𝓛'_(l) = ∂𝓛/∂y_(l) of layers 1 … L side by side, on one scale.

    For one example (the one given, or the only one) a bar per unit; for a batch a histogram of their sizes
    on a logarithmic scale, with the median and the share that is exactly zero. Inside `ax` if given.
    Returns one panel per layer.

    Raises TypeError for what is no trace, ValueError for an example that the trace does not have.
    """
    trace = checked_trace(trace, "plot_loss_gradients")
    chosen = chosen_example(trace, example, "plot_loss_gradients")
    values = {l: _shown(trace.loss_gradient[l], chosen) for l in range(1, trace.L + 1)}
    axes = _layer_panels(trace, values, chosen, "Loss gradients", BACKWARD, ax)
    for l, array in values.items():
        if chosen is None:
            dress(axes[l], caption(trace, l), f"size of {sign('dL_dy', l)}", "share of gradients")
            marks.magnitude_histogram(axes[l], array, BACKWARD, marks.magnitude_edges(*values.values()))
        else:
            marks.unit_bars(
                axes[l],
                array,
                BACKWARD,
                caption(trace, l),
                sign("dL_dy", l),
                limits=marks.bar_limits(*values.values()),
                lying=marks.bars_lie(*values.values()),
            )
    if is_class_head(trace, trace.L):
        call_units_classes([axes[trace.L]])
    return told(axes.values(), _text(trace, "Loss gradients", "dL_dy", values, chosen))


@in_style
def plot_weight_gradients(trace: Trace, ax: Axes | None = None) -> Panels:
    """Plot the weight gradients of layers 1 … L side by side: ∂𝓛/∂W_(l), and how large they are.

    Above, the heat map of ∂𝓛/∂W_(l), (n_(l-1), n_l), on the layer's own color scale, which shows its
    pattern; below, a histogram of the sizes of its numbers, on one logarithmic scale for all layers, which
    compares them. Weight gradients belong to the whole batch. Inside `ax` if given. Returns the heat maps,
    then the histograms, row by row.

    Raises TypeError for what is no trace.
    """
    trace = checked_trace(trace, "plot_weight_gradients")
    weights = {l: gradients["W"] for l, gradients in trace.weight_gradient.items()}
    axes = panels(
        ax,
        mosaic := _mosaic(weights, ("W", "sizes")),
        heading="Weight gradients",
        note=note_of_pass("backward", examples_shown(trace, None)),
        note_color=BACKWARD,
        height=0.3 + 2.15 * len(mosaic),
        heights=[1.5, 1.0] * (len(mosaic) // 2),
    )
    edges = marks.magnitude_edges(*weights.values())
    for l, W in weights.items():
        upper, lower = axes[f"W {l}"], axes[f"sizes {l}"]
        dress(upper, caption(trace, l), "unit", f"input {sign('y_prev', l)}")
        marks.heat_map(upper, W, scale_of(W))
        dress(lower, "", f"size of {sign('dL_dW', l)}", "share of weights")
        marks.magnitude_histogram(lower, W, BACKWARD, edges)
    if is_class_head(trace, trace.L):
        call_units_classes([axes[f"W {trace.L}"]])
    return told(axes.values(), _text(trace, "Weight gradients", "dL_dW", weights, None))


def _shown(values: Array, chosen: int | None) -> Array:
    return rows(values) if chosen is None else rows(values)[chosen]


def _activation(trace: Trace, l: int) -> object:
    return getattr(trace.network.layers[l - 1], "activation", None)


def _layer_panels(
    trace: Trace, values: PerLayer, chosen: int | None, heading: str, color: str, ax: Axes | None
) -> dict[int, Axes]:
    """Return one panel per layer, a few in a row."""
    mosaic = _mosaic(values, ("layer",))
    lying = chosen is not None and marks.bars_lie(*values.values())
    tall = 0.85 + 0.25 * max(4, *map(len, values.values())) if lying else 2.4
    axes = panels(
        ax,
        mosaic,
        heading=heading,
        note=note_of_pass("forward" if color == FORWARD else "backward", examples_shown(trace, chosen)),
        note_color=color,
        height=0.3 + tall * len(mosaic),
        width=min(WIDTH, 4.5 * len(mosaic[0])),
    )
    return {l: axes[f"layer {l}"] for l in values}


def _mosaic(layers: Iterable[int], kinds: Sequence[str]) -> list[list[str]]:
    """Return rows of panel names such as "layer 2": layers side by side, kinds of panel below each other."""
    numbers = list(layers)
    columns = min(len(numbers), IN_A_ROW)
    chunks = [numbers[i : i + columns] for i in range(0, len(numbers), columns)]
    return [
        [f"{kind} {l}" for l in chunk] + ["."] * (columns - len(chunk)) for chunk in chunks for kind in kinds
    ]


def _text(trace: Trace, heading: str, name: str, values: PerLayer, chosen: int | None) -> str:
    layers = " ".join(in_words(f"{caption(trace, l)}, {name}", array) for l, array in values.items())
    return f"{heading} of every layer, {examples_shown(trace, chosen)}. {layers}"
