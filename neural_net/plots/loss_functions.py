"""Each loss function over the prediction (or the logit) of one example, above its gradient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from matplotlib.axes import Axes

from neural_net.losses import LOSSES, LossFunction
from neural_net.operations import Array
from neural_net.plots.canvas import WIDTH, Panels, panels, told
from neural_net.plots.names import known_names
from neural_net.plots.style import BACKWARD, FORWARD, LINE, dress, in_style

LINES = ("-", "--")


@dataclass(frozen=True)
class Curve:
    """Predictions of one example that run over one number, and the target they are compared with.

    `predictions` has shape (points, n), `target` (n,); `varies` is the column that runs.
    """

    label: str
    predictions: Array
    target: Array
    varies: int = 0

    def over(self) -> Array:
        """The number that runs, (points,)."""
        return np.asarray(self.predictions[:, self.varies])

    def losses(self, function: LossFunction) -> Array:
        """𝓛 at each prediction, (points,)."""
        return np.array(
            [float(function.forward(p[np.newaxis], self.target[np.newaxis])) for p in self.predictions]
        )

    def gradients(self, function: LossFunction) -> Array:
        """∂𝓛 by the number that runs, at each prediction, (points,)."""
        return np.array([self._gradient(function, p[np.newaxis]) for p in self.predictions])

    def _gradient(self, function: LossFunction, prediction: Array) -> float:
        target = self.target[np.newaxis]
        loss = function.forward(prediction, target)
        gradient = function.backward(np.ones_like(loss), loss, prediction, target)[0]
        assert gradient is not None
        return float(gradient[0, self.varies])


@dataclass(frozen=True)
class Scene:
    """What is drawn of one loss: curves, label and ticks of what runs, limits of 𝓛 and of the gradient."""

    xlabel: str
    curves: tuple[Curve, ...]
    ticks: tuple[float, ...]
    loss_limits: tuple[float, float]
    gradient_limits: tuple[float, float]


_P = np.linspace(0.01, 0.99, 197)  # probabilities
_Z = np.linspace(-6, 6, 121)  # logits
_ONE, _ZERO = np.array([1.0]), np.array([0.0])
_FIRST_OF_3 = np.array([1.0, 0.0, 0.0])


def _logits_over(column: int) -> Array:
    z = np.zeros((len(_Z), 3))
    z[:, column] = _Z
    return z


SCENES: Mapping[str, Scene] = MappingProxyType(
    {
        "mse": Scene(
            "prediction ŷ",
            (
                Curve("target 1", np.linspace(-2, 3, 101)[:, np.newaxis], _ONE),
                Curve("target 0", np.linspace(-2, 3, 101)[:, np.newaxis], _ZERO),
            ),
            (-2, 0, 2),
            (0, 6),
            (-6, 8.5),
        ),
        "binary_cross_entropy": Scene(
            "probability ŷ",
            (Curve("target 1", _P[:, np.newaxis], _ONE), Curve("target 0", _P[:, np.newaxis], _ZERO)),
            (0, 0.5, 1),
            (0, 5),
            (-10, 13),
        ),
        "binary_cross_entropy_with_logits": Scene(
            "logit z",
            (Curve("target 1", _Z[:, np.newaxis], _ONE), Curve("target 0", _Z[:, np.newaxis], _ZERO)),
            (-5, 0, 5),
            (0, 6.2),
            (-1.2, 1.9),
        ),
        "cross_entropy": Scene(
            "ŷ of the target's class",
            (Curve("target's class", np.column_stack([_P, 1 - _P]), np.array([1.0, 0.0])),),
            (0, 0.5, 1),
            (0, 5),
            (-10, 13),
        ),
        "cross_entropy_with_logits": Scene(
            "logit, two others 0",
            (
                Curve("target's class", _logits_over(0), _FIRST_OF_3),
                Curve("another class", _logits_over(1), _FIRST_OF_3, varies=1),
            ),
            (-5, 0, 5),
            (0, 6.2),
            (-1.2, 1.9),
        ),
    }
)


@in_style
def plot_loss_functions(names: str | Iterable[str] | None = None, ax: Axes | None = None) -> Panels:
    """Plot loss functions of one example in blue, their gradients below in red-orange: all, or those named.

    The losses of one output are drawn over the prediction ŷ (or the logit z) for a target of 1 and of 0.
    The cross-entropies are drawn over the probability of the target's class, or over one of three logits
    while the others are 0. Inside `ax` if given. Returns the panels of the losses, then those of the
    gradients.

    Raises TypeError or ValueError for what is no name of a loss, with the nearest known one.
    """
    chosen = known_names(names, LOSSES, "plot_loss_functions, names")
    axes = panels(
        ax,
        [[f"loss {name}" for name in chosen], [f"gradient {name}" for name in chosen]],
        heading="Loss functions",
        note="ℒ blue, its gradient red-orange",
        height=4.6,
        width=min(WIDTH, 2.0 + 2.2 * len(chosen)),
    )
    for name, function in chosen.items():
        _draw(axes[f"loss {name}"], axes[f"gradient {name}"], name, function, SCENES[name])
    return told(
        axes.values(),
        "Loss functions (blue) of one example above their gradients (red-orange): "
        + "; ".join(f"{name} over the {SCENES[name].xlabel}" for name in chosen)
        + ".",
    )


def _draw(upper: Axes, lower: Axes, name: str, function: LossFunction, scene: Scene) -> None:
    by = "z" if name.endswith("_with_logits") else r"\hat{y}"
    dress(upper, name.replace("_with", "\n_with"), scene.xlabel, r"$\mathcal{L}$")
    dress(lower, "", scene.xlabel, rf"$\partial\mathcal{{L}}\,/\,\partial {by}$")
    for panel, limits in ((upper, scene.loss_limits), (lower, scene.gradient_limits)):
        panel.axhline(0, color=LINE, linewidth=0.8, zorder=0)
        panel.set_ylim(*limits)
        panel.set_xticks(scene.ticks)
        panel.locator_params(axis="y", nbins=5)
    for curve, line in zip(scene.curves, LINES, strict=False):
        upper.plot(curve.over(), curve.losses(function), line, color=FORWARD, linewidth=2, label=curve.label)
        lower.plot(
            curve.over(), curve.gradients(function), line, color=BACKWARD, linewidth=2, label=curve.label
        )
    lower.legend(loc="upper left", handlelength=1.8, borderaxespad=0.0)
