"""One step of gradient descent: from old weights, to a new network."""

import numpy as np
import pytest

from neural_net.descent import update
from neural_net.network import network
from neural_net.trace import trace
from tests.oracles import Case, assert_same

CASE = Case(m=4, n_in=2, n_out=1, seed=3)


@pytest.fixture(params=["float64", "float32"])
def net(request):
    return network([2, 4, 3, 1], dtype=request.param)


@pytest.fixture
def made(net):
    return trace(net, CASE.normal(4, 2), CASE.normal(4, 1, draw=1))


def test_every_parameter_moves_against_its_gradient(net, made):
    after = update(net, made, 0.25)
    for (l, name), W in net.parameters.items():
        moved = after.parameters[l, name]
        assert moved.dtype == net.dtype
        assert_same(moved, W - 0.25 * made.weight_gradient[l][name], 1e-6)
        assert not np.array_equal(moved, W)


def test_the_old_network_and_its_trace_stay(net, made):
    before = {key: W.copy() for key, W in net.parameters.items()}
    update(net, made, 0.25)
    for key, W in net.parameters.items():
        assert np.array_equal(W, before[key])
    update(net, made, 0.5)  # the trace is still one of this network


def test_the_loss_falls(net, made):
    after = update(net, made, 0.05)
    assert trace(after, made.x, made.target).loss < made.loss


def test_a_trace_of_another_network_is_refused(net, made):
    after = update(net, made, 0.1)
    for stale in (after, network([2, 4, 3, 1])):
        with pytest.raises(
            ValueError, match=r"update: expected a trace of this very network.*stale gradients"
        ):
            update(stale, made, 0.1)


@pytest.mark.parametrize(
    ("rate", "error", "message"),
    [
        (0, ValueError, "learning_rate: expected a number above 0, got 0"),
        (-0.1, ValueError, "learning_rate: expected a number above 0, got -0.1"),
        (np.nan, ValueError, "learning_rate: expected finite numbers, got nan"),
        ("0.1", TypeError, "learning_rate: expected real numbers"),
        ([0.1], ValueError, "learning_rate: expected one number, got an array of shape"),
        (None, TypeError, "learning_rate: expected real numbers"),
    ],
)
def test_a_learning_rate_is_one_positive_number(net, made, rate, error, message):
    with pytest.raises(error, match=message):
        update(net, made, rate)


def test_weights_do_not_become_infinite(net):
    steep = trace(net, [1, 2], [1000])
    with pytest.raises(ValueError, match=r"Dense .*: expected finite numbers, got -?inf"):
        update(net, steep, 1e308)


@pytest.mark.parametrize("position", [0, 1])
def test_what_is_no_network_or_trace_is_refused(net, made, position):
    arguments = [net, made]
    arguments[position] = "something else"
    with pytest.raises(
        TypeError, match=r"update: expected a (network|trace), got 'something else' of type str"
    ):
        update(*arguments, 0.1)
