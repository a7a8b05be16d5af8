"""Training is gradient descent repeated: mini-batch by mini-batch, epoch by epoch."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neural_net.flat import flat_gradient, flat_parameters, network_on
from neural_net.losses import LossFunction
from neural_net.network import Network, check_network
from neural_net.operations import Array
from neural_net.optimizers import Move, Optimizer, optimizer_from
from neural_net.progress import ProgressBar
from neural_net.trace import record
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
    rng = np.random.default_rng(whole_number(seed, "seed", at_least=0))
    data = net.standard_input(x, target)
    held_out = None if validation is None else _validation_data(net, validation)

    w = flat_parameters(net)
    working = network_on(net, w)
    move = rule.start(w)
    steps = math.ceil(len(data[0]) / batch_size)
    with np.errstate(all="ignore"), ProgressBar(epochs * steps, progress) as bar:
        best, last, measured = w.copy(), working, [_measure(working, data, held_out)]
        for _ in range(epochs):
            working, is_finite = _run_epoch(working, move, _batches(data, batch_size, rng), bar)
            row = _measure(working, data, held_out)
            if not (is_finite and np.isfinite(w).all() and math.isfinite(row[0])):
                break
            best[:], last = w, working
            measured.append(row)
            bar.say(loss=row[0])
    diverged = len(measured) <= epochs
    if diverged:
        warnings.warn(
            f"train: the loss left the finite numbers in epoch {len(measured)}; a smaller learning rate than "
            f"that of {rule!r} may help. The result is the network after epoch {len(measured) - 1}.",
            RuntimeWarning,
            stacklevel=2,
        )
    trained = last.with_parameters(network_on(net, best).parameters)
    return TrainingResult(trained, _history(measured), rule, diverged)


def accuracy(function: LossFunction, prediction: Array, target: Array) -> float | None:
    """Return the share of right answers, as `History` defines it; None where none is right or wrong."""
    if function.targets == "classes":
        return float(np.mean(prediction.argmax(axis=-1) == target.argmax(axis=-1)))
    if function.targets == "probabilities":
        threshold = 0.0 if function.name.endswith("_with_logits") else 0.5
        return float(np.mean((prediction > threshold) == (target > 0.5)))
    return None


def _batches(data: Data, size: int, rng: np.random.Generator) -> Iterator[Data]:
    """Yield the examples in random order, `size` at a time; the last batch holds the rest."""
    x, target = data
    order = rng.permutation(len(x))
    for start in range(0, len(x), size):
        chosen = order[start : start + size]
        yield x[chosen], target[chosen]


def _run_epoch(
    working: Network, move: Move, batches: Iterator[Data], bar: ProgressBar
) -> tuple[Network, bool]:
    """Move the working network's parameters once per batch; stop as soon as a loss is not finite.

    Return the network as it goes on (what layers keep besides parameters moves, too), and whether all was
    finite.
    """
    for x, target in batches:
        records = record(working, x, target)
        if not math.isfinite(records[working.L + 1].values["y"]):
            return working, False
        move(flat_gradient(working, records))
        working = working.advanced([records[l].values for l in range(1, working.L + 1)])
        bar.advance()
    return working, True


Measured = tuple[float, float | None, float | None, float | None]


def _measure(net: Network, data: Data, held_out: Data | None) -> Measured:
    validation = (None, None) if held_out is None else _loss_and_accuracy(net, *held_out)
    return *_loss_and_accuracy(net, *data), *validation


def _loss_and_accuracy(net: Network, x: Array, target: Array) -> tuple[float, float | None]:
    prediction, function = net.inference().run(x), net.loss.function
    return float(function.forward(prediction, target)), accuracy(function, prediction, target)


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
