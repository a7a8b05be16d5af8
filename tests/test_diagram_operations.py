"""Frames of opened layers: every operation of every kind, with the numbers of the trace."""

from __future__ import annotations

import re
from html import unescape
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural_net import diagram, look
from neural_net.diagram.element import gradient_story, value_story
from neural_net.diagram.operation_reading import OperationReading
from neural_net.elements import gradient_element
from neural_net.ledgers import fan_out_ledger
from neural_net.network import network
from neural_net.trace import trace
from tests.layer_examples import EXAMPLES, example_trace
from tests.layer_kinds import KINDS

PASSES = ("forward", "backward")


def cells(svg):
    """The text of every cell that can be picked and has its number in it, by reference."""
    found = re.findall(r'data-ref="(e:[^"]*)"><rect[^>]*/><text[^>]*>([^<]*)</text>', svg)
    return [(unescape(reference), number) for reference, number in found]


def quantity(expected, step, reference):
    """The number of the trace that a cell of an operation's frame stands for."""
    _, name, index = reference.split(":")
    at = tuple(int(i) for i in index.split(",") if i)
    code, _, use = name.partition("@")
    record = expected.records[step.layer]
    if use:
        assert use == step.line.output
        return step.quantities[code][at]
    if code.startswith("dL_d"):
        return record.gradients[code.removeprefix("dL_d")][at]
    return record.values[code][at]


def steps_of(expected, layer, phase):
    return next(s for s in expected.steps if (s.layer, s.phase) == (layer, phase)).operations


@pytest.mark.parametrize("phase", PASSES)
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_operation_has_a_frame_with_the_numbers_of_the_trace(name, phase):
    expected = example_trace(name)
    picked = 0
    for layer in expected.records:
        frames = diagram.operation_frames(expected, layer, phase, example=1)
        steps = steps_of(expected, layer, phase)
        assert len(frames) == len(steps)
        assert len({ElementTree.fromstring(frame).attrib["viewBox"] for frame in frames}) == 1
        for frame, step in zip(frames, steps, strict=True):
            assert f"› {diagram.operation_name(step)}" in frame
            for reference, number in cells(frame):
                assert number == look.number(float(quantity(expected, step, reference))), reference
                picked += 1
    assert picked > 0


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_generated_layers_have_frames_and_elements(kind, data):
    drawn = data.draw(KINDS[kind]())
    rng = np.random.default_rng(data.draw(st.integers(0, 9)))
    layer = drawn.drawn(rng)
    m = 3
    net = network(layers=[layer], input_shape=drawn.shape)
    expected = trace(net, drawn.x(rng, m), rng.normal(size=(m, *net.shapes[-1])))
    for phase in PASSES:
        frames = diagram.operation_frames(expected, 1, phase)
        assert len(frames) == len(steps_of(expected, 1, phase))
        for frame in frames:
            ElementTree.fromstring(frame)
            for reference in sorted(set(re.findall(r'data-ref="(e:[^"]*)"', frame)))[:2]:
                assert diagram.element_details(expected, 1, [reference])[reference][0]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_terms_of_an_element_add_up_as_they_are_shown(name):
    record = example_trace(name).records[1]
    computed = {line.output for line in record.program}
    for value in computed:
        array = record.values[value]
        index = np.unravel_index(int(np.abs(array).argmax()), array.shape)
        assert_adds_up(value_story(record, value, index), float(array[index]))
    for value, array in record.gradients.items():
        index = np.unravel_index(int(np.abs(array).argmax()), array.shape)
        assert_adds_up(gradient_story(record, value, index), float(array[index]))
        for use in gradient_element(record, value, index):
            story = gradient_story(record, value, index, use.line.output)
            assert story.terms[-1].sign == "="
            assert_adds_up(story, story.terms[-1].value)


def assert_adds_up(story, total):
    *terms, result = story.terms
    assert result.value == pytest.approx(total, rel=1e-9, abs=1e-12)
    if terms:
        assert sum(term.value for term in terms) == pytest.approx(total, rel=1e-9, abs=1e-12)
    assert len(terms) <= 6


def test_a_long_sum_shows_its_largest_terms_and_the_rest_as_one():
    net = network([64, 2], seed=0)
    expected = trace(net, np.linspace(-1, 1, 64), [0, 1])
    forward, _ = diagram.element_details(expected, 1, ["e:z:0,1"])["e:z:0,1"]
    assert "60 more" in forward


def test_picking_shows_the_value_forward_and_its_gradient_backward():
    expected = example_trace("dense rows")
    forward, backward = diagram.element_details(expected, 1, ["e:z:1,0"])["e:z:1,0"]
    assert "z[1, 0] · forward" in forward
    assert "dL_dz" not in forward
    assert "z[1, 0] · forward" in backward
    assert "dL_dz[1, 0] · backward" in backward
    given, gradient = diagram.element_details(expected, 1, ["e:dL_dW:2,1"])["e:dL_dW:2,1"]
    assert "A parameter" in given
    assert gradient.count("<svg") == 1
    assert diagram.element_details(expected, 1, ["u:1:0", ""]) == {}


def test_one_use_of_several_is_told_apart():
    expected = example_trace("attention")
    reference = "e:dL_dy_prev@k:1,0,2"
    _, story = diagram.element_details(expected, 1, [reference])[reference]
    total = look.number(float(expected.records[1].gradients["y_prev"][1, 0, 2]))
    assert f"One of 3 contributions, which add up to dL_dy_prev[1, 0, 2] = {total}." in unescape(story)


@pytest.mark.parametrize("name", ["attention", "rnn", "lstm", "residual", "transformer", "batch norm, rows"])
def test_running_sums_stand_at_every_operation_that_contributes(name):
    expected = example_trace(name)
    record = expected.records[1]
    frames = diagram.operation_frames(expected, 1, "backward")
    several = {
        c.name for c in record.contributions if sum(d.name == c.name for d in record.contributions) > 1
    }
    assert several
    for frame, step in zip(frames, steps_of(expected, 1, "backward"), strict=True):
        shown = (
            set(step.line.inputs) & several & {c.name for c in record.contributions if c.line == step.line}
        )
        assert ("Contributions add" in frame) == bool(shown)
        for value in shown:
            assert f">dL_d{value}[" in frame


@pytest.mark.parametrize(
    ("name", "value"), [("attention", "y_prev"), ("rnn", "W_hh"), ("residual", "y_prev")]
)
def test_the_last_sum_at_the_operation_zoom_is_the_gradient(name, value):
    expected = example_trace(name)
    reading = OperationReading(expected, 1, "backward", 0)
    shown = reading.gradient(value)
    index = (*shown.before, *reading.largest(shown))
    entries = fan_out_ledger(reading.record, value)
    steps = steps_of(expected, 1, "backward")
    last = next(i for i, step in enumerate(steps) if step.line == entries[-1].source)
    frame = diagram.operation_frames(expected, 1, "backward")[last]
    assert f">{len(entries)} of {len(entries)}<" in frame
    assert f">{look.number(float(reading.record.gradients[value][index]))}<" in frame


def test_a_program_is_shown_around_the_current_line_with_its_groups():
    expected = example_trace("lstm")
    frames = diagram.operation_frames(expected, 1, "forward")
    assert ">y_prev<" in frames[0]
    assert ">t = 1<" in frames[5]
    assert re.search(r">\d+ more<", frames[5])
    assert ">attention<" in diagram.operation_frames(example_trace("transformer"), 1, "forward")[8]


def test_pictures_are_deterministic():
    expected = example_trace("transformer")
    first = diagram.operation_frames(expected, 1, "backward")
    assert diagram.operation_frames(example_trace("transformer"), 1, "backward") == first


def test_large_arrays_are_images_and_many_matrices_are_counted():
    from neural_net.layers import Conv2d

    net = network(layers=[Conv2d(1, 32, 3)], input_shape=(1, 30, 30), seed=0)
    expected = trace(net, np.random.default_rng(0).normal(size=(2, 1, 30, 30)), np.zeros((2, 32, 28, 28)))
    for phase in PASSES:
        for frame in diagram.operation_frames(expected, 1, phase):
            assert len(frame) < 200_000
    assert re.search(r"\+ \d+ more", frame)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((3, "forward"), "layer: expected a number from 1 to 2"),
        ((0, "forward"), "layer: expected a whole number of at least 1"),
        ((1, "backwards"), "phase: unknown name 'backwards'. Did you mean 'backward'"),
        ((1, "forward", 3), "example: expected a number from 0 to 2"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        diagram.operation_frames(example_trace("dense rows"), *arguments)
