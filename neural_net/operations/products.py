"""Operations that are sums of products of their inputs, and so linear in each of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from neural_net.operations.base import Array, Operation
from neural_net.operations.terms import Factor, Index, Term

Product = tuple[str, tuple[str, ...]]


class SumOfProducts(Operation):
    """output = Σ products, times a constant where there is one.

    `products` states every product as Einstein subscripts with the names of its factors: the affine map has
    ("…i,io->…o", (y_prev, W)) and ("o->…o", (b,)). `forward` and `backward` are written out in each operation
    for speed and for reading; the subscripts say the same element by element.
    """

    products: tuple[Product, ...]

    def constant(self, output: Array, *inputs: Array) -> Factor | None:
        """Return the constant factor of every product, if there is one."""
        return None

    def forward_terms(self, index: Index, output: Array, *inputs: Array) -> tuple[Term, ...]:
        values = dict(zip(self.inputs, inputs, strict=True))
        constant = self.constant(output, *inputs)
        terms: list[Term] = []
        for subscripts, names in self.products:
            letters, result = _parse(subscripts, output.ndim)
            factors = [(name, values[name]) for name in names]
            terms += _terms(letters, result, index, factors, constant)
        return tuple(terms)

    def backward_terms(
        self, name: str, index: Index, gradient: Array, output: Array, *inputs: Array
    ) -> tuple[Term, ...]:
        values = dict(zip(self.inputs, inputs, strict=True))
        constant = self.constant(output, *inputs)
        terms: list[Term] = []
        for subscripts, names in self.products:
            letters, result = _parse(subscripts, output.ndim)
            for place in (i for i, factor in enumerate(names) if factor == name):
                others = [i for i in range(len(names)) if i != place]
                factors = [(self.gradient_name, gradient), *((names[i], values[names[i]]) for i in others)]
                spelled = [result, *(letters[i] for i in others)]
                terms += _terms(spelled, letters[place], index, factors, constant)
        return tuple(terms)


def _terms(
    letters: Sequence[str],
    result: str,
    index: Index,
    factors: Sequence[tuple[str, Array]],
    constant: Factor | None,
) -> Iterator[Term]:
    """Yield the products that make up one element: all letters but those of the result run."""
    sizes: dict[str, int] = {}
    for spelled, (_, array) in zip(letters, factors, strict=True):
        sizes |= dict(zip(spelled, array.shape, strict=True))
    fixed = dict(zip(result, index, strict=True))
    running = [letter for letter in sizes if letter not in fixed]
    for place in itertools.product(*(range(sizes[letter]) for letter in running)):
        at = fixed | dict(zip(running, place, strict=True))
        chosen = [] if constant is None else [constant]
        for spelled, (name, array) in zip(letters, factors, strict=True):
            where = tuple(at[letter] for letter in spelled)
            chosen.append(Factor(float(array[where]), name, where))
        yield Term(tuple(chosen))


def _parse(subscripts: str, ndim: int) -> tuple[list[str], str]:
    """Split "…i,io->…o" into its parts, with the dots spelled out for an output of `ndim` axes."""
    given, result = subscripts.split("->")
    dots = "ABCDEFGH"[: ndim - len(result.replace("…", ""))]
    return [part.replace("…", dots) for part in given.split(",")], result.replace("…", dots)
