"""The notation: how a name in code is written in an equation, and how an operation's equation is read out.

Operations state their equations in a little language of tokens between spaces: names of quantities (`y_prev`,
`W`, `dL_dz`), each with an optional index (`dL_dz,i`) and transpose (`W^T`); and literals (`=`, `·`, `⊙`,
`tanh(`, `frac( a | b )frac`). One equation can so be written as LaTeX, as plain text, and in shapes.

Names follow one scheme everywhere. What stands after an underscore is a subscript (`W_q`, `h_2`, `z_i_2`),
what stands before a dot is the inner layer that a value belongs to (`attention.q`), and `dL_d` before a name
makes it the loss gradient of that quantity.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass

from neural_net.operations import Array
from neural_net.program import Line

LOSS = "ℒ"

_SUBSCRIPTS = str.maketrans("0123456789()hijkmnorstuvx", "₀₁₂₃₄₅₆₇₈₉₍₎ₕᵢⱼₖₘₙₒᵣₛₜᵤᵥₓ")
_LATEX_BASE = {
    "ŷ": r"\hat{y}",
    LOSS: r"\mathcal{L}",
    LOSS + "′": r"\mathcal{L}'",
    "γ": r"\gamma",
    "β": r"\beta",
}
_GREEK = {"gamma": "γ", "beta": "β"}
_LATEX_LITERAL = {
    "·": r"\cdot",
    "⊙": r"\odot",
    "−": "-",
    "Σ": r"\sum",
    ")²": ")^2",
    "frac(": r"\frac{",
    "|": "}{",
    ")frac": "}",
    "√(": r"\sqrt{",
    ")√": "}",
    "ε": r"\varepsilon",
    "+=": r"\mathrel{+}=",
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
_TEXT_LITERAL = {")√": ")"}
WriteName = Callable[[str, str | None], str]

_NAME = re.compile(r"(?P<name>[A-Za-z_][\w.]*)(?:,(?P<index>\w+))?(?P<transpose>\^T)?")
_IDENTIFIER = re.compile(r"(?<![.\w])[A-Za-z_]\w*")  # not an attribute


@dataclass(frozen=True)
class Symbol:
    """How a quantity is written: `base` with the layer's number as its index, or ∂ℒ/∂ of that.

    `subscript` is part of its name, as in W_q or h_2; `owner` is the inner layer it belongs to.
    """

    base: str
    layer: int | None = None
    is_gradient: bool = False
    subscript: str = ""
    owner: str = ""

    def latex(self, index: str | None = None) -> str:
        """The symbol in plain LaTeX, without macros."""
        layer = [f"({self.layer})"] * (self.layer is not None)
        words = [_roman(word) if len(word) > 2 else word for word in self.subscript.split("_")]
        base = _LATEX_BASE.get(self.base, self.base if len(self.base) == 1 else _roman(self.base))
        subscript = ",".join(filter(None, [*layer, *words, index]))
        written = (f"{_roman(self.owner)}." if self.owner else "") + base
        written += f"_{{{subscript}}}" if subscript else ""
        return rf"\frac{{\partial \mathcal{{L}}}}{{\partial {written}}}" if self.is_gradient else written

    def text(self, index: str | None = None) -> str:
        """The symbol in plain Unicode text, such as ∂ℒ/∂W₍₂₎."""
        *words, last = self.subscript.split("_")
        number = last if last.isdecimal() else ""
        words += [last] if last and not number else []
        subscript = (f"({self.layer})" if self.layer is not None else "") + number + (index or "")
        name = ".".join(filter(None, [self.owner, "_".join([self.base, *words])]))
        return (f"∂{LOSS}/∂" if self.is_gradient else "") + name + subscript.translate(_SUBSCRIPTS)


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
    owner, _, own = name.removeprefix("dL_d").rpartition(".")
    base, subscript = _base_and_subscript(own)
    return Symbol(base, layer, name.startswith("dL_d"), subscript, owner)


def _base_and_subscript(name: str) -> tuple[str, str]:
    """Split W_q into W and q, tanh_c_2 into tanh_c and 2; running_mean is one word."""
    first, _, rest = name.partition("_")
    if len(first) == 1:
        return first, rest
    word, _, last = name.rpartition("_")
    base, subscript = (word, last) if word and last.isdecimal() else (name, "")
    return _GREEK.get(base, base), subscript


def _roman(word: str) -> str:
    return rf"\mathrm{{{word}}}".replace("_", r"\_")


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
            elif token in ("=", "+=") and align:
                written.append("&" + _latex_literal(token))
            else:
                written.append(_latex_literal(token))
        return " ".join(written)

    def text(self) -> str:
        """The equation in plain Unicode text."""
        return self.write(lambda name, index: self.symbol(name).text(index))

    def shapes(self, quantities: Mapping[str, Array]) -> str:
        """The equation with every name replaced by its shape, such as (5 × 4) = (5 × 2) · (2 × 4) + (4)."""

        def shape(name: str, index: str | None) -> str:
            full = quantities[name].shape
            return write_shape(_without_axes(full, index or ""))

        return self.write(shape)

    def symbol(self, name: str) -> Symbol:
        """The symbol of a name in this equation."""
        return symbol(name, self.layer, self.is_loss)

    def _parse(self, token: str) -> tuple[str | None, str | None, bool]:
        match = _NAME.fullmatch(token)
        if match is None or match["name"] not in self.names:
            return None, None, False
        return match["name"], match["index"], match["transpose"] is not None

    def write(self, write_name: WriteName) -> str:
        """The equation with its names, each with its index or None, written by `write_name`."""
        written = []
        for token in self.tokens:
            name, index, transpose = self._parse(token)
            written.append(write_name(name, index) + "ᵀ" * transpose if name else _text_literal(token))
        return _tidy(_fractions_in_one_line(written))


def aligned(equations: Sequence[Equation]) -> str:
    """Several equations in LaTeX, one below the other, aligned at their equals signs."""
    lines = " \\\\\n".join(equation.latex(align=True) for equation in equations)
    return f"\\begin{{aligned}}\n{lines}\n\\end{{aligned}}"


def write_shape(shape: tuple[int, ...]) -> str:
    """Write a shape the way the notebooks do: (5 × 4), (4), or (scalar)."""
    return f"({' × '.join(map(str, shape)) or 'scalar'})"


def forward_equation(line: Line, layer: int, is_loss: bool = False) -> Equation:
    """The equation of a line of a layer's program."""
    return _equation(line, line.operation.equation, layer, is_loss)


def backward_equations(
    line: Line, layer: int, is_loss: bool = False, told: Container[str] = ()
) -> tuple[Equation, ...]:
    """The equations of a line's backward, one for each input that receives a gradient.

    A gradient of a name in `told` has contributions already, and is written with += instead of =.
    """
    operation = line.operation
    return tuple(
        _equation(line, equation.replace(" = ", " += ", 1) if adds else equation, layer, is_loss)
        for (_, adds), equation in zip(
            _backward_names(line, told), operation.backward_equation.values(), strict=True
        )
    )


def forward_code(line: Line) -> str:
    """The line in numpy, with the program's own names."""
    return _rename_in_code(line, line.operation.code)


def backward_code(line: Line, told: Container[str] = ()) -> tuple[str, ...]:
    """The line's backward in numpy, one statement (or few) for each input that receives a gradient.

    Where a name is in `told`, its gradient has contributions already, and the code adds to it.
    """
    codes = (_rename_in_code(line, code) for code in line.operation.backward_code.values())
    return tuple(
        re.sub(rf"^(dL_d{re.escape(name)}) = ", r"\1 = \1 + ", code, flags=re.M) if adds else code
        for (name, adds), code in zip(_backward_names(line, told), codes, strict=True)
    )


def _backward_names(line: Line, told: Container[str]) -> list[tuple[str, bool]]:
    """The program's names of the inputs that receive a gradient, in the order in which they are told.

    Beside each stands whether something is added to it: it is in `told`, or this very line has it twice.
    """
    names = [line.names[name] for name in line.operation.backward_code]
    return [(name, name in told or name in names[:place]) for place, name in enumerate(names)]


def _equation(line: Line, template: str, layer: int, is_loss: bool) -> Equation:
    names = line.names
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
    names = line.names
    return _IDENTIFIER.sub(lambda match: names.get(match[0], match[0]), code)


def _without_axes(shape: tuple[int, ...], index: str) -> tuple[int, ...]:
    """The shape left when the axes of example (i), time step (t) or feature (k) are picked by an index."""
    axes = {"i": 0, "t": 1, "k": len(shape) - 1}
    picked = {axes[letter] for letter in index} if set(index) <= axes.keys() else set()
    return tuple(n for axis, n in enumerate(shape) if axis not in picked)


def _text_literal(token: str) -> str:
    if token.startswith("Σ_"):
        return "Σ" + token.removeprefix("Σ_").translate(_SUBSCRIPTS)
    return _TEXT_LITERAL.get(token, token)


def _latex_literal(token: str) -> str:
    if token in _LATEX_LITERAL:
        return _LATEX_LITERAL[token]
    if token.startswith("Σ_"):
        index = token.removeprefix("Σ_")
        return rf"\sum_{{{index}}}" if len(index) > 1 else rf"\sum_{index}"
    if token.startswith("√"):
        return rf"\sqrt{{{token[1:]}}}"
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
