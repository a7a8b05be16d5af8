"""A trace: complete, in the standard form, and unchangeable."""

import dataclasses

import numpy as np
import pytest

from neural_net.network import network
from neural_net.trace import trace
from tests.oracles import Case, assert_same

CASE = Case(m=5, n_in=2, n_out=3, seed=1)


@pytest.fixture(params=["float64", "float32"])
def made(request):
    net = network([2, 4, 3], loss="cross_entropy", dtype=request.param)
    return trace(net, CASE.normal(5, 2), [0, 2, 1, 1, 0])


def every_array(made):
    yield from made.y
    yield from made.loss_gradient
    for record in made.records.values():
        yield from record.values.values()
        yield from record.gradients.values()
        yield from (contribution.value for contribution in record.contributions)
    for step in made.steps:
        yield from step.quantities.values()
    for l in made.weights:
        yield from made.weights[l].values()
        yield from made.weight_gradient[l].values()


def test_y_and_loss_gradients_go_from_the_input_to_the_loss(made):
    assert made.L == 2
    assert made.batch_size == 5
    assert [a.shape for a in made.y] == [a.shape for a in made.loss_gradient] == [(5, 2), (5, 4), (5, 3), ()]
    assert made.loss_gradient[made.L + 1] == 1
    assert made.loss == float(made.y[made.L + 1])
    assert np.array_equal(made.x, made.y[0])
    assert_same(made.loss_gradient[2], -made.target / made.y[2] / 5, 1e-6)


def test_weights_and_their_gradients_go_by_layer_and_name(made):
    assert list(made.weights) == list(made.weight_gradient) == [1, 2]
    for l, parameters in made.weights.items():
        assert list(parameters) == list(made.weight_gradient[l]) == ["W", "b"]
        for name, array in parameters.items():
            assert array is made.network.layers[l - 1].parameters[name]
            assert made.weight_gradient[l][name].shape == array.shape


def test_records_have_a_gradient_of_the_right_shape_for_every_value_but_the_target(made):
    for record in made.records.values():
        assert set(record.gradients) == set(record.values) - {"target"}
        for name, gradient in record.gradients.items():
            assert gradient.shape == record.values[name].shape
        assert record.program is not None


def test_everything_is_of_the_dtype_of_the_network(made):
    assert {array.dtype for array in every_array(made)} == {made.network.dtype}


def test_no_array_can_be_written(made):
    for array in every_array(made):
        assert not array.flags.writeable
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_nothing_else_can_be_set(made):
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.network = None
    first = made.records[1]
    by_layer = (made.records, made.weights, made.weight_gradient)
    for mapping in (*by_layer, first.values, first.gradients, made.weights[1], made.weight_gradient[1]):
        with pytest.raises(TypeError):
            mapping[1] = None


def test_the_callers_arrays_are_neither_kept_nor_locked():
    net, x, target = network([2, 3]), np.ones((4, 2)), np.zeros((4, 3))
    made = trace(net, x, target)
    x[:] = 7
    target[:] = 7
    assert made.x.max() == 1
    assert made.target.max() == 0


def test_class_numbers_become_one_hot_rows(made):
    assert np.array_equal(made.target, np.eye(3)[[0, 2, 1, 1, 0]])


def test_one_example_is_a_batch_of_one():
    net = network([2, 4, 1])
    alone, batch = trace(net, [0.5, -1], 2), trace(net, [[0.5, -1]], [[2]])
    assert alone.batch_size == 1
    assert alone.loss == batch.loss
    assert np.array_equal(alone.weight_gradient[1]["W"], batch.weight_gradient[1]["W"])


def test_a_trace_says_what_it_is(made):
    assert repr(made) == f"Trace of a 2-4-3 network on 5 examples: loss {made.loss:.6f}, 6 steps"
    assert repr(trace(network([2, 1]), [1, 2], 0)).startswith("Trace of a 2-1 network on 1 example: loss ")


def test_whole_numbers_are_taken_as_numbers():
    net = network([2, 3, 1])
    of_ints = trace(net, np.array([[1, 2]]), np.array([[3]]))
    of_booleans = trace(net, np.array([[True, False]]), [[True]])
    assert of_ints.x.dtype == of_booleans.x.dtype == of_ints.target.dtype == np.float64
