"""Optimizers against their formulas, and against PyTorch's step by step."""

import numpy as np
import pytest

from neural_net.optimizers import OPTIMIZERS, SGD, Adam, optimizer_from
from tests.oracles import assert_same
from tests.requirement import require_module

RULES = [SGD(0.1), SGD(0.05, momentum=0.9), Adam(), Adam(0.05, beta1=0.8, beta2=0.95, epsilon=1e-3)]


def gradients(steps=30):
    """A seeded gradient for each step, growing and shrinking over six orders of magnitude."""
    rng = np.random.default_rng(0)
    return [rng.normal(size=7) * 10.0 ** rng.integers(-4, 2) for _ in range(steps)]


def path(rule, dtype="float64"):
    """The vector after every step."""
    w = np.linspace(-1, 1, 7, dtype=dtype)
    move = rule.start(w)
    visited = []
    for gradient in gradients():
        move(gradient.astype(dtype))
        visited.append(w.copy())
    return visited


def torch_twin(rule, tensor):
    import torch

    if isinstance(rule, SGD):
        return torch.optim.SGD([tensor], lr=rule.learning_rate, momentum=rule.momentum)
    return torch.optim.Adam([tensor], lr=rule.learning_rate, betas=(rule.beta1, rule.beta2), eps=rule.epsilon)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-13), ("float32", 1e-5)])
@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_every_step_is_that_of_pytorch(rule, dtype, tolerance):
    require_module("torch")
    import torch

    tensor = torch.linspace(-1, 1, 7, dtype=getattr(torch, dtype))
    twin = torch_twin(rule, tensor)
    for gradient, visited in zip(gradients(), path(rule, dtype), strict=True):
        tensor.grad = torch.tensor(gradient.astype(dtype))
        twin.step()
        assert visited.dtype == dtype
        assert_same(visited, tensor.numpy(), tolerance)


def test_plain_sgd_is_the_rule_of_the_lesson():
    w = np.array([1.0, 2.0])
    SGD(0.5).start(w)(np.array([1.0, -4.0]))
    assert w.tolist() == [0.5, 4.0]


def test_momentum_adds_up_a_constant_gradient():
    w = np.zeros(1)
    move = SGD(1.0, momentum=0.5).start(w)
    for expected in (-1, -2.5, -4.25):
        move(np.ones(1))
        assert w == expected


def test_the_first_step_of_adam_is_the_learning_rate_whatever_the_gradient():
    w = np.zeros(3)
    Adam(0.01).start(w)(np.array([1e-3, 5.0, -1e6]))
    np.testing.assert_allclose(w, [-0.01, -0.01, 0.01], rtol=1e-4)


@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_one_rule_serves_many_trainings(rule):
    assert np.array_equal(path(rule), path(rule))


@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_the_gradient_is_left_alone(rule):
    w, gradient = np.zeros(7), gradients()[0]
    before = gradient.copy()
    rule.start(w)(gradient)
    assert np.array_equal(gradient, before)


def test_options_go_to_the_named_optimizer():
    assert optimizer_from("sgd") == SGD()
    assert optimizer_from("sgd", learning_rate=0.3, momentum=0.9) == SGD(0.3, 0.9)
    assert optimizer_from("adam", learning_rate=0.01, momentum=None) == Adam(0.01)
    assert optimizer_from(SGD(0.3), learning_rate=None) == SGD(0.3)
    assert set(OPTIMIZERS) == {"sgd", "adam"}


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: SGD(-1), ValueError, "SGD, learning_rate: expected a number above 0, got -1"),
        (lambda: SGD("fast"), TypeError, "SGD, learning_rate: expected real numbers"),
        (
            lambda: SGD(momentum=1),
            ValueError,
            "SGD, momentum: expected a number from 0 up to, not including, 1; got 1",
        ),
        (lambda: Adam(beta2=-0.1), ValueError, "Adam, beta2: expected a number from 0 up to"),
        (lambda: Adam(epsilon=0), ValueError, "Adam, epsilon: expected a number above 0, got 0"),
        (lambda: Adam(np.nan), ValueError, "Adam, learning_rate: expected finite numbers, got nan"),
        (lambda: optimizer_from("adma"), ValueError, "optimizer: unknown name 'adma'. Did you mean 'adam'?"),
        (lambda: optimizer_from(SGD), TypeError, "optimizer: expected one of sgd, adam, got <class"),
        (lambda: optimizer_from("adam", momentum=0.9), TypeError, "momentum: no option of optimizer 'adam'"),
        (
            lambda: optimizer_from(SGD(), momentum=0.9),
            TypeError,
            "momentum: goes with an optimizer's name, but SGD",
        ),
    ],
)
def test_bad_options_are_named(make, error, message):
    with pytest.raises(error) as caught:
        make()
    assert message in str(caught.value)
