"""Whole networks of random depth, width, activation and loss against every oracle; what networks keep."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural_net.activations import ACTIVATIONS
from neural_net.layers import Dense
from neural_net.losses import LOSSES
from neural_net.network import network
from neural_net.trace import trace
from tests.oracles import HEADS, ORACLES, TOLERANCE, Case, assert_same, cases, oracle


@st.composite
def networks(draw, dtype="float64"):
    """A network of one to four layers, x and its target."""
    case: Case = draw(cases())
    loss = draw(st.sampled_from(list(LOSSES)))
    hidden = [
        draw(st.sampled_from([(a, n) for a in ACTIVATIONS for n in (1, 2, 5)]))
        for _ in range(draw(st.integers(0, 3)))
    ]
    n_out = max(case.n_out, 2)
    widths = [case.n_in, *(n for _, n in hidden), n_out]
    names = [*(a for a, _ in hidden), HEADS.get(loss, "identity")]
    layers = [
        Dense(n_in, n_out, name, b=0.3 * case.normal(n_out, draw=20 + l))
        for l, (n_in, n_out, name) in enumerate(zip(widths, widths[1:], names, strict=False))
    ]
    net = network(layers=layers, loss=loss, seed=case.seed, dtype=dtype)
    return (
        net,
        case.normal(case.m, case.n_in, dtype=dtype, draw=1),
        case.target(loss, case.m, n_out, dtype=dtype),
    )


def assert_gradients_agree(oracle_name, net, x, target, tolerance):
    actual = trace(net, x, target)
    independent = oracle(oracle_name)
    names = [layer.activation.name for layer in net.layers]

    def loss(x, *parameters):
        return independent.network_loss(names, net.loss.name, x, target, *parameters)

    parameters = [np.array(p) for p in net.parameters.values()]
    value, (dL_dx, *gradients) = independent.differentiate(loss, x, *parameters)
    assert actual.loss == pytest.approx(value, rel=tolerance)
    assert_same(actual.loss_gradient[0], dL_dx, tolerance)
    for (l, name), expected in zip(net.parameters, gradients, strict=True):
        gradient = actual.weight_gradient[l][name]
        assert gradient.dtype == net.dtype
        assert_same(gradient, expected, tolerance)


@pytest.mark.parametrize("oracle_name", ORACLES)
@given(data=networks())
def test_all_gradients_of_random_networks_are_those_of_autodiff(oracle_name, data):
    assert_gradients_agree(oracle_name, *data, TOLERANCE["float64"])


@pytest.mark.parametrize("oracle_name", ORACLES)
@given(data=networks(dtype="float32"))
def test_all_gradients_in_float32(oracle_name, data):
    assert_gradients_agree(oracle_name, *data, 1e-4)


@given(data=networks())
def test_one_example_at_a_time_averages_to_the_batch(data):
    net, x, target = data
    whole = trace(net, x, target)
    single = [trace(net, x[i], target[i]) for i in range(len(x))]
    assert_same(np.mean([t.loss for t in single]), whole.loss)
    for l, name in net.parameters:
        mean = np.mean([t.weight_gradient[l][name] for t in single], axis=0)
        assert_same(mean, whole.weight_gradient[l][name])


@given(data=networks())
def test_predict_is_the_prediction_of_the_trace(data):
    net, x, target = data
    assert np.array_equal(net.predict(x), trace(net, x, target).y[net.L])


@pytest.mark.parametrize(
    ("loss", "head"),
    [("mse", "identity"), ("binary_cross_entropy", "sigmoid"), ("cross_entropy", "softmax")]
    + [(f"{kind}cross_entropy_with_logits", "identity") for kind in ("binary_", "")],
)
def test_the_loss_chooses_the_head(loss, head):
    net = network([3, 5, 2], loss=loss)
    assert [layer.activation.name for layer in net.layers] == ["tanh", head]


def test_sizes_parameters_and_text():
    net = network([2, 4, 3, 1], activation="relu", head="sigmoid", loss="mse")
    assert net.sizes == (2, 4, 3, 1)
    assert net.L == 3
    assert list(net.parameters) == [(l, name) for l in (1, 2, 3) for name in ("W", "b")]
    assert [p.shape for p in net.parameters.values()] == [(2, 4), (4,), (4, 3), (3,), (3, 1), (1,)]
    assert net.n_parameters == 12 + 15 + 4
    assert net.dtype == np.float64
    assert repr(net) == (
        "Network 2-4-3-1, 31 parameters\n  layer 1: Dense 2 → 4 relu\n  layer 2: Dense 4 → 3 relu\n"
        "  layer 3: Dense 3 → 1 sigmoid\n  layer 4: Loss mse"
    )


def test_with_parameters_makes_another_network_and_leaves_this_one():
    net = network([2, 3, 1])
    other = net.with_parameters({(2, "b"): [0.5]})
    assert net.parameters[2, "b"] == 0
    assert other.parameters[2, "b"] == 0.5
    assert other.layers[0] is net.layers[0]
    with pytest.raises(AttributeError):
        net.layers = ()


def test_given_weights_are_used_and_the_given_layers_stay_as_they_were():
    layer = Dense(2, 1, "identity", W=[[2], [3]], b=[1])
    net = network(layers=[layer])
    assert net.predict([10, 100]).tolist() == [[321]]
    open_layer = Dense(2, 1)
    network(layers=[open_layer])
    assert not open_layer.is_initialized


def test_targets_in_their_several_forms_are_one():
    net = network([2, 3], loss="cross_entropy")
    x, classes = np.ones((2, 2)), [2, 0]
    one_hot = trace(net, x, np.eye(3)[classes])
    assert np.array_equal(trace(net, x, classes).target, one_hot.target)
    scalar = network([2, 1])
    for target in (3, [3], [[3]], np.float32(3)):
        assert trace(scalar, [1, 2], target).target.tolist() == [[3]]
    assert trace(scalar, np.ones((2, 2)), [3, 4]).target.tolist() == [[3], [4]]
