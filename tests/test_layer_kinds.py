"""Every kind of layer, alone and composed: values and all gradients against independent oracles."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from neural_net.network import network
from neural_net.program import run_backward, run_forward
from neural_net.trace import trace
from tests.layer_kinds import KINDS, chains
from tests.oracles import TOLERANCE, assert_same, central_difference
from tests.requirement import require_module

require_module("torch")
import torch  # noqa: E402

torch.set_num_threads(1)

seeds = st.integers(0, 2**32 - 1)
batch_sizes = st.integers(2, 4)


def as_tensors(arrays):
    return {name: torch.tensor(a, requires_grad=a.dtype.kind == "f") for name, a in arrays.items()}


def passes(layer, shape, y_prev, upstream=None, rng=None):
    """Both passes of a layer alone: every value, and every gradient for an upstream one."""
    program = layer.program_for(shape)
    values = run_forward(program, {"y_prev": y_prev, **layer.given})
    if upstream is None:
        upstream = rng.normal(size=values["y"].shape).astype(values["y"].dtype)
    return values, upstream, run_backward(program, values, "y", upstream)[0]


def is_well_conditioned(kind):
    """Whether no division by √(variance + ε) can make rounding errors more than 4 times larger."""
    operations = (line.operation for line in kind.layer.program_for(kind.shape))
    return all(operation.epsilon > 0.05 for operation in operations if hasattr(operation, "epsilon"))


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=30, deadline=None)
@given(data=st.data(), seed=seeds, m=batch_sizes)
def test_values_and_all_gradients_are_those_of_pytorch(name, dtype, data, seed, m):
    kind, rng = data.draw(KINDS[name]()), np.random.default_rng(seed)
    assume(dtype == "float64" or is_well_conditioned(kind))
    layer, y_prev = kind.drawn(rng, dtype), kind.x(rng, m, dtype)
    values, upstream, gradients = passes(layer, kind.shape, y_prev, rng=rng)

    given_tensors = as_tensors({"y_prev": y_prev, **layer.parameters})
    own = {name: t for name, t in given_tensors.items() if name != "y_prev"}
    y = kind.torch_version(given_tensors["y_prev"], **own)
    moved = {name: t for name, t in given_tensors.items() if t.requires_grad}
    expected = torch.autograd.grad((torch.tensor(upstream) * y).sum(), list(moved.values()))

    assert values["y"].dtype == dtype
    assert values["y"].shape == (m, *layer.output_shape(kind.shape))
    assert_same(values["y"], y.detach().numpy(), TOLERANCE[dtype])
    for name_, gradient in zip(moved, expected, strict=True):
        assert gradients[name_].dtype == dtype
        assert_same(gradients[name_], gradient.numpy(), TOLERANCE[dtype])


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=4, deadline=None)
@given(data=st.data(), seed=seeds)
def test_all_gradients_are_those_of_finite_differences(name, data, seed):
    kind, rng = data.draw(KINDS[name]()), np.random.default_rng(seed)
    layer, y_prev = kind.drawn(rng), kind.x(rng, 2)
    _, upstream, gradients = passes(layer, kind.shape, y_prev, rng=rng)
    program = layer.program_for(kind.shape)
    given_arrays = {"y_prev": y_prev, **layer.parameters}
    for moved, array in given_arrays.items():
        if array.dtype.kind != "f":
            continue

        def loss(a, moved=moved):
            return np.sum(upstream * run_forward(program, {**layer.given, "y_prev": y_prev, moved: a})["y"])

        assert_same(gradients[moved], central_difference(loss, array), 1e-5)


@settings(max_examples=200, deadline=None)
@given(kinds=chains(), seed=seeds, m=batch_sizes)
def test_networks_of_any_kinds_have_the_gradients_of_pytorch(kinds, seed, m):
    rng = np.random.default_rng(seed)
    layers = [kind.drawn(rng) for kind in kinds]
    net = network(layers=layers, loss="mse", input_shape=kinds[0].shape)
    x, target = kinds[0].x(rng, m), rng.normal(size=(m, *net.shapes[-1]))
    recorded = trace(net, x, target)

    parameters = [as_tensors(layer.parameters) for layer in layers]
    x_tensor = as_tensors({"x": x})["x"]
    y = x_tensor
    for kind, own in zip(kinds, parameters, strict=True):
        y = kind.torch_version(y, **own)
    torch.nn.functional.mse_loss(y, torch.tensor(target)).backward()

    assert_same(recorded.y[net.L], y.detach().numpy())
    if x_tensor.requires_grad:
        assert_same(recorded.loss_gradient[0], x_tensor.grad.numpy())
    for l, own in enumerate(parameters, 1):
        for name, tensor in own.items():
            assert_same(recorded.weight_gradient[l][name], tensor.grad.numpy())
