"""Slips that occur in many exercises, and what their inputs have in common."""

from __future__ import annotations

from neural_net.checker import mistakes as m
from neural_net.checker.solution import Slip, slip


def sign_lost(quantity: str) -> Slip:
    """The quantity with the opposite sign."""
    return slip(m.SIGN_LOST, f"{quantity} = -{quantity}")


def transposed(quantity: str) -> Slip:
    """The quantity with rows and columns exchanged."""
    return slip(m.TRANSPOSED, f"{quantity} = {quantity}.T")


def averaged_again(quantity: str, examples: str = "dL_dz") -> Slip:
    """The quantity divided by the number of examples, of which `examples` has one per row."""
    return slip(m.AVERAGED_AGAIN, f"{quantity} = {quantity} / len({examples})")


def dropped(quantity: str) -> Slip:
    """Zeros in place of the quantity."""
    return slip(m.ZEROS, f"{quantity} = 0 * {quantity}")


def doubled(quantity: str) -> Slip:
    """The quantity twice as large as it should be."""
    return slip(m.FACTOR_TWO, f"{quantity} = 2 * {quantity}")


def as_jacobian(quantity: str) -> Slip:
    """An elementwise derivative as a diagonal matrix for each example."""
    return slip(m.JACOBIAN_RETURNED, f"{quantity} = np.array([np.diag(row) for row in {quantity}])")
