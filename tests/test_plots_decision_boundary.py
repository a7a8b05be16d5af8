"""The plot of a decision boundary: regions, lines and points agree with the network's predictions."""

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.contour import ContourSet

from neural_net import look
from neural_net.datasets import moons, spirals
from neural_net.layers import Dense
from neural_net.network import network
from neural_net.plots import plot_decision_boundary

X, TARGET = moons(60)
LINE = network(layers=[Dense(2, 1, "sigmoid", W=[[1], [2]], b=[-0.5])], loss="binary_cross_entropy")


def boundaries(ax):
    return [c for c in ax.collections if isinstance(c, ContourSet)]


def points(ax):
    """(x, label, edge color) of every group of points that has any."""
    groups = [c for c in ax.collections if not isinstance(c, ContourSet)]
    return [
        (g.get_offsets(), g.get_label(), to_hex(g.get_edgecolors()[0]))
        for g in groups
        if len(g.get_offsets())
    ]


def image(ax):
    """The image and the coordinates (first, second) of its pixels' columns and rows."""
    (shown,) = ax.images
    left, right, bottom, top = shown.get_extent()
    pixels = np.asarray(shown.get_array())
    return pixels, np.linspace(left, right, pixels.shape[1]), np.linspace(bottom, top, pixels.shape[0])


def test_the_line_runs_where_the_probability_is_one_half():
    (line,) = boundaries(plot_decision_boundary(LINE, X, TARGET))
    vertices = np.concatenate([path.vertices for path in line.get_paths()])
    assert len(vertices) > 100
    assert LINE.predict(vertices)[:, 0] == pytest.approx(0.5, abs=1e-3)


def test_the_plane_is_blue_for_class_1_and_orange_for_class_0():
    pixels, first, second = image(plot_decision_boundary(LINE, X, TARGET))
    for row, column in ((0, 0), (-1, -1), (17, 200), (150, 40)):
        p = LINE.predict([first[column], second[row]])[0, 0]
        hue = np.array(to_rgb(look.color("pos" if p > 0.5 else "neg")))
        tint = 0.5 * abs(2 * p - 1)
        assert pixels[row, column] == pytest.approx(tint * hue + (1 - tint), abs=1e-9)


def test_points_are_the_examples_by_class_and_wrong_ones_are_ringed():
    ax = plot_decision_boundary(LINE, X, TARGET)
    answers = (LINE.predict(X)[:, 0] > 0.5).astype(int)
    wrong = answers != TARGET
    assert 0 < wrong.sum() < 60
    for offsets, label, edge in points(ax):
        k = int(label.removeprefix("_").removeprefix("class ")[0])
        missed = label.endswith("wrong")
        assert np.array_equal(offsets, X[(k == TARGET) & (wrong == missed)])
        assert edge == (look.color("ink") if missed else look.color("paper"))
    right = f"{100 * (1 - wrong.mean()):.3g}% of 60 right, wrong ones ringed"
    assert ax.get_title("right") == right


def test_logits_and_probabilities_make_the_same_picture():
    logit = network(
        layers=[Dense(2, 1, "identity", W=[[1], [2]], b=[-0.5])], loss="binary_cross_entropy_with_logits"
    )
    two = network(layers=[Dense(2, 2, "softmax", W=[[0, 1], [0, 2]], b=[0, -0.5])], loss="cross_entropy")
    expected = image(plot_decision_boundary(LINE, X, TARGET))[0]
    for net in (logit, two):
        ax = plot_decision_boundary(net, X, TARGET)
        assert image(ax)[0] == pytest.approx(expected)
        assert ax.get_title("right") == plot_decision_boundary(LINE, X, TARGET).get_title("right")


@pytest.mark.parametrize("loss", ["cross_entropy", "cross_entropy_with_logits"])
def test_of_three_classes_the_most_probable_gives_the_color(loss):
    x, target = spirals(60)
    net = network([2, 8, 3], loss=loss, seed=2)
    ax = plot_decision_boundary(net, x, target)
    pixels, first, second = image(ax)
    colors = {}
    for row, column in np.ndindex(12, 12):
        k = int(net.predict([first[20 * column], second[20 * row]]).argmax())
        tint = 1 - pixels[20 * row, 20 * column]
        colors.setdefault(k, []).append(tint / np.linalg.norm(tint))
    assert len(colors) > 1
    for directions in colors.values():
        assert np.ptp(directions, axis=0).max() < 1e-6  # one hue for a class, paler or stronger
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["class 0", "class 1", "class 2"]


def test_one_hot_targets_are_classes():
    net = network([2, 3], loss="cross_entropy")
    x, target = spirals(30)
    one_hot = plot_decision_boundary(net, x, np.eye(3)[target])
    for (a, *_), (b, *_) in zip(points(one_hot), points(plot_decision_boundary(net, x, target)), strict=True):
        assert np.array_equal(a, b)


def test_where_one_class_wins_everywhere_there_is_no_line():
    sure = network(layers=[Dense(2, 1, "sigmoid", W=[[0], [0]], b=[9])], loss="binary_cross_entropy")
    assert boundaries(plot_decision_boundary(sure, X, TARGET)) == []


def test_a_regression_is_a_surface_in_the_diverging_map():
    net = network([2, 8, 1], loss="mse")
    target = X[:, 0] - X[:, 1]
    ax = plot_decision_boundary(net, X, target)
    surface, first, second = image(ax)
    assert surface[10, 200] == pytest.approx(net.predict([first[200], second[10]])[0, 0])
    (shown,), (examples,) = ax.images, ax.collections
    assert shown.norm.vmin == -shown.norm.vmax
    assert shown.norm is examples.norm
    assert np.array_equal(examples.get_array(), target)


def test_one_example_is_enough():
    ax = plot_decision_boundary(LINE, [0.5, 0.5], 1)
    left, right = ax.get_xlim()
    assert left < 0.5 < right


def test_a_network_without_two_inputs_is_refused():
    net = network([3, 2, 1], loss="binary_cross_entropy")
    with pytest.raises(
        ValueError, match=r"plot_decision_boundary: expected a network with 2 inputs.* takes 3"
    ):
        plot_decision_boundary(net, np.zeros((4, 3)), [0, 1, 0, 1])


def test_outputs_that_are_no_classes_are_refused():
    net = network([2, 3], loss="mse")
    with pytest.raises(ValueError, match="loss mse expected a head with 1 output; layer 1 has 3"):
        plot_decision_boundary(net, np.zeros((4, 2)), np.zeros((4, 3)))


def test_what_is_no_network_or_no_fitting_data_is_refused():
    with pytest.raises(TypeError, match="plot_decision_boundary: expected a network, got 'net' of type str"):
        plot_decision_boundary("net", X, TARGET)
    with pytest.raises(ValueError, match="one example per row"):
        plot_decision_boundary(LINE, X[:, :1], TARGET)
