"""What layers keep from one training pass to the next, and the form they take when learning is done."""

import numpy as np
import pytest

from neural_net.descent import update
from neural_net.gradient_check import check_gradients
from neural_net.layers import BatchNorm, Conv2d, Dense, Dropout, Embedding, Flatten, MeanOverTime, Residual
from neural_net.network import network
from neural_net.trace import trace
from neural_net.training import train
from tests.layer_examples import EXAMPLES, example_trace
from tests.oracles import assert_same
from tests.requirement import require_module

rng = np.random.default_rng(0)
X, IMAGES, TARGET = rng.normal(size=(6, 3)), rng.normal(size=(5, 2, 3, 4)), rng.normal(size=(6, 3))


@pytest.mark.parametrize("x", [X, IMAGES], ids=["rows", "images"])
def test_running_statistics_move_as_those_of_pytorch(x):
    require_module("torch")
    import torch

    module = (torch.nn.BatchNorm1d if x.ndim == 2 else torch.nn.BatchNorm2d)(
        x.shape[1], momentum=0.3
    ).double()
    layer = BatchNorm(x.shape[1], momentum=0.3)
    net = network(layers=[layer], input_shape=x.shape[1:])
    for scale in (1, 2, 3):
        module(torch.tensor(scale * x))
        net = update(net, trace(net, scale * x, np.zeros_like(x)), 1e-9)
    state = net.layers[0].state
    assert_same(state["running_mean"], module.running_mean.numpy())
    assert_same(state["running_variance"], module.running_var.numpy())
    module.eval()
    assert_same(net.predict(x), module(torch.tensor(x)).detach().numpy(), 1e-7)


def test_an_update_leaves_the_old_network_as_it_was():
    net = network(layers=[Dense(3, 3), BatchNorm(3), Dropout(0.5)])
    recorded = trace(net, X, TARGET)
    after = update(net, recorded, 0.1)
    assert net.layers[1].state["running_mean"].tolist() == [0, 0, 0]
    assert after.layers[1].state["running_mean"].tolist() != [0, 0, 0]
    again = trace(net, X, TARGET)
    assert np.array_equal(again.y[3], recorded.y[3])


def test_dropout_repeats_itself_until_the_next_step():
    net = network(layers=[Dense(3, 3), Dropout(0.5)], seed=4)
    masks = []
    for _ in range(3):
        first, second = trace(net, X, TARGET), trace(net, X, TARGET)
        assert np.array_equal(first.records[2].values["mask"], second.records[2].values["mask"])
        masks.append(first.records[2].values["mask"])
        net = update(net, first, 0.1)
    assert not np.array_equal(masks[0], masks[1])
    assert not np.array_equal(masks[1], masks[2])
    assert set(np.unique(masks)) == {0, 2}


def test_the_networks_seed_decides_the_masks_of_layers_without_one():
    def masks(seed):
        recorded = trace(network(layers=[Dropout(0.5), Dropout(0.5)], input_shape=(3,), seed=seed), X, TARGET)
        return [recorded.records[l].values["mask"] for l in (1, 2)]

    assert np.array_equal(masks(1), masks(1))
    assert not np.array_equal(masks(1)[0], masks(2)[0])
    assert not np.array_equal(*masks(1))


def test_the_mean_of_many_masks_is_one():
    x = np.ones((200, 500))
    values = trace(network(layers=[Dropout(0.8, seed=1)], input_shape=(500,)), x, x).records[1].values
    assert values["mask"].mean() == pytest.approx(1, abs=0.02)


def test_inference_treats_every_example_by_itself():
    layers = [Residual(Dense(3, 4), BatchNorm(4), Dropout(0.5), Dense(4, 3)), Dropout(0.3)]
    net = train(network(layers=layers), X, TARGET, epochs=2, learning_rate=0.01).network
    done = net.inference()
    assert done.inference() is done
    together = done.run(X)
    assert_same(together, np.concatenate([done.run(X[i : i + 1]) for i in range(len(X))]))
    assert_same(together, net.predict(X))
    assert not np.allclose(net.run(X), together)


def test_a_network_without_such_layers_is_its_own_inference_form():
    net = network([2, 3, 1])
    assert net.inference() is net


def test_tokens_have_a_loss_gradient_of_zeros_and_no_jacobian():
    recorded = example_trace("embedding")
    assert recorded.loss_gradient[0].shape == recorded.x.shape
    assert not recorded.loss_gradient[0].any()
    assert "y_prev" not in recorded.records[1].gradients
    with pytest.raises(ValueError, match="Embedding 5 → 3: reads tokens"):
        recorded.local_gradient(1)


def test_upstream_times_local_is_downstream_for_images_and_sequences():
    for name in ("convolution", "max pooling", "attention, heads, causal", "lstm", "transformer"):
        recorded = example_trace(name)
        upstream = recorded.loss_gradient[1][0].ravel()
        assert_same(upstream @ recorded.local_gradient(1), recorded.loss_gradient[0][0].ravel())
        assert_same(recorded.local_gradient(2).reshape(-1), recorded.loss_gradient[1][0].ravel())


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_gradient_check_passes_for_every_kind(name):
    recorded = example_trace(name)
    check = check_gradients(recorded.network, recorded.x, recorded.target, tolerance=1e-5)
    assert check.passed, check


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_dtype_stays_through_training(dtype):
    layers = [Conv2d(2, 3, 2, "relu"), BatchNorm(3), Dropout(0.2), Flatten(), Dense(18, 2)]
    net = network(layers=layers, input_shape=(2, 3, 4), dtype=dtype)
    net = train(net, IMAGES, np.zeros((5, 2)), epochs=2, batch_size=2).network
    arrays = [*net.parameters.values(), *net.layers[1].state.values(), net.predict(IMAGES)]
    assert {array.dtype.name for array in arrays} == {dtype}


def test_every_position_of_a_sequence_may_have_a_class():
    layers = [Embedding(4, 3), Dense(3, 4, "softmax")]
    net = network(layers=layers, input_shape=(5,), loss="cross_entropy")
    x = rng.integers(0, 4, (6, 5))
    recorded = trace(net, x, x)
    assert recorded.target.shape == (6, 5, 4)
    assert recorded.loss == pytest.approx(
        -np.mean(np.log(np.take_along_axis(recorded.y[2], x[..., None], 2)))
    )
    logits = network(layers=[layers[0], Dense(3, 4)], input_shape=(5,), loss="cross_entropy_with_logits")
    assert check_gradients(logits, x, x).passed
    with pytest.raises(ValueError, match=r"expected 6 × 5 class numbers of shape \(6, 5\)"):
        trace(net, x, x[:, 0])


def test_a_network_of_nothing_to_learn_has_a_dtype():
    net = network(layers=[MeanOverTime()], input_shape=(4, 3), dtype="float32")
    assert net.dtype == np.float32
    assert trace(net, np.ones((2, 4, 3)), np.zeros((2, 3))).loss == 1
    with pytest.raises(ValueError, match="train: expected a network with something to learn"):
        train(net, np.ones((2, 4, 3)), np.zeros((2, 3)))
