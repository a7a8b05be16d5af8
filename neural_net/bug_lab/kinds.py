"""Every kind of broken network: what is wrong, in which layer, how to make it, and how to find it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from neural_net.activations import Activation
from neural_net.bug_lab.broken import BrokenNetwork, broken
from neural_net.bug_lab.faulty import (
    EarlyUpdate,
    LabDense,
    LostSign,
    SoftmaxOnceMore,
    StaleWeightGradient,
    SummedGradient,
    TanhDerivativeAtTheSum,
    TanhWithoutDerivative,
    TransposedWeightGradient,
)
from neural_net.datasets import moons, spirals
from neural_net.layers import AFFINE
from neural_net.losses import Loss
from neural_net.network import Network, network
from neural_net.operations import Affine, Array
from neural_net.trace import trace
from neural_net.validation import known_name, whole_number

EXAMPLES = 60
RATE = 0.2
SMALL = (2, 6, 6, 1)  # square in the middle, where a transposed matrix has the right shape
_HEADS = {"binary_cross_entropy": "sigmoid", "cross_entropy": "softmax", "mse": "identity"}


class Case(NamedTuple):
    """A network with its data and learning rate."""

    net: Network
    x: Array
    target: Array
    learning_rate: float = RATE


@dataclass(frozen=True)
class Kind:
    """One kind of fault.

    `layers` are the layers that may be named as the place of the fault (0 is the input, L+1 the loss); none
    where it is in no layer. `explanation` says what is wrong and how it shows, `hints` lead there, each
    saying more than the one before. `fails_gradient_check` says whether the backward pass is wrong for the
    forward pass.
    """

    name: str
    layers: tuple[int, ...]
    explanation: str
    hints: tuple[str, str, str]
    make: Callable[[], Case]
    fails_gradient_check: bool = False


def broken_network(kind: str | int) -> BrokenNetwork:
    """Return a network with one thing wrong, and its data: net.x, net.target, net.learning_rate.

    `kind` is the name of what is wrong, or the number of an exercise, 1 … 17, which hides the name: find out,
    with nnh.trace(net, net.x, net.target), the plots, nnh.health, nnh.check_gradients and nnh.train, and
    tell: nnh.check("bug lab 3", ("name of the fault", layer)).
    """
    if isinstance(kind, str):
        found = known_name(plain(kind), KINDS, "broken_network, kind")
        title = found.name.capitalize()
    else:
        found, title = kind_number(kind), f"Bug lab {kind}"
    case = found.make()
    return broken(case.net, title, case.x.copy(), case.target.copy(), case.learning_rate)


def kind_number(number: int) -> Kind:
    """Return the kind behind the number of an exercise, 1 … 17."""
    if whole_number(number, "bug lab, number") > len(_IN_ORDER):
        raise ValueError(f"bug lab, number: expected a number from 1 to {len(_IN_ORDER)}, got {number}")
    return _IN_ORDER[number - 1]


def plain(name: str) -> str:
    """Return the name of a kind as it is listed, however it was written: Dead_ReLUs is dead relus."""
    return " ".join(name.lower().replace("_", " ").replace("-", " ").split())


# -------------------------------------------------------------------------------- how they are made


def _net(
    widths: tuple[int, ...],
    activation: str | Activation = "tanh",
    *,
    affine: Mapping[int, Affine] = MappingProxyType({}),
    activations: Mapping[int, Activation] = MappingProxyType({}),
    loss: str = "binary_cross_entropy",
) -> Network:
    """A network of the lab, from the widths n_0 … n_L; some layers have another affine map or activation."""
    L = len(widths) - 1
    names = {**dict.fromkeys(range(1, L), activation), L: _HEADS[loss], **activations}
    layers = [
        LabDense(widths[l - 1], widths[l], names[l], affine=affine.get(l, AFFINE)) for l in range(1, L + 1)
    ]
    return network(layers=layers, loss=loss, seed=1)


def _moons(net: Network, learning_rate: float = RATE) -> Case:
    x, target = moons(EXAMPLES, seed=0)
    return Case(net, x - x.mean(axis=0), target, learning_rate)


def _scaled(net: Network, by: float, *layers: int) -> Network:
    """The network with W of some layers multiplied."""
    return net.with_parameters({(l, "W"): by * net.parameters[l, "W"] for l in layers})


def _dead_relus() -> Case:
    net = _net((2, 8, 8, 8, 1), "relu")
    return _moons(net.with_parameters({(2, "b"): np.full(8, -20.0), (3, "b"): np.linspace(0.1, 0.5, 8)}))


def _saturated_sigmoids() -> Case:
    return _moons(_scaled(_net((2, 8, 8, 8, 1), "sigmoid"), 60.0, 2))


def _vanishing_gradients() -> Case:
    return _moons(_net((2, *[8] * 7, 1), "sigmoid"))


def _exploding_gradients() -> Case:
    net = _net((2, *[8] * 7, 1), "leaky_relu", loss="mse")
    return _moons(_scaled(net, 10.0, *range(1, 8)), 0.01)


def _symmetric_initialization() -> Case:
    net = _net(SMALL)
    return _moons(net.with_parameters({key: np.full(W.shape, 0.5) for key, W in net.parameters.items()}))


def _unscaled_inputs() -> Case:
    case = _moons(_net(SMALL))
    return case._replace(x=case.x * [1, 400] + [0, 3000])


def _shuffled_target() -> Case:
    case = _moons(_net(SMALL))
    return case._replace(target=np.random.default_rng(5).permutation(case.target))


def _too_large_learning_rate() -> Case:
    return _moons(_net(SMALL), 60.0)


def _too_small_learning_rate() -> Case:
    return _moons(_net(SMALL), 1e-6)


def _transposed_weight_gradient() -> Case:
    return _moons(_net(SMALL, affine={2: TransposedWeightGradient()}))


def _stale_gradients() -> Case:
    right = _moons(_net(SMALL))
    earlier = trace(right.net, right.x[:8], right.target[:8]).weight_gradient[1]["W"]
    return right._replace(net=_net(SMALL, affine={1: StaleWeightGradient(3 * earlier)}))


def _early_update() -> Case:
    return _moons(_net(SMALL, affine={3: EarlyUpdate(0.5)}))


def _missing_derivative() -> Case:
    return _moons(_net(SMALL, activations={2: TanhWithoutDerivative()}))


def _derivative_at_the_wrong_value() -> Case:
    return _moons(_net(SMALL, activations={1: TanhDerivativeAtTheSum()}))


def _missing_mean() -> Case:
    return _moons(replace(_net(SMALL), loss=Loss(SummedGradient())))


def _lost_sign() -> Case:
    return _moons(replace(_net(SMALL), loss=Loss(LostSign())))


def _softmax_twice() -> Case:
    x, target = spirals(EXAMPLES, seed=0)
    net = replace(_net((2, 8, 8, 3), loss="cross_entropy"), loss=Loss(SoftmaxOnceMore()))
    return Case(net, 2 * x, target)


# ------------------------------------------------------------------------- in the order of exercises

_IN_ORDER = (
    Kind(
        "dead relus",
        (2,),
        "The biases of layer 2 are so low that every one of its sums is negative. All its units are 0 for "
        "every example, relu′ is 0 there, and no gradient reaches layers 1 and 2: they never learn.",
        (
            "Look at the outputs of every layer: nnh.plot_activations(trace).",
            "In one hidden layer every unit says the same, whatever the example. What does it say, and why?",
            "The outputs are exactly 0. Which activation gives exactly 0, and what is its derivative there?",
        ),
        _dead_relus,
    ),
    Kind(
        "too small learning rate",
        (),
        "The learning rate is 0.000001: an update moves the weights by less than a millionth of their "
        "size. Nothing is wrong with the network, but it would take some hundred thousand times as long.",
        (
            "Train it with its own learning rate, and plot the history: nnh.train(net, net.x, net.target, "
            "learning_rate=net.learning_rate).",
            "The gradients are right and of good size. What else decides how far a weight moves?",
            "Ask nnh.health(trace, net.learning_rate) how far one update moves the weights.",
        ),
        _too_small_learning_rate,
    ),
    Kind(
        "too large learning rate",
        (),
        "The learning rate is 60: each update moves the weights by more than their own size, past the valley "
        "and up the other side. The gradients are right, the steps along them are too long.",
        (
            "Train it with its own learning rate for a few epochs, and plot the history.",
            "The loss jumps up and down, or ends high, while every gradient is right.",
            "Ask nnh.health(trace, net.learning_rate) how far one update moves the weights.",
        ),
        _too_large_learning_rate,
    ),
    Kind(
        "saturated sigmoids",
        (2,),
        "The weights of layer 2 are so large that its sums lie far from 0, where the sigmoid is flat: σ′ is "
        "nearly 0, and so is what gets through it of the gradient.",
        (
            "Plot the activations of every layer, and the sums z: nnh.plot_forward(trace, layer).",
            "In one hidden layer nearly all outputs are close to 0 or to 1.",
            "How large are the sums there, and what is σ′ so far from 0?",
        ),
        _saturated_sigmoids,
    ),
    Kind(
        "unscaled inputs",
        (0,),
        "The second column of x lies in the thousands, the first around 1. The sums of layer 1 are ruled by "
        "the second column, tanh saturates, and no learning rate fits both columns.",
        (
            "Before you look at the network, look at what it is fed.",
            "Compare the columns of net.x: their means and standard deviations.",
            "Layer 1 is saturated, but that is not where it starts: which column makes its sums so large?",
        ),
        _unscaled_inputs,
    ),
    Kind(
        "vanishing gradients",
        (1, 2, 3, 4, 5, 6, 7),
        "Seven sigmoid layers, each of which multiplies the loss gradient by σ′ ≤ 1/4, which weights drawn "
        "by Glorot's rule do not make up for. Little is left for layer 1. No line of code is wrong.",
        (
            "Plot the loss gradients of all layers: nnh.plot_loss_gradients(trace), or ask "
            "nnh.health(trace).",
            "How large is the loss gradient at the head, and how large at layer 1?",
            "What does every one of these layers do to the gradient, and what is the largest value of σ′?",
        ),
        _vanishing_gradients,
    ),
    Kind(
        "exploding gradients",
        (1, 2, 3, 4, 5, 6, 7),
        "The weights of the seven hidden layers are ten times what He's initialization gives. Each layer "
        "passes on several times the loss gradient that it gets, and so the product grows from layer to "
        "layer.",
        (
            "Plot the loss gradients of all layers: nnh.plot_loss_gradients(trace), or ask "
            "nnh.health(trace).",
            "How large is the loss gradient at the head, and how large at layer 1?",
            "What does every one of these layers do to the gradient? Compare its weights with √(2 / n_in).",
        ),
        _exploding_gradients,
    ),
    Kind(
        "symmetric initialization",
        (1, 2),
        "All weights and biases are 0.5. The units of a layer start alike, get the same gradient, and stay "
        "alike: six units do the work of one.",
        (
            "Look at the units of each layer side by side: nnh.plot_forward(trace, 1).",
            "Compare the columns of ∂ℒ/∂W, one per unit.",
            "What makes one unit of a layer different from its neighbor?",
        ),
        _symmetric_initialization,
    ),
    Kind(
        "sign lost",
        (4,),
        "The gradient of the loss has t − ŷ where ŷ − t belongs: every gradient is the negative of the right "
        "one, and gradient descent climbs.",
        (
            "Train it for some epochs: in which direction does the loss go?",
            "nnh.check_gradients(net, net.x, net.target): compare both columns of numbers of one entry.",
            "All gradients are wrong in the same way, so the fault is where the backward pass starts.",
        ),
        _lost_sign,
        True,
    ),
    Kind(
        "missing 1/m",
        (4,),
        "The loss is a mean over the batch, but its gradient lacks the 1/m. All gradients are m times too "
        "large; with a batch of one example nothing is wrong.",
        (
            "Compare both numbers of a complaint of nnh.check_gradients(net, net.x, net.target).",
            "Divide one by the other, for several entries. Do you know that number?",
            "Check again with one example, net.x[:1], then with two.",
        ),
        _missing_mean,
        True,
    ),
    Kind(
        "missing activation derivative",
        (2,),
        "Layer 2 hands dL_dy on as dL_dz, without the factor tanh′(z). Its own weight gradients are wrong, "
        "and those of all layers before it; those after it are right.",
        (
            "nnh.check_gradients(net, net.x, net.target): in which layers are the gradients wrong?",
            "The backward pass comes from the right: look where it goes wrong first.",
            "Compare dL_dy and dL_dz in that layer's backward step. What should stand between them?",
        ),
        _missing_derivative,
        True,
    ),
    Kind(
        "transposed weight gradient",
        (2,),
        "Layer 2 computes ∂ℒ/∂W as dL_dzᵀ y_prev, the transpose of the right one. The layer is square, so "
        "the shape does not give it away; all other gradients are right.",
        (
            "nnh.check_gradients(net, net.x, net.target): which tensors are wrong?",
            "Only one tensor is wrong, so the loss gradient that comes in and goes out is right.",
            "Compute y_prev.T @ dL_dz from trace.records, and compare entry [0, 1] with entry [1, 0].",
        ),
        _transposed_weight_gradient,
        True,
    ),
    Kind(
        "stale gradients",
        (1,),
        "The weight gradient of layer 1 still contains what an earlier batch left in it: it was added to, "
        "and never set back to zero.",
        (
            "nnh.check_gradients(net, net.x, net.target): which tensors are wrong?",
            "Take the right y_prevᵀ · dL_dz away from the wrong gradient: what is left over?",
            "Trace another batch, and take the difference again. It does not change: where may it come from?",
        ),
        _stale_gradients,
        True,
    ),
    Kind(
        "derivative at the wrong value",
        (1,),
        "Layer 1 uses 1 − z² for tanh′, where z was taken for y = tanh(z). Around z = 0 the two agree "
        "nearly, far from it 1 − z² is even negative.",
        (
            "nnh.check_gradients(net, net.x, net.target): in which layers are the gradients wrong?",
            "In that layer, divide dL_dz by dL_dy: this should be the slope of tanh, between 0 and 1.",
            "Which formula gives these numbers: compare with y and with z.",
        ),
        _derivative_at_the_wrong_value,
        True,
    ),
    Kind(
        "updated too early",
        (3,),
        "The head's weights were updated before the loss gradient went back through them, so that "
        "dL_dy_prev is computed with the new W. Its own weight gradient is right, those of the layers "
        "before are not.",
        (
            "nnh.check_gradients(net, net.x, net.target): which layers are right, and which are not?",
            "The first wrong quantity, coming from the loss, is a loss gradient between two layers.",
            "Compare dL_dy_prev of that layer with dL_dz @ W.T: with which W would it be right?",
        ),
        _early_update,
        True,
    ),
    Kind(
        "softmax twice",
        (3, 4),
        "The loss applies softmax to its input, which the head's softmax has made probabilities already. "
        "Even a perfect prediction has a loss of log(1 + 2/e) ≈ 0.55, and the gradients are weak.",
        (
            "Every gradient is right. So look at the forward pass, in numbers: "
            "print(trace.steps[3].receipt()).",
            "Compute the cross-entropy by hand from the head's output: -log of the target's probability.",
            "What would the loss be if the prediction were perfect? Try ŷ = target.",
        ),
        _softmax_twice,
    ),
    Kind(
        "shuffled target",
        (),
        "The targets are in another order than the examples. The network is in order and its gradients are "
        "right; there is nothing to learn but chance.",
        (
            "Everything that nnh.check_gradients and nnh.health look at is right. What else is there?",
            "Plot the data: nnh.plot_decision_boundary(net, net.x, net.target).",
            "Do points that lie close together belong to the same class?",
        ),
        _shuffled_target,
    ),
)

KINDS: Mapping[str, Kind] = MappingProxyType(
    {kind.name: kind for kind in sorted(_IN_ORDER, key=lambda k: k.name)}
)
