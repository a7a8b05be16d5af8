"""Local gradients as full Jacobian matrices, for looking at small layers.

Nobody builds these for large layers: the backward pass needs only the product of a row with them, which every
operation's `backward` gives directly. Here each row of the Jacobian is just that product with a row of the
identity.
"""

from __future__ import annotations

import numpy as np

from neural_net.operations import Array
from neural_net.program import run_backward
from neural_net.steps import Record


def local_gradient(record: Record, example: int, name: str = "y_prev") -> Array:
    """Return the Jacobian of one example's y with respect to the layer's value called `name`.

    Shape: (n_out, *shape of the value), where for y_prev only the example's own numbers count: (n_out, n_in).
    Images and sequences are taken in their flat order. Entry [k, …] is ∂y_k/∂(value …).
    """
    if name == "y_prev" and name not in record.gradients:
        raise ValueError(f"{record.layer!r}: reads tokens, and with respect to names there is no derivative")
    y = record.values["y"]
    rows = []
    for k in np.ndindex(y.shape[1:]):
        row_of_identity = np.zeros_like(y)
        row_of_identity[(example, *k) if y.ndim else ()] = 1
        gradients, _ = run_backward(record.program, record.values, "y", row_of_identity)
        rows.append(gradients[name][example].ravel() if name == "y_prev" else gradients[name])
    return np.stack(rows)
