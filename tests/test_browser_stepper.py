"""The stepper in a reader's hands: keys, clicks, sliders, in a real JupyterLab."""

import re
from itertools import pairwise

import pytest

from neural_net import diagram, look
from neural_net.datasets import DIGIT_IMAGE_SHAPE, digits
from neural_net.network import network
from neural_net.stepper.what_if import quantities, tell_loss
from neural_net.trace import trace
from tests.notebook_files import code, write_notebook

pytestmark = pytest.mark.browser

SMALL = """
from neural_net.network import network
from neural_net.stepper import step_through

net = network([2, 4, 4, 1], loss="binary_cross_entropy", seed=0)
stepper = step_through(net, [[0.8, -0.5], [0.1, 0.2], [-0.3, 0.4]], [1, 0, 1])
stepper
"""
DIGIT = """
from neural_net.datasets import digits
from neural_net.network import network
from neural_net.stepper import step_through

x, target = digits()
net = network([64, 32, 10], activation="relu", loss="cross_entropy", seed=0)
step_through(net, x[:4], target[:4], image_shape=(8, 8))
"""


def small_trace(first=(0.8, -0.5)):
    net = network([2, 4, 4, 1], loss="binary_cross_entropy", seed=0)
    return trace(net, [first, (0.1, 0.2), (-0.3, 0.4)], [1, 0, 1])


def digit_trace():
    x, target = digits()
    net = network([64, 32, 10], activation="relu", loss="cross_entropy", seed=0)
    return trace(net, x[:4], target[:4])


class StepperOnPage:
    """One stepper on a page: what it shows, and hands to move it."""

    def __init__(self, notebook, number=0):
        self.notebook = notebook
        self.page = notebook.page
        self.whole = self.page.locator(".nns-stepper").nth(number)
        self.root = self.whole.locator(".nns")
        self.whole.wait_for()
        self.whole.evaluate("element => element.scrollIntoView()")

    def press(self, *keys):
        self.root.focus()
        for key in keys:
            self.page.keyboard.press(key)

    def click(self, selector):
        """Click just this element, wherever it is drawn, as the mouse would."""
        self.root.locator(selector).first.dispatch_event("click", {"bubbles": True})

    @property
    def position(self):
        return self.root.locator(".nns-position").inner_text()

    @property
    def receipt(self):
        return self.root.locator(".nns-receipt pre").text_content()

    @property
    def story(self):
        """The numbers of what was picked, or None."""
        detail = self.root.locator(".nns-detail")
        return detail.locator("svg").get_attribute("aria-label") if detail.is_visible() else None

    def drawn(self, reference):
        """The texts drawn in one unit of the picture."""
        return self.root.locator(f'.nns-frame [data-ref="{reference}"] text').all_text_contents()

    def frame(self):
        """The texts of the whole picture."""
        return self.root.locator(".nns-frame svg text").all_text_contents()

    def box(self):
        return self.root.locator(".nns-frame").bounding_box()

    def handle(self, place):
        return self.whole.locator(f"{place} .noUi-handle")

    def wait_for_sentence(self, text):
        self.whole.locator(".nns-sentence", has_text=text).wait_for(timeout=10_000)
        self.notebook.wait_idle()


def texts_of(svg):
    """The texts of a picture as the page has them: tags and entities taken away."""
    from html import unescape

    found = re.findall(r"<text[^>]*>(.*?)</text>", svg, re.DOTALL)
    return [unescape(re.sub(r"<[^>]*>", "", text)) for text in found]


@pytest.fixture(scope="module")
def notebook(browser, lab):
    """One notebook with a small and a digits stepper, which the tests that change no setting share."""
    from tests.jupyter_lab import open_notebook

    write_notebook(
        lab.workspace / "shared.ipynb", *(code(source.strip()) for source in (SMALL, DIGIT, "1 + 1"))
    )
    opened = open_notebook(browser, lab, "shared.ipynb")
    opened.run_all()
    yield opened
    opened.close()


def as_new(notebook, number):
    """A stepper of the shared notebook at its first step, with nothing picked and nothing changed."""
    stepper = StepperOnPage(notebook, number)
    reset = stepper.whole.get_by_role("button", name="Reset")
    if reset.is_enabled():
        reset.click()
        stepper.wait_for_sentence("Choose a number")
    chooser = stepper.whole.locator(".nns-top input[type=number]")
    if chooser.input_value() != "1":
        chooser.fill("1")
        chooser.press("Enter")
        stepper.root.locator(".nns-frame").get_by_text("example 1 of").wait_for()
    stepper.press("Home", "Escape")
    notebook.wait_idle()
    return stepper


@pytest.fixture
def stepper(notebook):
    """The small stepper."""
    yield as_new(notebook, 0)
    assert notebook.console_errors == []


@pytest.fixture
def digit_stepper(notebook):
    """The stepper through a network that reads digits."""
    yield as_new(notebook, 1)
    assert notebook.console_errors == []


@pytest.fixture
def open_cells(lab, open_notebook):
    """Open a notebook of these cells and run it: `open_cells(code, …, theme="dark")`."""

    def open_them(*sources, **options):
        write_notebook(lab.workspace / "stepper.ipynb", *(code(source.strip()) for source in sources))
        notebook = open_notebook("stepper.ipynb", **options)
        notebook.run_all()
        return notebook

    return open_them


# --- moving -----------------------------------------------------------------------------------


def assert_keys_walk(stepper, expected, frames):
    """Keys lead through every step and back; at each, picture and receipt are those of the trace."""
    last = len(frames) - 1

    def press(key, step):
        stepper.press(key)
        assert stepper.position == f"step {step + 1} of {last + 1}"
        assert stepper.receipt == expected.steps[step].receipt()
        assert stepper.frame() == texts_of(frames[step])

    press("Home", 0)
    for step in range(1, last + 1):
        press("ArrowRight", step)
    press("ArrowRight", last)
    for step in range(last - 1, -1, -1):
        press("ArrowLeft", step)
    press("ArrowLeft", 0)
    press("End", last)
    press("Home", 0)
    assert stepper.root.evaluate("element => element === document.activeElement")


def test_keys_walk_through_every_step_of_a_small_network_and_back(stepper):
    assert_keys_walk(stepper, small_trace(), diagram.frames(small_trace()))


def test_keys_walk_through_every_step_of_a_network_for_digits_and_back(digit_stepper):
    expected = digit_trace()
    assert_keys_walk(digit_stepper, expected, diagram.frames(expected, image_shape=DIGIT_IMAGE_SHAPE))
    digit_stepper.press("End")
    for j, probability in enumerate(expected.y[2][0]):
        assert look.number(probability) in digit_stepper.drawn(f"u:2:{j}")


def test_slider_buttons_rail_and_layers_lead_to_the_same_steps(stepper):
    knob = stepper.handle(".nns-top")

    for k in (3, 7, 0, 5):
        stepper.click(f'[data-step="{k}"]')
        assert stepper.position == f"step {k + 1} of 8"
        assert float(knob.get_attribute("aria-valuenow")) == k

    stepper.click('[data-ref="layer:1"]')  # in the backward pass, that layer's last step
    assert stepper.position == "step 8 of 8"
    stepper.press("Home")
    stepper.click('[data-ref="layer:4"]')
    assert stepper.position == "step 4 of 8"

    knob.focus()
    knob.press("ArrowRight")
    assert stepper.position == "step 5 of 8"

    for name, step in (("First step", 1), ("Next step", 2), ("Last step", 8), ("Previous step", 7)):
        stepper.root.get_by_role("button", name=name).click()
        assert stepper.position == f"step {step} of 8"


def test_twenty_fast_keys_are_twenty_frames_and_none_is_blank(stepper):
    stepper.root.evaluate(
        """root => {
          const frame = root.querySelector(".nns-frame");
          window.shown = [];
          const look = () => window.shown.push([frame.children.length, frame.textContent.length]);
          new MutationObserver(look).observe(frame, { childList: true });
        }"""
    )
    stepper.press(*["ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"] * 3, *["ArrowLeft"] * 4)
    stepper.press(*["ArrowRight", "ArrowLeft"] * 2)
    shown = stepper.page.evaluate("() => window.shown")
    assert len(shown) == 20
    assert all(children == 1 and letters > 100 for children, letters in shown)


def test_play_goes_on_by_itself_until_a_hand_moves(stepper):
    stepper.press(" ")
    assert stepper.position == "step 2 of 8"
    assert stepper.root.get_by_role("button", name="Pause").is_visible()
    stepper.root.get_by_text("step 3 of 8", exact=True).wait_for(timeout=5_000)
    stepper.press("ArrowLeft")
    stepper.page.wait_for_timeout(1_800)
    assert stepper.position == "step 2 of 8"
    assert stepper.root.get_by_role("button", name="Play").is_visible()


def test_two_views_agree_and_two_steppers_do_not_mix(open_cells):
    notebook = open_cells(SMALL, "stepper", SMALL)
    first, again, other = (StepperOnPage(notebook, number) for number in range(3))
    first.press("ArrowRight", "ArrowRight")
    assert (first.position, again.position, other.position) == ("step 3 of 8", "step 3 of 8", "step 1 of 8")
    again.click('[data-ref="u:0:1"]')
    assert first.story == again.story
    assert first.story.startswith("Unit 2 of the input")
    assert other.story is None


def test_steps_need_no_kernel(open_cells):
    notebook = open_cells(SMALL)
    stepper = StepperOnPage(notebook)
    notebook.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    stepper.press("ArrowRight", "ArrowRight")
    assert stepper.receipt == small_trace().steps[2].receipt()
    assert float(stepper.handle(".nns-top").get_attribute("aria-valuenow")) == 2
    stepper.click('[data-ref="u:1:2"]')
    assert stepper.story.startswith("Unit 3 of layer 1 · forward")
    # JupyterLab itself complains that it cannot tell the kernel; nothing else may be wrong.
    complaint = "Could not send widget sync message"
    notebook.console_errors[:] = [error for error in notebook.console_errors if complaint not in error]


def test_keys_outside_the_stepper_are_jupyterlabs(stepper, notebook):
    notebook.cell(2).locator(".jp-InputArea-editor").click()
    notebook.page.keyboard.press("ArrowRight")
    assert stepper.position == "step 1 of 8"


# --- following one unit or edge ---------------------------------------------------------------


def test_a_pick_shows_its_numbers_in_both_passes_and_moves_nothing(stepper):
    expected = small_trace()
    details = diagram.details(expected)
    before = stepper.box()

    stepper.click('[data-ref="u:1:2"]')
    assert stepper.story.startswith("Unit 3 of layer 1 · forward")
    assert look.number(expected.y[1][0, 2]) in stepper.story
    assert stepper.root.locator(".nn-picked").get_attribute("data-ref") == "u:1:2"
    touched = stepper.root.locator(".nn-incident").evaluate_all("found => found.map(e => e.dataset.ref)")
    edges = {"w:1:0:2", "w:1:1:2", *(f"w:2:2:{k}" for k in range(4))}
    assert set(touched) == edges | {"u:0:0", "u:0:1", *(f"u:2:{k}" for k in range(4))} | {"u:1:2"}

    stepper.press("End")
    assert f'aria-label="{stepper.story}"' in details["u:1:2"][1]
    assert stepper.root.locator(".nn-picked").get_attribute("data-ref") == "u:1:2"

    stepper.click('[data-ref="w:1:0:2"]')
    assert stepper.story.startswith("Weight from unit 1 of the input to unit 3 of layer 1 · backward")
    stepper.press("Escape")
    assert stepper.story is None
    assert stepper.root.locator(".nn-picked, .nn-incident").count() == 0

    stepper.click('[data-ref="u:1:2"]')
    stepper.click('[data-ref="u:1:2"]')
    assert stepper.story is None
    stepper.click('[data-ref="u:1:2"]')
    stepper.root.get_by_role("button", name="Let go").click()
    assert stepper.story is None
    assert stepper.box() == before


def test_a_pick_covers_the_matrices_of_the_step(stepper):
    stepper.click('[data-ref="u:1:2"]')
    panel = stepper.root.locator("[data-upper]").bounding_box()
    detail = stepper.root.locator(".nns-detail").bounding_box()
    assert detail["x"] == pytest.approx(panel["x"], abs=1)
    assert detail["y"] == pytest.approx(panel["y"], abs=1)
    assert detail["width"] == pytest.approx(panel["width"], abs=2)
    assert detail["height"] < panel["height"]


# --- what if ----------------------------------------------------------------------------------


def test_what_if_changes_every_step_and_resets(stepper):
    stepper.press("End")
    before = stepper.box()

    stepper.click('[data-ref="u:0:1"]')
    number = stepper.whole.locator(".nns-what-if input[type=number]")
    stepper.page.wait_for_function("e => e.value === '-0.5'", arg=number.element_handle())
    number.fill("1.25")
    number.press("Enter")
    changed = small_trace(first=(0.8, 1.25))
    stepper.wait_for_sentence("x 2 of example 1: −0.50 → 1.25")
    frames = diagram.frames(changed)
    for step in range(7, -1, -1):
        assert stepper.frame() == texts_of(frames[step])
        assert stepper.receipt == changed.steps[step].receipt()
        stepper.press("ArrowLeft")
    assert look.number(1.25) in stepper.story

    stepper.whole.get_by_role("button", name="Reset").click()
    stepper.wait_for_sentence("Choose a number")
    assert stepper.frame() == texts_of(diagram.frames(small_trace())[0])
    assert stepper.box() == before


def test_the_slider_changes_a_weight_while_it_moves(stepper):
    stepper.click('[data-ref="w:2:1:3"]')
    weight = small_trace().weights[2]["W"][1, 3]
    handle = stepper.handle(".nns-what-if")
    number = stepper.whole.locator(".nns-what-if input[type=number]")
    stepper.page.wait_for_function(
        "([e, w]) => Math.abs(e.value - w) < 1e-12", arg=[number.element_handle(), weight]
    )
    handle.focus()
    for _ in range(5):
        handle.press("ArrowRight")
    value = quantities(small_trace())[4].value(weight, 5)
    W = small_trace().weights[2]["W"].copy()
    W[1, 3] = value
    net = small_trace().network.with_parameters({(2, "W"): W})
    expected = trace(net, small_trace().x, small_trace().target)
    told = f"W(2) 2→4: {look.number(weight)} → {look.number(value)}. "
    stepper.wait_for_sentence(told + f"Loss {tell_loss(small_trace().loss, expected.loss)}")
    assert float(number.input_value()) == value
    assert stepper.receipt == expected.steps[0].receipt()


def test_another_example_and_another_pixel(digit_stepper):
    stepper = digit_stepper
    chooser = stepper.whole.locator(".nns-top input[type=number]")
    chooser.fill("3")
    chooser.press("Enter")
    stepper.root.locator(".nns-frame").get_by_text("example 3 of 4").wait_for(timeout=10_000)
    assert stepper.frame() == texts_of(
        diagram.frames(digit_trace(), example=2, image_shape=DIGIT_IMAGE_SHAPE)[0]
    )
    stepper.root.locator('[data-ref="u:0:0"]').click()
    handle = stepper.handle(".nns-what-if")
    handle.focus()
    handle.press("End")
    stepper.wait_for_sentence("pixel 1,1 of example 3: 0 → 1.")


def test_an_error_is_shown_and_dismissed_and_the_stepper_goes_on(stepper):
    stepper.whole.locator(".nns-what-if select").first.select_option("target")
    number = stepper.whole.locator(".nns-what-if input[type=number]")
    stepper.page.wait_for_function("e => e.value === '1'", arg=number.element_handle())
    number.fill("7")
    number.press("Enter")
    alert = stepper.root.get_by_role("alert")
    alert.get_by_text("ValueError: target of binary_cross_entropy: expected numbers from 0 to 1").wait_for()
    stepper.page.wait_for_function("e => e.value === '1'", arg=number.element_handle())
    assert stepper.frame() == texts_of(diagram.frames(small_trace())[0])

    alert.get_by_role("button", name="Dismiss").click()
    assert alert.text_content() == ""
    stepper.press("ArrowRight")
    assert stepper.position == "step 2 of 8"


# --- how it looks -----------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_picture_follows_the_theme(open_cells, theme, tmp_path):
    notebook = open_cells(SMALL, theme=theme)
    stepper = StepperOnPage(notebook)
    style = "element => getComputedStyle(element).fill"
    for role in ("ink", "paper"):
        color = look.color(role, theme)
        red, green, blue = (int(color[k : k + 2], 16) for k in (1, 3, 5))
        found = stepper.root.locator(f".nns-frame svg .nn-{role}").first.evaluate(style)
        assert found == f"rgb({red}, {green}, {blue})"
    notebook.screenshot(tmp_path / f"stepper-{theme}.png")


@pytest.mark.parametrize("zoom", [1.0, 1.5])
def test_nothing_is_cut_off_at_1280_pixels(open_cells, zoom):
    notebook = open_cells(DIGIT, width=1280, zoom=zoom)
    stepper = StepperOnPage(notebook)
    assert stepper.whole.evaluate("element => element.scrollWidth <= element.clientWidth")
    row = stepper.whole.locator(".nns-choice > *").evaluate_all(
        """found => found.filter(e => e.offsetHeight).map(e => {
          const box = e.getBoundingClientRect();
          return [box.left, box.right, (box.top + box.bottom) / 2];
        })"""
    )
    assert max(middle for _, _, middle in row) - min(middle for _, _, middle in row) < 6  # one row
    assert all(right <= left + 0.5 for (_, right, _), (left, _, _) in pairwise(row))


def test_every_control_has_a_name(stepper):
    stepper.whole.get_by_role("combobox", name="Quantity").select_option("input")
    for role, names in {
        "button": ["First step", "Previous step", "Play", "Next step", "Last step", "Reset"],
        "combobox": ["Quantity", "Index 1"],
        "spinbutton": ["Example", "Value"],
        "group": ["Stepper through the forward and the backward pass"],
    }.items():
        for name in names:
            stepper.whole.get_by_role(role, name=name, exact=True).wait_for(timeout=10_000)
    label = stepper.root.locator(".nns-frame svg").get_attribute("aria-label")
    assert label.startswith("Forward pass · Layer 1.")
    assert stepper.root.locator("[aria-live=polite].nns-spoken").text_content() == stepper.receipt
