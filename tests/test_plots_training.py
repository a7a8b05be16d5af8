"""The plot of training curves shows the history, and no more than there is."""

import numpy as np
import pytest

from neural_net.datasets import moons, split
from neural_net.network import network
from neural_net.plots import plot_training
from neural_net.training import train

LEARNING, HELD_OUT = split(moons(80, noise=0.2))
CLASSIFIER = train(
    network([2, 8, 1], loss="binary_cross_entropy"), *LEARNING, validation=HELD_OUT, epochs=12, progress=False
)
REGRESSION = train(network([2, 4, 1], loss="mse"), *LEARNING, epochs=3, progress=False)


def line(ax, label):
    (found,) = [line for line in ax.lines if line.get_label() == label]
    return found


def test_curves_are_the_history():
    loss, accuracy = plot_training(CLASSIFIER)
    history = CLASSIFIER.history
    for ax, training, validation in (
        (loss, history.loss, history.validation_loss),
        (accuracy, history.accuracy, history.validation_accuracy),
    ):
        assert np.array_equal(line(ax, "training").get_data(), [history.epoch, training])
        assert np.array_equal(line(ax, "validation").get_data(), [history.epoch, validation])
        assert line(ax, "training").get_linestyle() == "-"
        assert line(ax, "validation").get_linestyle() == "--"
    assert [ax.get_title("left") for ax in (loss, accuracy)] == ["Loss", "Accuracy"]


def test_a_dot_marks_the_lowest_validation_loss():
    dot = line(plot_training(CLASSIFIER)[0], "lowest")
    lowest = int(np.argmin(CLASSIFIER.history.validation_loss))
    assert [*dot.get_xdata(), *dot.get_ydata()] == [lowest, CLASSIFIER.history.validation_loss[lowest]]


def test_without_accuracy_and_validation_there_is_one_curve():
    (loss,) = plot_training(REGRESSION)
    assert np.array_equal(line(loss, "training").get_ydata(), REGRESSION.history.loss)
    assert len(loss.lines) == 1
    assert loss.get_legend() is None


def test_a_training_that_diverged_at_once_is_one_point():
    with pytest.warns(RuntimeWarning, match="finite"):
        result = train(
            network([2, 4, 1], loss="mse"), *LEARNING, learning_rate=1e200, epochs=3, progress=False
        )
    axes = plot_training(result)
    assert line(axes[0], "training").get_marker() == "o"
    assert axes.figure.texts[1].get_text() == "0 epochs, then diverged"


def test_only_a_result_of_train_is_drawn():
    with pytest.raises(
        TypeError, match=r"plot_training: expected what train\(…\) returns, got .* of type History"
    ):
        plot_training(CLASSIFIER.history)
