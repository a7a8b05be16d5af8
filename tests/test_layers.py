"""A dense layer against every oracle; layers never change; how their weights are drawn."""

import numpy as np
import pytest
from hypothesis import example, given

from neural_net.activations import ACTIVATIONS
from neural_net.initialization import INITIALIZERS
from neural_net.layers import Dense
from neural_net.network import network
from neural_net.program import run_backward, run_forward
from tests.oracles import ONE_EXAMPLE, ORACLES, TOLERANCE, assert_same, cases, oracle, weighted_sum


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("oracle_name", ORACLES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@given(case=cases())
@example(case=ONE_EXAMPLE)
def test_every_gradient_of_a_dense_layer_is_that_of_autodiff(activation, oracle_name, dtype, case):
    y_prev = case.normal(case.m, case.n_in, dtype=dtype)
    W, b = (
        case.normal(case.n_in, case.n_out, dtype=dtype, draw=1),
        case.normal(case.n_out, dtype=dtype, draw=2),
    )
    upstream = case.normal(case.m, case.n_out, dtype=dtype, draw=3)
    program = Dense(case.n_in, case.n_out, activation).program
    values = run_forward(program, {"y_prev": y_prev, "W": W, "b": b})
    gradients, _ = run_backward(program, values, "y", upstream)

    independent = oracle(oracle_name)
    a = independent.activations[activation]
    _, expected = independent.differentiate(
        lambda y_prev, W, b: weighted_sum(upstream, a(y_prev @ W + b)), y_prev, W, b
    )
    for name, value in zip(("y_prev", "W", "b"), expected, strict=True):
        assert gradients[name].dtype == values[name].dtype == dtype
        assert_same(gradients[name], value, TOLERANCE[dtype])


def test_a_layer_is_written_once():
    layer = Dense(2, 3, "tanh", W=np.ones((2, 3)))
    for name in ("n_in", "activation", "parameters"):
        with pytest.raises(AttributeError, match=f"never changes: {name} cannot be set again"):
            setattr(layer, name, None)
    with pytest.raises(TypeError):
        layer.parameters["W"] = 0
    with pytest.raises(ValueError, match="read-only"):
        layer.parameters["W"][0, 0] = 5


def test_a_layer_keeps_its_own_copy_of_given_weights():
    W = np.ones((2, 3))
    layer = Dense(2, 3, W=W)
    W[:] = 7
    assert layer.parameters["W"].max() == 1


def test_with_parameters_makes_another_layer_and_leaves_this_one():
    before = network([2, 3], seed=1, dtype="float32").layers[0]
    after = before.with_parameters({"b": [1, 2, 3]})
    assert before.parameters["b"].tolist() == [0, 0, 0]
    assert after.parameters["b"].tolist() == [1, 2, 3]
    assert after.parameters["b"].dtype == np.float32
    assert after.parameters["W"] is before.parameters["W"]
    assert list(after.parameters) == ["W", "b"]


def test_what_is_given_stays_and_the_rest_is_drawn():
    layer = Dense(2, 3, b=[1, 2, 3])
    assert not layer.is_initialized
    drawn = layer.initialize(np.random.default_rng(0), "float64")
    assert drawn.is_initialized
    assert drawn.parameters["b"].tolist() == [1, 2, 3]
    assert drawn.parameters["W"].shape == (2, 3)


# --- Initialization ---------------------------------------------------------------------------------

N_IN, N_OUT = 300, 500
GLOROT, HE = 2 / (N_IN + N_OUT), 2 / N_IN


def drawn_weights(**options):
    return Dense(N_IN, N_OUT, **options).initialize(np.random.default_rng(0), "float64").parameters["W"]


@pytest.mark.parametrize(
    ("activation", "variance"),
    [("relu", HE), ("leaky_relu", HE), ("gelu", HE), ("softplus", HE)]
    + [(name, GLOROT) for name in ("identity", "sigmoid", "tanh", "softmax")],
)
def test_the_activation_chooses_the_variance(activation, variance):
    W = drawn_weights(activation=activation)
    assert W.var() == pytest.approx(variance, rel=0.02)
    assert abs(W.mean()) < 4 * np.sqrt(variance / W.size)


@pytest.mark.parametrize(
    ("init", "variance", "largest"),
    [
        ("glorot_normal", GLOROT, None),
        ("glorot_uniform", GLOROT, np.sqrt(3 * GLOROT)),
        ("he_normal", HE, None),
        ("he_uniform", HE, np.sqrt(3 * HE)),
        ("zeros", 0, 0),
    ],
)
def test_an_initializer_can_be_named(init, variance, largest):
    W = drawn_weights(activation="tanh", init=init)
    assert W.var() == pytest.approx(variance, rel=0.02)
    if largest is not None:
        assert np.abs(W).max() == pytest.approx(largest, rel=1e-3)
    assert init in INITIALIZERS


def test_biases_start_at_zero():
    assert not network([3, 4], seed=5).layers[0].parameters["b"].any()


def test_the_seed_decides_and_float32_gets_the_same_draws():
    first, again, other = (network([4, 3, 2], seed=seed) for seed in (1, 1, 2))
    narrow = network([4, 3, 2], seed=1, dtype="float32")
    for key, W in first.parameters.items():
        assert np.array_equal(W, again.parameters[key])
        assert np.array_equal(W.astype("float32"), narrow.parameters[key])
        assert narrow.parameters[key].dtype == np.float32
    assert not np.array_equal(first.parameters[1, "W"], other.parameters[1, "W"])


def test_layers_of_one_network_get_different_weights():
    net = network([3, 3, 3])
    assert not np.array_equal(net.parameters[1, "W"], net.parameters[2, "W"])
