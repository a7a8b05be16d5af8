"""For each kind of PyTorch module, the layer here that computes the same, with the same weights.

A counterpart raises ValueError where the module has an option that no layer here has. Its message goes on
where the module's path ends, so that the two together name the place: "model.2" + ".attn: …".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from torch import nn

from neural_net.layers import (
    LSTM,
    RNN,
    Activate,
    ActivatedLayer,
    AvgPool2d,
    BatchNorm,
    Conv2d,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    Layer,
    LayerNorm,
    MaxPool2d,
    MeanOverTime,
    PositionEmbedding,
    PostNormTransformerBlock,
    Repeat,
    Residual,
    SelfAttention,
    TransformerBlock,
)
from neural_net.operations import Array
from neural_net.torch_bridge import modules


def array(tensor: Any) -> Array:
    """A copy of a tensor as a numpy array."""
    return np.array(tensor.detach().cpu().numpy())


def expect(module: nn.Module, at: str = "", **options: Any) -> None:
    """Refuse a module with another value of one of these options; `at` is the path from the module on."""
    for name, expected in options.items():
        value = getattr(module, name)
        if value != expected:
            kind = type(module).__name__
            raise ValueError(
                f"{at}: {kind} with {name}={value} has no counterpart here, only {name}={expected}"
            )


def as_pair(numbers: Sequence[int]) -> tuple[int, int]:
    """Down and across."""
    down, across = numbers
    return down, across


def bias_of(module: nn.Module, n: int) -> Array:
    """The bias, or zeros where the module does without."""
    bias = getattr(module, "bias", None)
    return np.zeros(n) if bias is None else array(bias)


def linear(m: nn.Linear) -> Layer:
    """Dense, its W the transpose of PyTorch's weight."""
    return Dense(m.in_features, m.out_features, W=array(m.weight).T, b=bias_of(m, m.out_features))


def conv2d(m: nn.Conv2d) -> Layer:
    """Conv2d, its K PyTorch's weight."""
    expect(m, dilation=(1, 1), groups=1, padding_mode="zeros")
    kernel = as_pair(m.kernel_size)
    if isinstance(m.padding, str):
        padding = as_pair([k // 2 for k in kernel]) if m.padding == "same" else (0, 0)
    else:
        padding = as_pair(m.padding)
    if m.padding == "same" and not all(k % 2 for k in kernel):
        raise ValueError(
            f": Conv2d with padding='same' and an even kernel {m.kernel_size} has no counterpart here"
        )
    return Conv2d(
        m.in_channels,
        m.out_channels,
        kernel,
        stride=as_pair(m.stride),
        padding=padding,
        K=array(m.weight),
        b=bias_of(m, m.out_channels),
    )


def max_pool2d(m: nn.MaxPool2d) -> Layer:
    """MaxPool2d."""
    expect(m, padding=0, dilation=1, ceil_mode=False, return_indices=False)
    return MaxPool2d(m.kernel_size, stride=m.stride)


def avg_pool2d(m: nn.AvgPool2d) -> Layer:
    """AvgPool2d."""
    expect(m, padding=0, ceil_mode=False, divisor_override=None)
    return AvgPool2d(m.kernel_size, stride=m.stride)


def flatten(m: nn.Flatten) -> Layer:
    """Flatten, all axes but the batch."""
    expect(m, start_dim=1, end_dim=-1)
    return Flatten()


def batch_norm(m: nn.modules.batchnorm._BatchNorm) -> Layer:
    """BatchNorm, its gamma and beta PyTorch's weight and bias, with the running statistics."""
    expect(m, affine=True, track_running_stats=True)
    if m.momentum is None:
        raise ValueError(f": {type(m).__name__} with momentum=None has no counterpart here")
    return BatchNorm(
        m.num_features,
        epsilon=m.eps,
        momentum=m.momentum,
        gamma=array(m.weight),
        beta=array(m.bias),
        running_mean=array(m.running_mean),
        running_variance=array(m.running_var),
    )


def layer_norm(m: nn.LayerNorm, at: str = "") -> Layer:
    """LayerNorm over the last axis."""
    expect(m, at, elementwise_affine=True)
    if len(m.normalized_shape) != 1:
        raise ValueError(
            f"{at}: LayerNorm over {m.normalized_shape} has no counterpart here, only over one axis"
        )
    n = m.normalized_shape[0]
    return LayerNorm(n, epsilon=m.eps, gamma=array(m.weight), beta=bias_of(m, n))


def dropout(m: nn.Dropout) -> Layer:
    """Dropout, with a mask of its own."""
    return Dropout(m.p)


def embedding(m: nn.Embedding) -> Layer:
    """Embedding, its W PyTorch's weight."""
    expect(m, padding_idx=None, max_norm=None, scale_grad_by_freq=False)
    return Embedding(m.num_embeddings, m.embedding_dim, W=array(m.weight))


def rnn(m: nn.RNN) -> Layer:
    """RNN, its b_h the sum of PyTorch's two biases."""
    expect(m, num_layers=1, nonlinearity="tanh", batch_first=True, bidirectional=False)
    weights = recurrent_weights(m)
    return RNN(m.input_size, m.hidden_size, W_xh=weights[0], W_hh=weights[1], b_h=weights[2])


def lstm(m: nn.LSTM) -> Layer:
    """LSTM, whose gates stand in PyTorch's weights in the order i, f, g, o."""
    expect(m, num_layers=1, proj_size=0, batch_first=True, bidirectional=False)
    named: dict[str, Array] = {}
    for gate, *parts in zip("ifgo", *(np.split(w, 4, axis=-1) for w in recurrent_weights(m)), strict=True):
        named |= dict(zip((f"W_x{gate}", f"W_h{gate}", f"b_{gate}"), parts, strict=True))
    return LSTM(m.input_size, m.hidden_size, **named)


def recurrent_weights(m: nn.RNN | nn.LSTM) -> tuple[Array, Array, Array]:
    """W from the input, W from the state, and the sum of the two biases."""
    W_x, W_h = array(m.weight_ih_l0).T, array(m.weight_hh_l0).T
    b = array(m.bias_ih_l0) + array(m.bias_hh_l0) if m.bias else np.zeros(W_x.shape[1])
    return W_x, W_h, b


def attention_of(m: nn.MultiheadAttention, causal: bool, at: str = "") -> SelfAttention:
    """SelfAttention, whose W_q, W_k and W_v stand in one matrix in PyTorch."""
    if m.training and m.dropout:
        raise ValueError(
            f"{at}: MultiheadAttention with dropout {m.dropout} has no counterpart here, only in eval mode"
        )
    expect(m, at, batch_first=True, _qkv_same_embed_dim=True, bias_k=None, bias_v=None, add_zero_attn=False)
    n = m.embed_dim
    W, b = array(m.in_proj_weight).T, np.zeros(3 * n) if m.in_proj_bias is None else array(m.in_proj_bias)
    named: dict[str, Array] = {}
    for i, name in enumerate("qkv"):
        part = slice(i * n, (i + 1) * n)
        named |= {f"W_{name}": W[:, part], f"b_{name}": b[part]}
    named |= {"W_o": array(m.out_proj.weight).T, "b_o": bias_of(m.out_proj, n)}
    return SelfAttention(n, m.num_heads, causal=causal, **named)


def transformer_block(m: nn.TransformerEncoderLayer, causal: bool = False, at: str = "") -> Layer:
    """TransformerBlock of a layer in pre-norm form, else PostNormTransformerBlock."""
    for name in ("dropout", "dropout1", "dropout2"):
        inner = getattr(m, name)
        if inner.training and inner.p:
            raise ValueError(
                f"{at}.{name}: Dropout of {inner.p} in a block has no counterpart here, only in eval mode"
            )
    activation = activation_name(m.activation)
    if activation is None:
        raise ValueError(
            f"{at}: TransformerEncoderLayer with activation {m.activation!r} has no counterpart here"
        )
    if m.norm1.eps != m.norm2.eps:
        raise ValueError(f"{at}: norms with different eps have no counterpart here")
    kind = TransformerBlock if m.norm_first else PostNormTransformerBlock
    block = kind(
        m.self_attn.embed_dim,
        m.self_attn.num_heads,
        n_hidden=m.linear1.out_features,
        activation=activation,
        causal=causal,
        epsilon=m.norm1.eps,
    )
    parts: dict[str, Layer] = {
        "norm_1": layer_norm(m.norm1, f"{at}.norm1"),
        "attention": attention_of(m.self_attn, causal, f"{at}.self_attn"),
        "norm_2": layer_norm(m.norm2, f"{at}.norm2"),
        "mlp_1": linear(m.linear1),
        "mlp_2": linear(m.linear2),
    }
    return block.with_parameters(
        {f"{name}.{key}": value for name, part in parts.items() for key, value in part.parameters.items()}
    )


def residual(m: modules.Residual) -> Layer:
    """Residual around the counterparts of the block's modules."""
    return Residual(*of_block(m.block))


def repeat(m: modules.Repeat) -> Layer:
    """Repeat of the one layer that the block makes."""
    layers = of_block(m.block)
    if len(layers) != 1:
        raise ValueError(f".block: Repeat of {len(layers)} layers has no counterpart here, only of one")
    return Repeat(layers[0], m.times)


def of_block(block: nn.Sequential) -> list[Layer]:
    """The counterparts of the modules in a block, in order."""
    inner = []
    for name, module in block.named_children():
        counterpart = COUNTERPARTS.get(type(module))
        if counterpart is None:
            raise ValueError(f".block.{name}: {type(module).__name__} has no counterpart here")
        layer = counterpart(module)
        inner.append(layer if module.training else layer.inference())
    return merged(inner)


def merged(layers: Iterable[Layer]) -> list[Layer]:
    """Put each activation that follows a linear Dense or Conv2d into that layer, as is the custom here."""
    result: list[Layer] = []
    for layer in layers:
        before = result[-1] if result else None
        if (
            isinstance(layer, Activate)
            and isinstance(before, ActivatedLayer)
            and before.activation.name == "identity"
        ):
            result[-1] = before.with_activation(layer.activation)
        else:
            result.append(layer)
    return result


def activation_name(function: Any) -> str | None:
    """What the activation is called here; None if it has no counterpart."""
    names = {nn.functional.relu: "relu", nn.functional.gelu: "gelu"}
    if function in names:
        return names[function]
    counterpart = COUNTERPARTS.get(type(function))
    layer = counterpart(function) if counterpart is not None else None
    return layer.activation.name if isinstance(layer, Activate) else None


def activation(name: str, **options: Any) -> Callable[[nn.Module], Layer]:
    """Activate, of a module that has these options."""

    def counterpart(m: nn.Module) -> Layer:
        expect(m, **options)
        return Activate(name)

    return counterpart


# The functions take the modules that their keys say.
COUNTERPARTS: dict[type[nn.Module], Callable[[Any], Layer]] = {
    nn.Linear: linear,
    nn.Identity: activation("identity"),
    nn.ReLU: activation("relu"),
    nn.LeakyReLU: activation("leaky_relu", negative_slope=0.01),
    nn.Sigmoid: activation("sigmoid"),
    nn.Tanh: activation("tanh"),
    nn.GELU: activation("gelu", approximate="none"),
    nn.Softplus: activation("softplus", beta=1),
    nn.Softmax: activation("softmax", dim=-1),
    nn.Conv2d: conv2d,
    nn.MaxPool2d: max_pool2d,
    nn.AvgPool2d: avg_pool2d,
    nn.Flatten: flatten,
    nn.BatchNorm1d: batch_norm,
    nn.BatchNorm2d: batch_norm,
    modules.BatchNorm: batch_norm,
    nn.LayerNorm: layer_norm,
    nn.Dropout: dropout,
    nn.Embedding: embedding,
    nn.RNN: rnn,
    nn.LSTM: lstm,
    nn.MultiheadAttention: lambda m: attention_of(m, causal=False),
    nn.TransformerEncoderLayer: transformer_block,
    modules.Residual: residual,
    modules.Repeat: repeat,
    modules.MeanOverTime: lambda m: MeanOverTime(),
    modules.PositionEmbedding: lambda m: PositionEmbedding(*m.weight.shape, P=array(m.weight)),
    modules.States: lambda m: COUNTERPARTS[type(m.recurrent)](m.recurrent),
    modules.SelfAttention: lambda m: attention_of(m.attention, m.causal, ".attention"),
    modules.TransformerBlock: lambda m: transformer_block(m.layer, m.causal, ".layer"),
}
