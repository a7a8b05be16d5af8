"""Says what is wrong with a shape: which axis was lost, or not summed."""

from __future__ import annotations

from neural_net.checker.cases import Sizes

Shape = tuple[int, ...]


def what_happened(given: Shape, expected: Shape, sizes: Sizes) -> str:
    """Say in a sentence how the given shape may have come about from the expected one; "" if unclear."""
    if given == expected[::-1] and len(given) == 2:
        return "Rows and columns are exchanged."
    if not given:
        return "All axes were summed, or one element was picked."
    if len(given) == len(expected) - 1:
        for axis in range(len(expected)):
            if given == expected[:axis] + expected[axis + 1 :]:
                lost = _counted(expected[axis], axis, sizes)
                return f"Axis {axis}{lost} was lost: it was summed, averaged or indexed away."
    if len(given) == len(expected) + 1:
        for axis in range(len(given)):
            if expected == given[:axis] + given[axis + 1 :]:
                kept = _counted(given[axis], axis, sizes)
                return f"Axis {axis}{kept} is one too many: it was not summed, or was made by broadcasting."
    if len(given) == len(expected):
        wrong = [axis for axis in range(len(given)) if given[axis] != expected[axis]]
        if len(wrong) == 1:
            axis = wrong[0]
            if expected[axis] == 1:
                return f"Axis {axis} should have length 1: it came about by broadcasting."
            if given[axis] == 1:
                lost = _counted(expected[axis], axis, sizes)
                return f"Axis {axis}{lost} was lost: it was summed, averaged or indexed away."
            counted = _counted(given[axis], axis, sizes).strip(" ()")
            return f"Axis {axis} has a wrong length" + (f": it counts {counted}." if counted else ".")
    return ""


def _counted(length: int, axis: int, sizes: Sizes) -> str:
    """What an axis of this length counts, in parentheses, where its length tells."""
    if axis == 0 and length == sizes.m > 1:
        return f" (the {length} examples)"
    words = {"examples": sizes.m, "inputs": sizes.n_in, "outputs": sizes.n_out}
    fitting = [word for word, n in words.items() if n == length]
    return f" (the {length} {fitting[0]})" if len(fitting) == 1 and length > 1 else ""


def write(shape: Shape) -> str:
    """A shape as text: (4, 3), (3,), or "a single number"."""
    return str(shape) if shape else "() (a single number)"
