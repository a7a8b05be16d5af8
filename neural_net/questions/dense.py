"""What to ask about the backward of a dense layer: dL_dz, dL_dW, dL_db and dL_dy_prev.

Every wrong choice is what the mistake makes of the trace's own numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from neural_net.activations import Activation, Elementwise
from neural_net.layers import Dense
from neural_net.look import number
from neural_net.notation import write_shape
from neural_net.operations import Array
from neural_net.questions.matters import Matter, matter, pick, right_number, wrong, wrong_number, wrong_shape
from neural_net.questions.place import Place, listed, product, sum_of_products
from neural_net.questions.question import Choice

Ask = Callable[[Place, np.random.Generator], Matter | None]

MOST_TERMS = 4  # of a sum that a reader can do
LEAST_BEND = 0.1  # |a′(z) − 1|: where the slope is 1, the derivative can be left out unpunished
SAME = 1e-3  # relative: two quantities that agree so well are no choice
# The formulas that are written in terms of y, with z put in for y.
Z_FOR_Y: Mapping[str, Callable[[float], float]] = MappingProxyType(
    {"tanh": lambda z: 1 - z**2, "sigmoid": lambda z: z * (1 - z)}
)


# ------------------------------------------------------------------- dL_dz: across the activation


def value_of_dL_dz(place: Place, rng: np.random.Generator) -> Matter | None:
    """∂𝓛/∂z_j = ∂𝓛/∂y_j · a′(z_j)."""
    activation = _curve(place)
    if activation is None:
        return None
    sums, outputs, gradient = (
        a[place.example] for a in (place.values("z"), place.values("y"), place.gradient("y"))
    )
    bent = np.abs(activation.derivative(sums, outputs) - 1) > LEAST_BEND
    j = pick(np.where(bent, gradient, 0), rng)
    if j is None:
        return None
    z, y, upstream = float(sums[j]), float(outputs[j]), float(gradient[j])
    local, at_y = _slope(activation, z), _slope(activation, y)
    name, value = activation.name, upstream * local
    prompt = (
        f"{place.unit(place.l, j)}{place.in_example} has z = {number(z)} and y = {name}(z) = {number(y)}. "
        f"The loss gradient {number(upstream)} arrives at its y. What is ∂ℒ/∂z?"
    )
    explanation = (
        f"Upstream × local, with {name}′({number(z)}) = {number(local)}: {product(upstream, local)} = "
        f"{number(value)}."
    )
    others = [
        wrong_number(upstream, "derivative-left-out"),
        wrong_number(upstream * at_y, "wrong-point"),
        *(wrong_number(upstream * Z_FOR_Y[key](z), "z-for-y") for key in Z_FOR_Y if key == name),
        wrong_number(-value, "sign-lost"),
        wrong_number(value * local, "derivative-twice"),
        wrong_number(local, "upstream-left-out"),
        wrong_number(upstream * z, "sum-for-slope"),
    ]
    return matter("value", prompt, right_number(value, explanation), others)


def factor_of_dL_dz(place: Place, _: np.random.Generator) -> Matter | None:
    """∂𝓛/∂z = ∂𝓛/∂y ⊙ a′(z), and for softmax y ⊙ (∂𝓛/∂y − Σ_k ∂𝓛/∂y_k y_k)."""
    activation = _curve(place)
    if activation is None:
        return _factor_across_softmax(place)
    name, z, y = activation.name, place.symbol("z"), place.symbol("y")
    sums, outputs, upstream = place.values("z"), place.values("y"), place.gradient("y")
    slope = activation.derivative(sums, outputs)
    others = _unlike(
        upstream * slope,
        (
            upstream * activation.derivative(outputs, activation.forward(outputs)),
            f"{name}′({y})",
            "wrong-point",
        ),
        (upstream, "nothing: it is passed on as it is", "derivative-left-out"),
        (upstream * outputs, y, "function-for-derivative"),
        (upstream * slope**2, f"{name}′({z})²", "derivative-twice"),
    )
    prompt = (
        f"By what is {place.symbol('dL_dy')} multiplied, element by element, to become "
        f"{place.symbol('dL_dz')}?"
    )
    words = f"y = {name}(z), so the local gradient is {name}′(z): one number per unit and example."
    return matter("factor", prompt, Choice(f"{name}′({z})", words), others)


def _factor_across_softmax(place: Place) -> Matter | None:
    if _activation(place).name != "softmax":
        return None
    upstream, y, right = place.gradient("y"), place.values("y"), place.gradient("z")
    others = _unlike(
        right,
        (upstream * y * (1 - y), "g ⊙ y ⊙ (1 − y)", "softmax-diagonal"),
        (upstream, "g as it is", "softmax-left-out"),
        (upstream * y, "g ⊙ y", "softmax-diagonal"),
    )
    prompt = (
        f"How does g = {place.symbol('dL_dy')} become {place.symbol('dL_dz')} on its way back through "
        "softmax?"
    )
    words = (
        "Row by row. The sum is there because the outputs always add up to 1: raising one lowers the others."
    )
    return matter("factor", prompt, Choice("y ⊙ (g − Σₖ gₖ yₖ)", words), others)


# ------------------------------------------------------------------------- dL_dW: to the weights


def value_of_dL_dW(place: Place, rng: np.random.Generator) -> Matter | None:
    """∂𝓛/∂W_ij = Σ over examples of y_prev,i ∂𝓛/∂z_j."""
    gradient = place.gradient("W")
    chosen = pick(gradient.ravel(), rng)
    if place.m > MOST_TERMS or chosen is None:
        return None
    i, j = divmod(chosen, gradient.shape[1])
    said, arriving, value = place.values("y_prev")[:, i], place.gradient("z")[:, j], float(gradient[i, j])
    each = f" (examples 1 to {place.m})" if place.m > 1 else ""
    prompt = (
        f"{place.unit(place.l - 1, i)} said {listed(said)}{each}. At {place.unit(place.l, j)}, ∂ℒ/∂z is "
        f"{listed(arriving)}. "
        "What is ∂ℒ/∂W of the weight between them?"
    )
    total = " and added up over the examples" if place.m > 1 else ""
    explanation = f"What came in × ∂ℒ/∂z{total}: {sum_of_products(said, arriving)} = {number(value)}."
    others = [
        wrong_number(float(place.values("W")[i, j]) * float(arriving.sum()), "weight-for-input"),
        *[
            wrong_number(value / place.m, "averaged-again"),
            wrong_number(float(said[0] * arriving[0]), "first-example-only"),
        ]
        * (place.m > 1),
        wrong_number(float(arriving.sum()), "input-left-out"),
        wrong_number(-value, "sign-lost"),
    ]
    return matter("value", prompt, right_number(value, explanation), others)


def factor_of_dL_dW(place: Place, _: np.random.Generator) -> Matter | None:
    """∂𝓛/∂W = y_prevᵀ · ∂𝓛/∂z."""
    y_prev, z, y, W = (f"{place.symbol(name)}ᵀ" for name in ("y_prev", "z", "y", "W"))
    prompt = (
        f"{place.symbol('dL_dW')} is a matrix product, ? · {place.symbol('dL_dz')}. What stands on its left?"
    )
    words = (
        "Weight ij multiplies input i, so its gradient is that input times ∂ℒ/∂z of unit j, added up over "
        "the examples."
    )
    others = [wrong(W, "weight-for-input"), wrong(y, "wrong-layer")]
    if _activation(place).name != "identity":
        others.append(wrong(z, "wrong-layer"))
    return matter("factor", prompt, Choice(y_prev, words), others)


def shape_of_dL_dW(place: Place, _: np.random.Generator) -> Matter:
    """∂𝓛/∂W has the shape of W."""
    n_in, n_out = place.values("W").shape
    prompt = f"What is the shape of {place.symbol('dL_dW')}?"
    words = f"A gradient has the shape of what it is the gradient of; W is {write_shape((n_in, n_out))}."
    others = [
        wrong_shape((n_out, n_in), "transposed"),
        wrong_shape((place.m, n_out), "wrong-quantity"),
        wrong_shape((place.m, n_in, n_out), "not-summed"),
        wrong_shape((n_out, n_in, n_out), "jacobian-returned"),
    ]
    return matter("shape", prompt, Choice(write_shape((n_in, n_out)), words), others)


# ------------------------------------------------------------------------------ dL_db: to the bias


def axis_of_dL_db(place: Place, _: np.random.Generator) -> Matter | None:
    """∂𝓛/∂b = Σ over examples of ∂𝓛/∂z; there is no such question of one example."""
    if place.m == 1:
        return None
    shape = write_shape(place.gradient("z").shape)
    prompt = (
        f"How does {place.symbol('dL_db')} come out of {place.symbol('dL_dz')}, which is {shape}, an "
        "example per row?"
    )
    words = (
        "Forward, one bias is added to every row. So backward the rows are added: dL_db = dL_dz.sum(axis=0)."
    )
    others = [
        wrong("averaged over the examples", "averaged-again"),
        wrong("summed over the units, axis=1", "wrong-axis"),
        wrong("not summed at all", "not-summed"),
        wrong("multiplied by the layer's input", "times-input"),
    ]
    return matter("axis", prompt, Choice("summed over the examples, axis=0", words), others)


def shape_of_dL_db(place: Place, _: np.random.Generator) -> Matter:
    """∂𝓛/∂b has the shape of b."""
    n_in, n_out = place.values("W").shape
    prompt = f"What is the shape of {place.symbol('dL_db')}?"
    words = (
        f"One number per unit, as b itself: {write_shape((n_out,))}. The examples' contributions are summed."
    )
    others = [
        wrong_shape((place.m, n_out), "not-summed"),
        wrong_shape((place.m,), "wrong-axis"),
        wrong_shape((n_in, n_out), "times-input"),
    ]
    return matter("shape", prompt, Choice(write_shape((n_out,)), words), others)


# ------------------------------------------------------------- dL_dy_prev: on to the layer before


def value_of_dL_dy_prev(place: Place, rng: np.random.Generator) -> Matter | None:
    """∂𝓛/∂y_prev,i = Σ_j ∂𝓛/∂z_j W_ij."""
    chosen = _chosen_input(place, rng)
    if chosen is None:
        return None
    i, prompt, explanation = chosen
    W, arriving = place.values("W"), place.gradient("z")[place.example]
    value = float(arriving @ W[i])
    others = [
        *_by_the_column(W, arriving, i),
        wrong_number(float(place.gradient("y")[place.example] @ W[i]), _past_the_activation(place)),
        *[wrong_number(float(arriving[0] * W[i, 0]), "overwritten")] * (W.shape[1] > 1),
        wrong_number(-value, "sign-lost"),
        wrong_number(float(W[i].sum()), "upstream-left-out"),
    ]
    return matter(
        "value",
        f"{prompt} What is the loss gradient at {place.unit(place.l - 1, i)}?",
        right_number(value, explanation),
        others,
    )


def _by_the_column(W: Array, arriving: Array, i: int) -> list[Choice]:
    """The sum over a column of W in the place of a row, which a square W allows."""
    if W.shape[0] != W.shape[1]:
        return []
    return [wrong_number(float(arriving @ W[:, i]), "transpose-misplaced")]


def sign_of_dL_dy_prev(place: Place, rng: np.random.Generator) -> Matter | None:
    """The sign of ∂𝓛/∂y_prev,i says what the loss does if y_prev,i grows a little."""
    chosen = _chosen_input(place, rng)
    if chosen is None:
        return None
    i, prompt, explanation = chosen
    value = float(place.gradient("z")[place.example] @ place.values("W")[i])
    return sign_matter(f"{prompt} If its value grew a little, what would the loss do?", value, explanation)


def sign_matter(prompt: str, value: float, explanation: str) -> Matter:
    """Ask what the loss does when something with loss gradient `value`, which is not 0, grows a little."""
    right, other = ("rise", "fall") if value > 0 else ("fall", "rise")
    others = [wrong(other, "sign-lost"), wrong("stay as it is", "no-effect")]
    words = f"{explanation} The loss gradient is {'above' if value > 0 else 'below'} 0."
    return matter("sign", prompt, Choice(right, words), others)


def factor_of_dL_dy_prev(place: Place, _: np.random.Generator) -> Matter | None:
    """∂𝓛/∂y_prev = ∂𝓛/∂z · Wᵀ."""
    W, name = place.values("W"), place.symbol("W")
    is_square = W.shape[0] == W.shape[1]
    choices = [wrong(f"{place.symbol('y_prev')}ᵀ", "wrong-product")]
    if is_square and not np.allclose(W, W.T, rtol=SAME):
        choices.insert(0, wrong(name, "transpose-misplaced"))
    if is_square and abs(np.linalg.det(W)) > 0 and not np.allclose(np.linalg.inv(W), W.T, rtol=SAME):
        choices.insert(1, wrong(f"{name}⁻¹", "inverse"))
    if not is_square:
        choices[:0] = [wrong(name, "transpose-misplaced"), wrong(f"{name}⁻¹", "inverse")]
    prompt = (
        f"{place.symbol('dL_dy_prev')} is a matrix product, {place.symbol('dL_dz')} · ? What stands on its "
        "right?"
    )
    words = (
        "Input i reached unit j through weight ij, and the gradient comes back through the same weight: "
        "the sum runs over j."
    )
    return matter("factor", prompt, Choice(f"{name}ᵀ", words), choices)


def _chosen_input(place: Place, rng: np.random.Generator) -> tuple[int, str, str] | None:
    """Choose an input of the layer; return it with the numbers it is asked with, and the sum written out."""
    i = pick(place.gradient("y_prev")[place.example], rng)
    W = place.values("W")
    if i is None or W.shape[1] > MOST_TERMS:
        return None
    arriving = place.gradient("z")[place.example]
    to = "the head" if place.l == place.trace.L else f"layer {place.l}"
    weights = "weight is" if W.shape[1] == 1 else "weights are"
    prompt = (
        f"{place.unit(place.l - 1, i)}{place.in_example} goes to {to}: its {weights} {listed(W[i])}, "
        f"and ∂ℒ/∂z there is {listed(arriving)}."
    )
    total = number(float(arriving @ W[i]))
    explanation = f"Weights × ∂ℒ/∂z, added up: {sum_of_products(W[i], arriving)} = {total}."
    return i, prompt, explanation


# ----------------------------------------------------------------------------------------- helpers


def _activation(place: Place) -> Activation:
    layer = place.trace.network.layers[place.l - 1]
    assert isinstance(layer, Dense)
    return layer.activation


def _curve(place: Place) -> Elementwise | None:
    """The layer's activation, where it works element by element and is not the identity."""
    activation = _activation(place)
    return activation if isinstance(activation, Elementwise) and activation.name != "identity" else None


def _slope(activation: Elementwise, z: float) -> float:
    at = np.array([[z]])
    return float(activation.derivative(at, activation.forward(at))[0, 0])


def _past_the_activation(place: Place) -> str:
    return "softmax-left-out" if _activation(place).name == "softmax" else "derivative-left-out"


def _unlike(right: Array, *candidates: tuple[Array, str, str]) -> list[Choice]:
    """The wrong choices whose result is not, on this trace, that of the right one."""
    return [
        wrong(text, mistake)
        for value, text, mistake in candidates
        if not np.allclose(value, right, rtol=SAME, atol=0)
    ]


DENSE: tuple[Ask, ...] = (
    value_of_dL_dz,
    factor_of_dL_dz,
    shape_of_dL_dW,
    value_of_dL_dW,
    factor_of_dL_dW,
    axis_of_dL_db,
    shape_of_dL_db,
    value_of_dL_dy_prev,
    sign_of_dL_dy_prev,
    factor_of_dL_dy_prev,
)
