"""The way to PyTorch and back: the reader's own model as a network, or traced as it is.

PyTorch is an optional extra, imported when one of these functions is first called.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from neural_net.network import Network, check_network
from neural_net.trace import Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import torch


def from_torch(
    module: torch.nn.Module,
    loss: str | torch.nn.Module = "mse",
    *,
    input_shape: Sequence[int] | None = None,
) -> Network:
    """Return the network that computes what `module` computes, with copies of its weights.

    The module is a torch.nn.Sequential, nested or not, or any module whose children run in order, of layers
    that have a counterpart here. Its mode decides: what is in eval mode becomes the inference form. A bias
    that a module does without becomes zeros. `loss` is a name, or one of PyTorch's losses that has one here.
    `input_shape` is the shape of one example, where the first layer leaves it open.

    A layer without a counterpart is refused by its path. At the end both are run on the same random examples,
    and a module that computes something else is refused (as when its children do not simply run in order).
    """
    _check_torch("from_torch")
    from neural_net.torch_bridge.to_network import network_from

    return network_from(module, loss, input_shape)


def to_torch(net: Network) -> torch.nn.Sequential:
    """Return a torch.nn.Sequential that computes what the network computes, with copies of its weights.

    Layers that PyTorch has no module for (Residual, MeanOverTime, …) become modules of
    `neural_net.torch_bridge.modules`. The loss is not part of it. Inference forms come in eval mode.
    """
    _check_torch("to_torch")
    check_network(net, "to_torch")
    from neural_net.torch_bridge.to_module import module_from

    return module_from(net)


def trace_torch(
    module: torch.nn.Module,
    x: Any,
    target: Any,
    loss_fn: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
) -> Trace:
    """Run any module on x and its target, both passes by PyTorch itself, and return what it did as a trace.

    Layers 1 … L are the calls of the innermost modules, in the order of their calls. Of each there are its
    input y_prev, its output y, its parameters, and the loss gradients of all of them; what happens between
    the modules is PyTorch's own business. `loss_fn(prediction, target)` gives the loss, one number.
    """
    _check_torch("trace_torch")
    from neural_net.torch_bridge.tracing import trace_module

    return trace_module(module, x, target, loss_fn)


def _check_torch(function: str) -> None:
    if find_spec("torch") is None:
        raise ImportError(
            f"{function} needs PyTorch, which is not installed. Install it with: pip install torch (on Linux "
            "the CPU build is smaller: pip install torch --index-url https://download.pytorch.org/whl/cpu)"
        )
