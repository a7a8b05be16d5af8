"""A program in which a value is used more than once: its contributions add, and each is kept by itself."""

import numpy as np
from hypothesis import given

from neural_net.activations import ACTIVATIONS
from neural_net.layers import AFFINE
from neural_net.operations import Operation
from neural_net.program import Line, run_backward, run_forward
from tests.oracles import assert_same, cases, oracle, weighted_sum


class Add(Operation):
    """y = a + b."""

    name = "add"
    inputs = ("a", "b")

    def forward(self, a, b):
        return a + b

    def backward(self, gradient, output, a, b):
        return gradient, gradient


TANH = ACTIVATIONS["tanh"]
# h = tanh(y_prev W + b); y = (y_prev + h) + (y_prev W + b): y_prev is used twice, z twice.
RESIDUAL = (
    Line("z", AFFINE, ("y_prev", "W", "b")),
    Line("h", TANH, ("z",)),
    Line("s", Add(), ("y_prev", "h")),
    Line("y", Add(), ("s", "z")),
)


@given(case=cases())
def test_contributions_of_a_value_used_twice_add(case):
    n = case.n_in
    given_values = {
        "y_prev": case.normal(case.m, n),
        "W": case.normal(n, n, draw=1),
        "b": case.normal(n, draw=2),
    }
    upstream = case.normal(case.m, n, draw=3)
    values = run_forward(RESIDUAL, given_values)
    gradients, contributions = run_backward(RESIDUAL, values, "y", upstream)

    f = oracle("autograd").activations["tanh"]
    _, expected = oracle("autograd").differentiate(
        lambda x, W, b: weighted_sum(upstream, x + f(x @ W + b) + (x @ W + b)), *given_values.values()
    )
    for name, gradient in zip(given_values, expected, strict=True):
        assert_same(gradients[name], gradient)

    by_name = {name: [c for c in contributions if c.name == name] for name in gradients}
    assert {name: len(parts) for name, parts in by_name.items()} == {
        "y": 0, "s": 1, "z": 2, "h": 1, "y_prev": 2, "W": 1, "b": 1
    }  # fmt: skip
    for name in ("z", "y_prev"):
        assert_same(gradients[name], sum(part.value for part in by_name[name]))
    through_the_skip, through_the_layer = by_name["y_prev"]
    assert through_the_skip.line is RESIDUAL[2]
    assert_same(through_the_skip.value, upstream)
    assert through_the_layer.line is RESIDUAL[0]
    assert_same(through_the_layer.value, gradients["z"] @ given_values["W"].T)


def test_a_value_that_fans_out_into_one_line_counts_twice():
    doubled = (Line("y", Add(), ("y_prev", "y_prev")),)
    y_prev = np.array([[1.0, 2.0]])
    gradients, contributions = run_backward(
        doubled, run_forward(doubled, {"y_prev": y_prev}), "y", np.ones((1, 2))
    )
    assert gradients["y_prev"].tolist() == [[2, 2]]
    assert len(contributions) == 2


def test_the_upstream_gradient_is_left_alone():
    upstream = np.ones((1, 2))
    values = run_forward(RESIDUAL, {"y_prev": np.ones((1, 2)), "W": np.eye(2), "b": np.zeros(2)})
    run_backward(RESIDUAL, values, "y", upstream)
    assert upstream.tolist() == [[1, 1]]
