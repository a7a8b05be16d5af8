"""What the health report measures, what it calls wrong, and how it is written."""

import re
from dataclasses import replace

import numpy as np
import pytest

from neural_net.bug_lab import KINDS, broken_network
from neural_net.datasets import digits, moons
from neural_net.descent import update
from neural_net.health import health
from neural_net.layers import Dense
from neural_net.network import network
from neural_net.trace import trace

# What health sees of a broken network, and at which of the layers that may be named for it.
SEEN = {
    "dead relus": "dead units",
    "saturated sigmoids": "saturated",
    "unscaled inputs": "unscaled inputs",
    "symmetric initialization": "alike units",
    "vanishing gradients": "vanishing gradient",
    "exploding gradients": "exploding gradient",
}
UPDATES = {
    "too small learning rate": "updates too small",
    "too large learning rate": "updates too large",
}


def report_on(kind, with_rate=True):
    net = broken_network(kind)
    return health(trace(net, net.x, net.target), net.learning_rate if with_rate else None)


@pytest.mark.parametrize("kind", SEEN)
def test_the_first_finding_names_the_trouble_and_its_layer(kind):
    first = report_on(kind).first
    assert first.problem == SEEN[kind]
    assert first.layer in KINDS[kind].layers


@pytest.mark.parametrize("kind", SEEN)
def test_the_first_finding_needs_no_learning_rate(kind):
    assert report_on(kind, with_rate=False).first == report_on(kind).first


@pytest.mark.parametrize("kind", UPDATES)
def test_a_learning_rate_that_is_off_shows_in_every_layer(kind):
    report = report_on(kind)
    assert [finding.problem for finding in report.findings] == [UPDATES[kind]] * 3
    assert report_on(kind, with_rate=False).is_well


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - SEEN.keys()))
def test_a_wrong_backward_pass_or_target_is_not_for_health_to_see(kind):
    report = report_on(kind, with_rate=False)
    assert report.is_well
    assert "check_gradients" in report.verdict


@pytest.mark.parametrize("kind", ["vanishing gradients", "exploding gradients"])
def test_every_layer_that_lets_a_gradient_vanish_or_explode_is_blamed(kind):
    report = report_on(kind, with_rate=False)
    assert [finding.layer for finding in report.findings] == [7, 6, 5, 4, 3, 2]


@pytest.mark.parametrize("activation", ["tanh", "relu", "leaky_relu", "sigmoid", "gelu", "softplus"])
@pytest.mark.parametrize("seed", range(5))
def test_a_new_network_is_well(activation, seed):
    x, target = digits()
    net = network([64, 32, 32, 10], activation=activation, loss="cross_entropy", seed=seed)
    report = health(trace(net, x[:200], target[:200]), 0.1)
    assert report.is_well, report


def test_the_measures_are_what_they_say():
    x, target = moons(40)
    net = network([2, 5, 4, 1], loss="mse", seed=3)
    one = trace(net, x, target)
    own = health(one, 0.1).layers[2]
    W, dL_dW = one.weights[2]["W"], one.weight_gradient[2]["W"]
    assert own.spread == pytest.approx(one.y[2].std())
    assert own.gradient == pytest.approx(np.linalg.norm(one.loss_gradient[2]))
    ratio = np.linalg.norm(one.loss_gradient[1]) / np.linalg.norm(one.loss_gradient[2])
    assert own.passes_on == pytest.approx(ratio)
    assert own.gradient_to_weight == pytest.approx(np.linalg.norm(dL_dW) / np.linalg.norm(W))
    assert own.update_to_weight == pytest.approx(0.1 * own.gradient_to_weight)
    assert own.saturated == np.mean(np.abs(one.y[2]) > np.sqrt(0.95))


def test_the_head_is_measured_behind_its_activation():
    x, target = moons(40)
    one = trace(network([2, 5, 1], loss="binary_cross_entropy", seed=3), x, target)
    arriving = np.linalg.norm(one.records[2].gradients["z"])
    assert health(one).layers[2].passes_on == pytest.approx(np.linalg.norm(one.loss_gradient[1]) / arriving)


def test_dead_and_alike_units_are_counted():
    x, target = moons(40)
    W = np.array([[1.0, 1.0, 2.0, 0.5], [0.0, 0.0, 1.0, -1.0]])
    b = np.array([0.0, 0.0, -100.0, 0.0])
    net = network(layers=[Dense(2, 4, "relu", W=W, b=b), Dense(4, 1)], loss="mse", seed=0)
    own = health(trace(net, x, target)).layers[1]
    assert (own.dead, own.alike) == (1, 2)


def test_alike_means_within_rounding():
    x, target = moons(40)
    apart = np.array([[1.0, 1.0 + 1e-6], [0.5, 0.5]])
    net = network(layers=[Dense(2, 2, "tanh", W=apart), Dense(2, 1)], loss="mse", seed=0)
    assert health(trace(net, x, target)).layers[1].alike == 0
    closer = net.with_parameters({(1, "W"): np.array([[1.0, 1.0 + 1e-15], [0.5, 0.5]])})
    assert health(trace(closer, x, target)).layers[1].alike == 2


def test_few_examples_call_no_unit_dead():
    net = broken_network("dead relus")
    report = health(trace(net, net.x[:4], net.target[:4]))
    assert report.layers[2].dead == 8
    assert "dead units" not in {finding.problem for finding in report.findings}


def test_any_update_can_be_measured():
    x, target = moons(40)
    net = network([2, 5, 1], loss="mse", seed=3)
    one = trace(net, x, target)
    by_rate, by_network = health(one, 0.05), health(one, after=update(net, one, 0.05))
    for own, other in zip(by_rate.layers[1:], by_network.layers[1:], strict=True):
        assert own.update_to_weight == pytest.approx(other.update_to_weight)


def test_overflow_is_found_where_it_starts():
    x, target = moons(40)
    net = network([2, 3, 3, 1], activation="identity", loss="mse", seed=0)
    huge = net.with_parameters({(2, "W"): np.full((3, 3), 1e200), (1, "W"): np.full((2, 3), 1e200)})
    with np.errstate(all="ignore"):
        report = health(trace(huge, x, target))
    assert report.first.problem in ("not finite", "exploding gradient")
    assert any(finding.problem == "not finite" and finding.layer == 2 for finding in report.findings)


def test_the_text_is_a_table_and_a_verdict_per_layer():
    lines = repr(report_on("dead relus")).splitlines()
    assert lines[0] == "Health on 60 examples"
    assert lines[1].split()[:4] == ["layer", "units", "dead", "alike"]
    assert [line.split("  ")[0] for line in lines[2:7]] == ["Input", "Layer 1", "Layer 2", "Layer 3", "Head"]
    assert len({len(line) for line in lines[1:7]}) == 1
    assert "Layer 2: dead units: 8 of 8 units are 0 for all 60 examples" in repr(report_on("dead relus"))
    assert lines[-1].startswith("Look first at Layer 2: dead units.")


def test_the_text_is_the_same_every_time():
    assert repr(report_on("vanishing gradients")) == repr(report_on("vanishing gradients"))


def test_the_html_says_the_same():
    report = report_on("saturated sigmoids")
    html = report._repr_html_()
    text = re.sub(r"<[^>]*>", " ", html)
    for finding in report.findings:
        assert finding.words in text.replace("&#x27;", "'")
    assert html.count("<tr>") == 1 + len(report.layers)
    assert html.count("⚠") == len(report.findings)


def test_what_does_not_fit_is_refused():
    x, target = moons(40)
    net = network([2, 5, 1], loss="mse")
    one = trace(net, x, target)
    with pytest.raises(TypeError, match="expected a trace"):
        health(net)
    with pytest.raises(TypeError, match="got both"):
        health(one, 0.1, after=net)
    with pytest.raises(ValueError, match="sizes"):
        health(one, after=network([2, 4, 1], loss="mse"))
    with pytest.raises(ValueError, match="above 0"):
        health(one, 0)


def test_a_report_is_frozen():
    report = report_on("dead relus")
    with pytest.raises(AttributeError):
        report.findings = ()
    assert replace(report, findings=()).is_well
