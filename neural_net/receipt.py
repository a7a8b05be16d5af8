"""Plain text for numbers: fixed decimals, the same on every machine, made to be read aloud or compared."""

from __future__ import annotations

from neural_net.notation import write_shape
from neural_net.operations import Array

DECIMALS = 6
WHOLE_ROWS = 8
WHOLE_COLUMNS = 10


def write_number(value: float) -> str:
    """Six decimals, never −0.000000; very large numbers in powers of ten."""
    if abs(value) >= 1e7:
        return f"{value:.{DECIMALS}e}"
    text = f"{value:.{DECIMALS}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def write_array(name: str, array: Array) -> str:
    """The array's name, shape and numbers; a large one by its first numbers, smallest, mean and largest."""
    heading = f"{name} {write_shape(array.shape)}"
    rows = array.reshape(-1, array.shape[-1]) if array.ndim else array.reshape(1, 1)
    if len(rows) > WHOLE_ROWS or rows.shape[1] > WHOLE_COLUMNS:
        first = " ".join(write_number(v) for v in array.ravel()[:4])
        summary = ", ".join(
            f"{word} {write_number(v)}"
            for word, v in (("min", array.min()), ("mean", array.mean()), ("max", array.max()))
        )
        return f"{heading} = {first} …  ({summary})"
    lines = [" ".join(f"{write_number(v):>9}" for v in row) for row in rows]
    if len(lines) == 1:
        return f"{heading} = {' '.join(lines[0].split())}"
    return "\n".join([f"{heading} =", *(f"  {line}" for line in lines)])
