"""PyTorch modules for the layers that PyTorch has none for, or none that can stand in a Sequential."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Residual(nn.Module):
    """y = x + block(x)."""

    def __init__(self, *block: nn.Module) -> None:
        super().__init__()
        self.block = nn.Sequential(*block)

    def forward(self, x: Tensor) -> Tensor:
        """Add what the block makes of x to x."""
        y: Tensor = x + self.block(x)
        return y


class Repeat(nn.Module):
    """y = module(module(… x)), the same weights each time."""

    def __init__(self, times: int, *block: nn.Module) -> None:
        super().__init__()
        self.block = nn.Sequential(*block)
        self.times = times

    def forward(self, x: Tensor) -> Tensor:
        """Run the block several times."""
        for _ in range(self.times):
            x = self.block(x)
        return x


class MeanOverTime(nn.Module):
    """The mean of a sequence (m, T, n) over its time steps, (m, n)."""

    def forward(self, x: Tensor) -> Tensor:
        """Average over axis 1."""
        return x.mean(dim=1)


class PositionEmbedding(nn.Module):
    """y = x + P, with a row of P for every position."""

    def __init__(self, n_positions: int, n: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(n_positions, n))

    def forward(self, x: Tensor) -> Tensor:
        """Add P to every example."""
        return x + self.weight


class BatchNorm(nn.modules.batchnorm._BatchNorm):
    """nn.BatchNorm1d for rows and nn.BatchNorm2d for images in one."""

    def _check_input_dim(self, input: Tensor) -> None:
        if input.ndim not in (2, 4):
            raise ValueError(
                f"expected rows (m, n) or images (m, n, height, width), got {tuple(input.shape)}"
            )


class States(nn.Module):
    """All states h_1 … h_T of a recurrent module, without the last ones apart."""

    def __init__(self, recurrent: nn.RNN | nn.LSTM) -> None:
        super().__init__()
        self.recurrent = recurrent

    def forward(self, x: Tensor) -> Tensor:
        """Return the first of the two results."""
        states: Tensor = self.recurrent(x)[0]
        return states


class SelfAttention(nn.Module):
    """Multi-head attention of a sequence to itself, causal or not."""

    def __init__(self, n: int, heads: int, causal: bool) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(n, heads, batch_first=True)
        self.causal = causal

    def forward(self, x: Tensor) -> Tensor:
        """Return what attention makes of x, without the weights."""
        mask = causal_mask(x) if self.causal else None
        y: Tensor = self.attention(x, x, x, attn_mask=mask, need_weights=False)[0]
        return y


class TransformerBlock(nn.Module):
    """A nn.TransformerEncoderLayer without dropout, causal or not."""

    def __init__(self, layer: nn.TransformerEncoderLayer, causal: bool) -> None:
        super().__init__()
        self.layer = layer
        self.causal = causal

    def forward(self, x: Tensor) -> Tensor:
        """Run the layer, with a mask where it is causal."""
        y: Tensor = self.layer(x, src_mask=causal_mask(x) if self.causal else None)
        return y


def causal_mask(x: Tensor) -> Tensor:
    """−∞ where position i would see position j > i, 0 elsewhere: (T, T)."""
    T = x.shape[1]
    return torch.full((T, T), float("-inf"), dtype=x.dtype).triu(1)
