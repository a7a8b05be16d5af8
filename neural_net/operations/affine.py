"""The affine map, on rows, on every position of a sequence, and on input and memory together."""

from __future__ import annotations

from types import MappingProxyType

from neural_net.operations.base import Array
from neural_net.operations.products import SumOfProducts


class Affine(SumOfProducts):
    """z = y_prev W + b, for every example (row) of y_prev.

    Shapes: y_prev (m, n_in), W (n_in, n_out), b (n_out,), z (m, n_out).
    """

    name = "affine"
    inputs = ("y_prev", "W", "b")
    output = "z"
    products = (("…i,io->…o", ("y_prev", "W")), ("o->…o", ("b",)))
    equation = "z = y_prev · W + b"
    code = "z = y_prev @ W + b"
    backward_equation = MappingProxyType(
        {
            "W": "dL_dW = y_prev^T · dL_dz",
            "b": "dL_db = Σ_i dL_dz,i",
            "y_prev": "dL_dy_prev = dL_dz · W^T",
        }
    )
    backward_code = MappingProxyType(
        {
            "W": "dL_dW = y_prev.T @ dL_dz",
            "b": "dL_db = dL_dz.sum(axis=0)",
            "y_prev": "dL_dy_prev = dL_dz @ W.T",
        }
    )

    def forward(self, y_prev: Array, W: Array, b: Array) -> Array:
        z: Array = y_prev @ W
        z += b
        return z

    def backward(
        self, dL_dz: Array, z: Array, y_prev: Array, W: Array, b: Array
    ) -> tuple[Array, Array, Array]:
        return dL_dz @ W.T, y_prev.T @ dL_dz, dL_dz.sum(axis=0)


class PositionwiseAffine(Affine):
    """z = y_prev W + b at every position of every example: one W for all of them.

    Shapes: y_prev (m, T, n_in), W (n_in, n_out), b (n_out,), z (m, T, n_out). `ndim` is the number of axes of
    y_prev, 3 for sequences; all but the last are positions. Positions are only more rows, so the work is that
    of `Affine` on (m T, n_in).
    """

    name = "position-wise affine"

    def __init__(self, ndim: int) -> None:
        positions = tuple(range(ndim - 1))
        self.backward_equation = MappingProxyType(
            {
                "W": "dL_dW = Σ_t y_prev,t^T · dL_dz,t",
                "b": "dL_db = Σ_it dL_dz,it",
                "y_prev": "dL_dy_prev = dL_dz · W^T",
            }
        )
        self.backward_code = MappingProxyType(
            {
                "W": f"dL_dW = np.tensordot(y_prev, dL_dz, axes=({positions}, {positions}))",
                "b": f"dL_db = dL_dz.sum(axis={positions})",
                "y_prev": "dL_dy_prev = dL_dz @ W.T",
            }
        )

    def forward(self, y_prev: Array, W: Array, b: Array) -> Array:
        return super().forward(_rows(y_prev), W, b).reshape(*y_prev.shape[:-1], -1)

    def backward(
        self, dL_dz: Array, z: Array, y_prev: Array, W: Array, b: Array
    ) -> tuple[Array, Array, Array]:
        dL_dy_prev, dL_dW, dL_db = super().backward(_rows(dL_dz), z, _rows(y_prev), W, b)
        return dL_dy_prev.reshape(y_prev.shape), dL_dW, dL_db


class RecurrentAffine(SumOfProducts):
    """z = x W_x + h W_h + b: what comes in at this time step, and what is remembered of those before.

    Shapes: x (m, n_in), h (m, n), W_x (n_in, n), W_h (n, n), b (n,), z (m, n).
    """

    name = "recurrent affine"
    inputs = ("x", "W_x", "h", "W_h", "b")
    output = "z"
    products = (("ni,io->no", ("x", "W_x")), ("nh,ho->no", ("h", "W_h")), ("o->no", ("b",)))
    equation = "z = x · W_x + h · W_h + b"
    code = "z = x @ W_x + h @ W_h + b"
    backward_equation = MappingProxyType(
        {
            "W_x": "dL_dW_x = x^T · dL_dz",
            "W_h": "dL_dW_h = h^T · dL_dz",
            "b": "dL_db = Σ_i dL_dz,i",
            "x": "dL_dx = dL_dz · W_x^T",
            "h": "dL_dh = dL_dz · W_h^T",
        }
    )
    backward_code = MappingProxyType(
        {
            "W_x": "dL_dW_x = x.T @ dL_dz",
            "W_h": "dL_dW_h = h.T @ dL_dz",
            "b": "dL_db = dL_dz.sum(axis=0)",
            "x": "dL_dx = dL_dz @ W_x.T",
            "h": "dL_dh = dL_dz @ W_h.T",
        }
    )

    def forward(self, x: Array, W_x: Array, h: Array, W_h: Array, b: Array) -> Array:
        z: Array = x @ W_x
        z += h @ W_h
        z += b
        return z

    def backward(
        self, dL_dz: Array, z: Array, x: Array, W_x: Array, h: Array, W_h: Array, b: Array
    ) -> tuple[Array, Array, Array, Array, Array]:
        return dL_dz @ W_x.T, x.T @ dL_dz, dL_dz @ W_h.T, h.T @ dL_dz, dL_dz.sum(axis=0)


def _rows(array: Array) -> Array:
    """Every row along the last axis, one below the other: (…, n) as a matrix of n columns."""
    return array.reshape(-1, array.shape[-1])
