"""PyTorch models as networks and back, with the same results; and any module traced as PyTorch runs it."""

import subprocess
import sys

import numpy as np
import pytest

from neural_net.layers import SelfAttention
from neural_net.network import network
from neural_net.torch_bridge import from_torch, to_torch, trace_torch
from neural_net.trace import Trace, trace
from tests.layer_examples import EXAMPLES, example_trace
from tests.oracles import assert_same
from tests.requirement import require_module

require_module("torch")
import torch  # noqa: E402
from torch import nn  # noqa: E402

torch.set_num_threads(1)
rng = np.random.default_rng(0)


class InOrder(nn.Module):
    """A module whose children run in order; recurrent layers and attention return more than one thing."""

    def __init__(self, *children):
        super().__init__()
        for i, child in enumerate(children):
            self.add_module(f"part_{i}", child)

    def forward(self, x):
        for child in self.children():
            x = child(x, x, x) if isinstance(child, nn.MultiheadAttention) else child(x)
            x = x[0] if isinstance(x, tuple) else x
        return x


class Skipping(nn.Module):
    """A module whose children do not simply run in order, one of them twice."""

    def __init__(self, n=4):
        super().__init__()
        self.first, self.second = nn.Linear(n, n), nn.Linear(n, n)
        self.act = nn.ReLU(inplace=True)
        self.norm = nn.BatchNorm1d(n)

    def forward(self, x):
        h = self.act(self.first(x))
        return self.norm(x + self.second(self.second(h)))


def block(**options):
    usual = {"dropout": 0, "activation": "gelu", "batch_first": True, "norm_first": True}
    return nn.TransformerEncoderLayer(4, 2, 5, **{**usual, **options})


MODELS = {
    "dense": (lambda: nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)), (3,)),
    "nested": (
        lambda: nn.Sequential(
            nn.Sequential(nn.Linear(3, 4), nn.GELU()), nn.Sequential(nn.LayerNorm(4), nn.ReLU())
        ),
        (3,),
    ),
    "convolution": (
        lambda: nn.Sequential(
            nn.Conv2d(2, 3, 3, stride=2, padding=1),
            nn.BatchNorm2d(3),
            nn.ReLU(),
            nn.MaxPool2d(2, 1),
            nn.AvgPool2d(1),
            nn.Flatten(),
            nn.Dropout(0.5),
            nn.Linear(12, 2),
            nn.Softmax(dim=-1),
        ),
        (2, 5, 6),
    ),
    "same padding, no bias": (
        lambda: nn.Sequential(nn.Conv2d(1, 2, (3, 5), padding="same", bias=False), nn.Sigmoid()),
        (1, 5, 6),
    ),
    "rnn": (lambda: InOrder(nn.RNN(2, 3, batch_first=True), nn.Linear(3, 1)), (4, 2)),
    "lstm": (lambda: InOrder(nn.LSTM(2, 3, batch_first=True), nn.Linear(3, 1)), (4, 2)),
    "tokens, attention": (
        lambda: InOrder(nn.Embedding(5, 4), nn.MultiheadAttention(4, 2, batch_first=True), nn.LayerNorm(4)),
        (6,),
    ),
    "transformer, post-norm": (lambda: nn.Sequential(block(norm_first=False, activation="relu")), (3, 4)),
    "transformer": (
        lambda: nn.TransformerEncoder(block(), 2, nn.LayerNorm(4), enable_nested_tensor=False),
        (3, 4),
    ),
}


def example_of(net, m=4):
    first = net.layers[0]
    shape = (m, *net.input_shape)
    return rng.integers(0, first.n_tokens, shape) if first.reads_tokens else rng.normal(size=shape)


def seeded(make):
    torch.manual_seed(0)
    return make().double()


@pytest.mark.parametrize("name", MODELS)
def test_a_model_becomes_a_network_with_the_same_results_and_gradients(name):
    make, shape = MODELS[name]
    module = seeded(make).eval()
    net = from_torch(module, input_shape=shape)
    x = example_of(net)
    x_tensor = torch.tensor(x)
    y = module(x_tensor)
    target = rng.normal(size=tuple(y.shape))
    recorded = trace(net, x, target)
    assert_same(recorded.y[net.L], y.detach().numpy())

    loss = nn.functional.mse_loss(y, torch.tensor(target))
    loss.backward()
    assert recorded.loss == pytest.approx(loss.item(), rel=1e-12)
    # Every gradient of ours is one of PyTorch's, perhaps transposed, or a part of one: compare what does not
    # depend on how weights are laid out.
    ours = sum(
        float(np.sum(g**2)) for of_layer in recorded.weight_gradient.values() for g in of_layer.values()
    )
    theirs = sum(float((p.grad**2).sum()) for n, p in module.named_parameters() if "bias_hh" not in n)
    if name != "same padding, no bias":
        assert ours == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize("name", MODELS)
def test_the_mode_of_the_module_decides_the_form_of_the_layers(name):
    make, shape = MODELS[name]
    module = seeded(make).train()
    assert from_torch(module.eval(), input_shape=shape).inference() is not None
    net = from_torch(module.train(), input_shape=shape)
    x = example_of(net)
    assert_same(net.predict(x), module.eval()(torch.tensor(x)).detach().numpy())


def test_batch_norm_in_train_mode_uses_the_batch():
    module = seeded(lambda: nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4, momentum=0.3)))
    net = from_torch(module)
    x = rng.normal(size=(5, 3))
    assert_same(trace(net, x, np.zeros((5, 4))).y[2], module(torch.tensor(x)).detach().numpy())
    assert net.layers[1].momentum == 0.3


def test_converting_leaves_the_module_as_it_was():
    module = seeded(lambda: nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5)))
    module[1].eval()
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    from_torch(module)
    assert [part.training for part in module] == [True, False, True]
    assert all(torch.equal(before[name], tensor) for name, tensor in module.state_dict().items())


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_dtypes_stay(dtype):
    module = nn.Sequential(nn.Linear(3, 4), nn.Tanh()).to(getattr(torch, dtype))
    net = from_torch(module)
    assert net.dtype == dtype
    assert next(to_torch(net).parameters()).dtype == getattr(torch, dtype)


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_network_becomes_a_model_with_the_same_results_and_back(name):
    recorded = example_trace(name)
    net = recorded.network
    module = to_torch(net)
    if name != "dropout":
        assert_same(module(torch.tensor(recorded.x)).detach().numpy(), recorded.y[net.L])
    again = from_torch(module, input_shape=net.input_shape)
    assert repr(again) == repr(net)
    for key, array in net.parameters.items():
        assert np.array_equal(again.parameters[key], array)


@pytest.mark.parametrize(
    ("loss", "name"),
    [
        (nn.MSELoss(), "mse"),
        (nn.CrossEntropyLoss(), "cross_entropy_with_logits"),
        (nn.BCEWithLogitsLoss(), "binary_cross_entropy_with_logits"),
        ("cross_entropy_with_logits", "cross_entropy_with_logits"),
    ],
)
def test_losses_by_name_or_by_pytorchs_own(loss, name):
    assert from_torch(nn.Sequential(nn.Linear(3, 4)), loss).loss.name == name


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.Sequential(nn.Linear(3, 3), nn.Sequential(nn.Linear(3, 3), nn.Hardtanh())),
         r"^model\.1\.1: Hardtanh has no counterpart here; trace_torch"),
        (lambda: nn.Sequential(nn.Conv2d(2, 2, 3, groups=2)), r"^model\.0: Conv2d with groups=2"),
        (lambda: nn.Sequential(nn.Identity(), block(activation=torch.sin)),
         r"^model\.1: .*activation .*sin"),
        (lambda: nn.Sequential(block(dropout=0.1)), r"^model\.0\.dropout: Dropout of 0.1"),
        (lambda: InOrder(nn.MultiheadAttention(4, 2, dropout=0.1, batch_first=True)),
         r"^model\.part_0: MultiheadAttention with dropout 0.1"),
        (lambda: InOrder(nn.RNN(2, 3)), r"^model\.part_0: RNN with batch_first=False"),
        (lambda: nn.Sequential(nn.MaxPool2d(2, padding=1)), r"^model\.0: MaxPool2d with padding=1"),
        (lambda: nn.Sequential(nn.LeakyReLU(0.2)), r"^model\.0: LeakyReLU with negative_slope=0.2"),
        (lambda: nn.Sequential(*[nn.Linear(3, 3)] * 2), r"^model\.1: Linear is model\.0 again"),
        (lambda: nn.Sequential(nn.Linear(3, 3).double(), nn.Linear(3, 3)), "expected parameters all float32"),
        (lambda: nn.Sequential(), "Sequential has no counterpart|no layers"),
    ],
)  # fmt: skip
def test_what_cannot_be_converted_is_named_with_its_path(make, message):
    with pytest.raises(ValueError, match=message):
        from_torch(make(), input_shape=(3, 4))


def test_a_module_that_does_something_else_is_refused():
    with pytest.raises(ValueError, match=r"Linear is|computes something else than its children in a row"):
        from_torch(Skipping())

    class Masked(InOrder):
        def forward(self, x):
            return super().forward(x) * (x > 0)

    with pytest.raises(ValueError, match=r"Masked computes something else than its children in a row"):
        from_torch(Masked(nn.Linear(3, 3)))


def test_what_is_no_module_is_refused():
    for function in (from_torch, lambda m: trace_torch(m, [[1.0]], [[1.0]], nn.MSELoss())):
        with pytest.raises(TypeError, match=r"expected a torch.nn.Module, got 3 of type int"):
            function(3)
    with pytest.raises(TypeError, match="to_torch: expected a network"):
        to_torch(nn.Linear(2, 2))


def test_without_pytorch_the_functions_say_how_to_install_it():
    code = (
        "import sys, importlib.util as u; found = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'torch' else found(name, *a)\n"
        "from neural_net.torch_bridge import from_torch, to_torch, trace_torch\n"
        "for f in (lambda: from_torch(1), lambda: to_torch(1), lambda: trace_torch(1, 1, 1, 1)):\n"
        "    try: f()\n"
        "    except ImportError as error: print(error)\n"
        "print('torch' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    *messages, loaded = run.stdout.splitlines()
    assert [message.split()[0] for message in messages] == ["from_torch", "to_torch", "trace_torch"]
    assert all("pip install torch" in message for message in messages)
    assert loaded == "False"


# --- trace_torch ------------------------------------------------------------------------------------


def test_a_chain_is_traced_like_its_network():
    make, shape = MODELS["convolution"]
    module = seeded(make).eval()
    net = from_torch(module, input_shape=shape)
    x = rng.normal(size=(4, *shape))
    target = rng.normal(size=(4, 2))
    theirs, ours = trace_torch(module, x, target, nn.MSELoss()), trace(net, x, target)
    assert isinstance(theirs, Trace)
    assert len(module) == theirs.L
    assert theirs.loss == pytest.approx(ours.loss, rel=1e-12)
    assert_same(theirs.loss_gradient[0], ours.loss_gradient[0])
    assert_same(theirs.y[-2], ours.y[-2])
    assert_same(theirs.weight_gradient[1]["weight"], ours.weight_gradient[1]["K"])
    assert_same(theirs.weight_gradient[8]["weight"].T, ours.weight_gradient[8]["W"])


def test_the_public_attributes_of_a_trace_are_there():
    recorded = trace_torch(
        seeded(Skipping), rng.normal(size=(5, 4)), np.zeros((5, 4)), nn.functional.mse_loss
    )
    L = recorded.L
    assert [layer.path for layer in recorded.network.layers] == [
        "model.first", "model.act", "model.second", "model.second", "model.norm"
    ]  # fmt: skip
    assert len(recorded.y) == len(recorded.loss_gradient) == L + 2
    for y, gradient in zip(recorded.y, recorded.loss_gradient, strict=True):
        assert y.shape == gradient.shape
    assert [step.phase for step in recorded.steps] == ["forward"] * (L + 1) + ["backward"] * (L + 1)
    assert "PyTorch calls model.first, a Linear." in recorded.steps[0].receipt()
    assert "dL_dweight" in recorded.steps[-1].quantities
    assert recorded.steps[-1].equation
    assert recorded.batch_size == 5
    assert recorded.loss_gradient[-1] == 1
    upstream = recorded.loss_gradient[1][0]
    assert_same(upstream @ recorded.local_gradient(1), recorded.records[1].gradients["y_prev"][0])


def test_every_gradient_is_pytorchs_and_uses_of_a_shared_weight_add():
    module, x = seeded(Skipping), rng.normal(size=(5, 4))
    recorded = trace_torch(module, x, np.zeros((5, 4)), nn.functional.mse_loss)
    x_tensor = torch.tensor(x, requires_grad=True)
    nn.functional.mse_loss(module(x_tensor), torch.zeros(5, 4).double()).backward()
    gradients = recorded.weight_gradient
    assert_same(gradients[1]["weight"], module.first.weight.grad.numpy())
    assert_same(gradients[5]["bias"], module.norm.bias.grad.numpy())
    assert_same(gradients[3]["weight"] + gradients[4]["weight"], module.second.weight.grad.numpy())
    assert not np.allclose(gradients[3]["weight"], gradients[4]["weight"])


def test_tracing_leaves_the_module_as_it_was():
    module = seeded(Skipping)
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    trace_torch(module, rng.normal(size=(5, 4)), np.zeros((5, 4)), nn.MSELoss())
    assert all(torch.equal(before[name], tensor) for name, tensor in module.state_dict().items())
    assert all(parameter.grad is None for parameter in module.parameters())
    assert module.act.inplace
    assert not any(part._forward_hooks or part._forward_pre_hooks for part in module.modules())


def test_attention_recurrence_and_tokens_are_traced():
    module = seeded(
        lambda: InOrder(
            nn.Embedding(5, 4), nn.MultiheadAttention(4, 2, batch_first=True), nn.LSTM(4, 3, batch_first=True)
        )
    )
    tokens, classes = rng.integers(0, 5, (2, 6)), rng.integers(0, 3, (2, 6))

    def loss(y, target):
        return nn.functional.cross_entropy(y.flatten(0, 1), target.flatten())

    recorded = trace_torch(module, tokens, classes, loss)
    assert [layer.kind for layer in recorded.network.layers] == ["Embedding", "MultiheadAttention", "LSTM"]
    assert not recorded.loss_gradient[0].any()
    assert recorded.weight_gradient[2]["out_proj.weight"].any()
    assert recorded.receipt()
    loss(module(torch.tensor(tokens)), torch.tensor(classes)).backward()
    for l, part in enumerate(module.children(), 1):
        for name, parameter in part.named_parameters():
            assert_same(recorded.weight_gradient[l][name], parameter.grad.numpy())


def test_bad_input_to_trace_torch_is_refused():
    module = nn.Linear(2, 2)
    with pytest.raises(ValueError, match=r"loss_fn: expected one number, got a tensor of shape \(3, 2\)"):
        trace_torch(module, np.ones((3, 2)), np.ones((3, 2)), nn.MSELoss(reduction="none"))
    with pytest.raises(ValueError, match="at least one example"):
        trace_torch(module, np.ones((0, 2)), np.ones((0, 2)), nn.MSELoss())


def test_causal_attention_survives_the_way_there_and_back():
    net = network(layers=[SelfAttention(4, 2, causal=True)], input_shape=(3, 4), seed=3)
    assert from_torch(to_torch(net), input_shape=(3, 4)).layers[0].causal
