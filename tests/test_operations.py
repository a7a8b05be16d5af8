"""The affine operation against every oracle, and what holds for all operations."""

import numpy as np
import pytest
from hypothesis import example, given

from neural_net.activations import ACTIVATIONS
from neural_net.losses import LOSSES
from neural_net.operations import Affine
from tests.oracles import (
    ONE_EXAMPLE,
    ORACLES,
    TOLERANCE,
    assert_same,
    cases,
    central_difference,
    oracle,
    weighted_sum,
)

EVERY_OPERATION = [Affine(), *ACTIVATIONS.values(), *LOSSES.values()]


def affine_case(case, dtype="float64"):
    inputs = [case.normal(case.m, case.n_in), case.normal(case.n_in, case.n_out), case.normal(case.n_out)]
    upstream = case.normal(case.m, case.n_out, draw=1)
    return [a.astype(dtype) for a in inputs], upstream.astype(dtype)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", ORACLES)
@given(case=cases())
@example(case=ONE_EXAMPLE)
def test_affine_gradients_are_those_of_autodiff(name, dtype, case):
    inputs, upstream = affine_case(case, dtype)
    z = Affine().forward(*inputs)
    actual = Affine().backward(upstream, z, *inputs)
    _, expected = oracle(name).differentiate(lambda y, W, b: weighted_sum(upstream, y @ W + b), *inputs)
    for a, e, value in zip(actual, expected, inputs, strict=True):
        assert a.dtype == dtype
        assert a.shape == value.shape
        assert_same(a, e, TOLERANCE[dtype])


@given(case=cases())
@example(case=ONE_EXAMPLE)
def test_affine_gradients_are_those_of_finite_differences(case):
    inputs, upstream = affine_case(case)
    actual = Affine().backward(upstream, Affine().forward(*inputs), *inputs)
    for i, gradient in enumerate(actual):

        def loss(value, i=i):
            return np.sum(upstream * Affine().forward(*inputs[:i], value, *inputs[i + 1 :]))

        assert_same(gradient, central_difference(loss, inputs[i]), 1e-7)


@given(case=cases())
def test_affine_adds_the_bias_to_every_row(case):
    (y_prev, W, b), _ = affine_case(case)
    z = Affine().forward(y_prev, W, b)
    expected = [[sum(y_prev[i, k] * W[k, j] for k in range(case.n_in)) + b[j] for j in range(case.n_out)]
                for i in range(case.m)]  # fmt: skip
    assert_same(z, np.array(expected))


@pytest.mark.parametrize("operation", EVERY_OPERATION, ids=repr)
def test_every_operation_says_itself_in_equations_and_code(operation):
    told = set(operation.inputs) - {"target"}
    assert operation.equation.startswith(f"{operation.output} = ")
    assert f"{operation.output} = " in operation.code
    assert set(operation.backward_equation) == set(operation.backward_code) == told
    for name in told:
        assert operation.backward_equation[name].startswith(f"dL_d{name} = ")
        assert f"dL_d{name} = " in operation.backward_code[name]
