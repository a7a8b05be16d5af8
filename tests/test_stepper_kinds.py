"""The stepper on networks of every kind of layer: frames, stories, and what-if where it can be asked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from neural_net.diagram import details, frames
from neural_net.stepper import step_through
from neural_net.stepper.what_if import quantities, retrace, value_at
from tests.pictures import parse
from tests.requirement import require_module
from tests.test_diagram_kinds import CASES, MIXED


@pytest.mark.parametrize("name", CASES)
def test_every_kind_can_be_stepped_through(name: str) -> None:
    run = CASES[name]()
    stepper = step_through(run)
    assert tuple(stepper.player.frames) == frames(run)
    assert stepper.player.details == {key: tuple(pair) for key, pair in details(run).items()}
    stepper.example_chooser.value = run.batch_size
    assert stepper.player.error == ""
    assert tuple(stepper.player.frames) == frames(run, run.batch_size - 1)
    assert "image/svg+xml" in stepper._repr_mimebundle_()


@pytest.mark.parametrize("name", CASES)
def test_what_is_offered_has_one_or_two_axes_and_can_be_changed(name: str) -> None:
    run = CASES[name]()
    for quantity in quantities(run):
        assert len(quantity.axes) <= 2
        last = quantity.place(0, [axis.size - 1 for axis in quantity.axes])
        assert quantity.chosen(last) == tuple(axis.size - 1 for axis in quantity.axes)
        own = value_at(run, last)
        new = (own + 1) % len(quantity.classes) if quantity.classes else own + 0.5
        changed = retrace(run, {last: new})
        assert value_at(changed, last) == pytest.approx(new)
        assert np.isfinite(changed.loss)


@pytest.mark.parametrize("name", MIXED)
def test_selecting_and_changing_leaves_no_error(name: str) -> None:
    stepper = step_through(MIXED[name]())
    for index, quantity in list(enumerate(quantities(stepper.trace)))[:5]:
        stepper.what_if.menu.value = index
        assert stepper.player.error == ""
        stepper.changed(quantity.place(0, [0] * len(quantity.axes)), 1.0)
        assert np.isfinite(stepper.trace.loss)
    stepper.reset()


@pytest.mark.parametrize("name", MIXED)
def test_picking_any_element_leaves_no_error(name: str) -> None:
    stepper = step_through(MIXED[name]())
    elements = [element for picture in stepper.player.frames[::3] for element in parse(picture).iter()]
    references = sorted({element.get("data-ref", "") for element in elements})
    for reference in references[::5]:
        stepper.player.picked = reference
        assert stepper.player.error == ""


def test_a_token_is_chosen_from_a_list_of_all_tokens() -> None:
    stepper = step_through(MIXED["transformer"]())
    stepper.player.picked = "u:0:2"
    assert stepper.what_if.menu.label == "token"
    assert stepper.what_if.classes.options == tuple((str(token), token) for token in range(7))
    assert stepper.what_if.classes.value == 4
    before = stepper.trace.loss
    stepper.what_if.classes.value = 6
    assert stepper.player.error == ""
    assert stepper.trace.x[0].tolist() == [3, 1, 6, 1, 5]
    assert stepper.trace.loss != before
    assert "token 3 of example 1: 4 → 6" in stepper.what_if.sentence.value


def test_a_pixel_of_an_image_is_chosen_by_row_and_column() -> None:
    stepper = step_through(MIXED["convolutional"]())
    stepper.player.picked = "u:0:19"
    assert stepper.what_if.menu.label == "pixel"
    assert [chooser.value for chooser in stepper.what_if.choosers] == [2, 3]
    stepper.what_if.exact.value = 0.5
    assert stepper.trace.x[0, 0, 2, 3] == 0.5


def test_an_element_of_a_feature_map_has_no_number_of_its_own_to_change() -> None:
    stepper = step_through(MIXED["convolutional"]())
    place = stepper._place
    stepper.player.picked = "u:2:4"
    assert stepper._place == place


def _torch_traces() -> dict[str, Any]:
    import torch
    from torch import nn

    from neural_net.torch_bridge import trace_torch

    class Skip(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second, self.act = nn.Linear(4, 4), nn.Linear(4, 3), nn.Tanh()

        def forward(self, x: Any) -> Any:
            return self.second(x + self.act(self.first(x)))

    torch.manual_seed(0)
    image = torch.randn(2, 3, 6, 6)
    conv = nn.Sequential(
        nn.Conv2d(3, 4, 3),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(4, 2),
    )
    text = nn.Sequential(nn.Embedding(9, 8), nn.TransformerEncoderLayer(8, 2, 12, batch_first=True))
    tokens = torch.tensor([[1, 2, 3], [4, 5, 6]])
    return {
        "convolutional": trace_torch(conv, image, torch.tensor([1, 0]), nn.functional.cross_entropy),
        "skip": trace_torch(Skip(), torch.randn(2, 4), torch.randn(2, 3), nn.functional.mse_loss),
        "text": trace_torch(text, tokens, torch.randn(2, 3, 8), nn.MSELoss()),
    }


def test_a_trace_of_any_pytorch_module_can_be_stepped_through_without_what_if() -> None:
    require_module("torch")
    for run in _torch_traces().values():
        stepper = step_through(run)
        assert len(stepper.player.frames) == len(run.steps)
        assert stepper.what_if not in stepper.children
        for picture in stepper.player.frames:
            root = parse(picture)
            assert [e.get("data-ref") for e in root.iter() if "nn-current" in e.get("class", "").split()]
            assert len(picture.encode()) <= 64_000
        stepper.example_chooser.value = 2
        assert stepper.player.error == ""
