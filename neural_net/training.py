"""Training is gradient descent repeated: mini-batch by mini-batch, epoch by epoch."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neural_net.bound import BoundNetwork, Examples
from neural_net.losses import LossFunction
from neural_net.network import Network, check_network
from neural_net.operations import Array
from neural_net.optimizers import Move, Optimizer, optimizer_from
from neural_net.progress import ProgressBar
from neural_net.validation import whole_number

Data = tuple[Array, Array]


@dataclass(frozen=True, eq=False)
class History:
    """Loss and accuracy at the end of every epoch, over all examples; entry 0 is before training.

    Each is an array of one entry per epoch, or None where there is none: no accuracy for mse, no
    validation_… without validation data. Accuracy is the share of right answers: for the cross-entropies, of
    examples whose largest output is at the target's largest entry; for the binary ones, of outputs that lie
    on the target's side of 0.5 (of 0, for logits).
    """

    epoch: Array
    loss: Array
    accuracy: Array | None
    validation_loss: Array | None
    validation_accuracy: Array | None

    def __len__(self) -> int:
        return len(self.epoch)

    def __repr__(self) -> str:
        named = [(name, getattr(self, name)) for name in self.__dataclass_fields__ if name != "epoch"]
        parts = [f"{name} {a[0]:.4f} → {a[-1]:.4f}" for name, a in named if a is not None]
        return f"History of {len(self) - 1} epochs: {', '.join(parts)}"


@dataclass(frozen=True, eq=False)
class TrainingResult:
    """The trained network and the history of its training.

    If the training `diverged`, the network is the one at the end of the last epoch in which all was finite,
    where the history ends too.
    """

    network: Network
    history: History
    optimizer: Optimizer
    diverged: bool

    def __repr__(self) -> str:
        ended = "diverged" if self.diverged else "done"
        return f"Training by {self.optimizer!r}, {ended}. {self.history!r}"


def train(
    net: Network,
    x: npt.ArrayLike,
    target: npt.ArrayLike,
    *,
    optimizer: str | Optimizer = "sgd",
    learning_rate: float | None = None,
    momentum: float | None = None,
    epochs: int = 20,
    batch_size: int = 32,
    seed: int = 0,
    validation: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
    progress: bool | None = None,
) -> TrainingResult:
    """Train on x, (m, n_0), and its target; return a new network and the history. `net` stays as it was.

    `optimizer` is "sgd" (learning_rate 0.1, momentum 0 by default), "adam" (learning_rate 0.001), or an
    `Optimizer` of your own making. In each epoch the examples are shuffled (`seed` decides how) and taken in
    batches of `batch_size`, the last of which may be smaller; the same seed gives the same network to the
    last bit. `validation` is a pair (x, target) that is measured after every epoch and never learned from.
    `progress` shows a bar: always (True), never (False), or once the training has taken two seconds (None).

    Where the loss leaves the finite numbers, as with too large a learning rate, training ends with a
    RuntimeWarning; see `TrainingResult`.
    """
    check_network(net, "train")
    if not net.parameters:
        raise ValueError("train: expected a network with something to learn, got one without parameters")
    rule = optimizer_from(optimizer, learning_rate=learning_rate, momentum=momentum)
    epochs, batch_size = whole_number(epochs, "epochs"), whole_number(batch_size, "batch_size")
    seed = whole_number(seed, "seed", at_least=0)
    data = net.standard_input(x, target)
    held_out = None if validation is None else _validation_data(net, validation)
    course = _Course(net, Examples(*data), held_out and Examples(*held_out), rule, batch_size, seed)

    with ProgressBar(epochs * course.steps, progress) as bar:
        trained, measured = course.run(epochs, bar)
    diverged = len(measured) <= epochs
    if diverged:
        warnings.warn(
            f"train: the loss left the finite numbers in epoch {len(measured)}; a smaller learning rate than "
            f"that of {rule!r} may help. The result is the network after epoch {len(measured) - 1}.",
            RuntimeWarning,
            stacklevel=2,
        )
        # The same seed leads to the same network to the last bit; to keep a copy would cost memory always.
        trained, measured = course.run(len(measured) - 1, ProgressBar(0, show=False))
    return TrainingResult(trained, _history(measured), rule, diverged)


def accuracy(function: LossFunction, prediction: Array, target: Array) -> float | None:
    """Return the share of right answers, as `History` defines it; None where none is right or wrong."""
    if function.targets == "classes":
        return float(np.mean(prediction.argmax(axis=-1) == target.argmax(axis=-1)))
    if function.targets == "probabilities":
        threshold = 0.0 if function.name.endswith("_with_logits") else 0.5
        return float(np.mean((prediction > threshold) == (target > 0.5)))
    return None


Measured = tuple[float, float | None, float | None, float | None]


@dataclass(frozen=True, eq=False)
class _Course:
    """All that decides a training but the number of its epochs."""

    net: Network
    examples: Examples
    held_out: Examples | None
    rule: Optimizer
    batch_size: int
    seed: int

    @property
    def steps(self) -> int:
        """How many steps an epoch has."""
        return math.ceil(len(self.examples) / self.batch_size)

    def run(self, epochs: int, bar: ProgressBar) -> tuple[Network, list[Measured]]:
        """Train; return the network, and what was measured before training and after each epoch.

        Where the numbers leave the finite ones, that is as many epochs as went well, and the network is void.
        """
        bound, rng = BoundNetwork(self.net), np.random.default_rng(self.seed)
        move = self.rule.start(bound.w)
        with np.errstate(all="ignore"):
            measured = [self._measure(bound)]
            for _ in range(epochs):
                if not self._epoch(bound, move, rng.permutation(len(self.examples)), bar):
                    break
                row = self._measure(bound)
                if not (np.isfinite(bound.w).all() and math.isfinite(row[0])):
                    break
                measured.append(row)
                bar.say(loss=row[0])
        return bound.network, measured

    def _epoch(self, bound: BoundNetwork, move: Move, order: Array, bar: ProgressBar) -> bool:
        """Learn from all examples in this order, a batch at a time; False as soon as a loss is not finite."""
        for start in range(0, len(order), self.batch_size):
            chosen = order[start : start + self.batch_size]
            step = bound.step(len(chosen))
            self.examples.bring(step, chosen)
            step.run()
            if not math.isfinite(step.loss):
                return False
            move(bound.gradient)
            bound.advance(step)
            bar.advance()
        return True

    def _measure(self, bound: BoundNetwork) -> Measured:
        held_out = (None, None) if self.held_out is None else self._scores(bound, self.held_out)
        return *self._scores(bound, self.examples), *held_out

    def _scores(self, bound: BoundNetwork, examples: Examples) -> tuple[float, float | None]:
        """Loss and accuracy over all examples."""
        function, prediction = self.net.loss.function, bound.predict(examples, self.batch_size)
        loss = float(function.forward(prediction, examples.target))
        return loss, accuracy(function, prediction, examples.target)


def _history(measured: list[Measured]) -> History:
    loss, *others = zip(*measured, strict=True)
    arrays = (None if column[0] is None else np.array(column) for column in others)
    return History(np.arange(len(measured)), np.array(loss), *arrays)


def _validation_data(net: Network, validation: tuple[npt.ArrayLike, npt.ArrayLike]) -> Data:
    if not isinstance(validation, tuple | list) or len(validation) != 2:
        raise TypeError(f"validation: expected a pair (x, target), got {type(validation).__name__}")
    try:
        return net.standard_input(*validation)
    except (TypeError, ValueError) as error:
        raise type(error)(f"validation, {error}") from error
