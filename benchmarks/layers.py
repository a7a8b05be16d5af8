"""Conv2d and self-attention, forward and backward, against PyTorch eager: one thread, interleaved, as ratios.

    python -m benchmarks.layers

Both sides compute the same y and the gradients of y_prev and of every parameter, for the same upstream
gradient. The time of each is the median of many rounds in which the two take turns; only the ratio holds from
one machine to another.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import torch

from neural_net.layers import Conv2d, Layer, SelfAttention
from neural_net.program import run_backward, run_forward

Run = Callable[[], Any]
SECONDS_PER_ROW = 1.5


def conv2d(m: int, n_in: int, n_out: int, side: int, dtype: str) -> tuple[str, Run, Run]:
    """A 3 × 3 convolution with padding 1."""
    layer = Conv2d(n_in, n_out, 3, padding=1).initialize(np.random.default_rng(0), dtype)
    module = torch.nn.Conv2d(n_in, n_out, 3, padding=1)
    shape = (m, n_in, side, side)
    return f"Conv2d {n_in} → {n_out}, {m} images {side} × {side}", *_pair(layer, module, shape, dtype)


def attention(m: int, T: int, n: int, heads: int, dtype: str) -> tuple[str, Run, Run]:
    """Self-attention, the scores and the weights computed on both sides."""
    layer = SelfAttention(n, heads).initialize(np.random.default_rng(0), dtype)
    module = _Attention(n, heads)
    return f"SelfAttention {n}, {heads} heads, {m} × {T}", *_pair(layer, module, (m, T, n), dtype)


class _Attention(torch.nn.Module):
    """The same attention by PyTorch's own fused function between four linear maps."""

    def __init__(self, n: int, heads: int) -> None:
        super().__init__()
        self.q, self.k, self.v, self.o = (torch.nn.Linear(n, n) for _ in range(4))
        self.heads = heads

    def forward(self, y: torch.Tensor) -> torch.Tensor:
        m, T, n = y.shape
        q, k, v = (f(y).view(m, T, self.heads, -1).transpose(1, 2) for f in (self.q, self.k, self.v))
        context = torch.nn.functional.scaled_dot_product_attention(q, k, v)
        return self.o(context.transpose(1, 2).reshape(m, T, n))


def _pair(layer: Layer, module: torch.nn.Module, shape: tuple[int, ...], dtype: str) -> tuple[Run, Run]:
    rng = np.random.default_rng(1)
    y_prev = rng.normal(size=shape).astype(dtype)
    program = layer.program_for(shape[1:])
    upstream = rng.normal(size=(shape[0], *layer.output_shape(shape[1:]))).astype(dtype)
    module = module.to(getattr(torch, dtype))
    x, g = torch.tensor(y_prev, requires_grad=True), torch.tensor(upstream)
    leaves = [x, *module.parameters()]

    def ours() -> None:
        values = run_forward(program, {"y_prev": y_prev, **layer.parameters})
        run_backward(program, values, "y", upstream)

    def theirs() -> None:
        torch.autograd.grad(module(x), leaves, g)

    return ours, theirs


def measure(ours: Run, theirs: Run) -> tuple[float, float]:
    """The median times in seconds, the two taking turns."""
    ours(), theirs()
    times: tuple[list[float], list[float]] = ([], [])
    end = time.perf_counter() + SECONDS_PER_ROW
    while time.perf_counter() < end or len(times[0]) < 5:
        for run, kept in zip((ours, theirs), times, strict=True):
            start = time.perf_counter()
            run()
            kept.append(time.perf_counter() - start)
    return median(times[0]), median(times[1])


def main() -> None:
    """Print the table."""
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":  # numpy reads it when it is imported: start anew
        os.environ["OPENBLAS_NUM_THREADS"] = "1"
        os.execv(sys.executable, [sys.executable, "-m", "benchmarks.layers"])
    torch.set_num_threads(1)
    print(f"numpy {np.__version__}, torch {torch.__version__}, one thread, forward + backward")
    print(f"{'':44} {'dtype':8} {'here, µs':>10} {'torch, µs':>10} {'ratio':>6}")
    for dtype in ("float32", "float64"):
        rows = [
            conv2d(32, 1, 8, 8, dtype),
            conv2d(32, 8, 16, 8, dtype),
            conv2d(32, 16, 32, 28, dtype),
            conv2d(16, 64, 64, 32, dtype),
            attention(8, 16, 16, 2, dtype),
            attention(32, 16, 32, 4, dtype),
            attention(16, 64, 128, 4, dtype),
            attention(8, 256, 256, 8, dtype),
        ]
        for name, ours, theirs in rows:
            mine, its = measure(ours, theirs)
            print(f"{name:44} {dtype:8} {1e6 * mine:10.0f} {1e6 * its:10.0f} {mine / its:6.2f}")


if __name__ == "__main__":
    main()
