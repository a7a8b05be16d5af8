"""Steps: their order and words; the code they show, run as it stands; the numbers they tell."""

import re

import numpy as np
import pytest

from neural_net import numerics
from neural_net.activations import ACTIVATIONS
from neural_net.losses import LOSSES
from neural_net.network import network
from neural_net.receipt import write_array, write_number
from neural_net.trace import trace
from tests.oracles import HEADS, Case, assert_same

CASE = Case(m=3, n_in=2, n_out=4, seed=5)
# Every activation in the hidden layer, and every loss with its head.
NETWORKS = [(activation, "mse") for activation in ACTIVATIONS] + [("tanh", loss) for loss in LOSSES]


def trace_of(activation="tanh", loss="mse", m=CASE.m):
    net = network([2, 4, 3], activation=activation, head=HEADS.get(loss), loss=loss)
    return trace(net, CASE.normal(m, 2), CASE.target(loss, m, 3))


def test_steps_go_forward_then_backward():
    steps = trace_of().steps
    assert [(s.phase, s.layer) for s in steps] == [
        *(("forward", l) for l in (1, 2, 3)),
        *(("backward", l) for l in (3, 2, 1)),
    ]
    assert [s.index for s in steps] == list(range(6))
    assert [s.title for s in steps] == [
        "Forward pass · Layer 1",
        "Forward pass · Head",
        "Forward pass · Loss",
        "Backward pass · Loss",
        "Backward pass · Head",
        "Backward pass · Layer 1",
    ]
    assert repr(steps[4]) == "Step 5 of 6: Backward pass · Head"


@pytest.mark.parametrize(("activation", "loss"), NETWORKS)
def test_steps_name_their_quantities_in_the_order_of_computation(activation, loss):
    steps = trace_of(activation, loss).steps
    for step in steps:
        if step.phase == "forward":
            expected = ["y_prev", "target", "y"] if step.layer == 3 else ["y_prev", "W", "b", "z", "y"]
        else:
            dense = ["dL_dy", "dL_dz", "dL_dW", "dL_db", "dL_dy_prev"]
            expected = ["dL_dy", "dL_dy_prev"] if step.layer == 3 else dense
        assert list(step.quantities) == expected
        assert len(step.code) == len(step.equations)
        with pytest.raises(TypeError):
            step.quantities["y"] = 0


@pytest.mark.parametrize(("activation", "loss"), NETWORKS)
def test_the_code_shown_computes_every_number_shown(activation, loss):
    """From what comes in (values of the forward pass, dL_dy), the code of a step makes all the rest."""
    made = trace_of(activation, loss)
    for step in made.steps:
        record = made.records[step.layer]
        if step.phase == "forward":
            known = {
                name: record.values[name] for name in ("y_prev", "W", "b", "target") if name in record.values
            }
        else:
            known = {**record.values, "dL_dy": step.quantities["dL_dy"]}
        names = {"np": np, "normal_cdf": numerics.normal_cdf, "normal_pdf": numerics.normal_pdf, **known}
        for code in step.code:
            exec(code, names)
        for name, array in step.quantities.items():
            assert_same(names[name], array, 1e-12)


def test_recorded_numbers_are_complete_a_walk_backward_makes_the_weight_gradients():
    """Only numbers that steps show, and the formulas of the lesson; no operation of the project."""
    made = trace_of("tanh", "cross_entropy")
    forward = {s.layer: s.quantities for s in made.steps if s.phase == "forward"}
    p, t = forward[3]["y_prev"], forward[3]["target"]
    dL_dz = (p - t) / len(p)
    for l in (2, 1):
        q = forward[l]
        assert_same(made.weight_gradient[l]["W"], np.einsum("ij,ik->jk", q["y_prev"], dL_dz), 1e-12)
        assert_same(made.weight_gradient[l]["b"], dL_dz.sum(axis=0), 1e-12)
        dL_dy_prev = np.einsum("ik,jk->ij", dL_dz, q["W"])
        assert_same(made.loss_gradient[l - 1], dL_dy_prev, 1e-12)
        dL_dz = dL_dy_prev * (1 - q["y_prev"] ** 2)


@pytest.mark.parametrize(("activation", "loss"), NETWORKS)
def test_equations_are_aligned_latex(activation, loss):
    for step in trace_of(activation, loss).steps:
        assert step.equation.startswith("\\begin{aligned}\n")
        assert step.equation.endswith("\n\\end{aligned}")
        assert step.equation.count("&=") == len(step.equations) == step.equation.count("\\\\\n") + 1


# --- Receipts ---------------------------------------------------------------------------------------

NUMBER = re.compile(r"-?\d+\.\d+(?:e[+-]\d+)?")


def numbers_in(receipt, name):
    """The numbers that stand after "name (shape) =", up to the next name."""
    block = re.search(rf"^  {name} \([^)]*\) =(.*?)(?=^  \w+ \(|\Z)", receipt, re.MULTILINE | re.DOTALL)
    return [float(number) for number in NUMBER.findall(block[1])]


@pytest.mark.parametrize(("activation", "loss"), NETWORKS)
def test_a_receipt_holds_every_number_to_six_decimals(activation, loss):
    made = trace_of(activation, loss)
    for step in made.steps:
        receipt = step.receipt()
        assert receipt.startswith(f"Step {step.index + 1} of 6: {step.title}\n{step.sentence}\n")
        for equation in step.equations:
            assert equation.text() in receipt
        for name, array in step.quantities.items():
            np.testing.assert_allclose(numbers_in(receipt, name), array.ravel(), atol=5.1e-7)
        assert "-0.000000" not in receipt
    assert made.receipt().count("Step ") == 6


def test_a_wide_array_is_told_by_its_first_numbers_and_extremes():
    array = np.linspace(-1, 2, 500).reshape(20, 25)
    assert write_array("y", array) == (
        "y (20 × 25) = -1.000000 -0.993988 -0.987976 -0.981964 …  "
        "(min -1.000000, mean 0.500000, max 2.000000)"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-0.0, "0.000000"),
        (-4e-7, "0.000000"),
        (-6e-7, "-0.000001"),
        (1 / 3, "0.333333"),
        (np.float32(0.1), "0.100000"),
        (-123456.789, "-123456.789000"),
        (1e7, "1.000000e+07"),
        (-2e300, "-2.000000e+300"),
    ],
)
def test_numbers_have_six_decimals_and_zero_no_sign(value, text):
    assert write_number(value) == text


def test_receipts_are_the_same_every_time():
    assert trace_of().receipt() == trace_of().receipt()
