"""Plots of activation and loss functions: curves equal the functions, and a jump is drawn as a jump."""

import numpy as np
import pytest

from neural_net.activations import ACTIVATIONS
from neural_net.losses import LOSSES
from neural_net.plots import plot_activation_functions, plot_loss_functions

SMOOTH = ["identity", "sigmoid", "tanh", "gelu", "softplus"]
KINKED = {"relu": 0.0, "leaky_relu": 0.01}


def curves(ax, label):
    return [line.get_data() for line in ax.lines if line.get_label() == label]


def test_every_activation_has_a_panel():
    assert [ax.get_title("left") for ax in plot_activation_functions()] == [
        *(name for name in ACTIVATIONS if name != "softmax"),
        "softmax of (z₀, 0, 0)",
    ]


@pytest.mark.parametrize("name", [*SMOOTH, *KINKED])
def test_the_curve_is_the_function(name):
    (ax,) = plot_activation_functions(name)
    ((z, y),) = curves(ax, "a(z)")
    assert y == pytest.approx(ACTIVATIONS[name].forward(np.asarray(z)))
    assert z[0] <= ax.get_xlim()[0]
    assert z[-1] >= ax.get_xlim()[1]


@pytest.mark.parametrize("name", SMOOTH)
def test_a_smooth_derivative_is_one_curve_with_the_slope_of_the_function(name):
    (ax,) = plot_activation_functions(name)
    ((z, slope),) = curves(ax, "a′(z)")
    h, function = 1e-6, ACTIVATIONS[name].forward
    assert slope == pytest.approx((function(z + h) - function(z - h)) / (2 * h), abs=1e-8)


@pytest.mark.parametrize(("name", "low"), KINKED.items())
def test_a_derivative_that_jumps_is_two_branches_and_no_vertical_line(name, low):
    (ax,) = plot_activation_functions(name)
    (left_z, left), (right_z, right) = curves(ax, "a′(z)")
    assert left_z[-1] == right_z[0] == 0
    assert set(left) == {low}
    assert set(right) == {1.0}
    filled, opened = [line for line in ax.lines if line.get_marker() == "o"]
    assert [*filled.get_xdata(), *filled.get_ydata()] == [0, low]  # relu′(0) = 0, as the backward pass has it
    assert [*opened.get_xdata(), *opened.get_ydata()] == [0, 1]
    assert filled.get_markerfacecolor() == filled.get_color()
    assert opened.get_markerfacecolor() == "#ffffff"


def test_softmax_is_drawn_over_one_of_its_logits():
    (ax,) = plot_activation_functions(["softmax"])
    e = np.exp(curves(ax, "y0")[0][0])
    for k, probability in enumerate((e / (e + 2), 1 / (e + 2))):
        ((_, y),) = curves(ax, f"y{k}")
        ((_, slope),) = curves(ax, f"∂y{k}/∂z0")
        assert y == pytest.approx(probability)
        assert slope == pytest.approx(probability * ((k == 0) - e / (e + 2)))


def test_every_loss_stands_above_its_gradient():
    axes = plot_loss_functions()
    assert len(axes) == 2 * len(LOSSES)
    assert [ax.get_title("left").replace("\n", "") for ax in axes[: len(LOSSES)]] == list(LOSSES)


@pytest.mark.parametrize("name", LOSSES)
def test_the_gradient_is_the_slope_of_the_loss(name):
    upper, lower = plot_loss_functions(name)
    labels = [text.get_text() for text in lower.get_legend().get_texts()]
    assert labels
    for label in labels:
        ((x, loss),), ((same_x, gradient),) = curves(upper, label), curves(lower, label)
        assert np.array_equal(x, same_x)
        steepest = np.abs(gradient).max()
        between = np.diff(loss) / np.diff(x)  # the mean value theorem: some gradient in between is equal
        slack = 1e-9 * steepest
        assert (between >= np.minimum(gradient[:-1], gradient[1:]) - slack).all()
        assert (between <= np.maximum(gradient[:-1], gradient[1:]) + slack).all()


def test_losses_are_those_of_the_formulas():
    (x, loss) = curves(plot_loss_functions("mse")[0], "target 1")[0]
    assert loss == pytest.approx((x - 1) ** 2)
    (p, loss) = curves(plot_loss_functions("binary_cross_entropy")[0], "target 0")[0]
    assert loss == pytest.approx(-np.log(1 - p))
    (p, loss) = curves(plot_loss_functions("cross_entropy")[0], "target's class")[0]
    assert loss == pytest.approx(-np.log(p))
    (z, loss) = curves(plot_loss_functions("cross_entropy_with_logits")[0], "another class")[0]
    assert loss == pytest.approx(np.log(2 + np.exp(z)))
    (z, gradient) = curves(plot_loss_functions("binary_cross_entropy_with_logits")[1], "target 1")[0]
    assert gradient == pytest.approx(1 / (1 + np.exp(-z)) - 1)


@pytest.mark.parametrize(
    ("plot", "known"), [(plot_activation_functions, "tanh"), (plot_loss_functions, "mse")]
)
def test_names_are_chosen_and_checked(plot, known):
    assert plot([known])[0].get_title("left") == known
    with pytest.raises(ValueError, match=f"unknown name '{known}x'. Did you mean '{known}'"):
        plot([known, known + "x"])
    with pytest.raises(ValueError, match="at least one of"):
        plot([])
    with pytest.raises(TypeError, match="got 3 of type int"):
        plot(3)
    with pytest.raises(TypeError, match="got 3 of type int"):
        plot([3])
