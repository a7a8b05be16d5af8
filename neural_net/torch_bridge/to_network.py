"""A PyTorch module as a network: each of its layers by its counterpart here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from torch import nn

from neural_net import layers as here
from neural_net.layers import Layer
from neural_net.network import Network, network
from neural_net.torch_bridge.counterparts import COUNTERPARTS, merged

LOSS_NAMES: dict[type[nn.Module], str] = {
    nn.MSELoss: "mse",
    nn.BCELoss: "binary_cross_entropy",
    nn.BCEWithLogitsLoss: "binary_cross_entropy_with_logits",
    nn.CrossEntropyLoss: "cross_entropy_with_logits",
}
TOLERANCE = {torch.float32: 1e-4, torch.float64: 1e-9}


class CannotConvert(ValueError):
    """A module has no counterpart here; the message begins with its path."""


def network_from(module: nn.Module, loss: str | nn.Module, input_shape: Sequence[int] | None) -> Network:
    """See `neural_net.torch_bridge.from_torch`."""
    if not isinstance(module, nn.Module):
        kind = type(module).__name__
        raise TypeError(f"from_torch: expected a torch.nn.Module, got {module!r} of type {kind}")
    layers = merged(_layers(module, "model", {}))
    if not layers:
        raise CannotConvert(f"model: {type(module).__name__} has no layers")
    dtype = _dtype(module)
    name = str(dtype).removeprefix("torch.")
    net = network(layers=layers, loss=_loss_name(loss), input_shape=input_shape, dtype=name)
    _check_same(module, net, dtype)
    return net


def _layers(module: nn.Module, path: str, seen: dict[nn.Module, str]) -> Iterator[Layer]:
    """Yield every innermost module as a layer, in the order in which they are registered."""
    kind = type(module).__name__
    if module in seen and list(module.parameters()):
        raise CannotConvert(
            f"{path}: {kind} is {seen[module]} again; weights shared by two layers have no counterpart here"
        )
    seen[module] = path
    counterpart = COUNTERPARTS.get(type(module))
    if counterpart is not None:
        try:
            layer = counterpart(module)
        except ValueError as error:
            raise CannotConvert(f"{path}{error}") from error
        yield layer if module.training else layer.inference()
        return
    # Not named_children(), which leaves out a module that it has met before.
    children = [(name, child) for name, child in module._modules.items() if child is not None]
    if not children or list(module.parameters(recurse=False)):
        raise CannotConvert(f"{path}: {kind} has no counterpart here; trace_torch traces any module as it is")
    for name, child in children:
        yield from _layers(child, f"{path}.{name}", seen)


def _loss_name(loss: str | nn.Module) -> str:
    if not isinstance(loss, nn.Module):
        return loss
    name = LOSS_NAMES.get(type(loss))
    options = {"reduction": "mean", "weight": None, "pos_weight": None, "label_smoothing": 0.0}
    if name is None or any(getattr(loss, option, usual) != usual for option, usual in options.items()):
        known = ", ".join(kind.__name__ for kind in LOSS_NAMES)
        raise CannotConvert(f"loss: expected one of {known} with their usual options, got {loss!r}")
    return name


def _dtype(module: nn.Module) -> torch.dtype:
    dtypes = {parameter.dtype for parameter in module.parameters()} or {torch.get_default_dtype()}
    if len(dtypes) > 1 or not dtypes <= TOLERANCE.keys():
        raise CannotConvert(
            f"model: expected parameters all float32 or all float64, got {sorted(map(str, dtypes))}"
        )
    return dtypes.pop()


def _check_same(module: nn.Module, net: Network, dtype: torch.dtype) -> None:
    """Run both, in their inference forms, on the same examples."""
    rng = np.random.default_rng(0)
    first = net.layers[0]
    shape = (3, *net.input_shape)
    x = (
        rng.integers(0, first.n_tokens, shape)
        if isinstance(first, here.Embedding)
        else rng.normal(size=shape)
    )
    x = x if x.dtype.kind == "i" else x.astype(net.dtype)
    kind = type(module).__name__
    with _evaluating(module), torch.no_grad():
        try:
            result = module(torch.tensor(x))
        except (RuntimeError, TypeError, AttributeError) as error:
            raise CannotConvert(
                f"model: {kind} does not run on examples of shape {net.input_shape}: {error}"
            ) from error
    ours = net.predict(x)
    theirs = result.numpy() if isinstance(result, torch.Tensor) else None
    if (
        theirs is None
        or theirs.shape != ours.shape
        or not np.allclose(theirs, ours, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])
    ):
        raise CannotConvert(
            f"model: {kind} computes something else than its children in a row; "
            "trace_torch traces any module as it is"
        )


@contextmanager
def _evaluating(module: nn.Module) -> Iterator[None]:
    """Put every part of a module in eval mode, and each back into its own afterward."""
    modes = {part: part.training for part in module.modules()}
    module.eval()
    try:
        yield
    finally:
        for part, mode in modes.items():
            part.training = mode
