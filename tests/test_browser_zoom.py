"""Opening a layer in a real JupyterLab: its operations by keys, one element, and back."""

import pytest

from neural_net import diagram
from neural_net.steps import Step
from tests.notebook_files import code, write_notebook
from tests.test_browser_stepper import SMALL, StepperOnPage, small_trace, texts_of

pytestmark = pytest.mark.browser


@pytest.fixture
def stepper(lab, open_notebook):
    write_notebook(lab.workspace / "zoom.ipynb", code(SMALL.strip()))
    notebook = open_notebook("zoom.ipynb")
    notebook.run_all()
    return StepperOnPage(notebook)


def wait_for(stepper, position):
    stepper.root.get_by_text(position, exact=True).wait_for(timeout=10_000)


def operation(stepper):
    """Which operation of how many is shown, or None."""
    place = stepper.root.locator(".nns-operation")
    return place.inner_text() if place.is_visible() else None


def crumb(stepper):
    return stepper.root.locator(".nns-crumbs b").inner_text()


def operations(step: Step) -> list[str]:
    return [operation.receipt() for operation in step.operations]


def test_a_layer_opens_steps_through_its_operations_and_closes(stepper):
    expected = small_trace()
    step = expected.steps[5]  # backward, layer 3
    assert (step.phase, step.layer) == ("backward", 3)
    frames = diagram.operation_frames(expected, 3, "backward")
    stepper.root.get_by_role("button", name="Open this layer").wait_for(timeout=10_000)
    stepper.press("Home", *["ArrowRight"] * 5)

    stepper.press("ArrowDown")
    wait_for(stepper, "operation 1 of 2")
    assert (stepper.frame(), stepper.receipt) == (texts_of(frames[0]), operations(step)[0])
    assert crumb(stepper) == "dL_dy"
    stepper.press("ArrowRight")
    assert (stepper.frame(), stepper.receipt) == (texts_of(frames[1]), operations(step)[1])
    assert (operation(stepper), crumb(stepper)) == ("operation 2 of 2", "dL_dz")
    stepper.press("ArrowRight")
    assert operation(stepper) == "operation 2 of 2"

    stepper.click('[data-ref="e:dL_dW:1,0"]')
    stepper.root.locator(".nns-detail svg").first.wait_for(timeout=10_000)
    labels = stepper.root.locator(".nns-detail svg").evaluate_all(
        "all => all.map(svg => svg.getAttribute('aria-label'))"
    )
    found = diagram.element_details(expected, 3, ["e:dL_dW:1,0"])["e:dL_dW:1,0"][1]
    assert len(labels) == 1
    assert all(f'aria-label="{label}"' in found for label in labels)

    stepper.press("Escape")  # lets go of the element first
    assert stepper.story is None
    stepper.press("ArrowLeft")
    assert operation(stepper) == "operation 1 of 2"
    stepper.press("Escape")
    assert operation(stepper) is None
    assert stepper.position == "step 6 of 8"
    assert stepper.frame() == texts_of(diagram.frames(expected)[5])


def test_a_double_click_opens_and_the_slider_leaves(stepper):
    stepper.root.get_by_role("button", name="Open this layer").wait_for(timeout=10_000)
    stepper.click('[data-ref="layer:2"]')
    stepper.root.locator('[data-ref="layer:2"]').first.dispatch_event("dblclick", {"bubbles": True})
    wait_for(stepper, "operation 1 of 2")
    assert crumb(stepper) == "z"
    knob = stepper.handle(".nns-top")
    knob.focus()
    knob.press("ArrowRight")
    wait_for(stepper, "step 3 of 8")
    stepper.press("ArrowLeft")
    assert operation(stepper) is None
    assert stepper.position == "step 2 of 8"
    stepper.press("Enter")
    wait_for(stepper, "operation 1 of 2")
    stepper.root.get_by_role("button", name="Forward pass · Layer 2").click()
    assert operation(stepper) is None
    assert stepper.position == "step 2 of 8"


def test_what_if_is_followed_by_an_open_layer(stepper):
    stepper.root.get_by_role("button", name="Open this layer").wait_for(timeout=10_000)
    stepper.press("Home", "Enter")
    wait_for(stepper, "operation 1 of 2")
    number = stepper.whole.locator(".nns-what-if input[type=number]")
    number.fill("1.5")
    number.press("Enter")
    stepper.wait_for_sentence("x 1 of example 1: 0.80 → 1.50")
    changed = small_trace(first=(1.5, -0.5))
    assert stepper.receipt == operations(changed.steps[0])[0]
    assert stepper.frame() == texts_of(diagram.operation_frames(changed, 1, "forward")[0])


def test_without_a_kernel_nothing_is_offered_that_cannot_be_opened(lab, open_notebook):
    source = SMALL.replace("[1, 0, 1])", "[1, 0, 1], open_layers=[2])")
    write_notebook(lab.workspace / "zoom.ipynb", code(source.strip()))
    notebook = open_notebook("zoom.ipynb")
    notebook.run_all()
    stepper = StepperOnPage(notebook)
    stepper.root.get_by_role("button", name="Open this layer").wait_for(timeout=10_000)
    notebook.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    stepper.press("Home", "ArrowRight", "Enter", "ArrowRight")
    assert operation(stepper) == "operation 2 of 2"
    stepper.press("Escape", "Home", "Enter")
    alert = stepper.root.get_by_role("alert")
    alert.get_by_text("The kernel does not answer").wait_for(timeout=10_000)
    assert operation(stepper) is None
    assert stepper.position == "step 1 of 8"
    complaint = "Could not send widget sync message"
    notebook.console_errors[:] = [error for error in notebook.console_errors if complaint not in error]
