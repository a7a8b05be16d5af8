"""Every kind of layer with generated options and shapes, and the same layer written with PyTorch's functions.

`KINDS` maps a kind's name to a hypothesis strategy of `Kind`s. The PyTorch function takes y_prev and the
layer's own parameters by name, so that its gradients are those of the same names, in the same shapes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from neural_net.layers import (
    LSTM,
    RNN,
    Activate,
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

SMOOTH = ("identity", "tanh", "sigmoid", "gelu", "softplus")
sizes = st.integers(1, 4)
any_epsilon = st.sampled_from([0.1, 1e-5])


class Kind(NamedTuple):
    """A layer, the shape of an example, the number of tokens (0: numbers), and PyTorch's version of it."""

    layer: Layer
    shape: tuple[int, ...]
    n_tokens: int
    torch_version: Callable[..., Any]

    def drawn(self, rng: np.random.Generator, dtype: str = "float64") -> Layer:
        """The layer with random values for all parameters, none of them zeros or ones."""
        layer = self.layer.initialize(rng, dtype)
        random = {
            name: (array + 0.3 * rng.normal(size=array.shape)).astype(dtype)
            for name, array in layer.parameters.items()
        }
        return layer.with_parameters(random)

    def x(self, rng: np.random.Generator, m: int, dtype: str = "float64") -> np.ndarray:
        """A batch of m examples."""
        if self.n_tokens:
            return rng.integers(0, self.n_tokens, (m, *self.shape))
        return rng.normal(size=(m, *self.shape)).astype(dtype)


def activate(name: str, z: Any) -> Any:
    """An activation by PyTorch."""
    from torch.nn import functional as F

    functions = {"identity": lambda z: z, "softmax": lambda z: F.softmax(z, dim=-1)}
    return functions.get(name, getattr(F, name, None))(z)


@st.composite
def dense(draw: st.DrawFn, shape: tuple[int, ...] | None = None) -> Kind:
    shape = shape or draw(st.lists(sizes, min_size=1, max_size=3).map(tuple))
    name = draw(st.sampled_from([*SMOOTH, "softmax"]))
    layer = Dense(shape[-1], draw(sizes), name)
    return Kind(layer, shape, 0, lambda y, W, b: activate(name, y @ W + b))


@st.composite
def activation(draw: st.DrawFn, shape: tuple[int, ...] | None = None) -> Kind:
    shape = shape or draw(st.lists(sizes, min_size=1, max_size=3).map(tuple))
    name = draw(st.sampled_from([*SMOOTH, "softmax"]))
    return Kind(Activate(name), shape, 0, lambda y: activate(name, y))


@st.composite
def conv2d(draw: st.DrawFn, shape: tuple[int, ...] | None = None) -> Kind:
    from torch.nn import functional as F

    n_in, height, width = shape or (draw(sizes), draw(st.integers(1, 7)), draw(st.integers(1, 7)))
    padding = draw(st.tuples(*[st.integers(0, 2)] * 2))
    kernel = tuple(
        draw(st.integers(1, min(4, n + 2 * p))) for n, p in zip((height, width), padding, strict=True)
    )
    stride = draw(st.tuples(*[st.integers(1, 3)] * 2))
    name = draw(st.sampled_from(SMOOTH))
    layer = Conv2d(n_in, draw(sizes), kernel, name, stride=stride, padding=padding)

    def torch_version(y: Any, K: Any, b: Any) -> Any:
        return activate(name, F.conv2d(y, K, b, stride=stride, padding=padding))

    return Kind(layer, (n_in, height, width), 0, torch_version)


@st.composite
def pool2d(draw: st.DrawFn, kind: type[Layer], shape: tuple[int, ...] | None = None) -> Kind:
    from torch.nn import functional as F

    shape = shape or (draw(sizes), draw(st.integers(1, 7)), draw(st.integers(1, 7)))
    window = tuple(draw(st.integers(1, min(3, n))) for n in shape[1:])
    stride = draw(st.none() | st.tuples(*[st.integers(1, 3)] * 2))
    function = F.max_pool2d if kind is MaxPool2d else F.avg_pool2d
    return Kind(kind(window, stride=stride), shape, 0, lambda y: function(y, window, stride or window))


@st.composite
def flatten(draw: st.DrawFn, shape: tuple[int, ...] | None = None) -> Kind:
    shape = shape or draw(st.lists(sizes, min_size=1, max_size=3).map(tuple))
    return Kind(Flatten(), shape, 0, lambda y: y.flatten(1))


@st.composite
def batch_norm(
    draw: st.DrawFn,
    shape: tuple[int, ...] | None = None,
    epsilons: st.SearchStrategy[float] = any_epsilon,
    inference: bool = False,
) -> Kind:
    import torch
    from torch.nn import functional as F

    shape = shape or draw(st.tuples(sizes) | st.tuples(sizes, sizes, sizes))
    running = np.random.default_rng(draw(st.integers(0, 99))).uniform(0.5, 2, (2, shape[0]))
    statistics = {"running_mean": running[0], "running_variance": running[1]}
    layer = BatchNorm(shape[0], epsilon=draw(epsilons), **statistics)

    def torch_version(y: Any, gamma: Any, beta: Any) -> Any:
        mean, variance = torch.tensor(running, dtype=y.dtype)
        return F.batch_norm(y, mean, variance, gamma, beta, training=not inference, eps=layer.epsilon)

    return Kind(layer.inference() if inference else layer, shape, 0, torch_version)


@st.composite
def layer_norm(
    draw: st.DrawFn,
    shape: tuple[int, ...] | None = None,
    epsilons: st.SearchStrategy[float] = any_epsilon,
) -> Kind:
    from torch.nn import functional as F

    shape = shape or draw(st.lists(sizes, min_size=1, max_size=3).map(tuple))
    epsilon = draw(epsilons)
    return Kind(
        LayerNorm(shape[-1], epsilon=epsilon),
        shape,
        0,
        lambda y, gamma, beta: F.layer_norm(y, shape[-1:], gamma, beta, epsilon),
    )


@st.composite
def dropout(draw: st.DrawFn, shape: tuple[int, ...] | None = None, inference: bool = False) -> Kind:
    import torch

    shape = shape or draw(st.lists(sizes, min_size=1, max_size=3).map(tuple))
    layer = Dropout(draw(st.sampled_from([0, 0.2, 0.5])), seed=draw(st.integers(0, 99)))

    def torch_version(y: Any) -> Any:
        if inference:
            return y
        kept = np.random.default_rng((layer.seed, 0)).random(tuple(y.shape)) >= layer.rate
        return y * torch.tensor(kept) / (1 - layer.rate)

    return Kind(layer.inference() if inference else layer, shape, 0, torch_version)


@st.composite
def embedding(draw: st.DrawFn) -> Kind:
    from torch.nn import functional as F

    n_tokens = draw(st.integers(1, 5))
    layer = Embedding(n_tokens, draw(sizes))
    return Kind(layer, (draw(sizes),), n_tokens, lambda tokens, W: F.embedding(tokens, W))


@st.composite
def position_embedding(draw: st.DrawFn, shape: tuple[int, ...] | None = None) -> Kind:
    shape = shape or (draw(sizes), draw(sizes))
    return Kind(PositionEmbedding(*shape), shape, 0, lambda y, P: y + P)


@st.composite
def mean_over_time(draw: st.DrawFn, shape: tuple[int, ...] | None = None) -> Kind:
    return Kind(MeanOverTime(), shape or (draw(sizes), draw(sizes)), 0, lambda y: y.mean(dim=1))


@st.composite
def rnn(draw: st.DrawFn, shape: tuple[int, ...] | None = None) -> Kind:
    import torch

    T, n_in = shape or (draw(sizes), draw(sizes))
    n = draw(sizes)
    module = torch.nn.RNN(n_in, n, batch_first=True)

    def torch_version(y: Any, W_xh: Any, W_hh: Any, b_h: Any) -> Any:
        weights = {
            "weight_ih_l0": W_xh.T,
            "weight_hh_l0": W_hh.T,
            "bias_ih_l0": b_h,
            "bias_hh_l0": torch.zeros_like(b_h),
        }
        return torch.func.functional_call(module, weights, y)[0]

    return Kind(RNN(n_in, n), (T, n_in), 0, torch_version)


@st.composite
def lstm(draw: st.DrawFn, shape: tuple[int, ...] | None = None) -> Kind:
    import torch

    T, n_in = shape or (draw(sizes), draw(sizes))
    n = draw(sizes)
    module = torch.nn.LSTM(n_in, n, batch_first=True)

    def torch_version(y: Any, **p: Any) -> Any:
        bias = torch.cat([p[f"b_{gate}"] for gate in "ifgo"])
        weights = {
            "weight_ih_l0": torch.cat([p[f"W_x{gate}"].T for gate in "ifgo"]),
            "weight_hh_l0": torch.cat([p[f"W_h{gate}"].T for gate in "ifgo"]),
            "bias_ih_l0": bias,
            "bias_hh_l0": torch.zeros_like(bias),
        }
        return torch.func.functional_call(module, weights, y)[0]

    return Kind(LSTM(n_in, n), (T, n_in), 0, torch_version)


def _attention_weights(p: dict[str, Any]) -> dict[str, Any]:
    """The parameters of SelfAttention as those of torch.nn.MultiheadAttention."""
    import torch

    return {
        "in_proj_weight": torch.cat([p[f"W_{name}"].T for name in "qkv"]),
        "in_proj_bias": torch.cat([p[f"b_{name}"] for name in "qkv"]),
        "out_proj.weight": p["W_o"].T,
        "out_proj.bias": p["b_o"],
    }


def _causal_mask(T: int, like: Any) -> Any:
    import torch

    return torch.full((T, T), float("-inf"), dtype=like.dtype).triu(1)


@st.composite
def self_attention(draw: st.DrawFn, shape: tuple[int, ...] | None = None) -> Kind:
    import torch

    heads = draw(st.sampled_from([h for h in (1, 2, 3) if shape is None or shape[1] % h == 0]))
    T, n = shape or (draw(sizes), heads * draw(st.integers(1, 3)))
    causal = draw(st.booleans())
    module = torch.nn.MultiheadAttention(n, heads, batch_first=True)

    def torch_version(y: Any, **p: Any) -> Any:
        mask = _causal_mask(T, y) if causal else None
        arguments = {"need_weights": False, "attn_mask": mask}
        return torch.func.functional_call(module, _attention_weights(p), (y, y, y), arguments)[0]

    return Kind(SelfAttention(n, heads, causal=causal), (T, n), 0, torch_version)


@st.composite
def transformer_block(
    draw: st.DrawFn,
    shape: tuple[int, ...] | None = None,
    epsilons: st.SearchStrategy[float] = any_epsilon,
) -> Kind:
    import torch

    heads = draw(st.sampled_from([h for h in (1, 2) if shape is None or shape[1] % h == 0]))
    T, n = shape or (draw(sizes), heads * draw(st.integers(1, 3)))
    causal, n_hidden, epsilon = draw(st.booleans()), draw(sizes), draw(epsilons)
    kind = draw(st.sampled_from([TransformerBlock, PostNormTransformerBlock]))
    options = {
        "dropout": 0,
        "activation": "gelu",
        "batch_first": True,
        "norm_first": kind is TransformerBlock,
    }
    module = torch.nn.TransformerEncoderLayer(n, heads, n_hidden, layer_norm_eps=epsilon, **options)

    def torch_version(y: Any, **p: Any) -> Any:
        attention = {name.removeprefix("attention."): v for name, v in p.items() if "attention." in name}
        weights = {f"self_attn.{name}": v for name, v in _attention_weights(attention).items()} | {
            "norm1.weight": p["norm_1.gamma"],
            "norm1.bias": p["norm_1.beta"],
            "norm2.weight": p["norm_2.gamma"],
            "norm2.bias": p["norm_2.beta"],
            "linear1.weight": p["mlp_1.W"].T,
            "linear1.bias": p["mlp_1.b"],
            "linear2.weight": p["mlp_2.W"].T,
            "linear2.bias": p["mlp_2.b"],
        }
        mask = _causal_mask(T, y) if causal else None
        return torch.func.functional_call(module, weights, (y,), {"src_mask": mask})

    layer = kind(n, heads, n_hidden=n_hidden, causal=causal, epsilon=epsilon)
    return Kind(layer, (T, n), 0, torch_version)


@st.composite
def residual(
    draw: st.DrawFn,
    shape: tuple[int, ...] | None = None,
    epsilons: st.SearchStrategy[float] = any_epsilon,
) -> Kind:
    shape = shape or (draw(sizes), draw(sizes))
    first, second = draw(dense(shape)), draw(layer_norm(shape, epsilons))
    back = Dense(first.layer.n_out, shape[-1], "tanh")

    def torch_version(y: Any, **p: Any) -> Any:
        inner = second.torch_version(y, p["block_1.gamma"], p["block_1.beta"])
        inner = first.torch_version(inner, p["block_2.W"], p["block_2.b"])
        return y + (inner @ p["block_3.W"] + p["block_3.b"]).tanh()

    return Kind(Residual(second.layer, first.layer, back), shape, 0, torch_version)


@st.composite
def repeat(draw: st.DrawFn, shape: tuple[int, ...] | None = None) -> Kind:
    shape = shape or (draw(sizes), draw(sizes))
    times = draw(st.integers(1, 3))

    def torch_version(y: Any, **p: Any) -> Any:
        for _ in range(times):
            y = (y @ p["block.W"] + p["block.b"]).tanh()
        return y

    return Kind(Repeat(Dense(shape[-1], shape[-1], "tanh"), times), shape, 0, torch_version)


@st.composite
def max_pool2d(draw: st.DrawFn, shape: tuple[int, ...] | None = None) -> Kind:
    return draw(pool2d(MaxPool2d, shape))


@st.composite
def avg_pool2d(draw: st.DrawFn, shape: tuple[int, ...] | None = None) -> Kind:
    return draw(pool2d(AvgPool2d, shape))


KINDS: dict[str, Callable[..., st.SearchStrategy[Kind]]] = {
    "Dense": dense,
    "Activate": activation,
    "Conv2d": conv2d,
    "MaxPool2d": max_pool2d,
    "AvgPool2d": avg_pool2d,
    "Flatten": flatten,
    "BatchNorm": batch_norm,
    "BatchNormInference": lambda: batch_norm(inference=True),
    "LayerNorm": layer_norm,
    "Dropout": dropout,
    "Dropout, inference": lambda: dropout(inference=True),
    "Embedding": embedding,
    "PositionEmbedding": position_embedding,
    "MeanOverTime": mean_over_time,
    "RNN": rnn,
    "LSTM": lstm,
    "SelfAttention": self_attention,
    "TransformerBlock": transformer_block,
    "Residual": residual,
    "Repeat": repeat,
}
ON_ROWS = (dense, activation, batch_norm, layer_norm, dropout)
ON_SEQUENCES = (
    dense, activation, layer_norm, dropout, position_embedding, rnn, lstm, self_attention,
    transformer_block, residual, repeat, mean_over_time,
)  # fmt: skip
ON_IMAGES = (conv2d, max_pool2d, avg_pool2d, batch_norm, dropout, activation, flatten)


NORMALIZING = (batch_norm, layer_norm, transformer_block, residual)


def following(shape: tuple[int, ...]) -> st.SearchStrategy[Kind]:
    """A layer that takes examples of this shape.

    Normalizing layers have a large ε here: in a chain, one small variance after the other would multiply
    rounding errors beyond what a comparison could allow.
    """
    makers = {1: ON_ROWS, 2: ON_SEQUENCES, 3: ON_IMAGES}[len(shape)]
    options = {make: {"epsilons": st.just(0.1)} if make in NORMALIZING else {} for make in makers}
    return st.sampled_from(makers).flatmap(lambda make: make(shape, **options[make]))


@st.composite
def chains(draw: st.DrawFn) -> list[Kind]:
    """Up to five layers of any kinds in a row that fit together, images, sequences, tokens or rows first."""
    first = draw(st.sampled_from(["row", "sequence", "image", "tokens"]))
    if first == "tokens":
        kinds = [draw(embedding())]
    else:
        rank = {"row": 1, "sequence": 2, "image": 3}[first]
        kinds = [draw(following(tuple(draw(st.integers(2, 5)) for _ in range(rank))))]
    for _ in range(draw(st.integers(1, 4))):
        last = kinds[-1]
        kinds.append(draw(following(last.layer.output_shape(last.shape))))
    return kinds
