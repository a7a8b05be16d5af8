"""Predicting in a real JupyterLab: nothing is given away before the answer, and all is there after it."""

import pytest

from neural_net.network import network
from neural_net.questions import questions
from neural_net.trace import trace
from tests.notebook_files import code, write_notebook

pytestmark = pytest.mark.browser

SOURCE = """
from neural_net.network import network
from neural_net.stepper import step_through

net = network([2, 4, 4, 1], loss="binary_cross_entropy", seed=0)
stepper = step_through(net, [[0.8, -0.5], [0.1, 0.2], [-0.3, 0.4]], [1, 0, 1], predict=True)
stepper
"""
TALLY = "print(stepper.tally.right, 'of', len(stepper.tally.answered), stepper.tally.mistakes)"


def the_trace():
    net = network([2, 4, 4, 1], loss="binary_cross_entropy", seed=0)
    return trace(net, [[0.8, -0.5], [0.1, 0.2], [-0.3, 0.4]], [1, 0, 1])


class Reader:
    """A reader before the stepper: hands on the keys, eyes and ears on the page."""

    def __init__(self, notebook):
        self.page = notebook.page
        self.root = self.page.locator(".nns-stepper .nns")
        self.root.wait_for()
        self.root.evaluate("element => element.scrollIntoView()")
        self.card = self.root.locator(".nns-question")

    def press(self, *keys):
        self.root.focus()
        for key in keys:
            self.page.keyboard.press(key)

    @property
    def position(self):
        return self.root.locator(".nns-position").inner_text()

    @property
    def verdict(self):
        return self.root.locator(".nns-verdict p").inner_text()

    @property
    def tally(self):
        return self.root.locator(".nns-tally").inner_text()

    @property
    def title(self):
        return self.root.locator(".nns-frame svg").get_attribute("aria-label")

    @property
    def told(self):
        """All that the page says of the step, to eyes and to screen readers."""
        return self.root.evaluate("element => element.textContent")


@pytest.fixture
def opened(lab, open_notebook):
    write_notebook(lab.workspace / "predict.ipynb", code(SOURCE.strip()), code(TALLY))
    notebook = open_notebook("predict.ipynb")
    notebook.run_all()
    return notebook


def test_a_reader_predicts_the_backward_pass(opened):
    reader, one = Reader(opened), the_trace()
    asked = questions(one)
    receipts = [step.receipt() for step in one.steps]

    # Forward, nothing is asked.
    reader.press("ArrowRight", "ArrowRight", "ArrowRight")
    assert reader.position == "step 4 of 8"
    assert not reader.card.is_visible()
    assert reader.tally == "4 questions to come"

    # No way leads past the first question, and nothing of its step is told before the answer.
    for keys in (["ArrowRight"], ["ArrowRight", "ArrowRight"], ["End"]):
        reader.press(*keys)
        assert reader.position == "step 5 of 8"
    assert reader.card.is_visible()
    assert asked[0].prompt in reader.card.inner_text()
    assert reader.title.startswith("Forward pass · Loss")
    assert receipts[4] not in reader.told
    assert asked[0].answer.explanation not in reader.told
    assert asked[0].prompt in reader.root.locator(".nns-spoken").text_content()
    reader.root.locator('.nns-frame [data-step="6"]').first.dispatch_event("click", {"bubbles": True})
    assert reader.position == "step 5 of 8"

    # A right answer by its key uncovers the step.
    reader.press(str(asked[0].right + 1))
    assert not reader.card.is_visible()
    assert reader.title.startswith("Backward pass · Loss")
    assert receipts[4] in reader.told
    assert reader.verdict.startswith(f"✓ Right: {asked[0].answer.text}.")
    assert asked[0].answer.explanation in reader.verdict
    assert reader.tally == "1 of 1 right"

    # A number of a unit whose backward step is still covered is not told.
    reader.root.locator('.nns-frame [data-ref="u:1:0"]').first.dispatch_event("click", {"bubbles": True})
    assert not reader.root.locator(".nns-detail").is_visible()
    reader.press("Escape")

    # A wrong answer by click is explained, corrected, and kept.
    reader.press("ArrowRight")
    wrong = (asked[1].right + 1) % len(asked[1].choices)
    reader.card.locator("button").nth(wrong).click()
    assert reader.verdict.startswith(f"✗ Not {asked[1].choices[wrong].text}.")
    assert asked[1].choices[wrong].explanation in reader.verdict
    assert f"Right is {asked[1].answer.text}." in reader.verdict
    assert "1 of 2 right · missed: step 6" in reader.tally
    assert reader.position == "step 6 of 8"

    # An answer counts once; after it the arrows go on.
    reader.page.keyboard.press(str(asked[1].right + 1))
    assert "1 of 2 right" in reader.tally
    reader.page.keyboard.press("ArrowRight")
    assert reader.position == "step 7 of 8"
    reader.press(str(asked[2].right + 1), "ArrowRight", str(asked[3].right + 1))
    assert "3 of 4 right" in reader.tally
    assert receipts[7] in reader.told

    # Back to what was missed; what was uncovered stays so, in the kernel's tally too.
    reader.root.get_by_role("button", name="step 6").click()
    assert reader.position == "step 6 of 8"
    assert not reader.card.is_visible()
    opened.wait_idle()
    cell = opened.cell_with("tally.right")
    cell.locator(".jp-InputArea-editor").click()
    opened.page.keyboard.press("Control+Enter")
    cell.locator(".jp-OutputArea-output", has_text="3 of 4").wait_for(timeout=10_000)
    assert asked[1].choices[wrong].mistake in cell.inner_text()


def test_play_stops_at_a_question_and_the_slider_cannot_pass_it(opened):
    reader = Reader(opened)
    handle = reader.page.locator(".nns-top .noUi-handle")
    handle.focus()
    for _ in range(9):
        reader.page.keyboard.press("ArrowRight")
    opened.wait_idle()
    assert reader.position == "step 5 of 8"
    assert float(handle.get_attribute("aria-valuenow")) == 4
    reader.press("ArrowLeft", " ")
    reader.root.get_by_text("step 5 of 8").wait_for()
    reader.root.get_by_role("button", name="Play").wait_for(timeout=5_000)
    assert reader.card.is_visible()


@pytest.mark.parametrize("zoom", [1.0, 1.5])
def test_the_question_lies_over_the_panel_and_fits_the_page(lab, open_notebook, zoom):
    write_notebook(lab.workspace / "predict.ipynb", code(SOURCE.strip()))
    notebook = open_notebook("predict.ipynb", zoom=zoom, theme="dark")
    notebook.run_all()
    reader = Reader(notebook)
    reader.press("End")
    stage, card = reader.root.locator(".nns-stage").bounding_box(), reader.card.bounding_box()
    assert card["x"] >= stage["x"]
    assert card["x"] + card["width"] <= stage["x"] + stage["width"]
    assert card["y"] > stage["y"] + stage["height"] / 2.5
    assert card["y"] + card["height"] <= stage["y"] + stage["height"] + 1
    for button in reader.card.locator("button").all():
        box = button.bounding_box()
        assert box["x"] + box["width"] <= card["x"] + card["width"]
        assert box["y"] + box["height"] <= card["y"] + card["height"]
    frame = reader.root.locator(".nns-frame").bounding_box()
    reader.press("1")
    assert reader.root.locator(".nns-frame").bounding_box() == frame
