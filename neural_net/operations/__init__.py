"""Operations: one line of mathematics each, its forward beside its backward."""

from neural_net.operations.affine import Affine, PositionwiseAffine, RecurrentAffine
from neural_net.operations.base import Array, Operation, Pointwise, Shape
from neural_net.operations.terms import Element, Factor, Index, Term

__all__ = [
    "Affine",
    "Array",
    "Element",
    "Factor",
    "Index",
    "Operation",
    "Pointwise",
    "PositionwiseAffine",
    "RecurrentAffine",
    "Shape",
    "Term",
]
