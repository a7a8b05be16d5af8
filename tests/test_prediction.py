"""The stepper that asks before it shows, without a browser: what it hands to the page, and what it counts."""

import json
import re

import pytest
from IPython.core.formatters import DisplayFormatter

from neural_net import diagram
from neural_net.datasets import DIGIT_IMAGE_SHAPE, digits
from neural_net.network import network
from neural_net.questions import questions
from neural_net.stepper import FramePlayer, PredictionStepper, Stepper, step_through
from neural_net.trace import trace

X = [[0.8, -0.5], [0.1, 0.2], [-0.3, 0.4]]
TARGET = [1, 0, 1]


@pytest.fixture
def small():
    return trace(network([2, 4, 4, 1], loss="binary_cross_entropy", seed=0), X, TARGET)


@pytest.fixture
def stepper(small):
    return step_through(small, predict=True)


def right_answers(stepper):
    return {str(question.step): question.right for question in stepper.questions}


def test_it_is_asked_for(small):
    assert isinstance(step_through(small, predict=True), PredictionStepper)
    assert isinstance(step_through(small.network, X, TARGET, predict=True, example=2), PredictionStepper)
    assert isinstance(step_through(small), Stepper)


def test_the_page_gets_every_frame_and_a_question_for_every_backward_step(stepper, small):
    assert stepper.player.frames == list(diagram.frames(small))
    assert stepper.player.receipts == [step.receipt() for step in small.steps]
    assert [question["step"] for question in stepper.player.questions] == [4, 5, 6, 7]
    for sent, question in zip(stepper.player.questions, questions(small), strict=True):
        assert sent["prompt"] == question.prompt
        assert sent["title"] == small.steps[question.step].title
        assert sent["choices"][sent["right"]]["text"] == question.answer.text
    assert stepper.player.answers == {}
    json.dumps(stepper.player.questions)


def test_a_stepper_without_prediction_asks_nothing(small):
    assert step_through(small).player.questions == []


def test_the_script_of_the_player_has_both_parts_and_one_export():
    assert "class Questions" in FramePlayer._esm
    assert FramePlayer._esm.count("export default") == 1
    assert ".nns-question" in FramePlayer._css


def test_the_slider_is_joined_to_the_player_in_the_browser(stepper):
    assert (stepper.link.source, stepper.link.target) == (
        (stepper.slider, "value"),
        (stepper.player, "step"),
    )
    assert (stepper.slider.min, stepper.slider.max) == (0, 7)


def test_it_opens_at_the_step_that_was_asked_for(small):
    stepper = step_through(small, predict=True, start=("forward", 3))
    assert stepper.player.step == stepper.slider.value == 2


def test_the_example_is_the_one_that_was_asked_for(small):
    stepper = step_through(small, predict=True, example=2)
    assert stepper.questions == questions(small, example=2)
    assert stepper.player.frames == list(diagram.frames(small, example=2))


def test_the_tally_follows_the_answers(stepper):
    assert (stepper.tally.right, len(stepper.tally.answered)) == (0, 0)
    first, second, *_ = stepper.questions
    wrong = (second.right + 1) % len(second.choices)
    stepper.player.answers = {str(first.step): first.right, str(second.step): wrong}
    assert (stepper.tally.right, len(stepper.tally.answered)) == (1, 2)
    assert stepper.tally.missed == (second,)
    stepper.player.answers = right_answers(stepper)
    assert (stepper.tally.right, stepper.tally.missed) == (4, ())


def test_digits_can_be_predicted_too():
    x, target = digits()
    net = network([64, 32, 10], activation="relu", loss="cross_entropy", seed=0)
    stepper = step_through(net, x[:4], target[:4], image_shape=DIGIT_IMAGE_SHAPE, predict=True)
    assert [question.layer for question in stepper.questions] == [3, 2, 1]


# --- the output of a cell ---------------------------------------------------------------------


def test_without_a_kernel_the_questions_stand_above_their_answers(stepper):
    data, _ = DisplayFormatter().format(stepper)
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == stepper.model_id
    assert "image/svg+xml" not in data  # the filmstrip would give the answers away
    for text in (data["text/plain"], re.sub(r"<[^>]*>", " ", data["text/html"])):
        asked, answers = text.split("Answers")
        for question in stepper.questions:
            assert f"tep {question.step + 1}" in asked
            assert f"Step {question.step + 1}: {question.right + 1}." in answers


def test_the_output_is_the_same_every_time(small):
    first, second = (step_through(small, predict=True)._repr_mimebundle_() for _ in range(2))
    for kind in ("text/html", "text/plain"):
        assert first[kind] == second[kind]


def test_the_repr_is_one_line(stepper):
    assert repr(stepper) == f"<Stepper with 4 questions: {stepper.trace!r}>"
