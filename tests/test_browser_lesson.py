"""The lesson in a reader's hands: it runs in a real JupyterLab, and its steppers show the trace's numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest

from neural_net import diagram, look
from neural_net.datasets import DIGIT_IMAGE_SHAPE
from tests.test_browser_stepper import StepperOnPage, texts_of

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[1]
LESSON = "notebooks/Back_propagation.ipynb"
BACKWARD, FORWARD, DIGIT = range(3)  # the lesson's steppers, in order


@pytest.fixture(scope="module")
def lesson(browser, lab):
    """The lesson, open and run to its end."""
    from tests.jupyter_lab import open_notebook

    notebook = open_notebook(browser, lab, LESSON)
    notebook.run_all()
    yield notebook
    assert notebook.console_errors == []
    notebook.close()


@pytest.fixture(scope="module", autouse=True)
def first_frames(lesson):
    """What each stepper shows before anyone has touched it."""
    return [StepperOnPage(lesson, number).frame() for number in (BACKWARD, FORWARD, DIGIT)]


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    """What the lesson's own cells define, run here without JupyterLab: the numbers to expect."""
    defined: dict[str, Any] = {}
    for cell in nbformat.read(ROOT / LESSON, as_version=4).cells:
        if cell.cell_type == "code":
            source = "\n".join(line for line in cell.source.splitlines() if not line.startswith("%"))
            exec(source, defined)
    return defined


def frames_and_receipts(trace, **look_of_input):
    """What a stepper through this trace has to show, step by step."""
    frames = diagram.frames(trace, **look_of_input)
    return [(texts_of(frame), step.receipt()) for frame, step in zip(frames, trace.steps, strict=True)]


def shown(stepper):
    """What a stepper shows."""
    return stepper.frame(), stepper.receipt


@pytest.mark.parametrize("number", [BACKWARD, FORWARD, DIGIT])
def test_keys_and_clicks_lead_through_every_step_forward_and_back(lesson, names, number):
    stepper = StepperOnPage(lesson, number)
    if number == DIGIT:
        expected = frames_and_receipts(names["digit"], image_shape=DIGIT_IMAGE_SHAPE)
    else:
        expected = frames_and_receipts(names["trace"])

    stepper.press("Home")
    for step in expected[:-1]:
        assert shown(stepper) == step
        stepper.press("ArrowRight")
    for step in reversed(expected):
        assert shown(stepper) == step
        stepper.press("ArrowLeft")

    for k, step in [*enumerate(expected), *reversed(list(enumerate(expected)))]:
        stepper.click(f'[data-step="{k}"]')
        assert shown(stepper) == step


@pytest.mark.parametrize(
    ("number", "title"), [(BACKWARD, "Backward pass · Layer 2"), (FORWARD, "Forward pass · Layer 1")]
)
def test_steppers_open_at_the_step_that_the_text_speaks_of(first_frames, number, title):
    assert title in first_frames[number]


def test_moving_the_point_into_its_crescent_lowers_the_loss_as_the_lesson_says(lesson, names):
    stepper = StepperOnPage(lesson, FORWARD)
    stepper.press("Home")
    stepper.click('[data-ref="u:0:1"]')
    value = stepper.whole.locator(".nns-what-if input[type=number]")
    stepper.page.wait_for_function("e => e.value === '0.1'", arg=value.element_handle())
    value.fill("0.6")
    value.press("Enter")
    stepper.wait_for_sentence("x 2: 0.10 → 0.60")

    moved = names["nnh"].trace(names["net"], [0.8, 0.6], names["target"])
    stepper.press("Escape")
    assert shown(stepper) == frames_and_receipts(moved)[0]
    assert moved.loss < names["trace"].loss

    stepper.whole.get_by_role("button", name="Reset").click()
    stepper.wait_for_sentence("Choose a number")
    assert shown(stepper) == frames_and_receipts(names["trace"])[0]


def test_the_sentence_of_section_4_speaks_of_a_number_on_the_page(lesson, names):
    stepper = StepperOnPage(lesson, BACKWARD)
    stepper.press("Home", *["ArrowRight"] * 6)
    gradient = names["trace"].loss_gradient[1][0, 1]
    assert look.number(gradient) == "−0.82"
    assert "−0.82" in stepper.frame()
