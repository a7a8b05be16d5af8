"""The stepper's handlers, without a browser: setting a trait of a widget does what a reader's hand would."""

import subprocess
import sys

import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter

from neural_net import diagram
from neural_net.datasets import DIGIT_IMAGE_SHAPE, digits
from neural_net.network import network
from neural_net.stepper import FramePlayer, Stepper, filmstrip, step_through
from neural_net.trace import trace

X = [[0.8, -0.5], [0.1, 0.2], [-0.3, 0.4]]
TARGET = [1, 0, 1]


@pytest.fixture
def small():
    """A trace of a 2-4-4-1 network on three examples."""
    return trace(network([2, 4, 4, 1], loss="binary_cross_entropy", seed=0), X, TARGET)


@pytest.fixture
def stepper(small):
    return step_through(small)


@pytest.fixture
def digit_stepper():
    """A stepper through a 64-32-10 network on four digits."""
    x, target = digits()
    net = network([64, 32, 10], activation="relu", loss="cross_entropy", seed=0)
    return step_through(net, x[:4], target[:4], image_shape=DIGIT_IMAGE_SHAPE)


def choose(stepper, menu, *chosen):
    """Choose a number by the menu's label and, counting from 0, by the choosers."""
    controls = stepper.what_if
    controls.menu.value = dict(controls.menu.options)[menu]
    for chooser, value in zip(controls.choosers, chosen, strict=False):
        chooser.value = value


def sentence(stepper):
    """What the line below the controls says."""
    html = stepper.what_if.sentence.value
    return html.removeprefix('<span role="status">').removesuffix("</span>")


def assert_shows(stepper, expected):
    """The player shows this trace, and nothing of another."""
    assert stepper.player.frames == list(diagram.frames(expected, example=stepper.example_chooser.value - 1))
    assert stepper.player.receipts == [step.receipt() for step in expected.steps]
    assert stepper.trace.loss == expected.loss


# --- what is shown ----------------------------------------------------------------------------


def test_the_player_has_a_frame_a_receipt_and_a_phase_for_every_step(stepper, small):
    assert_shows(stepper, small)
    assert stepper.player.phases == ["forward"] * 4 + ["backward"] * 4
    assert stepper.player.step == 0


def test_the_player_has_the_numbers_of_every_unit_and_edge_in_both_passes(stepper):
    references = {f"u:{l}:{j}" for l, n in enumerate([2, 4, 4, 1]) for j in range(n)}
    references |= {f"w:1:{i}:{j}" for i in range(2) for j in range(4)}
    references |= {f"w:2:{i}:{j}" for i in range(4) for j in range(4)} | {f"w:3:{i}:0" for i in range(4)}
    assert set(stepper.player.details) == references
    forward, backward = stepper.player.details["w:2:1:3"]
    assert "forward" in forward
    assert "backward" in backward


def test_the_slider_is_joined_to_the_player_in_the_browser(stepper):
    assert (stepper.link.source, stepper.link.target) == (
        (stepper.slider, "value"),
        (stepper.player, "step"),
    )
    assert (stepper.slider.min, stepper.slider.max) == (0, 7)


def test_a_network_is_traced_first(small):
    stepper = step_through(small.network, X, TARGET, example=2)
    assert_shows(stepper, small)
    assert stepper.example_chooser.value == 3


def test_a_stepper_opens_at_the_step_that_was_asked_for(small):
    stepper = step_through(small, start=("backward", 3))
    assert stepper.player.step == stepper.slider.value == 5


def test_one_example_leaves_nothing_to_choose(small):
    one = step_through(small.network, X[0], TARGET[0])
    assert len(one.children[0].children) == 1
    assert len(step_through(small).children[0].children) == 3


def test_what_if_can_be_left_out(small):
    with_it, without = step_through(small), step_through(small, what_if=False)
    assert with_it.what_if in with_it.children
    assert list(without.children[1:]) == [without.player]


def test_the_styles_know_both_themes_and_the_script_is_a_module():
    assert '[data-jp-theme-light="false"] .nn-ink' in FramePlayer._css
    assert ".nns-frame" in FramePlayer._css
    assert "export default" in FramePlayer._esm


# --- the output of a cell ---------------------------------------------------------------------


def test_the_output_is_live_and_has_a_picture_and_a_receipt_beside_it(stepper, small):
    data, _ = DisplayFormatter().format(stepper)
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == stepper.model_id
    assert data["image/svg+xml"] == diagram.filmstrip(small)
    assert data["text/plain"] == small.receipt()


def test_a_stepper_that_opens_at_a_step_has_its_picture_and_receipt_beside_it(small):
    data, _ = DisplayFormatter().format(step_through(small, start=("backward", 2)))
    assert data["image/svg+xml"] == diagram.frames(small)[6]
    assert data["text/plain"] == small.steps[6].receipt()


def test_the_output_is_the_same_every_time(small):
    first, second = (step_through(small)._repr_mimebundle_() for _ in range(2))
    for kind in ("image/svg+xml", "text/plain"):
        assert first[kind] == second[kind]


def test_the_repr_is_one_line(stepper):
    assert repr(stepper) == f"<Stepper, 8 steps: {stepper.trace!r}>"
    assert "\n" not in repr(stepper)


def test_the_filmstrip_shows_the_same_picture_and_receipt(small):
    picture = filmstrip(small, 1)
    assert picture.svg == diagram.filmstrip(small, example=1)
    assert str(picture) == small.receipt()


# --- what if ----------------------------------------------------------------------------------


def test_another_input(stepper, small):
    choose(stepper, "input", 1)
    stepper.what_if.exact.value = 2.5
    expected = trace(small.network, [[0.8, 2.5], *X[1:]], TARGET)
    assert_shows(stepper, expected)
    assert sentence(stepper) == f"x 2 of example 1: −0.50 → 2.50. Loss {small.loss:.3f} → {expected.loss:.3f}"


def test_another_target(stepper, small):
    choose(stepper, "target")
    stepper.what_if.exact.value = 0.25
    assert_shows(stepper, trace(small.network, X, [0.25, 0, 1]))
    assert sentence(stepper).startswith("target of example 1: 1 → 0.25.")


@pytest.mark.parametrize(("menu", "name", "at"), [("weight W(2)", "W", (1, 3)), ("bias b(2)", "b", (2,))])
def test_another_parameter(stepper, small, menu, name, at):
    choose(stepper, menu, *at)
    stepper.what_if.exact.value = -1.25
    array = small.weights[2][name].copy()
    array[at] = -1.25
    assert_shows(stepper, trace(small.network.with_parameters({(2, name): array}), X, TARGET))
    assert small.weights[2][name][at] != -1.25


def test_another_class(digit_stepper):
    choose(digit_stepper, "target")
    controls = digit_stepper.what_if
    assert [controls.classes.layout.display, controls.exact.layout.display] == ["", "none"]
    controls.classes.value = 7
    assert digit_stepper.trace.target[0].argmax() == 7
    assert sentence(digit_stepper).startswith("target of example 1: 0 → 7.")


def test_another_pixel_by_a_click_and_the_slider(digit_stepper):
    digit_stepper.player.picked = "u:0:20"  # row 3, column 5
    controls = digit_stepper.what_if
    assert [chooser.label for chooser in controls.choosers] == ["row 3", "column 5"]
    controls.slider.value = controls.slider.max
    assert digit_stepper.trace.x[0, 20] == 1
    assert controls.exact.value == 1
    assert sentence(digit_stepper).startswith("pixel 3,5 of example 1: 0 → 1.")


def test_the_slider_moves_the_exact_value_and_back(stepper, small):
    controls = stepper.what_if
    assert (controls.slider.value, controls.exact.value) == (0, 0.8)
    controls.slider.value = 10
    assert controls.exact.value == stepper.trace.x[0, 0] == 1
    controls.exact.value = 0.6
    assert controls.slider.value == -10
    controls.slider.value = 0
    assert stepper.trace is small


def test_a_value_beyond_the_slider_stands_beside_it(stepper):
    controls = stepper.what_if
    controls.exact.value = 50.0
    assert stepper.trace.x[0, 0] == controls.exact.value == 50
    assert controls.slider.value == controls.slider.max


def test_changes_add_up_until_reset(stepper, small):
    controls = stepper.what_if
    assert controls.back.disabled
    controls.exact.value = 1.5
    choose(stepper, "bias b(3)", 0)
    controls.exact.value = 0.5
    assert stepper.trace.x[0, 0] == 1.5
    assert stepper.trace.weights[3]["b"][0] == 0.5
    assert sentence(stepper).startswith("x 1 of example 1: 0.80 → 1.50; b(3) 1: 0 → 0.50. Loss ")
    assert not controls.back.disabled

    controls.back.click()

    assert_shows(stepper, small)
    assert stepper.trace is small
    assert controls.exact.value == 0
    assert controls.back.disabled
    assert "→" not in sentence(stepper)


def test_a_change_taken_back_by_hand_is_none(stepper, small):
    stepper.what_if.exact.value = 1.5
    stepper.what_if.exact.value = 0.8
    assert stepper.trace is small
    assert stepper.what_if.back.disabled


def test_many_changes_are_told_by_the_last_ones(stepper):
    for unit in range(4):
        choose(stepper, "bias b(1)", unit)
        stepper.what_if.exact.value = 0.5
    assert sentence(stepper).startswith("1 more; b(1) 2: 0 → 0.50; b(1) 3: 0 → 0.50; b(1) 4: 0 → 0.50. Loss ")


def test_the_step_stays_when_a_number_changes(stepper):
    stepper.player.step = 5
    stepper.what_if.exact.value = 1.5
    assert stepper.player.step == 5


# --- clicks -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reference", "menu", "chosen"),
    [
        ("u:0:1", "input", ["x 2"]),
        ("w:2:1:3", "weight W(2)", ["from 2", "to 4"]),
        ("u:1:2", "bias b(1)", ["unit 3"]),
    ],
)
def test_a_click_in_the_picture_chooses_the_number(stepper, reference, menu, chosen):
    stepper.player.picked = reference
    controls = stepper.what_if
    assert controls.menu.label == menu
    assert [chooser.label for chooser in controls.choosers if chooser.layout.display != "none"] == chosen


def test_choosing_a_number_picks_it_in_the_picture(stepper):
    choose(stepper, "weight W(2)", 1, 3)
    assert stepper.player.picked == "w:2:1:3"
    choose(stepper, "target")
    assert stepper.player.picked == ""


def test_letting_go_keeps_the_number_chosen(stepper):
    stepper.player.picked = "w:2:1:3"
    stepper.player.picked = ""
    assert stepper.what_if.menu.label == "weight W(2)"


def test_after_a_change_the_numbers_of_an_element_come_when_it_is_picked(stepper):
    stepper.player.picked = "w:2:1:3"
    stepper.what_if.exact.value = 1.5
    assert stepper.player.details == diagram.details(stepper.trace, references=["w:2:1:3"])
    stepper.player.picked = "u:1:2"
    assert stepper.player.details == diagram.details(stepper.trace, references=["u:1:2"])


def test_picking_what_has_no_numbers_of_its_own_keeps_those_of_the_others(digit_stepper):
    before = digit_stepper.player.details
    choose(digit_stepper, "weight W(1)", 5, 7)
    assert digit_stepper.player.picked == "w:1:5:7"
    assert digit_stepper.player.details == before


# --- examples ---------------------------------------------------------------------------------


def test_another_example(stepper, small):
    stepper.example_chooser.value = 3
    assert_shows(stepper, small)
    assert stepper.player.frames != list(diagram.frames(small, example=0))
    assert stepper.what_if.exact.value == -0.3


def test_an_input_is_changed_in_the_example_on_show(stepper):
    stepper.example_chooser.value = 2
    stepper.what_if.exact.value = 0.7
    assert stepper.trace.x.tolist() == [[0.8, -0.5], [0.7, 0.2], [-0.3, 0.4]]
    stepper.example_chooser.value = 1
    assert stepper.what_if.exact.value == 0.8
    assert sentence(stepper).startswith("x 1 of example 2: 0.10 → 0.70.")


# --- what goes wrong --------------------------------------------------------------------------


def test_an_error_is_shown_and_everything_stays(stepper):
    stepper.what_if.exact.value = 1.5
    before = stepper.trace
    frames = stepper.player.frames

    stepper.what_if.exact.value = float("nan")

    assert stepper.player.error == "ValueError: x: expected finite numbers, got nan at index [0, 0]"
    assert stepper.trace is before
    assert stepper.player.frames == frames
    assert stepper.what_if.exact.value == 1.5

    stepper.what_if.exact.value = 1.25
    assert stepper.player.error == ""
    assert stepper.trace.x[0, 0] == 1.25


def test_a_target_that_cannot_be_is_refused(stepper):
    choose(stepper, "target")
    stepper.what_if.exact.value = 3.0
    assert stepper.player.error.startswith(
        "ValueError: target of binary_cross_entropy: expected numbers from 0"
    )
    assert stepper.what_if.exact.value == 1


def test_overflow_is_shown_and_the_weight_goes_back():
    stepper = step_through(network([2, 2]), [1.0, 2.0], [0.0, 0.0])
    choose(stepper, "bias b(1)", 0)
    stepper.what_if.exact.value = 1e300
    assert stepper.player.error.startswith("FloatingPointError: overflow")
    assert stepper.what_if.exact.value == 0


@pytest.mark.parametrize(
    "act",
    [
        lambda stepper: setattr(stepper.example_chooser, "value", 2),
        lambda stepper: setattr(stepper.what_if.slider, "value", 5),
        lambda stepper: setattr(stepper.player, "picked", "u:1:1"),
    ],
    ids=["example", "slider", "pick"],
)
def test_whatever_fails_is_shown_and_the_controls_go_back(stepper, act):
    def fail(*args, **options):
        raise RuntimeError("no picture today")

    stepper._frames = fail
    stepper._details = fail
    stepper.player.details = {}
    act(stepper)
    assert stepper.player.error == "RuntimeError: no picture today"
    assert stepper.example_chooser.value == 1
    assert stepper.what_if.slider.value == 0
    assert stepper.what_if.exact.value == 0.8


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        (lambda t: (t.network,), {}, TypeError, "a network needs x and target beside it"),
        (lambda t: (t, X, TARGET), {}, TypeError, "a trace has its own x and target"),
        (lambda t: ("net",), {}, TypeError, "expected a trace, or a network with x and target; got str"),
        (lambda t: (t,), {"example": 3}, ValueError, "example: expected a number from 0 to 2, got 3"),
        (lambda t: (t,), {"start": ("forward", 9)}, ValueError, r"start: expected one of \('forward', 1\)"),
        (lambda t: (t,), {"image_shape": (2, 2)}, ValueError, "image_shape"),
        (lambda t: (t.network, [[1, 2, 3]], [1]), {}, ValueError, r"expected shape \(m, 2\)"),
    ],
)
def test_what_cannot_be_stepped_through_is_refused(small, arguments, options, error, message):
    with pytest.raises(error, match=message):
        step_through(*arguments(small), **options)


def test_names_of_classes_must_be_as_many_as_the_classes():
    net = network([2, 3], loss="cross_entropy")
    with pytest.raises(ValueError, match="classes"):
        step_through(net, [1, 2], 0, classes=["one", "two"])


# --- the long run -----------------------------------------------------------------------------

LONG_RUN = """
import gc, sys, tracemalloc
from neural_net.network import network
from neural_net.stepper import step_through

stepper = step_through(network([3, 4, 4, 2]), [0.1, 0.2, 0.3], [0.0, 1.0])

def move(times):
    for k in range(times):
        stepper.player.step = k % 8
        if k % 25 == 0:
            stepper.what_if.slider.value = k % 100
    gc.collect()

tracemalloc.start()
move(200)  # fills the caches of number formats
before, _ = tracemalloc.get_traced_memory()
move(1000)
after, _ = tracemalloc.get_traced_memory()
print(after - before, "matplotlib" in sys.modules, "pandas" in sys.modules)
"""


def test_a_thousand_moves_leave_memory_flat_and_import_no_matplotlib():
    run = subprocess.run([sys.executable, "-c", LONG_RUN], capture_output=True, text=True, check=True)
    grown, *imported = run.stdout.split()
    assert int(grown) < 200_000  # bytes; one set of frames alone is 300,000
    assert imported == ["False", "False"]


def test_steppers_do_not_share_state(small):
    first, second = Stepper(small), Stepper(small)
    first.what_if.exact.value = 2.0
    first.player.step = 3
    assert second.trace is small
    assert second.player.step == 0
    assert np.array_equal(small.x, X)
