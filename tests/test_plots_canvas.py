"""What all plots have in common: where they draw, what a notebook shows, and what they leave as it was."""

import base64
import gc
import io
import subprocess
import sys
import weakref
from functools import cache

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from neural_net import plots
from neural_net.network import network
from neural_net.trace import trace
from neural_net.training import train

RNG = np.random.default_rng(0)
X, TARGET = RNG.standard_normal((12, 2)), RNG.integers(0, 2, 12)
NET = network([2, 4, 3, 1], loss="binary_cross_entropy")
BATCH, SINGLE = trace(NET, X, TARGET), trace(NET, X[0], 1)
RESULT = train(NET, X, TARGET, validation=(X, TARGET), epochs=2, progress=False)

ALL = {
    "forward, batch": lambda **options: plots.plot_forward(BATCH, 2, **options),
    "forward, example": lambda **options: plots.plot_forward(SINGLE, 3, **options),
    "backward, batch": lambda **options: plots.plot_backward(BATCH, 1, **options),
    "backward, example": lambda **options: plots.plot_backward(BATCH, 2, example=3, **options),
    "activations, batch": lambda **options: plots.plot_activations(BATCH, **options),
    "activations, example": lambda **options: plots.plot_activations(SINGLE, **options),
    "loss gradients, batch": lambda **options: plots.plot_loss_gradients(BATCH, **options),
    "loss gradients, example": lambda **options: plots.plot_loss_gradients(SINGLE, **options),
    "weight gradients": lambda **options: plots.plot_weight_gradients(BATCH, **options),
    "activation functions": lambda **options: plots.plot_activation_functions(**options),
    "loss functions": lambda **options: plots.plot_loss_functions(**options),
    "training": lambda **options: plots.plot_training(RESULT, **options),
    "decision boundary": lambda **options: plots.plot_decision_boundary(NET, X, TARGET, **options),
}
each_plot = pytest.mark.parametrize("plot", ALL.values(), ids=ALL)


@cache
def first_shown(plot):
    """What a notebook shows of a plot, drawn once for all tests."""
    return shown(plot())


def panels_of(result):
    return [result] if isinstance(result, Axes) else list(result)


@each_plot
def test_axes_come_back_each_with_labels(plot):
    for ax in panels_of(plot()):
        assert isinstance(ax, Axes)
        assert ax.get_xlabel()
        assert ax.get_ylabel()


@each_plot
def test_nothing_stays_open_in_pyplot(plot):
    assert plt.get_fignums() == []
    for _ in range(2):
        plot()
    assert plt.get_fignums() == []


@each_plot
def test_settings_stay_as_they_were_and_the_picture_is_the_same_each_time(plot):
    with mpl.rc_context(
        {"font.size": 17, "axes.facecolor": "black", "lines.linewidth": 9, "text.color": "red"}
    ):
        before = dict(mpl.rcParams)
        again = shown(plot())
        assert dict(mpl.rcParams) == before
    assert again == first_shown(plot)


@each_plot
def test_a_notebook_shows_the_picture_once_with_its_text(plot):
    data, metadata = first_shown(plot)
    assert set(data) == {"image/png", "text/plain"}
    assert data["text/plain"].endswith(".")
    assert "object at 0x" not in data["text/plain"]
    assert metadata["image/png"]["alt"] == data["text/plain"]
    with Image.open(io.BytesIO(base64.b64decode(data["image/png"]))) as picture:
        assert picture.size == (2 * metadata["image/png"]["width"], 2 * metadata["image/png"]["height"])
        assert picture.text["Description"] == data["text/plain"]
    assert metadata["image/png"]["width"] <= 900


@each_plot
def test_given_axes_are_drawn_in(plot):
    figure = Figure(figsize=(10, 5), layout="constrained")
    left, right = figure.subplots(1, 2)
    result = plot(ax=left)
    figure.draw_without_rendering()
    assert isinstance(result, Axes) == (result is left)
    for ax in panels_of(result):
        assert ax.figure is figure
        assert ax is left or ax in left.child_axes
        assert ax.get_window_extent().x1 <= right.get_window_extent().x0
    if result is not left:
        assert "image/png" not in shown(result)[0]  # the reader's own figure is shown by the notebook


@each_plot
def test_given_axes_are_refused_if_they_are_none(plot):
    with pytest.raises(TypeError, match=r"ax: expected matplotlib axes.* got 3 of type int"):
        plot(ax=3)


def test_panels_inside_axes_do_not_overlap():
    ax = Figure(figsize=(9, 6)).add_subplot()
    result = plots.plot_backward(BATCH, 1, ax=ax)
    ax.figure.draw_without_rendering()
    boxes = [panel.get_window_extent() for panel in result]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert ax.get_title("left") == "Layer 1 · tanh"
    assert not ax.axison


def test_axes_can_be_used_again_after_they_were_cleared():
    ax = Figure(figsize=(9, 6)).add_subplot()
    for layer in (1, 2):
        ax.clear()
        result = plots.plot_forward(BATCH, layer, ax=ax)
    assert ax.child_axes == list(result)


def test_a_figure_is_gone_with_its_axes():
    axes = plots.plot_forward(BATCH, 1)
    figure = weakref.ref(axes.figure)
    del axes
    gc.collect()
    assert figure() is None


def test_a_changed_title_is_shown():
    ax = plots.plot_decision_boundary(NET, X, TARGET)
    before = shown(ax)[0]["image/png"]
    ax.set_title("Mine")
    assert shown(ax)[0]["image/png"] != before


@pytest.mark.parametrize(
    "plot",
    [
        lambda t: plots.plot_forward(t, 1),
        lambda t: plots.plot_backward(t, 1),
        plots.plot_activations,
        plots.plot_loss_gradients,
        plots.plot_weight_gradients,
    ],
)
def test_what_is_no_trace_is_refused(plot):
    with pytest.raises(
        TypeError, match=r"(?s)expected a trace, which trace\(net, x, target\) makes; got .* of type Network"
    ):
        plot(NET)


@pytest.mark.parametrize("plot", [plots.plot_forward, plots.plot_backward])
def test_unknown_layers_are_refused(plot):
    name = plot.__name__
    with pytest.raises(
        ValueError, match=rf"{name}, layer: expected a number from 1 to 3 \(the head\), got 4"
    ):
        plot(BATCH, 4)
    with pytest.raises(ValueError, match=f"{name}, layer: expected a whole number of at least 1, got 0"):
        plot(BATCH, 0)
    with pytest.raises(TypeError, match=f"{name}, layer: expected a whole number, got 'W'"):
        plot(BATCH, "W")


@pytest.mark.parametrize(
    "plot",
    [
        lambda **options: plots.plot_forward(BATCH, 1, **options),
        lambda **options: plots.plot_backward(BATCH, 1, **options),
        lambda **options: plots.plot_activations(BATCH, **options),
        lambda **options: plots.plot_loss_gradients(BATCH, **options),
    ],
)
def test_unknown_examples_are_refused(plot):
    with pytest.raises(ValueError, match="example: expected a number from 0 to 11, got 12"):
        plot(example=12)
    with pytest.raises(TypeError, match=r"example: expected a whole number, got 1\.5"):
        plot(example=1.5)


def test_numbers_that_are_not_finite_are_refused_by_name():
    net = network([2, 1], loss="mse")
    huge = net.with_parameters({(1, "W"): [[1e308], [1e308]]})
    with np.errstate(all="ignore"):
        overflowed = trace(huge, [10, 10], 0)
    with pytest.raises(ValueError, match="plot_forward: z of layer 1 holds numbers that are not finite"):
        plots.plot_forward(overflowed, 1)


def test_the_core_does_without_matplotlib():
    code = "import sys, neural_net.trace, neural_net.training; print('matplotlib' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"
    )


def test_plots_do_without_pyplot():
    code = (
        "import sys, neural_net.plots as plots; plots.plot_loss_functions();"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"
    )


def shown(result):
    """The data and metadata that a notebook receives for a cell's value."""
    return DisplayFormatter().format(result)
