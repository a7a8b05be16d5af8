"""Conv2d and self-attention, forward and backward, beside PyTorch eager on one thread.

Both sides compute y and the gradients of y_prev and of every parameter, for the same upstream gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch

from benchmarks.measure import Row, interleave, ratios
from neural_net.layers import Conv2d, Layer, SelfAttention
from neural_net.program import run_backward, run_forward
from neural_net.torch_bridge.modules import SelfAttention as Attention

Pair = dict[str, Callable[[], object]]
SMALL, LARGE = 2, 3  # times PyTorch


def measure(quick: bool) -> Iterator[Row]:
    """Yield the time of each case as a multiple of PyTorch's."""
    with one_thread():
        for dtype in ("float32", "float64"):
            for limit, name, make, sizes in CASES:
                few, many, repeats = (3, 15, 1) if limit == LARGE else (5, 50, 10)
                times = interleave(make(*sizes, dtype), few if quick else many, repeats)
                multiple = ratios(times["here"], times["PyTorch"])
                yield Row(f"{name}, {dtype}, times PyTorch", multiple, "×", at_most=limit)


def conv2d(m: int, n_in: int, n_out: int, side: int, dtype: str) -> Pair:
    """A 3 × 3 convolution with padding 1."""
    layer = Conv2d(n_in, n_out, 3, padding=1)
    return both(layer, torch.nn.Conv2d(n_in, n_out, 3, padding=1), (m, n_in, side, side), dtype)


def attention(m: int, T: int, n: int, heads: int, dtype: str) -> Pair:
    """Multi-head self-attention; PyTorch's never keeps the weights."""
    return both(SelfAttention(n, heads), Attention(n, heads, causal=False), (m, T, n), dtype)


def both(layer: Layer, module: torch.nn.Module, shape: tuple[int, ...], dtype: str) -> Pair:
    """Both passes of the same layer, here and by PyTorch."""
    rng = np.random.default_rng(0)
    layer = layer.initialize(rng, dtype)
    program, y_prev = layer.program_for(shape[1:]), rng.normal(size=shape).astype(dtype)
    upstream = rng.normal(size=(shape[0], *layer.output_shape(shape[1:]))).astype(dtype)
    module = module.to(getattr(torch, dtype))
    x, g = torch.tensor(y_prev, requires_grad=True), torch.tensor(upstream)
    leaves = [x, *module.parameters()]

    def here() -> None:
        values = run_forward(program, {"y_prev": y_prev, **layer.parameters})
        run_backward(program, values, "y", upstream)

    return {"here": here, "PyTorch": lambda: torch.autograd.grad(module(x), leaves, g)}


CASES: tuple[tuple[int, str, Callable[..., Pair], tuple[int, ...]], ...] = (
    (SMALL, "Conv2d 1 → 8, 32 × 8 × 8", conv2d, (32, 1, 8, 8)),
    (SMALL, "Conv2d 8 → 16, 32 × 8 × 8", conv2d, (32, 8, 16, 8)),
    (LARGE, "Conv2d 16 → 32, 32 × 28 × 28", conv2d, (32, 16, 32, 28)),
    (LARGE, "Conv2d 64 → 64, 16 × 32 × 32", conv2d, (16, 64, 64, 32)),
    (SMALL, "attention 16, 2 heads, 8 × 16", attention, (8, 16, 16, 2)),
    (SMALL, "attention 32, 4 heads, 32 × 16", attention, (32, 16, 32, 4)),
    (LARGE, "attention 128, 4 heads, 16 × 64", attention, (16, 64, 128, 4)),
    (LARGE, "attention 256, 8 heads, 8 × 256", attention, (8, 256, 256, 8)),
)


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold PyTorch to one thread; numpy is held by `benchmarks` itself."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
