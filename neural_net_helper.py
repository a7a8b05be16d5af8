"""The one name that notebooks import: `NN_Helper`, a line per name; all the work is done in `neural_net`.

>>> import neural_net_helper
>>> nnh = neural_net_helper.NN_Helper()
>>> net = nnh.network([2, 4, 4, 1], head="sigmoid", loss="binary_cross_entropy")
>>> nnh.step_through(nnh.trace(net, [0.8, -0.5], 1))
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class _From:
    """A name of one of neural_net's modules, imported at its first use: matplotlib and widgets come late."""

    def __init__(self, module: str) -> None:
        self.module = module

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: object, owner: type) -> Any:
        return getattr(import_module(f"neural_net.{self.module}"), self.name)


class NN_Helper:
    """Networks, their traces, and every way to look at them; `nnh.trace?` shows how one is called."""

    # Networks and their two passes
    network = _From("network")
    trace = _From("trace")

    # Kinds of layers, for network(layers=[…])
    Dense = _From("layers")
    Activate = _From("layers")
    Conv2d = _From("layers")
    MaxPool2d = _From("layers")
    AvgPool2d = _From("layers")
    Flatten = _From("layers")
    BatchNorm = _From("layers")
    LayerNorm = _From("layers")
    Dropout = _From("layers")
    Residual = _From("layers")
    Embedding = _From("layers")
    PositionEmbedding = _From("layers")
    RNN = _From("layers")
    LSTM = _From("layers")
    SelfAttention = _From("layers")
    TransformerBlock = _From("layers")
    PostNormTransformerBlock = _From("layers")
    Repeat = _From("layers")
    MeanOverTime = _From("layers")

    # One number written out, and where contributions add
    value_element = _From("elements")
    gradient_element = _From("elements")
    fan_out_ledger = _From("ledgers")
    batch_ledger = _From("ledgers")

    # PyTorch models, where PyTorch is installed
    from_torch = _From("torch_bridge")
    to_torch = _From("torch_bridge")
    trace_torch = _From("torch_bridge")

    # Learning
    update = _From("descent")
    train = _From("training")
    check_gradients = _From("gradient_check")
    quick_check_gradients = _From("gradient_check")
    health = _From("health")

    # Networks with one thing wrong, to find out what
    broken_network = _From("bug_lab")

    # Stepping through a trace, and its static picture
    step_through = _From("stepper")
    filmstrip = _From("stepper")
    ledger = _From("stepper")
    batch_sum = _From("stepper")

    # Exercises, and the checker that says what went wrong
    exercises = _From("checker")
    check = _From("checker")
    own_layer = _From("checker")

    # Plots
    plot_forward = _From("plots")
    plot_backward = _From("plots")
    plot_activations = _From("plots")
    plot_loss_gradients = _From("plots")
    plot_weight_gradients = _From("plots")
    plot_activation_functions = _From("plots")
    plot_loss_functions = _From("plots")
    plot_training = _From("plots")
    plot_decision_boundary = _From("plots")

    # Data, offline
    digits = _From("datasets")
    moons = _From("datasets")
    spirals = _From("datasets")
    xor = _From("datasets")
    split = _From("datasets")

    def __repr__(self) -> str:
        return "NN_Helper: " + ", ".join(name for name in vars(type(self)) if not name.startswith("_"))
