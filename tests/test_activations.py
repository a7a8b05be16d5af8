"""Every activation against every oracle, at ordinary numbers and at the far ends."""

import numpy as np
import pytest
from hypothesis import example, given

from neural_net.activations import ACTIVATIONS
from tests import oracles
from tests.oracles import ONE_EXAMPLE, ORACLES, TOLERANCE, assert_same, cases, oracle, weighted_sum

FAR = np.array(
    [[-1000.0, 1000.0, 0.0, 5.0], [1000.0, 1000.0, -1000.0, -1000.0], [-1000.0, -999.0, -998.0, 0.5]]
)


def both_ways(name, z, upstream):
    """y, and the gradient with respect to z."""
    activation = ACTIVATIONS[name]
    y = activation.forward(z)
    return y, activation.backward(upstream, y, z)[0]


def test_the_names_are_those_of_the_design():
    assert tuple(ACTIVATIONS) == oracles.ACTIVATIONS
    assert all(activation.name == name for name, activation in ACTIVATIONS.items())


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("oracle_name", ORACLES)
@pytest.mark.parametrize("name", ACTIVATIONS)
@given(case=cases())
@example(case=ONE_EXAMPLE)
def test_values_and_gradients_are_those_of_autodiff(name, oracle_name, dtype, case):
    z = 3 * case.normal(case.m, case.n_in, dtype=dtype)
    upstream = case.normal(case.m, case.n_in, dtype=dtype, draw=1)
    y, gradient = both_ways(name, z, upstream)
    independent = oracle(oracle_name)
    f = independent.activations[name]
    _, (expected,) = independent.differentiate(lambda z: weighted_sum(upstream, f(z)), z)
    assert y.dtype == gradient.dtype == dtype
    assert_same(y, np.asarray(f(z)), TOLERANCE[dtype])
    assert_same(gradient, expected, TOLERANCE[dtype])


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(case=cases())
@example(case=ONE_EXAMPLE)
def test_gradients_are_those_of_finite_differences(name, case):
    z, upstream = case.normal(case.m, case.n_in), case.normal(case.m, case.n_in, draw=1)
    _, gradient = both_ways(name, z, upstream)
    measured = oracles.central_difference(lambda z: np.sum(upstream * ACTIVATIONS[name].forward(z)), z)
    assert_same(gradient, measured, 1e-7)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_logits_of_1000_give_finite_right_values_and_no_warning(name, dtype):
    z, upstream = FAR.astype(dtype), np.linspace(-1, 2, FAR.size, dtype=dtype).reshape(FAR.shape)
    y, gradient = both_ways(name, z, upstream)
    limits = {
        "identity": z,
        "relu": np.maximum(z, 0),
        "leaky_relu": np.where(z > 0, z, 0.01 * z),
        "sigmoid": 0.5 * (1 + np.tanh(z / 2)),
        "tanh": np.tanh(z),
        "gelu": np.where(np.abs(z) < 900, y, np.maximum(z, 0)),
        "softplus": np.where(np.abs(z) < 900, y, np.maximum(z, 0)),
        "softmax": [[0, 1, 0, 0], [0.5, 0.5, 0, 0], [0, 0, 0, 1]],
    }
    assert y.dtype == gradient.dtype == dtype
    assert np.isfinite(gradient).all()
    np.testing.assert_allclose(y, limits[name], rtol=1e-6, atol=1e-6)


def test_relu_has_slope_zero_at_zero():
    _, gradient = both_ways("relu", np.array([[-0.0, 0.0, 1e-300, -1e-300]]), np.ones((1, 4)))
    assert gradient.tolist() == [[0, 0, 1, 0]]


@given(case=cases())
def test_rows_of_softmax_sum_to_one_and_are_positive(case):
    y = ACTIVATIONS["softmax"].forward(10 * case.normal(case.m, case.n_in))
    assert (y > 0).all()
    assert_same(y.sum(axis=1), np.ones(case.m))


@given(case=cases())
def test_softmax_does_not_see_a_shift(case):
    z = case.normal(case.m, case.n_in)
    shift = case.normal(case.m, 1, draw=1)
    softmax = ACTIVATIONS["softmax"].forward
    assert_same(softmax(z + shift), softmax(z))


@pytest.mark.parametrize(
    ("name", "lowest", "highest"),
    [("relu", 0, 1), ("leaky_relu", 0.01, 1), ("sigmoid", 0, 0.25), ("tanh", 0, 1), ("softplus", 0, 1)],
)
def test_slopes_stay_within_their_bounds(name, lowest, highest):
    z = np.linspace(-20, 20, 2001)
    slope = both_ways(name, z, np.ones_like(z))[1]
    assert slope.min() == pytest.approx(lowest, abs=1e-8)
    assert slope.max() == pytest.approx(highest, abs=1e-8)


def test_the_slope_of_gelu_goes_a_little_below_0_and_above_1():
    z = np.linspace(-5, 5, 1001)
    slope = both_ways("gelu", z, np.ones_like(z))[1]
    assert -0.13 < slope.min() < -0.12
    assert 1.12 < slope.max() < 1.13


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_input_is_left_alone_and_not_handed_back(name):
    z = np.array([[-1.0, 2.0]])
    before = z.copy()
    y = ACTIVATIONS[name].forward(z)
    y[:] = 7
    assert np.array_equal(z, before)
