"""Plots in matplotlib: functions of (trace, …, ax) that return their axes and leave no global state behind.

Without `ax` a plot draws on a figure of its own, which pyplot does not know and which therefore never piles
up; the axes that come back show that figure, with a text alternative, as the value of a notebook cell. With
`ax` it draws inside that place of your own figure, which your notebook shows as usual.
"""

from neural_net.plots.activation_functions import plot_activation_functions
from neural_net.plots.all_layers import plot_activations, plot_loss_gradients, plot_weight_gradients
from neural_net.plots.canvas import Panels
from neural_net.plots.decision_boundary import plot_decision_boundary
from neural_net.plots.loss_functions import plot_loss_functions
from neural_net.plots.one_layer import plot_backward, plot_forward
from neural_net.plots.training_curves import plot_training

__all__ = [
    "Panels",
    "plot_activation_functions",
    "plot_activations",
    "plot_backward",
    "plot_decision_boundary",
    "plot_forward",
    "plot_loss_functions",
    "plot_loss_gradients",
    "plot_training",
    "plot_weight_gradients",
]
