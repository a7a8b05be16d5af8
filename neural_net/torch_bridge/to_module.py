"""A network as a torch.nn.Sequential: each of its layers by its counterpart there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import singledispatch

import numpy as np
import torch
from torch import nn

from neural_net import layers as here
from neural_net.layers import Layer
from neural_net.network import Network
from neural_net.operations import Array
from neural_net.torch_bridge import modules

Weights = dict[str, Array]
Counterpart = tuple[nn.Module, Weights]
ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "identity": nn.Identity,
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "gelu": nn.GELU,
    "softplus": nn.Softplus,
    "softmax": lambda: nn.Softmax(dim=-1),
}


def module_from(net: Network) -> nn.Sequential:
    """See `neural_net.torch_bridge.to_torch`."""
    parts = (part for layer in net.layers for part in _modules(layer))
    return nn.Sequential(*(part.to(getattr(torch, net.dtype.name)) for part in parts))


def _modules(layer: Layer) -> list[nn.Module]:
    """The modules of one layer in float64: one, or two where it has an activation of its own."""
    module, weights = counterpart(layer)
    module.double()
    given = {name: torch.tensor(array, dtype=torch.float64) for name, array in weights.items()}
    module.load_state_dict({**module.state_dict(), **given})
    module.train(not isinstance(layer, here.BatchNormInference))
    if isinstance(layer, here.ActivatedLayer) and layer.activation.name != "identity":
        return [module, ACTIVATIONS[layer.activation.name]()]
    return [module]


@singledispatch
def counterpart(layer: Layer) -> Counterpart:
    """Return a module that does what the layer does before its activation, and the weights it should have."""
    raise ValueError(f"to_torch: {layer!r}: {layer.kind} has no counterpart in PyTorch")


@counterpart.register
def _(layer: here.Dense) -> Counterpart:
    return nn.Linear(layer.n_in, layer.n_out), _linear(layer.parameters)


@counterpart.register
def _(layer: here.Activate) -> Counterpart:
    return ACTIVATIONS[layer.activation.name](), {}


@counterpart.register
def _(layer: here.Conv2d) -> Counterpart:
    module = nn.Conv2d(layer.n_in, layer.n_out, layer.kernel, stride=layer.stride, padding=layer.padding)
    return module, {"weight": layer.parameters["K"], "bias": layer.parameters["b"]}


@counterpart.register
def _(layer: here.MaxPool2d) -> Counterpart:
    return nn.MaxPool2d(layer.window, layer.stride), {}


@counterpart.register
def _(layer: here.AvgPool2d) -> Counterpart:
    return nn.AvgPool2d(layer.window, layer.stride), {}


@counterpart.register
def _(_: here.Flatten) -> Counterpart:
    return nn.Flatten(), {}


@counterpart.register
def _(_: here.MeanOverTime) -> Counterpart:
    return modules.MeanOverTime(), {}


@counterpart.register
def _(layer: here.BatchNorm) -> Counterpart:
    running = {"running_mean": layer.state["running_mean"], "running_var": layer.state["running_variance"]}
    module = modules.BatchNorm(layer.n, eps=layer.epsilon, momentum=layer.momentum)
    return module, _norm(layer.parameters) | running


@counterpart.register
def _(layer: here.LayerNorm) -> Counterpart:
    return nn.LayerNorm(layer.n, eps=layer.epsilon), _norm(layer.parameters)


@counterpart.register
def _(layer: here.Dropout) -> Counterpart:
    return nn.Dropout(layer.rate), {}


@counterpart.register
def _(layer: here.Embedding) -> Counterpart:
    return nn.Embedding(layer.n_tokens, layer.n), {"weight": layer.parameters["W"]}


@counterpart.register
def _(layer: here.PositionEmbedding) -> Counterpart:
    return modules.PositionEmbedding(layer.n_positions, layer.n), {"weight": layer.parameters["P"]}


@counterpart.register
def _(layer: here.RNN) -> Counterpart:
    p = layer.parameters
    module = modules.States(nn.RNN(layer.n_in, layer.n, batch_first=True))
    return module, _recurrent(p["W_xh"], p["W_hh"], p["b_h"])


@counterpart.register
def _(layer: here.LSTM) -> Counterpart:
    p = layer.parameters
    module = modules.States(nn.LSTM(layer.n_in, layer.n, batch_first=True))
    stacked = (np.concatenate([p[f"{name}{gate}"] for gate in "ifgo"], -1) for name in ("W_x", "W_h", "b_"))
    return module, _recurrent(*stacked)


@counterpart.register
def _(layer: here.SelfAttention) -> Counterpart:
    module = modules.SelfAttention(layer.n, layer.heads, layer.causal)
    return module, _named("attention", _attention(layer.parameters))


@counterpart.register(here.TransformerBlock)
@counterpart.register(here.PostNormTransformerBlock)
def _(layer: here.TransformerBlock | here.PostNormTransformerBlock) -> Counterpart:
    own = dict(layer.layers)
    attention, hidden, norm = own["attention"], own["mlp_1"], own["norm_1"]
    assert isinstance(attention, here.SelfAttention)
    assert isinstance(hidden, here.Dense)
    assert isinstance(norm, here.LayerNorm)
    activation = ACTIVATIONS[hidden.activation.name]()
    inner = nn.TransformerEncoderLayer(
        layer.n,
        attention.heads,
        hidden.n_out,
        dropout=0,
        activation=activation,
        layer_norm_eps=norm.epsilon,
        batch_first=True,
        norm_first=isinstance(layer, here.TransformerBlock),
    )
    weights = (
        _named("norm1", _norm(norm.parameters))
        | _named("self_attn", _attention(attention.parameters))
        | _named("norm2", _norm(own["norm_2"].parameters))
        | _named("linear1", _linear(hidden.parameters))
        | _named("linear2", _linear(own["mlp_2"].parameters))
    )
    return modules.TransformerBlock(inner, attention.causal), _named("layer", weights)


@counterpart.register
def _(layer: here.Residual) -> Counterpart:
    return modules.Residual(*(part for inner in layer.layers.values() for part in _modules(inner))), {}


@counterpart.register
def _(layer: here.Repeat) -> Counterpart:
    return modules.Repeat(layer.times, *_modules(layer.layers["block"])), {}


def _linear(p: Mapping[str, Array]) -> Weights:
    return {"weight": p["W"].T, "bias": p["b"]}


def _norm(p: Mapping[str, Array]) -> Weights:
    return {"weight": p["gamma"], "bias": p["beta"]}


def _recurrent(W_x: Array, W_h: Array, b: Array) -> Weights:
    """PyTorch has two biases, which only ever stand as a sum."""
    weights = {"weight_ih_l0": W_x.T, "weight_hh_l0": W_h.T, "bias_ih_l0": b, "bias_hh_l0": np.zeros_like(b)}
    return _named("recurrent", weights)


def _attention(p: Mapping[str, Array]) -> Weights:
    return {
        "in_proj_weight": np.concatenate([p[f"W_{name}"].T for name in "qkv"]),
        "in_proj_bias": np.concatenate([p[f"b_{name}"] for name in "qkv"]),
        "out_proj.weight": p["W_o"].T,
        "out_proj.bias": p["b_o"],
    }


def _named(owner: str, weights: Weights) -> Weights:
    return {f"{owner}.{name}": array for name, array in weights.items()}
