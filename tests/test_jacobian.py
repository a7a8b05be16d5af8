"""Local gradients: full Jacobians agree with autodiff and with the products of the backward pass."""

import autograd
import numpy as np
import pytest
from hypothesis import given

from neural_net.activations import ACTIVATIONS
from neural_net.losses import LOSSES
from neural_net.network import network
from neural_net.trace import trace
from tests.oracles import HEADS, Case, assert_same, cases, oracle


def one_layer(activation, case):
    """A trace whose layer 2 has the given activation, and biases that are not 0."""
    net = network([case.n_in, case.n_out], activation=activation, head=activation, seed=case.seed)
    net = net.with_parameters({(1, "b"): case.normal(case.n_out)})
    return trace(net, case.normal(case.m, case.n_in, draw=1), case.normal(case.m, case.n_out, draw=2))


@pytest.mark.parametrize("activation", ACTIVATIONS)
@given(case=cases())
def test_the_jacobian_is_that_of_autodiff(activation, case):
    made = one_layer(activation, case)
    a, (W, b) = oracle("autograd").activations[activation], made.weights[1].values()
    for example in range(case.m):
        jacobian = made.local_gradient(1, example)
        expected = autograd.jacobian(lambda row: a(row @ W + b))(made.x[example])
        assert jacobian.shape == (case.n_out, case.n_in)
        assert_same(jacobian, expected)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@given(case=cases())
def test_row_times_jacobian_is_the_loss_gradient_of_the_layer_before(activation, case):
    made = one_layer(activation, case)
    for example in range(case.m):
        row = made.loss_gradient[1][example]
        assert_same(row @ made.local_gradient(1, example), made.loss_gradient[0][example])


@pytest.mark.parametrize("activation", ACTIVATIONS)
@given(case=cases())
def test_rows_times_weight_jacobians_sum_to_the_weight_gradient(activation, case):
    made = one_layer(activation, case)
    for name, gradient in made.weight_gradient[1].items():
        total = 0
        for example in range(case.m):
            jacobian = made.local_weight_gradient(1, name, example)
            assert jacobian.shape == (case.n_out, *gradient.shape)
            total += np.tensordot(made.loss_gradient[1][example], jacobian, axes=1)
        assert_same(total, gradient)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_jacobian_of_the_loss_is_one_row_the_gradient_of_the_prediction(loss):
    case = Case(m=3, n_in=2, n_out=4, seed=2)
    net = network([2, 4], head=HEADS.get(loss), loss=loss)
    made = trace(net, case.normal(3, 2), case.target(loss, 3, 4))
    for example in range(3):
        assert made.local_gradient(2, example).shape == (1, 4)
        assert_same(made.local_gradient(2, example)[0], made.loss_gradient[1][example])


def test_a_chain_of_jacobians_from_the_loss_to_the_input():
    case = Case(m=1, n_in=3, n_out=2, seed=4)
    made = trace(network([3, 5, 4, 2], activation="gelu"), case.normal(1, 3), case.normal(1, 2))
    row = np.ones((1, 1))
    for l in (4, 3, 2, 1):
        row = row @ made.local_gradient(l)
        assert_same(row, made.loss_gradient[l - 1])


def test_the_weight_jacobian_of_an_affine_layer_is_the_input_in_one_column():
    made = trace(network([2, 3]), [5.0, 7.0], [0, 0, 0])
    jacobian = made.local_weight_gradient(1)
    assert jacobian.shape == (3, 2, 3)
    for k in range(3):
        expected = np.zeros((2, 3))
        expected[:, k] = [5, 7]
        assert np.array_equal(jacobian[k], expected)
