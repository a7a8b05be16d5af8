"""What to ask about the backward of the loss: the gradient at the prediction, with which all others begin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from neural_net.look import number
from neural_net.notation import write_shape
from neural_net.questions.dense import Ask, sign_matter
from neural_net.questions.matters import Matter, matter, pick, right_number, wrong_number, wrong_shape
from neural_net.questions.place import Place
from neural_net.questions.question import Choice

# The gradient of one entry, before the mean is taken, as a formula.
FORMULAS: Mapping[str, str] = MappingProxyType(
    {
        "mse": "2 (ŷ − t)",
        "binary_cross_entropy": "(ŷ − t) / (ŷ (1 − ŷ))",
        "binary_cross_entropy_with_logits": "σ(ŷ) − t",
        "cross_entropy": "−t / ŷ",
        "cross_entropy_with_logits": "softmax(ŷ) − t",
    }
)
# What else is taken for it: by the mistake, a function of ŷ, t and the right gradient.
Mistaken = Callable[[float, float, float], float]
MISTAKEN: Mapping[str, Mapping[str, Mistaken]] = MappingProxyType(
    {
        "mse": {"factor-two": lambda y, t, g: g / 2},
        "binary_cross_entropy": {"logits-for-probabilities": lambda y, t, g: g * y * (1 - y)},
        "cross_entropy": {"logits-for-probabilities": lambda y, t, g: g * (y - t) * y / -t},
    }
)


def value_at_the_prediction(place: Place, rng: np.random.Generator) -> Matter | None:
    """∂𝓛/∂ŷ of one entry."""
    chosen = _chosen_entry(place, rng)
    if chosen is None:
        return None
    _, asked, y, t, value = chosen
    count, name = _count(place), place.trace.network.loss.name
    mean = f" The loss is a mean over {count} {_counted(place)}." if count > 1 else ""
    words = (
        f"{FORMULAS[name]}"
        + (f", divided by {count}" if count > 1 else "")
        + f", at ŷ = {number(y)} and t = {number(t)}: {number(value)}."
    )
    others = [
        wrong_number(-value, "sign-lost"),
        *(wrong_number(wrongly(y, t, value), mistake) for mistake, wrongly in MISTAKEN.get(name, {}).items()),
        *[wrong_number(value * count, "not-averaged"), wrong_number(value / count, "averaged-again")]
        * (count > 1),
        wrong_number(_share(place), "loss-for-gradient"),
    ]
    return matter("value", f"{asked}{mean} What is ∂ℒ/∂ŷ?", right_number(value, words), others)


def sign_at_the_prediction(place: Place, rng: np.random.Generator) -> Matter | None:
    """Whether the loss rises or falls with one entry of the prediction."""
    chosen = _chosen_entry(place, rng)
    if chosen is None:
        return None
    _, asked, _, _, value = chosen
    return sign_matter(
        f"{asked} If ŷ grew a little, what would the loss do?", value, f"∂ℒ/∂ŷ = {number(value)}."
    )


def shape_at_the_prediction(place: Place, _: np.random.Generator) -> Matter:
    """∂𝓛/∂ŷ has the shape of ŷ."""
    shape = place.values("y_prev").shape
    words = (
        f"One number for each number of the prediction, which is {write_shape(shape)}: how the loss, a "
        "scalar, moves with it."
    )
    others = [
        wrong_shape((), "wrong-quantity"),
        wrong_shape(shape[1:], "first-example-only"),
        wrong_shape(shape[:1], "wrong-axis"),
        wrong_shape(shape[::-1], "transposed"),
    ]
    return matter(
        "shape",
        f"What is the shape of {place.symbol('dL_dy_prev')}, the loss gradient at the prediction?",
        Choice(write_shape(shape), words),
        others,
    )


def _chosen_entry(place: Place, rng: np.random.Generator) -> tuple[int, str, float, float, float] | None:
    """Choose an entry of the prediction; return it, what is asked with, ŷ, t and the gradient."""
    gradient = place.gradient("y_prev")[place.example]
    j = pick(gradient, rng)
    if j is None or place.trace.network.loss.name not in FORMULAS:
        return None
    y, t = (float(place.values(name)[place.example, j]) for name in ("y_prev", "target"))
    many = (
        f"{place.unit(place.trace.L, j)}{place.in_example}: the"
        if len(gradient) > 1 or place.m > 1
        else "the"
    )
    asked = f"{many} prediction is ŷ = {number(y)}, the target t = {number(t)}, the loss {_words(place)}."
    return j, asked, y, t, float(gradient[j])


def _words(place: Place) -> str:
    return (
        place.trace.network.loss.name.replace("_with_logits", " with logits")
        .replace("_", " ")
        .replace("cross entropy", "cross-entropy")
    )


def _count(place: Place) -> int:
    """Over how many numbers the loss takes its mean."""
    y = place.values("y_prev")
    return y[..., 0].size if place.has_classes else y.size


def _counted(place: Place) -> str:
    return "examples" if place.has_classes or place.values("y_prev").shape[-1] == 1 else "numbers"


def _share(place: Place) -> float:
    """The loss of the example alone."""
    one = slice(place.example, place.example + 1)
    function = place.trace.network.loss.function
    return float(function.forward(place.values("y_prev")[one], place.values("target")[one]))


LOSS: tuple[Ask, ...] = (value_at_the_prediction, sign_at_the_prediction, shape_at_the_prediction)
