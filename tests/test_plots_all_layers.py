"""Plots of all layers side by side, by the data they draw."""

import numpy as np
import pytest

from neural_net import look
from neural_net.network import network
from neural_net.plots import plot_activations, plot_loss_gradients, plot_weight_gradients
from neural_net.trace import trace
from tests.plot_reading import bar_values, image_of, lying_bar_values

RNG = np.random.default_rng(0)
X, TARGET = RNG.standard_normal((30, 2)), RNG.integers(0, 2, 30)
NET = network([2, 4, 3, 1], activation="relu", loss="binary_cross_entropy", seed=3)
BATCH, SINGLE = trace(NET, X, TARGET), trace(NET, X[0], 1)
DEEP = trace(network([2] + [5] * 6 + [1], activation="sigmoid", loss="mse"), X, TARGET)

TITLES = ["Layer 1 · relu", "Layer 2 · relu", "Head · sigmoid"]


def notes(ax):
    return [text.get_text() for text in ax.texts]


def test_each_layer_has_its_title_and_symbol():
    for axes in (plot_activations(BATCH), plot_activations(SINGLE), plot_loss_gradients(BATCH)):
        assert [ax.get_title("left") for ax in axes] == TITLES
    assert [ax.get_xlabel() for ax in plot_activations(BATCH)] == ["$y_{(1)}$", "$y_{(2)}$", "$y_{(3)}$"]
    assert [ax.get_title("left") for ax in plot_weight_gradients(BATCH)[:3]] == TITLES


def test_activations_of_a_batch_are_histograms_of_what_is_not_zero():
    for l, ax in enumerate(plot_activations(BATCH), 1):
        y = BATCH.y[l]
        edges = [bar.get_x() for bar in ax.patches] + [ax.patches[-1].get_x() + ax.patches[-1].get_width()]
        expected, _ = np.histogram(y[y != 0], edges)
        # an edge that is the sum of another edge and a width may have moved by a rounding error
        assert np.abs(np.array(bar_values(ax)) * y.size - expected).max() <= 1
        assert sum(bar_values(ax)) == pytest.approx(np.mean(y != 0))


def test_the_share_of_exact_zeros_is_told():
    zeros = [np.mean(BATCH.y[l] == 0) for l in (1, 2)]
    assert min(zeros) > 0.1
    assert [notes(ax) for ax in plot_activations(BATCH)] == [
        [f"{100 * zeros[0]:.3g}% exactly 0"],
        [f"{100 * zeros[1]:.3g}% exactly 0"],
        ["none exactly 0"],
    ]


def test_layers_with_the_same_activation_share_their_scale():
    first, second, head = (ax.get_xlim() for ax in plot_activations(BATCH))
    assert first == second != head


def test_activations_of_one_example_are_bars():
    for l, ax in enumerate(plot_activations(SINGLE), 1):
        assert lying_bar_values(ax) == pytest.approx(SINGLE.y[l][0])
    for l, ax in enumerate(plot_activations(BATCH, example=4), 1):
        assert lying_bar_values(ax) == pytest.approx(BATCH.y[l][4])


def test_bars_stand_in_every_panel_where_one_layer_is_wide():
    wide = trace(network([2, 20, 3], loss="cross_entropy"), X[0], 2)
    for l, ax in enumerate(plot_activations(wide), 1):
        assert bar_values(ax) == pytest.approx(wide.y[l][0])
        assert ax.get_xlabel() == ("unit" if l == 1 else "class")


def test_loss_gradients_of_one_example_are_bars_on_one_scale():
    axes = plot_loss_gradients(SINGLE)
    for l, ax in enumerate(axes, 1):
        assert lying_bar_values(ax) == pytest.approx(SINGLE.loss_gradient[l][0])
    lowest, highest = (
        f(g.min() if f is min else g.max() for g in SINGLE.loss_gradient[1:-1]) for f in (min, max)
    )
    for ax in axes:
        left, right = ax.get_xlim()
        assert left <= lowest
        assert right >= highest


def test_loss_gradients_of_a_batch_are_sizes_on_one_logarithmic_scale():
    axes = plot_loss_gradients(DEEP)
    assert len({ax.get_xlim() for ax in axes}) == 1
    assert {ax.get_xscale() for ax in axes} == {"log"}
    for l, ax in enumerate(axes, 1):
        sizes = np.abs(DEEP.loss_gradient[l])
        (median,) = ax.collections
        assert median.get_paths()[0].vertices[0, 0] == pytest.approx(np.median(sizes))
        assert f"median {look.number(float(np.median(sizes)))}" in notes(ax)
        assert sum(bar_values(ax)) == pytest.approx(1)


def test_vanishing_gradients_slide_left():
    medians = [ax.collections[0].get_paths()[0].vertices[0, 0] for ax in plot_loss_gradients(DEEP)]
    assert medians[0] < medians[2] < medians[4] < medians[6]
    assert medians[0] < medians[6] / 1000


def test_zero_gradients_have_no_place_on_the_logarithmic_scale_and_are_told():
    net = network([3, 4, 3], loss="cross_entropy")
    head = plot_loss_gradients(trace(net, np.eye(3), [0, 1, 2]))[-1]
    assert "66.7% exactly 0" in notes(head)  # ∂ℒ/∂ŷ = −t/(m ŷ), and t is 0 for two classes of three
    assert sum(bar_values(head)) == pytest.approx(1 / 3)


def test_gradients_that_are_all_zero_are_drawn():
    net = network([2, 2, 1], loss="mse")
    nothing = trace(
        net.with_parameters({k: np.zeros_like(a) for k, a in net.parameters.items()}), X, np.zeros(30)
    )
    for axes in (plot_loss_gradients(nothing), plot_weight_gradients(nothing)[2:]):
        for ax in axes:
            assert notes(ax) == ["100% exactly 0"]
            assert not any(bar_values(ax))
    plot_activations(nothing)


def test_weight_gradients_are_heat_maps_above_their_sizes():
    axes = plot_weight_gradients(BATCH)
    assert len(axes) == 6
    for l, (heat, sizes) in enumerate(zip(axes[:3], axes[3:], strict=True), 1):
        W = BATCH.weight_gradient[l]["W"]
        assert np.array_equal(image_of(heat), W)
        assert heat.images[0].norm.vmax == np.abs(W).max()
        assert sum(bar_values(sizes)) == pytest.approx(np.mean(W != 0))
    assert len({ax.get_xlim() for ax in axes[3:]}) == 1


def test_many_layers_stand_in_several_rows():
    axes = plot_loss_gradients(DEEP)
    assert len(axes) == 7
    axes.figure.draw_without_rendering()
    rows = {round(ax.get_position().y0, 3) for ax in axes}
    assert len(rows) == 2
    assert len(plot_weight_gradients(DEEP)) == 14
