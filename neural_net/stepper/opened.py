"""Opening a layer in the stepper: the frames of its operations, made when the reader asks for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from neural_net import diagram
from neural_net.stepper.player import FramePlayer
from neural_net.steps import Step
from neural_net.trace import Trace
from neural_net.validation import whole_number

Handler = Callable[[Any], None]
Film = dict[str, Any]


class LayerOpener:
    """Gives a player the films of opened layers, and the terms of the elements picked in them.

    `on_show` says which trace and which example the player shows. `layers` are opened beforehand, in both
    passes: a page without a kernel can open those, and no others. `guard` wraps every handler.
    """

    def __init__(
        self,
        player: FramePlayer,
        on_show: Callable[[], tuple[Trace, int]],
        guard: Callable[[Handler], Handler],
        layers: Sequence[int] = (),
    ) -> None:
        self._player, self._on_show = player, on_show
        trace, example = on_show()
        self._always = {step.index for l in layers for step in _steps_of(trace, l)}
        player.films = self._films(trace, example, self._always)
        player.on_msg(self._on_message)
        player.observe(guard(self._on_open), "opened")

    def pick(self, reference: str) -> None:
        """Show the terms of the element that was picked, if it is one of an opened layer."""
        self._player.elements = self._elements(self._on_show()[0], reference)

    def follow(self, trace: Trace, example: int) -> dict[str, Any]:
        """Return the player's films and elements for another trace or example: of what is open, made anew."""
        opened = self._player.opened
        wanted = self._always | ({opened} if opened >= 0 else set())
        return {
            "films": self._films(trace, example, wanted),
            "elements": self._elements(trace, self._player.picked),
        }

    def _on_message(self, player: FramePlayer, content: Any, buffers: Any) -> None:
        """Answer a view that asks whether there is a kernel, without which it offers to open nothing."""
        if content == {"kind": "kernel?"}:
            player.send({"kind": "kernel"})

    def _on_open(self, change: Any) -> None:
        opened = change["new"]
        if opened < 0 or str(opened) in self._player.films:
            return
        try:
            film = self._films(*self._on_show(), {opened})
        except Exception:
            self._player.opened = -1
            raise
        self._player.films = {**self._player.films, **film}

    def _films(self, trace: Trace, example: int, indices: set[int]) -> dict[str, Film]:
        return {str(index): _film(trace, trace.steps[index], example) for index in sorted(indices)}

    def _elements(self, trace: Trace, picked: str) -> dict[str, tuple[str, str]]:
        opened = self._player.opened
        return diagram.element_details(trace, trace.steps[opened].layer, [picked]) if opened >= 0 else {}


def _film(trace: Trace, step: Step, example: int) -> Film:
    """Return a frame, a receipt and a name for every operation of a step."""
    return {
        "title": step.title,
        "names": [diagram.operation_name(operation) for operation in step.operations],
        "frames": list(diagram.operation_frames(trace, step.layer, step.phase, example)),
        "receipts": [operation.receipt() for operation in step.operations],
    }


def _steps_of(trace: Trace, layer: int) -> list[Step]:
    """Return the two steps of a layer."""
    if whole_number(layer, "open_layers") > trace.L + 1:
        raise ValueError(f"open_layers: expected layers from 1 to {trace.L + 1} (the loss), got {layer}")
    return [step for step in trace.steps if step.layer == layer]
