"""The notation: how a name in code is written in an equation, and how an operation's equation is read out.

Operations state their equations in a little language of tokens between spaces: names of quantities (`y_prev`,
`W`, `dL_dz`), each with an optional index (`dL_dz,i`) and transpose (`W^T`); and literals (`=`, `·`, `⊙`,
`tanh(`, `frac( a | b )frac`). One equation can so be written as LaTeX, as plain text, and in shapes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from neural_net.operations import Array
from neural_net.program import Line

LOSS = "ℒ"

_SUBSCRIPTS = str.maketrans("0123456789()ijk", "₀₁₂₃₄₅₆₇₈₉₍₎ᵢⱼₖ")
_LATEX_BASE = {"ŷ": r"\hat{y}", LOSS: r"\mathcal{L}", LOSS + "′": r"\mathcal{L}'"}
_LATEX_LITERAL = {
    "·": r"\cdot",
    "⊙": r"\odot",
    "−": "-",
    "Σ": r"\sum",
    "Σ_i": r"\sum_i",
    "Σ_k": r"\sum_k",
    ")²": ")^2",
    "frac(": r"\frac{",
    "|": "}{",
    ")frac": "}",
    "log": r"\log",
}
_LATEX_FUNCTION = {
    "tanh": r"\tanh",
    "σ": r"\sigma",
    "Φ": r"\Phi",
    "log": r"\log",
    "exp": r"\exp",
    "max": r"\max",
}
_TEXT_LITERAL = {"Σ_i": "Σᵢ", "Σ_k": "Σₖ"}
WriteName = Callable[[str, str | None], str]

_NAME = re.compile(r"(?P<name>[A-Za-z_]\w*)(?:,(?P<index>\w))?(?P<transpose>\^T)?")
_IDENTIFIER = re.compile(r"\b[A-Za-z_]\w*\b")


@dataclass(frozen=True)
class Symbol:
    """How a quantity is written: `base` with the layer's number as its index, or ∂ℒ/∂ of that."""

    base: str
    layer: int | None = None
    is_gradient: bool = False

    def latex(self, index: str | None = None) -> str:
        """The symbol in plain LaTeX, without macros."""
        subscripts = [f"({self.layer})"] * (self.layer is not None) + [index] * (index is not None)
        base = _LATEX_BASE.get(self.base, self.base if len(self.base) == 1 else rf"\mathrm{{{self.base}}}")
        written = base + (f"_{{{','.join(map(str, subscripts))}}}" if subscripts else "")
        return rf"\frac{{\partial \mathcal{{L}}}}{{\partial {written}}}" if self.is_gradient else written

    def text(self, index: str | None = None) -> str:
        """The symbol in plain Unicode text, such as ∂ℒ/∂W₍₂₎."""
        subscript = (f"({self.layer})" if self.layer is not None else "") + (index or "")
        return (f"∂{LOSS}/∂" if self.is_gradient else "") + self.base + subscript.translate(_SUBSCRIPTS)


def symbol(name: str, layer: int, is_loss: bool = False) -> Symbol:
    """Return the symbol of the quantity called `name` in code, at the given layer.

    `is_loss` says that the layer is the loss layer L+1, where y_prev is the prediction ŷ and y the loss.
    """
    if name == "y_prev":
        return Symbol("ŷ") if is_loss else Symbol("y", layer - 1)
    if name == "y":
        return Symbol(LOSS) if is_loss else Symbol("y", layer)
    if name == "target":
        return Symbol("t")
    if name == "dL_dy":
        return Symbol(LOSS + "′", layer)
    if name == "dL_dy_prev":
        return Symbol(LOSS + "′", layer - 1)
    if name.startswith("dL_d"):
        return Symbol(name.removeprefix("dL_d"), layer, is_gradient=True)
    return Symbol(name, layer)


@dataclass(frozen=True)
class Equation:
    """An equation in the little language, with names as they stand in code, at one layer."""

    tokens: tuple[str, ...]
    layer: int
    is_loss: bool = False
    names: frozenset[str] = frozenset()

    def latex(self, align: bool = False) -> str:
        """The equation in LaTeX; with `align`, an & stands before the equals sign."""
        written = []
        for token in self.tokens:
            name, index, transpose = self._parse(token)
            if name:
                power = r"^\top" if transpose else ""
                written.append(self.symbol(name).latex(index) + power)
            elif token == "=" and align:
                written.append("&=")
            else:
                written.append(_latex_literal(token))
        return " ".join(written)

    def text(self) -> str:
        """The equation in plain Unicode text."""
        return self._write(lambda name, index: self.symbol(name).text(index))

    def shapes(self, quantities: Mapping[str, Array]) -> str:
        """The equation with every name replaced by its shape, such as (5 × 4) = (5 × 2) · (2 × 4) + (4)."""

        def shape(name: str, index: str | None) -> str:
            full = quantities[name].shape
            return write_shape({"i": full[1:], "k": full[:-1]}.get(index or "", full))

        return self._write(shape)

    def symbol(self, name: str) -> Symbol:
        """The symbol of a name in this equation."""
        return symbol(name, self.layer, self.is_loss)

    def _parse(self, token: str) -> tuple[str | None, str | None, bool]:
        match = _NAME.fullmatch(token)
        if match is None or match["name"] not in self.names:
            return None, None, False
        return match["name"], match["index"], match["transpose"] is not None

    def _write(self, write_name: WriteName) -> str:
        written = []
        for token in self.tokens:
            name, index, transpose = self._parse(token)
            written.append(
                write_name(name, index) + "ᵀ" * transpose if name else _TEXT_LITERAL.get(token, token)
            )
        return _tidy(_fractions_in_one_line(written))


def write_shape(shape: tuple[int, ...]) -> str:
    """Write a shape the way the notebooks do: (5 × 4), (4), or (scalar)."""
    return f"({' × '.join(map(str, shape)) or 'scalar'})"


def forward_equation(line: Line, layer: int, is_loss: bool = False) -> Equation:
    """The equation of a line of a layer's program."""
    return _equation(line, line.operation.equation, layer, is_loss)


def backward_equations(line: Line, layer: int, is_loss: bool = False) -> tuple[Equation, ...]:
    """The equations of a line's backward, one for each input that receives a gradient."""
    return tuple(_equation(line, e, layer, is_loss) for e in line.operation.backward_equation.values())


def forward_code(line: Line) -> str:
    """The line in numpy, with the program's own names."""
    return _rename_in_code(line, line.operation.code)


def backward_code(line: Line) -> tuple[str, ...]:
    """The line's backward in numpy, one statement (or few) for each input that receives a gradient."""
    return tuple(_rename_in_code(line, code) for code in line.operation.backward_code.values())


def _names(line: Line) -> dict[str, str]:
    """Map the operation's own names to the program's, gradients included."""
    own = (line.operation.output, *line.operation.inputs)
    used = (line.output, *line.inputs)
    values = dict(zip(own, used, strict=True))
    return values | {f"dL_d{a}": f"dL_d{b}" for a, b in values.items()}


def _equation(line: Line, template: str, layer: int, is_loss: bool) -> Equation:
    names = _names(line)
    template = (
        template or f"{line.operation.output} = {line.operation.name}( {' , '.join(line.operation.inputs)} )"
    )
    tokens = []
    for token in template.split():
        match = _NAME.fullmatch(token)
        known = match is not None and match["name"] in names
        tokens.append(names[match["name"]] + token[match.end("name") :] if match and known else token)
    return Equation(tuple(tokens), layer, is_loss, frozenset(names.values()))


def _rename_in_code(line: Line, code: str) -> str:
    names = _names(line)
    return _IDENTIFIER.sub(lambda match: names.get(match[0], match[0]), code)


def _latex_literal(token: str) -> str:
    if token in _LATEX_LITERAL:
        return _LATEX_LITERAL[token]
    if token.endswith("(") and len(token) > 1:
        function, prime = token[:-1].removesuffix("′"), "'" * token[:-1].endswith("′")
        written = _LATEX_FUNCTION.get(function) or rf"\mathrm{{{function}}}".replace("_", r"\_")
        return f"{written}{prime}("
    return token


def _fractions_in_one_line(words: list[str]) -> list[str]:
    """Write frac( a | b )frac as a / b, with parentheses where a or b has more than one word."""
    if "frac(" not in words:
        return words
    start, bar, end = words.index("frac("), words.index("|"), words.index(")frac")
    parts = (words[start + 1 : bar], words[bar + 1 : end])
    above, below = (["(", *part, ")"] if len(part) > 1 else part for part in parts)
    return words[:start] + above + ["/"] + below + _fractions_in_one_line(words[end + 1 :])


def _tidy(words: list[str]) -> str:
    """Join words without the spaces inside parentheses, and without parentheses around parentheses."""
    text = " ".join(words).replace("( ", "(").replace(" )", ")").replace(" ,", ",")
    return re.sub(r"\((\([^()]*\))\)", r"\1", text)
