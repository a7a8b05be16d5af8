"""Plots of one layer, by the data they draw: bars, heat maps, distributions and labels equal the trace."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from neural_net import look
from neural_net.network import network
from neural_net.plots import plot_backward, plot_forward
from neural_net.trace import trace
from tests.plot_reading import bar_values, color_ends, image_of, lying_bar_values, numbers_written

NET = network([2, 4, 3, 1], loss="binary_cross_entropy", seed=3)
RNG = np.random.default_rng(0)
X, TARGET = RNG.standard_normal((40, 2)), RNG.integers(0, 2, 40)
BATCH = trace(NET, X, TARGET)
SINGLE = trace(NET, X[0], TARGET[0])
DIGITS = network([64, 32, 10], activation="relu", loss="cross_entropy", seed=1)
IMAGES, CLASSES = RNG.random((50, 64)), RNG.integers(0, 10, 50)


@pytest.mark.parametrize("layer", [1, 2, 3])
def test_bars_of_one_example_are_z_and_y(layer):
    z, y = plot_forward(SINGLE, layer)
    assert lying_bar_values(z) == pytest.approx(SINGLE.records[layer].values["z"][0])
    assert lying_bar_values(y) == pytest.approx(SINGLE.y[layer][0])


def test_an_example_of_a_batch_is_its_row():
    z, y = plot_forward(BATCH, 2, example=7)
    assert lying_bar_values(z) == pytest.approx(BATCH.records[2].values["z"][7])
    assert lying_bar_values(y) == pytest.approx(BATCH.y[2][7])
    assert y.figure.texts[1].get_text().endswith("example 8 of 40")


def test_each_bar_has_its_number():
    _, y = plot_forward(SINGLE, 2)
    assert numbers_written(y) == [look.number(float(value)) for value in SINGLE.y[2][0]]


def test_bars_have_the_color_of_the_pass():
    for panel, role in (
        (plot_forward(SINGLE, 2)[1], "forward-solid"),
        (plot_backward(SINGLE, 2)[2], "backward-solid"),
    ):
        assert {to_hex(bar.get_facecolor()) for bar in panel.patches} == {look.color(role)}


def test_the_head_shows_the_target_as_the_outline_its_bar_would_fill():
    ran = trace(NET, X[0], 1)
    _, y = plot_forward(ran, 3)
    prediction, outline = y.patches
    assert prediction.get_width() == pytest.approx(ran.y[3][0, 0])
    assert outline.get_width() == 1
    assert not outline.get_fill()
    assert y.get_legend().get_texts()[0].get_text() == "target 1"
    assert y.get_xlim()[1] > 1


def test_logits_are_not_compared_with_the_target():
    net = network([2, 3], loss="cross_entropy_with_logits")
    _, y = plot_forward(trace(net, [1, 2], 1), 1)
    assert len(y.patches) == 3
    assert y.get_legend() is None


def test_a_wide_layer_has_standing_bars_without_numbers():
    wide = trace(DIGITS, IMAGES[0], CLASSES[0])
    z, y = plot_forward(wide, 1)
    assert bar_values(z) == pytest.approx(wide.records[1].values["z"][0])
    assert bar_values(y) == pytest.approx(wide.y[1][0])
    assert numbers_written(y) == []
    assert (y.get_xlabel(), y.get_ylabel()) == ("unit", "$y_{(1)}$")


def test_a_very_wide_layer_is_one_outline():
    net = network([3, 200, 2], loss="cross_entropy")
    wide = trace(net, [1, 2, 3], 0)
    _, y = plot_forward(wide, 1)
    (outline,) = y.patches
    assert outline.get_data().values == pytest.approx(wide.y[1][0])


def test_heat_maps_of_a_batch_are_z_and_y_on_one_scale():
    z, y, _, _ = plot_forward(BATCH, 2)
    assert np.array_equal(image_of(z), BATCH.records[2].values["z"])
    assert np.array_equal(image_of(y), BATCH.y[2])
    assert color_ends(z) == color_ends(y)
    low, high = color_ends(z)
    assert -low == high == np.abs(BATCH.records[2].values["z"]).max()


def test_softmax_has_its_own_scale_because_logits_are_no_probabilities():
    batch = trace(DIGITS, IMAGES, CLASSES)
    z, y, _, _ = plot_forward(batch, 2)
    assert color_ends(z)[1] == np.abs(batch.records[2].values["z"]).max()
    assert color_ends(y)[1] == max(
        np.abs(batch.y[2]).max(), 1
    )  # the target belongs to the scale of the prediction


def test_zero_is_the_paper_color_and_the_ends_are_those_of_the_diagram():
    image = plot_forward(BATCH, 2)[1].images[0]
    low, high = color_ends(plot_forward(BATCH, 2)[1])
    shown = [to_hex(image.cmap(image.norm(value))) for value in (low, 0, high)]
    assert shown == [look.color("neg"), look.color("paper"), look.color("pos")]


def test_small_heat_maps_have_a_number_in_each_cell_and_large_ones_a_scale():
    small = trace(NET, X[:4], TARGET[:4])
    written = numbers_written(plot_forward(small, 2)[1])
    assert written == [look.number(float(value)) for value in small.y[2].ravel()]
    large = plot_forward(BATCH, 2)[1]
    assert numbers_written(large) == []
    (scale,) = large.child_axes
    assert [tick.get_text() for tick in scale.get_yticklabels()][1] == "0"


def test_the_distribution_of_a_unit_is_its_quantiles_over_the_examples():
    distribution = plot_forward(BATCH, 2)[3]
    lines = {
        c.get_label(): np.array([path.vertices for path in c.get_paths()]) for c in distribution.collections
    }
    y = BATCH.y[2]
    assert pytest.approx(np.quantile(y, [0.05, 0.95], axis=0)) == lines["middle 90%"][:, :, 1].T
    assert pytest.approx(np.quantile(y, [0.25, 0.75], axis=0)) == lines["middle half"][:, :, 1].T
    assert lines["median"][:, 0, 1] == pytest.approx(np.median(y, axis=0))


def test_few_examples_are_points():
    small = trace(NET, X[:4], TARGET[:4])
    distribution = plot_forward(small, 2)[3]
    unit, value = distribution.lines[0].get_data()
    assert value == pytest.approx(small.y[2].ravel())
    assert unit.tolist() == [0, 1, 2] * 4


def test_exact_zeros_and_silent_units_are_told():
    batch = trace(DIGITS, IMAGES, CLASSES)
    distribution = plot_forward(batch, 1)[3]
    zeros, silent = np.mean(batch.y[1] == 0), np.sum((batch.y[1] == 0).all(axis=0))
    assert 0 < zeros < 1
    assert silent > 0
    assert distribution.get_title("right") == f"{100 * zeros:.3g}% exactly 0, {silent} units always"
    assert plot_forward(batch, 1)[2].get_title("right") == "none exactly 0"


def test_backward_bars_are_the_loss_gradients_of_the_example():
    W, z, y, b = plot_backward(BATCH, 2, example=5)
    assert lying_bar_values(z) == pytest.approx(BATCH.records[2].gradients["z"][5])
    assert lying_bar_values(y) == pytest.approx(BATCH.loss_gradient[2][5])
    assert np.array_equal(image_of(W), BATCH.weight_gradient[2]["W"])
    assert bar_values(b) == pytest.approx(BATCH.weight_gradient[2]["b"])
    assert "whole batch" in W.get_title("left")


def test_backward_heat_maps_are_the_loss_gradients_of_the_batch():
    W, z, y, b, z_by_unit, y_by_unit = plot_backward(BATCH, 1)
    assert np.array_equal(image_of(W), BATCH.weight_gradient[1]["W"])
    assert np.array_equal(image_of(z), BATCH.records[1].gradients["z"])
    assert np.array_equal(image_of(y), BATCH.loss_gradient[1])
    assert bar_values(b) == pytest.approx(BATCH.weight_gradient[1]["b"])
    for panel, gradient in (
        (z_by_unit, BATCH.records[1].gradients["z"]),
        (y_by_unit, BATCH.loss_gradient[1]),
    ):
        lines = {c.get_label(): c.get_paths() for c in panel.collections}
        assert [path.vertices[0, 1] for path in lines["median"]] == pytest.approx(np.median(gradient, axis=0))


def test_titles_name_the_layer_and_the_symbols():
    axes = plot_forward(BATCH, 2)
    assert axes.figure.texts[0].get_text() == "Layer 2 · tanh"
    assert axes.figure.texts[1].get_text() == "forward pass →   40 examples"
    assert plot_forward(BATCH, 3).figure.texts[0].get_text() == "Head · sigmoid"
    back = plot_backward(BATCH, 2)
    assert back[1].get_title("left") == r"$\partial\mathcal{L}\,/\,\partial z_{(2)}$"
    assert back[2].get_title("left").startswith(r"$\mathcal{L}'_{(2)}$")
    assert back.figure.texts[1].get_text().startswith("← backward pass")


def test_a_layer_of_zeros_is_drawn():
    net = NET.with_parameters({(l, name): np.zeros_like(a) for (l, name), a in NET.parameters.items()})
    nothing = trace(net, np.zeros((3, 2)), [0, 1, 0])
    assert not image_of(plot_forward(nothing, 1)[1]).any()
    assert plot_forward(nothing, 1)[3].get_title("right") == "100% exactly 0, 4 units always"
    assert lying_bar_values(plot_backward(nothing, 1, example=0)[1]) == [0, 0, 0, 0]


def test_many_examples_are_averaged_where_they_share_a_pixel():
    many = trace(NET, RNG.standard_normal((900, 2)), RNG.integers(0, 2, 900))
    assert plot_forward(many, 1)[1].images[0].get_interpolation() == "antialiased"
    assert plot_forward(BATCH, 1)[1].images[0].get_interpolation() == "nearest"
    assert np.array_equal(image_of(plot_forward(many, 1)[1]), many.y[1])


def tick_names(axis):
    """What the places 0, 1 and 2 are called."""
    return [axis.get_major_formatter()(place, None) for place in range(3)]


def test_units_and_inputs_are_counted_from_1_and_the_classes_of_a_head_from_0():
    classifier = trace(network([2, 4, 3], loss="cross_entropy"), [0.5, -0.2], 1)
    hidden, head = plot_backward(classifier, 1)[0], plot_backward(classifier, 2)[0]
    assert (hidden.get_xlabel(), tick_names(hidden.xaxis)) == ("unit", ["1", "2", "3"])
    assert (head.get_xlabel(), tick_names(head.xaxis)) == ("class", ["0", "1", "2"])
    assert tick_names(hidden.yaxis) == tick_names(head.yaxis) == ["1", "2", "3"]
