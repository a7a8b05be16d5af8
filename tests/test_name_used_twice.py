"""A line that uses one name twice, such as y = y_prev ⊙ y_prev: both contributions are told, and add."""

from __future__ import annotations

import numpy as np

from neural_net.layers import Dense
from neural_net.layers.base import Layer
from neural_net.network import network
from neural_net.operations.arithmetic import Multiply
from neural_net.program import Line
from neural_net.trace import trace


class Square(Layer):
    """y = y_prev²."""

    kind = "Square"

    def output_shape(self, input_shape):
        return input_shape

    def program_for(self, input_shape):
        return (Line("y", Multiply(), ("y_prev", "y_prev")),)

    def __repr__(self):
        return "Square"


def squared():
    net = network(layers=[Dense(2, 3, "tanh"), Square(), Dense(3, 2)], seed=1)
    return trace(net, [[0.5, -1.0], [0.2, 0.3]], [[1.0, 0.0], [0.5, -0.5]])


def test_the_shown_code_computes_the_whole_gradient():
    record, step = squared().records[2], squared().steps[6]
    assert (step.phase, step.layer) == ("backward", 2)
    assert step.code == ("dL_dy_prev = dL_dy * y_prev", "dL_dy_prev = dL_dy_prev + dL_dy * y_prev")
    names = dict(record.values) | {"dL_dy": record.gradients["y"]}
    exec("\n".join(step.code), {"np": np}, names)
    assert np.allclose(names["dL_dy_prev"], 2 * record.values["y_prev"] * record.gradients["y"])
    assert np.allclose(names["dL_dy_prev"], record.gradients["y_prev"])


def test_the_operation_tells_the_sum_of_both_contributions():
    record, step = squared().records[2], squared().steps[6]
    (operation,) = step.operations
    assert np.allclose(operation.quantities["dL_dy_prev"], record.gradients["y_prev"])
    assert [equation.text().count("+=") for equation in operation.equations] == [0, 1]
