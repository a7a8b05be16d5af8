"""Every loss against every oracle, its reduction, and certainty that is wrong."""

import numpy as np
import pytest
from hypothesis import example, given

from neural_net.activations import ACTIVATIONS
from neural_net.losses import LOSSES
from tests import oracles
from tests.oracles import HEADS, ONE_EXAMPLE, ORACLES, TOLERANCE, assert_same, cases, oracle


def prediction_and_target(name, case, dtype="float64"):
    """What the loss may meet: probabilities where it has a head of its own, any numbers after identity."""
    shape = (case.m, case.n_in)
    make = case.probabilities if name in HEADS else case.normal
    return make(*shape, dtype=dtype), case.target(name, *shape, dtype=dtype)


def both_ways(name, prediction, target, upstream=1.0):
    loss = LOSSES[name]
    y = loss.forward(prediction, target)
    gradient, none = loss.backward(np.asarray(upstream, prediction.dtype), y, prediction, target)
    assert none is None
    return y, gradient


def test_the_names_are_those_of_the_design():
    assert tuple(LOSSES) == oracles.LOSSES


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("oracle_name", ORACLES)
@pytest.mark.parametrize("name", LOSSES)
@given(case=cases())
@example(case=ONE_EXAMPLE)
def test_values_and_gradients_are_those_of_autodiff(name, oracle_name, dtype, case):
    prediction, target = prediction_and_target(name, case, dtype)
    y, gradient = both_ways(name, prediction, target)
    independent = oracle(oracle_name)
    f = independent.losses[name]
    value, (expected,) = independent.differentiate(lambda p: f(p, target), prediction)
    assert y.dtype == gradient.dtype == dtype
    assert y.shape == ()
    np.testing.assert_allclose(y, value, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])
    assert_same(gradient, expected, TOLERANCE[dtype])


@pytest.mark.parametrize("name", LOSSES)
@given(case=cases())
@example(case=ONE_EXAMPLE)
def test_gradients_are_those_of_finite_differences(name, case):
    prediction, target = prediction_and_target(name, case)
    _, gradient = both_ways(name, prediction, target)
    measured = oracles.central_difference(lambda p: LOSSES[name].forward(p, target), prediction)
    assert_same(gradient, measured, 1e-7)


@pytest.mark.parametrize("name", LOSSES)
@given(case=cases())
def test_the_gradient_is_proportional_to_the_upstream_one(name, case):
    prediction, target = prediction_and_target(name, case)
    once, thrice = (both_ways(name, prediction, target, g)[1] for g in (1.0, -3.0))
    assert_same(thrice, -3 * once)


@pytest.mark.parametrize("name", LOSSES)
@given(case=cases())
def test_the_mean_is_over_the_batch_so_that_a_batch_twice_over_changes_nothing(name, case):
    prediction, target = prediction_and_target(name, case)
    once, gradient = both_ways(name, prediction, target)
    twice, halves = both_ways(name, np.tile(prediction, (2, 1)), np.tile(target, (2, 1)))
    assert once == pytest.approx(twice, rel=1e-12)
    assert_same(2 * halves, np.tile(gradient, (2, 1)))


def test_mse_is_a_mean_over_all_elements_and_cross_entropy_over_examples():
    y_hat, target = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 0.0], [3.0, 1.0]])
    assert both_ways("mse", y_hat, target)[0] == (4 + 9) / 4
    assert both_ways("mse", y_hat, target)[1].tolist() == [[0, 1], [0, 1.5]]
    p, classes = np.array([[0.5, 0.25, 0.25], [0.2, 0.2, 0.6]]), np.eye(3)[[0, 2]]
    assert both_ways("cross_entropy", p, classes)[0] == pytest.approx(-(np.log(0.5) + np.log(0.6)) / 2)
    assert_same(both_ways("cross_entropy", p, classes)[1], [[-1, 0, 0], [0, 0, -1 / 1.2]])


# Logits of ±1000, right and wrong in turn; the gradient with respect to the logits has a simple right answer.
LOGITS = np.array([[1000.0, -1000.0, 0.0], [-1000.0, 1000.0, -1000.0], [1000.0, 999.0, -1000.0]])
TARGETS = {
    "binary": np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0], [1.0, 0.0, 1.0]]),
    "cross": np.eye(3)[[0, 0, 1]],
}


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("head", ["apart", "fused"])
@pytest.mark.parametrize("kind", ["binary", "cross"])
def test_logits_of_1000_give_finite_loss_and_the_right_gradient_of_the_logits(kind, head, dtype):
    z, target = LOGITS.astype(dtype), TARGETS[kind].astype(dtype)
    squash = ACTIVATIONS["sigmoid" if kind == "binary" else "softmax"]
    name = f"{kind}_cross_entropy".replace("cross_cross", "cross")
    p = squash.forward(z)
    if head == "fused":
        loss, dL_dz = both_ways(f"{name}_with_logits", z, target)
    else:
        loss, dL_dp = both_ways(name, p, target)
        assert np.isfinite(dL_dp).all()
        (dL_dz,) = squash.backward(dL_dp, p, z)
    assert np.isfinite(loss)
    assert loss.dtype == dL_dz.dtype == dtype
    expected = (np.round(p, 6) - target) / (z.size if kind == "binary" else len(z))
    np.testing.assert_allclose(dL_dz, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "target", "expected"),
    [
        ("binary_cross_entropy_with_logits", TARGETS["binary"], (1000 + np.log(2) + 1000 + 999 + 1000) / 9),
        ("cross_entropy_with_logits", TARGETS["cross"], (0 + 2000 + 1 + np.log1p(np.exp(-1))) / 3),
    ],
)
def test_losses_of_logits_of_1000_are_exact(name, target, expected):
    assert both_ways(name, LOGITS, target)[0] == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(
    ("name", "y_hat"), [("binary_cross_entropy", [[0.0, 1.0]]), ("cross_entropy", [[0.0, 1.0]])]
)
def test_probabilities_of_exactly_0_and_1_cost_much_but_not_infinity(name, y_hat):
    loss, gradient = both_ways(name, np.array(y_hat), np.array([[1.0, 0.0]]))
    assert 300 < loss < 800
    assert np.isfinite(gradient).all()
