"""Opening a layer without a browser: setting a trait of the player does what the page would."""

import numpy as np
import pytest

from neural_net import diagram
from neural_net.network import network
from neural_net.stepper import FramePlayer, batch_sum, ledger, step_through
from neural_net.stepper.opened import LayerOpener
from neural_net.trace import trace
from tests.layer_examples import EXAMPLES, example_trace

X = [[0.8, -0.5], [0.1, 0.2], [-0.3, 0.4]]
TARGET = [1, 0, 1]


@pytest.fixture
def small():
    return trace(network([2, 4, 4, 1], loss="binary_cross_entropy", seed=0), X, TARGET)


@pytest.fixture
def stepper(small):
    return step_through(small)


def open_at(stepper, index):
    stepper.player.step = index
    stepper.player.opened = index
    return stepper.player.films.get(str(index))


# --- opening ----------------------------------------------------------------------------------


@pytest.mark.parametrize("index", range(8))
def test_every_layer_opens_with_a_frame_and_a_receipt_for_each_operation(stepper, small, index):
    assert stepper.player.films == {}
    film, step = open_at(stepper, index), small.steps[index]
    assert film["title"] == step.title
    assert film["frames"] == list(diagram.operation_frames(small, step.layer, step.phase))
    assert film["receipts"] == [operation.receipt() for operation in step.operations]
    assert film["names"] == [diagram.operation_name(operation) for operation in step.operations]


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_kind_of_layer_opens_in_both_passes(name):
    expected = example_trace(name)
    stepper = step_through(expected)
    for step in expected.steps:
        film = open_at(stepper, step.index)
        assert stepper.player.error == ""
        assert len(film["frames"]) == len(step.operations)


def test_what_was_opened_is_kept(stepper, monkeypatch):
    first = open_at(stepper, 1)
    open_at(stepper, 5)
    monkeypatch.setattr(diagram, "operation_frames", None)  # it would be called
    stepper.player.opened = -1
    assert open_at(stepper, 1) == first
    assert stepper.player.error == ""


def test_an_open_layer_follows_what_if_and_the_others_are_made_again(stepper):
    open_at(stepper, 1)
    old = open_at(stepper, 5)
    place = stepper._quantities[0].place(0, [0])
    stepper.changed(place, 2.0)
    assert set(stepper.player.films) == {"5"}
    assert stepper.player.films["5"]["frames"] == list(diagram.operation_frames(stepper.trace, 3, "backward"))
    assert stepper.player.films["5"] != old
    stepper.reset()
    assert stepper.player.films["5"] == old


def test_an_open_layer_follows_the_choice_of_the_example(small):
    stepper = step_through(small)
    open_at(stepper, 0)
    stepper.example_chooser.value = 3
    frames = stepper.player.films["0"]["frames"]
    assert frames == list(diagram.operation_frames(small, 1, "forward", example=2))


def test_an_element_is_told_when_it_is_picked_and_follows_what_if(stepper, small):
    open_at(stepper, 5)
    stepper.player.picked = "e:dL_dW:1,0"
    assert stepper.player.elements == diagram.element_details(small, 3, ["e:dL_dW:1,0"])
    stepper.changed(stepper._quantities[0].place(0, [0]), 2.0)
    assert stepper.player.elements == diagram.element_details(stepper.trace, 3, ["e:dL_dW:1,0"])
    stepper.player.picked = ""
    assert stepper.player.elements == {}


def test_layers_can_be_opened_beforehand(small):
    stepper = step_through(small, open_layers=[2, 4])
    assert set(stepper.player.films) == {"1", "3", "4", "6"}
    stepper.changed(stepper._quantities[0].place(0, [0]), 2.0)
    assert set(stepper.player.films) == {"1", "3", "4", "6"}
    with pytest.raises(ValueError, match="open_layers: expected layers from 1 to 4"):
        step_through(small, open_layers=[5])


def test_a_view_that_asks_hears_that_there_is_a_kernel(stepper, monkeypatch):
    sent = []
    monkeypatch.setattr(stepper.player, "send", sent.append)
    stepper.player._handle_custom_msg({"kind": "kernel?"}, [])
    stepper.player._handle_custom_msg({"kind": "something else"}, [])
    assert sent == [{"kind": "kernel"}]


@pytest.mark.parametrize(("trait", "value"), [("opened", 5), ("picked", "e:dL_dW:1,0")])
def test_what_fails_is_shown_and_nothing_stays_half_open(stepper, monkeypatch, trait, value):
    def fail(*_):
        raise RuntimeError("no frame today")

    open_at(stepper, 1)
    monkeypatch.setattr(diagram, "operation_frames", fail)
    monkeypatch.setattr(diagram, "element_details", fail)
    setattr(stepper.player, trait, value)
    assert stepper.player.error == "RuntimeError: no frame today"
    assert set(stepper.player.films) == {"1"}
    assert stepper.player.opened == (-1 if trait == "opened" else 1)


def test_the_backward_pass_of_a_transformer_block_is_walked_line_by_line():
    expected = example_trace("transformer")
    player = FramePlayer(step=3)
    LayerOpener(player, lambda: (expected, 0), lambda handler: handler)
    step = expected.steps[3]
    assert (step.phase, step.layer) == ("backward", 1)

    player.opened = 3
    film = player.films["3"]
    outputs = [line.output for line in expected.records[1].program]
    assert film["names"] == [f"dL_d{name}" for name in reversed(outputs)]
    assert len(film["frames"]) == len(outputs)
    for name, frame, receipt in zip(film["names"], film["frames"], film["receipts"], strict=True):
        assert f"Backward pass · Head › {name}" in frame
        assert receipt.startswith("Backward pass · Head · ")
        assert f"  {name} (" in receipt
    told = "".join(film["receipts"])
    assert all(f"  dL_d{name} (" in told for name in expected.network.layers[0].parameters)


# --- the sum over the batch ---------------------------------------------------------------------


def test_the_sum_over_the_batch_has_a_frame_for_every_example(small):
    widget = batch_sum(small, 2)
    assert len(widget.player.frames) == len(widget.player.receipts) == 3
    assert (widget.link.source, widget.link.target) == ((widget.slider, "value"), (widget.player, "step"))
    assert (widget.slider.min, widget.slider.max) == (0, 2)
    assert np.array_equal(widget._batch.entries[0].value, widget._batch.entries[0].total)
    np.testing.assert_allclose(widget._batch.entries[-1].total, small.weight_gradient[2]["W"], rtol=1e-12)
    assert "the sum of 3 of 3 examples" in widget.player.receipts[-1]
    assert not any("data-ref" in frame for frame in widget.player.frames)


def test_the_sum_over_the_batch_is_read_without_a_widget(small):
    data = batch_sum(small, 1, "b")._repr_mimebundle_()
    assert data["image/svg+xml"].count("the sum over the batch<") == 3
    assert data["text/plain"].count("dL_db of layer 1: the sum of") == 3
    assert "application/vnd.jupyter.widget-view+json" in data


def test_of_a_large_batch_some_sums_are_shown_and_all_are_added():
    rng = np.random.default_rng(0)
    net = network([3, 2], seed=0)
    expected = trace(net, rng.normal(size=(200, 3)), rng.normal(size=(200, 2)))
    widget = batch_sum(expected, 1)
    assert len(widget.player.frames) == 48
    assert (widget._batch.shown[0], widget._batch.shown[-1]) == (0, 199)
    np.testing.assert_allclose(
        widget._batch.entries[-1].total, expected.weight_gradient[1]["W"], rtol=1e-9, atol=1e-15
    )


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((1, "V"), ValueError, "parameter: unknown name 'V'"),
        ((9,), ValueError, "layer: expected a number from 1 to 4"),
        ((1.5,), TypeError, "layer: expected a whole number"),
    ],
)
def test_a_sum_of_what_is_not_there_is_refused(small, arguments, error, message):
    with pytest.raises(error, match=message):
        batch_sum(small, *arguments)
    with pytest.raises(TypeError, match="expected a trace, got int"):
        batch_sum(7, 1)


# --- the ledger ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("example", "name", "uses"),
    [
        ("attention", "y_prev", ["v", "k", "q"]),
        ("rnn", "W_hh", ["z_4", "z_3", "z_2", "z_1"]),
        ("transformer", "residual", None),
        ("dense rows", "W", ["z"]),
    ],
)
def test_a_ledger_has_a_row_for_every_use_and_ends_at_the_gradient(example, name, uses):
    expected = example_trace(example)
    picture = ledger(expected, 1, name, example=1)
    entries = diagram.ledger_entries(expected, 1, name)
    np.testing.assert_allclose(entries[-1].total, expected.records[1].gradients[name], rtol=1e-12)
    told = [
        line.split(":")[0].removeprefix("used by ") for line in picture.text.splitlines() if "used by" in line
    ]
    assert told == (uses or [entry.source.output for entry in entries])
    assert all(f">{use}</text>" in picture.svg for use in told)
    assert repr(picture) == picture.text


def test_a_ledger_of_what_is_not_there_is_refused(small):
    with pytest.raises(ValueError, match="comes from the layer after it"):
        ledger(small, 1, "y")
    with pytest.raises(ValueError, match="unknown name 'q'"):
        ledger(small, 1, "q")
    with pytest.raises(TypeError, match="expected a trace, got str"):
        ledger("trace", 1, "y")
