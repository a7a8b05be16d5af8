"""What to ask about the backward of any layer, of whatever kind: shapes."""

from __future__ import annotations

import numpy as np

from neural_net.notation import write_shape
from neural_net.questions.dense import Ask
from neural_net.questions.matters import Matter, matter, wrong_shape
from neural_net.questions.place import Place
from neural_net.questions.question import Choice


def shape_of_dL_dy_prev(place: Place, _: np.random.Generator) -> Matter | None:
    """∂𝓛/∂y_prev has the shape of y_prev; tokens have no gradient."""
    if "y_prev" not in place.trace.records[place.l].gradients:
        return None
    shape, output = place.values("y_prev").shape, place.values("y").shape
    prompt = f"What is the shape of {place.symbol('dL_dy_prev')}, the loss gradient that leaves the layer?"
    words = (
        f"A gradient has the shape of what it is the gradient of: {place.symbol('y_prev')} is "
        f"{write_shape(shape)}."
    )
    others = [
        wrong_shape(output, "wrong-quantity"),
        wrong_shape(shape[::-1], "transposed"),
        wrong_shape(shape[1:], "not-kept-apart"),
        wrong_shape((*output, *shape[1:]), "jacobian-returned"),
    ]
    return matter("shape", prompt, Choice(write_shape(shape), words), others)


def shape_of_a_parameter(place: Place, rng: np.random.Generator) -> Matter | None:
    """∂𝓛/∂w has the shape of w."""
    names = [] if place.is_loss else list(place.trace.weights[place.l])
    if not names:
        return None
    name = names[int(rng.integers(len(names)))]
    shape = place.values(name).shape
    prompt = f"What is the shape of {place.symbol(f'dL_d{name}')}?"
    words = f"A gradient has the shape of what it is the gradient of: {name} is {write_shape(shape)}."
    others = [
        wrong_shape(shape[::-1], "transposed"),
        wrong_shape((place.m, *shape), "not-summed"),
        wrong_shape(place.values("y").shape, "wrong-quantity"),
    ]
    return matter("shape", prompt, Choice(write_shape(shape), words), others)


ANYWHERE: tuple[Ask, ...] = (shape_of_dL_dy_prev, shape_of_a_parameter)
