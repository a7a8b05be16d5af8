"""How quantities are named in the pictures: short labels with the layer's number as their index, and their
color."""

from __future__ import annotations

import re
from collections.abc import Sequence

from neural_net import look, svg
from neural_net.diagram.reading import Reading

_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉₍₎ₕᵢⱼₖₘₙₒᵣₛₜᵤᵥₓ", "0123456789()hijkmnorstuvx")
_LOWERED_RUN = re.compile("[₀₁₂₃₄₅₆₇₈₉₍₎ₕᵢⱼₖₘₙₒᵣₛₜᵤᵥₓ]+")
_SUBSCRIPT_WORD = re.compile(r"(?<![A-Za-z_])([A-Za-z])_([a-z]+)_\{")  # W_q before a number
Classes = Sequence[object] | None  # the names of the outputs of a softmax
ImageShape = tuple[int, int] | None  # (rows, columns) of an input that is an image
ACTIVATION_SYMBOLS = {"sigmoid": "σ", "leaky_relu": "lrelu"}


def layer_name(reading: Reading, number: int) -> str:
    """Return what layer `number` is called: Input, Layer 1, …, Head, Loss."""
    if number == 0:
        return "Input"
    if number == reading.L + 1:
        return "Loss"
    return "Head" if number == reading.L else f"Layer {number}"


def parameters(reading: Reading, number: int) -> str:
    """Name the parameters of a layer: all of them where there are at most two, else how many there are."""
    own = _parameters(reading, number)
    return ", ".join(own) if len(own) <= 2 else f"{len(own)} parameters"


def weight_gradients(reading: Reading, number: int) -> str:
    """Name the loss gradients of a layer's parameters by the first of at most two, else say how many."""
    own = _parameters(reading, number)
    return "" if not own else gradient(own[0]) if len(own) <= 2 else f"{len(own)} gradients"


def _parameters(reading: Reading, number: int) -> list[str]:
    own = reading.trace.network.layers[number - 1].parameters
    return [_numbered(name, number) for name in own]


def _numbered(name: str, number: int) -> str:
    """The local name with the layer's number as an index: W_{(2)}, W_{q,(2)}."""
    written = local(name)
    return f"{written[:-1]},({number})}}" if written.endswith("}") else f"{written}_{{({number})}}"


def loss_words(name: str) -> str:
    """Return the name of a loss in words."""
    return {"mse": "mean squared error"}.get(
        name, name.replace("_", " ").replace("cross entropy", "cross-entropy")
    )


def y(number: int) -> str:
    """y with the layer's number."""
    return f"y_{{({number})}}"


def z(number: int) -> str:
    """z with the layer's number."""
    return f"z_{{({number})}}"


def W(number: int) -> str:
    """W with the layer's number."""
    return f"W_{{({number})}}"


def b(number: int) -> str:
    """b with the layer's number."""
    return f"b_{{({number})}}"


def size(shape: Sequence[int]) -> str:
    """Write a shape: 4 × 6 × 6; "one number" where it has no axes."""
    return " × ".join(map(str, shape)) or "one number"


def local(name: str) -> str:
    """Write the name of a quantity inside its layer, without the layer's number or its inner layer: W_{q}."""
    inner = name.rpartition(".")[2]
    if inner in ("y_prev", "gamma", "beta"):
        return {"y_prev": "y_{prev}", "gamma": "γ", "beta": "β"}[inner]
    base, _, rest = inner.partition("_")
    if len(base) == 1:
        return f"{base}_{{{rest.replace('_', ',')}}}" if rest else base
    word, _, last = inner.rpartition("_")
    written = f"{word}_{{{last}}}" if word and last.isdecimal() else inner
    return written.replace("_", " ").replace(" {", "_{")


def owner(name: str) -> str:
    """Return the inner layer that a quantity belongs to, "" for one of the layer's own."""
    return name.rpartition(".")[0]


def loss_gradient(number: int) -> str:
    """ℒ′ with the layer's number: the loss gradient ∂ℒ/∂y of that layer."""
    return f"{look.LOSS}′_{{({number})}}"


def gradient(symbol: str) -> str:
    """∂ℒ/∂ of a symbol."""
    return f"∂{look.LOSS}/∂{symbol}"


def activation(name: str) -> str:
    """Return how an activation is written in an equation."""
    return ACTIVATION_SYMBOLS.get(name, name)


def markup(text: str) -> str:
    """Turn Unicode subscripts and the transpose sign into the markup of `svg.rich`, which every font can
    draw."""
    lowered = _LOWERED_RUN.sub(lambda run: "_{" + run.group().translate(_LOWERED) + "}", text)
    return _SUBSCRIPT_WORD.sub(r"\1_{\2,", lowered).replace("ᵀ", "^{T}")


def class_name(classes: Classes, index: int) -> str:
    """Return the name of class `index`, its number where classes have no names."""
    return str(classes[index]) if classes is not None else str(index)


def is_class_target(reading: Reading) -> bool:
    """Say whether the target marks exactly one of several classes."""
    target = reading.target
    is_row = len(reading.shapes[reading.L]) == 1 and len(target) == reading.sizes[reading.L] > 1
    return is_row and sorted(target)[-2:] == [0.0, 1.0] and sum(target) == 1.0


def wrapped(words: str, width: float, size: float) -> list[str]:
    """Break words into lines no wider than `width` in a font of `size`."""
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and svg.width(longer, size) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
