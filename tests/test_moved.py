"""The loss at every moved number, by what changes alone, is the loss of the whole network run again."""

import numpy as np
import pytest
from hypothesis import given, settings

from neural_net import moved
from neural_net.activations import ACTIVATIONS
from neural_net.joined import joined_name
from neural_net.layers import BatchNorm, Dense, Dropout
from neural_net.losses import LOSSES, CrossEntropy
from neural_net.moved import MovedLosses, treats_examples_alone
from neural_net.network import network
from tests.layer_examples import EXAMPLES, example_trace
from tests.oracles import HEADS, Case
from tests.test_network import networks


def loss(net, x, target):
    return float(net.loss.function.forward(net.run(x), target))


def one_by_one(function, value, at_moved):
    losses = np.empty_like(value)
    for at in np.ndindex(value.shape):
        one = value.copy()
        one[at] = at_moved[at]
        losses[at] = function(one)
    return losses


def assert_all_losses_are_right(net, x, target):
    rng = np.random.default_rng(5)
    losses = MovedLosses(net, x, target)

    def assert_same(actual, function, value, at_moved):
        np.testing.assert_allclose(actual, one_by_one(function, value, at_moved), rtol=1e-9, atol=1e-12)

    if not net.layers[0].reads_tokens:
        there = x + rng.normal(size=x.shape)
        assert_same(losses.of_input(there), lambda x: loss(net, x, target), x, there)
    for (l, name), value in net.parameters.items():
        there = value + rng.normal(size=value.shape)
        assert_same(
            losses.of_parameter(joined_name(l, name), there),
            lambda value, key=(l, name): loss(net.with_parameters({key: value}), x, target),
            value,
            there,
        )


@pytest.mark.parametrize("at_once", [1, 30, moved.AT_ONCE])
@settings(max_examples=20, deadline=None)
@given(data=networks())
def test_dense_networks(at_once, data):
    net, x, target = data
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(moved, "AT_ONCE", at_once)
        assert_all_losses_are_right(net, *net.standard_input(x, target))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_unit_goes_through_several_activations_and_products(name):
    case = Case(3, 2, 2, 1)
    net = network([2, 3, 4, 3, 2], activation=name, head=name)
    assert_all_losses_are_right(net, case.normal(3, 2), case.normal(3, 2, draw=1))


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name not in ("dropout", "batch norm, rows")])
def test_every_kind_of_layer(name):
    recorded = example_trace(name)
    if treats_examples_alone(recorded.network, recorded.x):
        assert_all_losses_are_right(recorded.network, recorded.x, recorded.target)


@pytest.mark.parametrize("m", [1, 4])
@pytest.mark.parametrize("name", LOSSES)
def test_the_loss_is_the_mean_of_the_losses_of_each_example(name, m):
    case, function = Case(m, 3, 3, 2), LOSSES[name]
    for shape in ((m, 3), (m, 5, 3)):
        rows = case.target(name, m * 5, 3)[: np.prod(shape[:-1])].reshape(shape)
        y = case.rows_of_probabilities(m * 5, 3)[: np.prod(shape[:-1])].reshape(shape)
        each = function.of_each(y, rows)
        assert each.shape == (m,)
        assert each.mean() == pytest.approx(float(function.forward(y, rows)), rel=1e-12)
        for i in range(m):
            one = slice(i, i + 1)
            assert each[i] == pytest.approx(float(function.forward(y[one], rows[one])), rel=1e-12)


def test_a_loss_with_another_forward_has_other_losses_of_each_example():
    class Doubled(CrossEntropy):
        def forward(self, y_hat, target):
            return 2 * super().forward(y_hat, target)

    case = Case(4, 3, 3, 2)
    y, target = case.rows_of_probabilities(4, 3), case.rows_of_probabilities(4, 3, draw=1)
    np.testing.assert_allclose(
        Doubled().of_each(y, target), 2 * LOSSES["cross_entropy"].of_each(y, target), rtol=1e-12
    )


@pytest.mark.parametrize(
    ("layer", "alone"),
    [
        (Dense(3, 3), True),
        (BatchNorm(3), False),
        (BatchNorm(3).inference(), True),
        (Dropout(0.5, seed=1), False),
    ],
)
def test_layers_that_treat_examples_together_are_known_by_what_they_do(layer, alone):
    net = network(layers=[layer, Dense(3, 2)], input_shape=(3,))
    assert treats_examples_alone(net, Case(4, 3, 2, 1).normal(4, 3)) == alone


def test_the_alone_and_the_together_are_both_among_the_examples():
    together = [n for n in EXAMPLES if not treats_examples_alone((t := example_trace(n)).network, t.x)]
    assert {"batch norm, rows", "dropout"} <= set(together)
    assert len(together) < len(EXAMPLES) / 3


def test_heads_that_are_one_with_their_loss():
    for name, head in HEADS.items():
        case = Case(4, 3, 3, 3)
        net = network([3, 4, 3], head=head, loss=name)
        x, target = net.standard_input(case.normal(4, 3), case.target(name, 4, 3))
        assert_all_losses_are_right(net, x, target)
