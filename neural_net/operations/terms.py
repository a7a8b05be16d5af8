"""One element of a quantity written out: a sum of terms, each a product of factors."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

Index = tuple[int, ...]


@dataclass(frozen=True)
class Factor:
    """One number of a product: the element `index` of the quantity `name`, or what `written` makes of it.

    `written` says how the number comes from the element, as in "tanh′({})"; a constant has no name, and
    `written` says it in full.
    """

    value: float
    name: str = ""
    index: Index = ()
    written: str = "{}"

    @property
    def text(self) -> str:
        """The factor without its number, such as tanh′(z[0, 1])."""
        element = f"{self.name}[{', '.join(map(str, self.index))}]" if self.index else self.name
        return self.written.format(element)


@dataclass(frozen=True)
class Term:
    """A product of factors."""

    factors: tuple[Factor, ...]

    @property
    def value(self) -> float:
        """The product."""
        return math.prod(factor.value for factor in self.factors)

    @property
    def text(self) -> str:
        """The product without its number, such as y_prev[0, 2] · W[2, 1]."""
        return " · ".join(factor.text for factor in self.factors)

    def renamed(self, names: Mapping[str, str]) -> Term:
        """The same term with its quantities called by other names."""
        return Term(tuple(replace(f, name=names.get(f.name, f.name)) for f in self.factors))


@dataclass(frozen=True)
class Element:
    """The element `index` of the quantity `name`, as the sum of its terms."""

    name: str
    index: Index
    terms: tuple[Term, ...]

    @property
    def value(self) -> float:
        """The sum of the terms."""
        return math.fsum(term.value for term in self.terms)

    def renamed(self, names: Mapping[str, str]) -> Element:
        """The same element with all quantities called by other names."""
        terms = tuple(term.renamed(names) for term in self.terms)
        return replace(self, name=names.get(self.name, self.name), terms=terms)
