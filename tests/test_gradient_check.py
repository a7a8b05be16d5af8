"""The gradient check passes right gradients, finds wrong ones, and tells kinks from faults."""

import math

import numpy as np
import pytest
from hypothesis import given, settings

from neural_net.activations import ACTIVATIONS, Elementwise
from neural_net.datasets import xor
from neural_net.gradient_check import check_gradients
from neural_net.layers import AFFINE, Dense, Layer
from neural_net.losses import LOSSES
from neural_net.network import network
from neural_net.program import Line
from neural_net.trace import trace
from tests.oracles import HEADS, Case, central_difference
from tests.test_network import networks

CASE = Case(m=3, n_in=2, n_out=3, seed=6)
X, TARGET = CASE.normal(3, 2), CASE.normal(3, 3, draw=1)


class Faulty(Elementwise):
    """tanh with its derivative taken at the wrong value, 1 − z²: mistake 9 of every course."""

    name = "faulty"

    def forward(self, z):
        return np.tanh(z)

    def derivative(self, z, y):
        return 1 - z**2


def faulty_network():
    return network(layers=[Dense(2, 4, "tanh"), Dense(4, 4, Faulty()), Dense(4, 3)])


@settings(max_examples=40)
@given(data=networks())
def test_right_gradients_pass(data):
    check = check_gradients(*data)
    assert check.passed, check
    assert check.worst <= check.tolerance


@pytest.mark.parametrize("loss", LOSSES)
def test_a_deep_narrow_network_passes(loss):
    net = network([2, 3, 4, 5, 4, 3], activation="gelu", head=HEADS.get(loss), loss=loss)
    assert check_gradients(net, X, CASE.target(loss, 3, 3)).passed


def test_there_is_a_row_per_tensor_x_first():
    check = check_gradients(network([2, 4, 3]), X, TARGET)
    assert [(row.layer, row.name, row.shape) for row in check.rows] == [
        (0, "x", (3, 2)),
        (1, "W", (2, 4)),
        (1, "b", (4,)),
        (2, "W", (4, 3)),
        (2, "b", (3,)),
    ]


def test_rows_hold_both_gradients():
    net = network([2, 4, 3])
    made = trace(net, X, TARGET)
    rows = {(row.layer, row.name): row for row in check_gradients(net, X, TARGET).rows}
    assert np.array_equal(rows[0, "x"].gradient, made.loss_gradient[0])
    assert np.array_equal(rows[2, "W"].gradient, made.weight_gradient[2]["W"])
    measured = central_difference(lambda x: trace(net, x, TARGET).loss, X)
    np.testing.assert_allclose(rows[0, "x"].measured, measured, atol=1e-8)
    for row in rows.values():
        assert row.absolute_error == np.abs(row.gradient - row.measured).max()
        assert row.kinks == ()


def test_a_wrong_gradient_is_found_and_located():
    check = check_gradients(faulty_network(), X, TARGET)
    assert not check.passed
    assert check.worst > 1e-3
    # The fault lies in layer 2: layer 3, behind it, is right, and so is nothing before.
    assert {(row.layer, row.name): row.passed for row in check.rows} == {
        (0, "x"): False,
        (1, "W"): False,
        (1, "b"): False,
        (2, "W"): False,
        (2, "b"): False,
        (3, "W"): True,
        (3, "b"): True,
    }
    wrong = check.rows[3]
    at = wrong.where
    assert wrong.relative_error == wrong.relative_errors[at] == wrong.relative_errors.max()
    place = f"layer 2, W[{at[0]}, {at[1]}]"
    given_and_measured = f"gives {wrong.gradient[at]:.6g}, differences give {wrong.measured[at]:.6g}"
    assert f"{place}: the backward pass {given_and_measured}" in repr(check)


@pytest.mark.parametrize("factor", [1.001, 0.5, -1, 2])
def test_even_a_small_factor_is_found(factor):
    class Scaled(Faulty):
        def derivative(self, z, y):
            return factor * (1 - y**2)

    net = network(layers=[Dense(2, 4, Scaled()), Dense(4, 3)])
    check = check_gradients(net, X, TARGET)
    assert not check.passed
    assert check.worst == pytest.approx(abs(1 - factor) / max(1, abs(factor)), rel=1e-3)
    assert not any(row.kinks for row in check.rows)


def test_kinks_are_reported_apart():
    """Biases start at 0, so the example (0, 0) puts every unit of layer 1 just at the kink of relu."""
    net = network([2, 4, 1], activation="relu", loss="binary_cross_entropy")
    check = check_gradients(net, *xor())
    assert check.passed, check
    kinks = {(row.layer, row.name): row.kinks for row in check.rows}
    assert kinks[0, "x"] == ((0, 0), (0, 1))
    assert kinks[1, "b"] == ((0,), (1,), (2,), (3,))
    assert kinks[1, "W"] == kinks[2, "W"] == kinks[2, "b"] == ()


def test_a_kink_that_looks_straight_is_none_to_differences():
    """relu(z) − relu(−z) is z: differences see its slope; with relu′(0) = 0 the backward pass gives 0."""
    net = network(layers=[Dense(1, 2, "relu", W=[[1, -1]]), Dense(2, 1, W=[[1], [-1]])])
    check = check_gradients(net, [0], [1])
    x = check.rows[0]
    assert (x.gradient, x.measured) == (0, pytest.approx(-2))
    assert x.kinks == ((0, 0),)
    assert check.passed


@pytest.mark.parametrize("offset", [0, 3e-7, -3e-7, 3e-6, -3e-6, 2e-5])
def test_a_kink_nearby_is_no_false_alarm(offset):
    net = network(layers=[Dense(1, 1, "relu", W=[[1]], b=[offset]), Dense(1, 1, W=[[1]], b=[0])])
    check = check_gradients(net, [0], [1])
    assert check.passed, check
    assert bool(check.rows[0].kinks) == (abs(offset) < 1e-6)


def test_a_fault_is_found_beside_kinks():
    class FaultyReLU(Elementwise):
        name = "faulty_relu"

        def forward(self, z):
            return np.maximum(z, 0)

        def derivative(self, z, y):
            return np.where(z > 0, 1, 0.1)  # leaks on the dead side

    net = network(layers=[Dense(2, 4, FaultyReLU()), Dense(4, 1, "sigmoid")], loss="binary_cross_entropy")
    assert not check_gradients(net, *xor()).passed


def test_a_float32_network_is_checked_by_its_float64_copy():
    net = network([2, 4, 3], dtype="float32")
    check = check_gradients(net, X, TARGET)
    assert check.passed
    assert {row.gradient.dtype for row in check.rows} == {np.dtype("float64")}
    assert net.dtype == np.float32


def test_any_layer_is_checked_by_its_program():
    class Twice(Layer):
        """h = tanh(y_prev W + b); y = tanh(h V + c)."""

        kind = "Twice"

        def __init__(self, n_in, n_hidden, n_out):
            self.n_in, self.n_hidden, self.n_out = n_in, n_hidden, n_out

        @property
        def input_shape(self):
            return (self.n_in,)

        def output_shape(self, input_shape):
            return (self.n_out,)

        @property
        def parameter_shapes(self):
            n = self.n_hidden
            return {"W": (self.n_in, n), "b": (n,), "V": (n, self.n_out), "c": (self.n_out,)}

        def draw(self, rng):
            return {name: rng.normal(size=shape) for name, shape in self.parameter_shapes.items()}

        def program_for(self, input_shape):
            tanh = ACTIVATIONS["tanh"]
            return (
                Line("z", AFFINE, ("y_prev", "W", "b")),
                Line("h", tanh, ("z",)),
                Line("u", AFFINE, ("h", "V", "c")),
                Line("y", tanh, ("u",)),
            )

    check = check_gradients(network(layers=[Twice(2, 5, 4), Dense(4, 3)]), X, TARGET)
    assert [(row.layer, row.name) for row in check.rows] == [
        (0, "x"), (1, "W"), (1, "b"), (1, "V"), (1, "c"), (2, "W"), (2, "b")
    ]  # fmt: skip
    assert check.passed, check


def test_far_logits_are_checked_without_a_warning():
    net = network([2, 3], loss="cross_entropy_with_logits").with_parameters({(1, "b"): [1000, -1000, 999]})
    assert check_gradients(net, X, [0, 1, 2]).passed


def test_the_table_is_the_same_on_every_machine():
    net = network([2, 4, 1], activation="relu", loss="binary_cross_entropy")
    assert repr(check_gradients(net, *xor())) == (
        "Gradient check against central differences: passed (tolerance 1e-06)\n"
        "layer  tensor  shape    entries  at a kink  relative error\n"
        "0      x       (4 × 2)  8        2          < 1e-06\n"
        "1      W       (2 × 4)  8        0          < 1e-06\n"
        "1      b       (4)      4        4          < 1e-06\n"
        "2      W       (4 × 1)  4        0          < 1e-06\n"
        "2      b       (1)      1        0          < 1e-06"
    )


def test_the_floor_lets_rounding_pass_and_nothing_larger():
    """At the least of mse all gradients are 0, and the differences only nearly so."""
    net = network([2, 3])
    check = check_gradients(net, X, net.predict(X))
    assert check.passed
    assert not any(row.gradient.any() for row in check.rows)
    assert math.isclose(check.rows[0].floor, 8.9e-5, rel_tol=0.01)


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((3, X, TARGET), {}, TypeError, "check_gradients: expected a network, got 3 of type int"),
        ((network([2, 3]), X, TARGET), {"step": 0}, ValueError, "step: expected a number above 0, got 0"),
        (
            (network([2, 3]), X, TARGET),
            {"tolerance": -1},
            ValueError,
            "tolerance: expected a number above 0, got -1",
        ),
        ((network([2, 3]), X[:0], TARGET[:0]), {}, ValueError, "x: expected at least one example"),
        ((network([2, 3]), X, TARGET[:2]), {}, ValueError, "target of mse: expected shape (3, 3)"),
    ],
)
def test_bad_input_is_named(arguments, options, error, message):
    with pytest.raises(error) as caught:
        check_gradients(*arguments, **options)
    assert message in str(caught.value)
