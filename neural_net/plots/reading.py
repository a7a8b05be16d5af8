"""What the plots read from a trace, checked: the layer, the example, and what a layer is called."""

from __future__ import annotations

import numpy as np

from neural_net import look
from neural_net.operations import Array
from neural_net.plots.style import percent
from neural_net.steps import Phase, layer_title
from neural_net.trace import Trace
from neural_net.validation import index, whole_number

VALUES_IN_WORDS = 16  # more numbers than these are summed up in a text alternative


def checked_trace(trace: object, where: str) -> Trace:
    """Return `trace` if it is a trace, and all of it finite."""
    if not isinstance(trace, Trace):
        raise TypeError(
            f"{where}: expected a trace, which trace(net, x, target) makes; "
            f"got {trace!r} of type {type(trace).__name__}"
        )
    for l, record in trace.records.items():
        for named, prefix in ((record.values, ""), (record.gradients, "dL_d")):
            for name, array in named.items():
                if not np.isfinite(array).all():
                    raise ValueError(
                        f"{where}: {prefix}{name} of layer {l} holds numbers that are not finite"
                    )
    return trace


def checked_layer(trace: Trace, layer: object, where: str) -> int:
    """Return the number of a layer 1 … L."""
    l = whole_number(layer, f"{where}, layer")
    if l > trace.L:
        raise ValueError(f"{where}, layer: expected a number from 1 to {trace.L} (the head), got {l}")
    return l


def is_class_head(trace: Trace, l: int) -> bool:
    """Say whether the units of layer l stand for classes."""
    return l == trace.L and trace.network.loss.function.targets == "classes"


def chosen_example(trace: Trace, example: object, where: str) -> int | None:
    """Return the example to show: the one given, the only one there is, or None for the whole batch."""
    if example is None:
        return 0 if trace.batch_size == 1 else None
    return index(example, trace.batch_size, f"{where}, example")


def examples_shown(trace: Trace, example: int | None) -> str:
    """Say which examples a plot shows."""
    if trace.batch_size == 1:
        return "one example"
    if example is None:
        return f"{trace.batch_size} examples"
    return f"example {example + 1} of {trace.batch_size}"


def note_of_pass(phase: Phase, shown: str) -> str:
    """Say which pass a plot shows, with an arrow in its direction, and of which examples."""
    return f"forward pass →   {shown}" if phase == "forward" else f"← backward pass   {shown}"


def caption(trace: Trace, l: int) -> str:
    """Return what layer l is called, with its activation: "Layer 2 · tanh", "Head · sigmoid"."""
    layer = trace.network.layers[l - 1]
    activation = getattr(layer, "activation", None)
    return f"{layer_title(l, trace.L)} · {activation.name if activation else layer.kind}"


def rows(values: Array) -> Array:
    """Return the values as a matrix, one example per row."""
    return values.reshape(len(values), -1)


def zeros_in_words(values: Array) -> str:
    """Say which share of the values is exactly zero."""
    share = float(np.mean(values == 0))
    return f"{percent(share)} exactly 0" if share else "none exactly 0"


def in_words(name: str, values: Array) -> str:
    """Tell the values: each one where they are few, else their range, typical size and share of zeros."""
    if values.size <= VALUES_IN_WORDS:
        return f"{name}: {', '.join(look.number(float(v)) for v in values.ravel())}."
    low, high, typical = (
        look.number(float(v)) for v in (values.min(), values.max(), np.sqrt(np.mean(values**2)))
    )
    zeros = zeros_in_words(values)
    return f"{name}: {values.size} values from {low} to {high}, root mean square {typical}, {zeros}."
