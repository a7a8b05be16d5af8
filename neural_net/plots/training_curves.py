"""How loss and accuracy went over the epochs of training."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes

from neural_net import look
from neural_net.operations import Array
from neural_net.plots.canvas import Panels, panels, told
from neural_net.plots.style import FORWARD, INK, dress, in_style, percent, percent_ticks, whole_ticks
from neural_net.training import TrainingResult


@in_style
def plot_training(result: TrainingResult, ax: Axes | None = None) -> Panels:
    """Plot the loss after each epoch, and for classifiers the accuracy; epoch 0 is before training.

    Validation is dashed; a dot marks the lowest validation loss: where it lies far before the end, the
    network went on to learn its training examples by heart. Inside `ax` if given. Returns one panel, or
    two.

    Raises TypeError for what is no result of `train`.
    """
    if not isinstance(result, TrainingResult):
        raise TypeError(
            f"plot_training: expected what train(…) returns, got {result!r} of type {type(result).__name__}"
        )
    history = result.history
    length = f"{len(history) - 1} epochs" + ", then diverged" * result.diverged
    names = ["loss"] + ["accuracy"] * (history.accuracy is not None)
    axes = panels(ax, [names], heading="Training", note=length, height=3.3, width=4.5 * len(names))

    dress(axes["loss"], "Loss", "epoch", r"loss $\mathcal{L}$")
    _draw_curves(axes["loss"], history.epoch, history.loss, history.validation_loss)
    axes["loss"].set_ylim(0, None)
    said = [_in_words("loss", history.loss, history.validation_loss, look.number)]
    if history.validation_loss is not None:
        lowest = int(np.argmin(history.validation_loss))
        axes["loss"].plot(
            lowest, history.validation_loss[lowest], "o", color=INK, markersize=5.5, label="lowest"
        )
        said.append(f"The validation loss is lowest after epoch {lowest}.")
    if history.accuracy is not None:
        dress(axes["accuracy"], "Accuracy", "epoch", "share of right answers")
        _draw_curves(axes["accuracy"], history.epoch, history.accuracy, history.validation_accuracy)
        axes["accuracy"].set_ylim(None, 1.0)
        percent_ticks(axes["accuracy"].yaxis)
        said.append(_in_words("accuracy", history.accuracy, history.validation_accuracy, percent))
    if history.validation_loss is not None:
        axes["loss"].legend(loc="upper right")
    return told(axes.values(), f"Training curves, {length}. {' '.join(said)}")


def _draw_curves(ax: Axes, epoch: Array, training: Array, validation: Array | None) -> None:
    marker = "o" if len(epoch) == 1 else ""  # one point makes no line
    ax.plot(epoch, training, marker=marker, color=FORWARD, linewidth=2, label="training", clip_on=False)
    if validation is not None:
        ax.plot(
            epoch,
            validation,
            "--",
            marker=marker,
            color=INK,
            linewidth=1.5,
            label="validation",
            clip_on=False,
        )
    whole_ticks(ax.xaxis, len(epoch))
    ax.set_xlim(0, max(len(epoch) - 1, 1))
    ax.margins(y=0.08)


def _in_words(name: str, training: Array, validation: Array | None, write: Callable[[float], str]) -> str:
    said = f"Training {name} from {write(float(training[0]))} to {write(float(training[-1]))}"
    if validation is not None:
        said += f", validation {name} from {write(float(validation[0]))} to {write(float(validation[-1]))}"
    return said + "."
