"""The benchmarks measure what they say: yardsticks do the same work, and a blank picture would be seen."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import __main__, table
from benchmarks.measure import Row, interleave, ratios
from benchmarks.networks import net_b, small
from benchmarks.plain_layers import Dense, SoftmaxCrossEntropy, train_step
from neural_net.descent import update
from neural_net.trace import trace
from tests.requirement import require_module

# Rows and the table


@pytest.mark.parametrize(
    ("limit", "within"),
    [
        ({}, None),
        ({"at_most": 3}, True),
        ({"at_most": 2.9}, False),
        ({"at_least": 3}, True),
        ({"at_least": 4}, False),
    ],
)
def test_the_median_is_held_to_the_limit(limit, within):
    row = Row("anything", [9.0, 3.0, 1.0], **limit)

    assert row.median == 3.0
    assert row.quartiles == (2.0, 6.0)
    assert row.is_within is within


def test_the_table_tells_what_was_missed():
    rows = [Row("fast", [0.1234, 0.2], at_most=1), Row("seen", [19, 20], "frames", at_least=20)]

    lines = table.render({"stepping": rows}).splitlines()

    assert lines[2].split() == "stepping fast 0.162 ms 0.143 … 0.181 ≤ 1 ms ok".split()
    assert lines[3].split() == "seen 19.5 frames 19.25 … 19.75 ≥ 20 frames MISSED".split()


def test_functions_take_turns():
    calls = []

    times = interleave({name: lambda name=name: calls.append(name) for name in "ab"}, rounds=3, repeats=2)

    assert "".join(calls) == "ab" + "aabb" * 3  # once each to warm up
    assert {name: len(samples) for name, samples in times.items()} == {"a": 3, "b": 3}
    assert ratios([4.0, 9.0], [2.0, 3.0]) == [2.0, 3.0]


# The command


def test_the_command_prints_a_row_for_each_measurement(capsys):
    __main__.main(["what_if", "--quick"])

    told = capsys.readouterr().out
    assert "3-4-4-2, a weight" in told
    assert "≤ 16 ms" in told


def test_what_is_not_installed_is_left_out_by_name(capsys, monkeypatch):
    def missing(name):
        raise ModuleNotFoundError("No module named 'playwright.sync_api'", name="playwright.sync_api")

    monkeypatch.setattr(__main__, "import_module", missing)

    assert __main__.main(["stepping"]) == 0
    assert "left out: stepping (playwright.sync_api is not installed)" in capsys.readouterr().out


def test_a_fault_of_our_own_is_not_taken_for_something_missing(monkeypatch):
    def broken(name):
        raise ModuleNotFoundError(name="neural_net.stepper")

    monkeypatch.setattr(__main__, "import_module", broken)

    with pytest.raises(ModuleNotFoundError):
        __main__.main(["stepping"])


def test_an_unknown_workload_is_named(capsys):
    with pytest.raises(SystemExit):
        __main__.main(["steping"])
    assert "unknown workload steping; there are stepping, what_if" in capsys.readouterr().err


# The yardsticks


def test_the_plain_step_learns_what_the_network_learns():
    net, x, target = net_b(batch=5)
    layers = [Dense(**layer.parameters, is_head=layer is net.layers[-1]) for layer in net.layers]

    loss = train_step(layers, SoftmaxCrossEntropy(), x, target, learning_rate=0.1)

    recorded = trace(net, x, target)
    after = update(net, recorded, 0.1)
    assert loss == pytest.approx(recorded.loss, rel=1e-12)
    for plain, layer in zip(layers, after.layers, strict=True):
        np.testing.assert_allclose(plain.W, layer.parameters["W"], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(plain.b, layer.parameters["b"], rtol=1e-9, atol=1e-12)


def test_the_plain_picture_shows_every_number_of_its_step():
    plt = pytest.importorskip("matplotlib.pyplot")
    plt.switch_backend("agg")
    from benchmarks.plain_interact import draw

    recorded = small()
    for step in recorded.steps:
        draw(recorded, step)
        told = [text.get_text() for text in plt.gca().texts]
        plt.close()
        for array in step.quantities.values():
            assert {f"{value:.2f}" for value in array.ravel()} <= set(told)


PICTURE = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"


@pytest.mark.browser
def test_the_recorder_sees_new_pictures_and_blank_ones(browser):
    require_module("playwright")
    from benchmarks.browser import PRESSED, RECORDER

    page = browser.new_page()
    page.set_content(f'<div class="jp-Cell"><p tabindex="0"><img src="{PICTURE}"></p></div>')
    page.evaluate(PRESSED)
    page.evaluate(RECORDER, [["plain", 0, "p", "img"]])
    page.evaluate(
        """() => document.querySelector('p').addEventListener('keydown', ({ key, currentTarget }) => {
          const copy = currentTarget.firstChild?.cloneNode();
          if (key === 'r') setTimeout(() => currentTarget.replaceChildren(copy), 50);
          if (key === 'e') currentTarget.replaceChildren();
        })"""
    )
    page.locator("p").focus()

    page.evaluate("() => recorders.plain.expect()")
    page.keyboard.press("r")
    times = page.evaluate("() => recorders.plain.answer")
    page.evaluate("() => { recorders.plain.watch(); }")
    for key in "re":
        page.keyboard.press(key)
        page.wait_for_timeout(200)
    seen = page.evaluate("() => recorders.plain.report()")
    page.close()

    assert 50 <= times["inDocument"] <= times["onScreen"]
    assert seen["shown"] == 1
    assert seen["emptied"] == 1
    assert seen["blank"] > 0
