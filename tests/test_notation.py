"""Equations in symbols, in text and in shapes, for every operation that the project has."""

import re

import numpy as np
import pytest

from neural_net.activations import ACTIVATIONS
from neural_net.layers import AFFINE, Dense
from neural_net.losses import LOSSES
from neural_net.network import network
from neural_net.notation import backward_equations, forward_equation, symbol, write_shape
from neural_net.operations import Operation
from neural_net.program import Line
from neural_net.trace import trace
from tests.oracles import HEADS

# What JupyterLab, VS Code, GitHub and nbviewer all render.
KNOWN_COMMANDS = set(
    r"\frac \partial \mathcal \mathrm \hat \cdot \odot \sum \top \log \exp \max \tanh \sigma \Phi".split()
)


def line_of(operation):
    return Line(operation.output, operation, operation.inputs)


def equations(operation, layer=2):
    is_loss = operation.name in LOSSES
    line = line_of(operation)
    return [forward_equation(line, layer, is_loss), *backward_equations(line, layer, is_loss)]


@pytest.mark.parametrize("operation", [AFFINE, *ACTIVATIONS.values(), *LOSSES.values()], ids=repr)
def test_latex_is_plain_and_balanced(operation):
    for equation in equations(operation):
        latex = equation.latex()
        assert set(re.findall(r"\\[A-Za-z]+", latex)) <= KNOWN_COMMANDS
        depth = np.cumsum([{"{": 1, "}": -1}.get(c, 0) for c in latex])
        assert depth.min() >= 0
        assert depth[-1] == 0
        assert latex.count("(") == latex.count(")")
        assert latex.count("&") == 0
        assert equation.latex(align=True).count("&=") == 1
        assert all(ord(c) < 128 for c in latex), "only LaTeX, no bare Unicode"
        assert "dL" not in latex
        assert "y_prev" not in latex


@pytest.mark.parametrize("operation", [AFFINE, *ACTIVATIONS.values(), *LOSSES.values()], ids=repr)
def test_text_has_balanced_parentheses_and_no_code_names(operation):
    for equation in equations(operation):
        text = equation.text()
        assert text.count("(") == text.count(")")
        assert not re.search(r"dL_|y_prev|frac|\bdL", text)


@pytest.mark.parametrize(
    ("operation", "texts"),
    [
        (
            AFFINE,
            [
                "z₍₂₎ = y₍₁₎ · W₍₂₎ + b₍₂₎",
                "∂ℒ/∂W₍₂₎ = y₍₁₎ᵀ · ∂ℒ/∂z₍₂₎",
                "∂ℒ/∂b₍₂₎ = Σᵢ ∂ℒ/∂z₍₂₎ᵢ",
                "ℒ′₍₁₎ = ∂ℒ/∂z₍₂₎ · W₍₂₎ᵀ",
            ],
        ),
        (ACTIVATIONS["tanh"], ["y₍₂₎ = tanh(z₍₂₎)", "∂ℒ/∂z₍₂₎ = ℒ′₍₂₎ ⊙ tanh′(z₍₂₎)"]),
        (ACTIVATIONS["softmax"], ["y₍₂₎ = softmax(z₍₂₎)", "∂ℒ/∂z₍₂₎ = y₍₂₎ ⊙ (ℒ′₍₂₎ − Σₖ ℒ′₍₂₎ₖ y₍₂₎ₖ)"]),
        (LOSSES["mse"], ["ℒ = 1 / (m n) Σ (ŷ − t)²", "ℒ′₍₁₎ = ℒ′₍₂₎ · 2 / (m n) (ŷ − t)"]),
        (LOSSES["cross_entropy"], ["ℒ = − 1 / m Σ t log ŷ", "ℒ′₍₁₎ = ℒ′₍₂₎ · (− t) / (m ŷ)"]),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_known_equations_in_text(operation, texts):
    assert [equation.text() for equation in equations(operation)] == texts


def test_known_equations_in_latex():
    forward, of_W, of_b, of_y_prev = equations(AFFINE, layer=12)
    assert forward.latex() == "z_{(12)} = y_{(11)} \\cdot W_{(12)} + b_{(12)}"
    dz = r"\frac{\partial \mathcal{L}}{\partial z_{(12)}}"
    assert of_W.latex(align=True) == (
        r"\frac{\partial \mathcal{L}}{\partial W_{(12)}} &= y_{(11)}^\top \cdot " + dz
    )
    assert of_b.latex().endswith(r"\sum_i \frac{\partial \mathcal{L}}{\partial z_{(12),i}}")
    assert of_y_prev.latex() == r"\mathcal{L}'_{(11)} = " + dz + r" \cdot W_{(12)}^\top"


def test_symbols_of_the_loss_layer():
    written = {name: symbol(name, 4, is_loss=True).text() for name in ("y_prev", "y", "target", "dL_dy")}
    assert written == {"y_prev": "ŷ", "y": "ℒ", "target": "t", "dL_dy": "ℒ′₍₄₎"}


@pytest.mark.parametrize(("shape", "text"), [((5, 4), "(5 × 4)"), ((4,), "(4)"), ((), "(scalar)")])
def test_shapes_in_words(shape, text):
    assert write_shape(shape) == text


def shapes_of(net, x, target, layer, phase):
    step = next(s for s in trace(net, x, target).steps if (s.phase, s.layer) == (phase, layer))
    record = trace(net, x, target).records[layer]
    quantities = {**record.values, **{f"dL_d{name}": g for name, g in record.gradients.items()}}
    return [equation.shapes(quantities) for equation in step.equations]


def test_a_dense_layer_in_shapes():
    net, x, target = network([2, 4, 3]), np.ones((5, 2)), np.zeros((5, 3))
    assert shapes_of(net, x, target, 1, "forward") == [
        "(5 × 4) = (5 × 2) · (2 × 4) + (4)",
        "(5 × 4) = tanh(5 × 4)",
    ]
    assert shapes_of(net, x, target, 1, "backward") == [
        "(5 × 4) = (5 × 4) ⊙ tanh′(5 × 4)",
        "(2 × 4) = (5 × 2)ᵀ · (5 × 4)",
        "(4) = Σᵢ (4)",
        "(5 × 2) = (5 × 4) · (2 × 4)ᵀ",
    ]


@pytest.mark.parametrize("loss", LOSSES)
def test_matrix_products_fit_in_shapes(loss):
    """In "(a × b) · (c × d)", b must be c once transposes are taken."""
    net = network([2, 4, 3], head=HEADS.get(loss), loss=loss)
    x, target = np.ones((5, 2)), np.full((5, 3), 1 / 3)
    products = re.compile(r"\((\d+) × (\d+)\)(ᵀ?) · \((\d+) × (\d+)\)(ᵀ?)")
    found = 0
    for step in trace(net, x, target).steps:
        for written in shapes_of(net, x, target, step.layer, step.phase):
            for a, b, left, c, d, right in products.findall(written):
                found += 1
                assert (a if left else b) == (d if right else c), written
    assert found == 2 * 3


def test_a_layer_of_other_names_is_told_in_its_own_names():
    line = Line("q", AFFINE, ("y_prev", "W_q", "b_q"))
    forward, of_W = forward_equation(line, 1), backward_equations(line, 1)[0]
    assert forward.text() == "q₍₁₎ = y₍₀₎ · W_q₍₁₎ + b_q₍₁₎"
    assert of_W.text() == "∂ℒ/∂W_q₍₁₎ = y₍₀₎ᵀ · ∂ℒ/∂q₍₁₎"


def test_an_operation_without_an_equation_is_told_by_its_name():
    class Mix(Operation):
        name, inputs = "mix", ("a", "b")

        def forward(self, a, b):
            return a

        def backward(self, gradient, output, a, b):
            return gradient, None

    assert forward_equation(line_of(Mix()), 3).text() == "y₍₃₎ = mix(a₍₃₎, b₍₃₎)"


def test_a_program_tells_its_lines_in_order():
    program = Dense(2, 3, "relu").program
    assert [forward_equation(line, 1).text() for line in program] == [
        "z₍₁₎ = y₍₀₎ · W₍₁₎ + b₍₁₎",
        "y₍₁₎ = max(0, z₍₁₎)",
    ]
