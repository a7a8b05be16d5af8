"""The loss layer's own step: how one number comes out of prediction and target, and how the first gradient
comes back."""

from __future__ import annotations

import math
from collections.abc import Callable

from neural_net import look, svg
from neural_net.diagram import names
from neural_net.diagram.blocks import Block, Line, Named, beside, column, row, sign
from neural_net.diagram.equations import factor
from neural_net.diagram.reading import Reading, Vector

Numbers = list[str]


def forward(reading: Reading) -> tuple[Block, Numbers]:
    """Draw prediction, target, the terms of the loss, and what they come to."""
    y, t = reading.y[reading.L], reading.target
    terms = loss_terms(reading)
    symbol, _ = _TERMS[reading.loss_name]
    j = focus(reading)
    scale = max(1.0, look.scale_of(y, t))
    lines = [
        Line("", Named(f"ŷ = {names.y(reading.L)}", "forward", row(y), scale, j)),
        Line("", Named("target t", "ink", row(t), scale, j)),
        Line("", Named(symbol, "ink", row(terms), look.scale_of(terms), j), True),
    ]
    word = "sum" if is_sum(reading) else "mean"
    label = f"{look.LOSS}, this example" if reading.m > 1 else look.LOSS
    blocks = [column(lines), sign(f"{word} =", 15), _result(label, reading.loss_share)]
    if reading.m > 1:
        blocks += [sign(f"mean of {reading.m} =", 15), _result(look.LOSS, reading.loss)]
    return beside(blocks, 16), _forward_numbers(reading, terms)


def backward(reading: Reading) -> tuple[Block, Numbers]:
    """Draw 1 × the local gradient of the loss = the first loss gradient."""
    gradient = reading.gradient[reading.L]
    scale = look.scale_of(gradient)
    local = f"∂{look.LOSS}/∂ŷ"
    one = names.loss_gradient(reading.L + 1)
    y, t = reading.y[reading.L], reading.target
    size = max(1.0, look.scale_of(y, t))
    j = focus(reading)
    lines = [
        Line("", Named(f"ŷ = {names.y(reading.L)}", "forward", row(y), size, j)),
        Line("", Named("target t", "ink", row(t), size, j)),
        Line("", Named(local, "forward", row(gradient), scale, j), True),
        Line(
            "",
            Named(f"{names.loss_gradient(reading.L)} = {one} · {local}", "backward", row(gradient), scale, j),
            True,
        ),
    ]
    return column(lines), _backward_numbers(reading)


def is_sum(reading: Reading) -> bool:
    """Say whether the terms of one example add up to its loss (cross-entropy), rather than average."""
    return reading.loss_name.startswith("cross_entropy")


def loss_terms(reading: Reading) -> Vector:
    """Return the term of each output unit, of which the loss of the example is the sum or the mean."""
    return [term(reading, j, value) for j, value in enumerate(reading.y[reading.L])]


def term(reading: Reading, j: int, value: float) -> float:
    """Return the term of output unit j, were its output `value` and all other outputs as they are."""
    t = reading.target[j]
    if reading.loss_name != "cross_entropy_with_logits":
        return _TERMS[reading.loss_name][1](value, t)
    scores = [value if k == j else score for k, score in enumerate(reading.y[reading.L])]
    top = max(scores)
    return t * (top + math.log(sum(math.exp(score - top) for score in scores)) - value)


def weight(reading: Reading) -> float:
    """Return by how much a term of one example counts in the loss of the batch: 1/m, or 1/(m n)."""
    return 1 / (reading.m * (1 if is_sum(reading) else len(reading.target)))


def range_of(reading: Reading, j: int) -> tuple[float, float]:
    """Return the range of one output over which its loss is worth drawing."""
    value, t = reading.y[reading.L][j], reading.target[j]
    if reading.loss_name in ("cross_entropy", "binary_cross_entropy"):
        return min(0.02, max(value, 1e-6)), max(0.98, min(value, 1 - 1e-6))
    if reading.loss_name == "mse":
        reach = max(1.0, 1.4 * abs(value - t))
        return t - reach, t + reach
    reach = max(3.0, 1.3 * abs(value))
    return -reach, reach


def focus(reading: Reading) -> int:
    """Return the output that is told in numbers: the class that the target marks, or the first."""
    return reading.target.index(1.0) if names.is_class_target(reading) else 0


def _log(value: float) -> float:
    return math.log(max(value, 5e-324))


def _binary(y: float, t: float) -> float:
    return -(t * _log(y) if t else 0.0) - ((1 - t) * _log(1 - y) if t != 1 else 0.0)


def _binary_logits(z: float, t: float) -> float:
    return max(z, 0.0) + math.log1p(math.exp(-abs(z))) - t * z


def _nothing(y: float, t: float) -> float:
    """The term that needs all scores, see `term`."""
    return 0.0


_TERMS: dict[str, tuple[str, Callable[[float, float], float]]] = {
    "mse": ("(ŷ − t)^{2}", lambda y, t: (y - t) ** 2),
    "binary_cross_entropy": ("−t log ŷ − (1 − t) log(1 − ŷ)", _binary),
    "binary_cross_entropy_with_logits": ("log(1 + e^{ŷ}) − t ŷ", _binary_logits),
    "cross_entropy": ("−t log ŷ", lambda y, t: -t * _log(y) if t else 0.0),
    "cross_entropy_with_logits": ("−t log softmax(ŷ)", _nothing),
}


def _forward_numbers(reading: Reading, terms: Vector) -> Numbers:
    j = focus(reading)
    y, t = reading.y[reading.L][j], reading.target[j]
    Y, T, value = f"⟨forward|{look.number(y)}⟩", look.number(t), look.number(terms[j])
    written = {
        "mse": f"({Y} − {factor(t)})^{{2}} = {value}",
        "binary_cross_entropy": f"−{T} · log {Y} − (1 − {T}) · log(1 − {Y}) = {value}",
        "binary_cross_entropy_with_logits": f"log(1 + e^{{{look.number(y)}}}) − {T} · {factor(y)} = {value}",
        "cross_entropy": f"−{T} · log {Y} = {value}",
        "cross_entropy_with_logits": f"−{T} · log softmax({Y}) = {value}",
    }[reading.loss_name]
    where = f"output {reading.unit(reading.L, j)}:  " if len(terms) > 1 else ""
    rows = [where + written]
    if len(terms) > 1:
        kept = sorted(sorted(range(len(terms)), key=lambda k: -abs(terms[k]))[:6])
        total = " + ".join(look.number(terms[k]) for k in kept) + (" + …" if len(terms) > 6 else "")
        total = total if is_sum(reading) else f"({total}) / {len(terms)}"
        whose = f"{look.LOSS}, this example" if reading.m > 1 else look.LOSS
        rows.append(f"{whose} = {total} = {look.number(reading.loss_share)}")
    return rows


def _backward_numbers(reading: Reading) -> Numbers:
    j = focus(reading)
    at = reading.unit(reading.L, j)
    y, t, g = reading.y[reading.L][j], reading.target[j], reading.gradient[reading.L][j]
    m, n = reading.m, len(reading.target)
    Y, T = f"⟨forward|{look.number(y)}⟩", factor(t)
    count = f"{m * n}" if m == 1 or n == 1 else f"({m} · {n})"
    p = (
        g * (m if is_sum(reading) else m * n) + t
    )  # softmax or sigmoid of a logit, where the loss takes logits
    written = {
        "mse": f"2 · ({Y} − {T}) / {count}",
        "binary_cross_entropy": f"({Y} − {T}) / ({count} · {Y} · (1 − {Y}))",
        "binary_cross_entropy_with_logits": f"(σ({Y}) − {T}) / {count} = ({look.number(p)} − {T}) / {count}",
        "cross_entropy": f"−{T} / ({m} · {Y})",
        "cross_entropy_with_logits": f"(softmax(ŷ)_{{{at}}} − {T}) / {m} = ({look.number(p)} − {T}) / {m}",
    }[reading.loss_name]
    symbol = (
        f"⟨backward|{look.LOSS}′_{{({reading.L}), {at}}}⟩"
        if n > 1
        else f"⟨backward|{names.loss_gradient(reading.L)}⟩"
    )
    return [f"{symbol} = ⟨backward|1⟩ · {written} = {look.number(g)}"]


def _result(symbol: str, value: float) -> Block:
    content = look.number(value)
    width = max(svg.width(symbol, 14), svg.width(content, 22, bold=True), 40)
    body = svg.text(width / 2, 14, svg.rich(symbol, 14), 14, "muted", "middle")
    body += svg.text(width / 2, 40, content, 22, "ink", "middle", svg.BOLD)
    return Block(width, 46, 33, body)
