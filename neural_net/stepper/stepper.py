"""The stepper walks a reader through both passes of a trace, and asks what-if questions of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial, wraps
from typing import Any

import ipywidgets
from numpy.typing import ArrayLike

from neural_net import diagram
from neural_net.display import Picture, filmstrip
from neural_net.network import Network
from neural_net.stepper.controls import WhatIfControls
from neural_net.stepper.opened import LayerOpener
from neural_net.stepper.player import FramePlayer
from neural_net.stepper.prediction import PredictionStepper
from neural_net.stepper.what_if import Place, is_drawn, place_of, quantities, retrace, tell_loss, value_at
from neural_net.steps import Step
from neural_net.trace import Trace
from neural_net.trace import trace as run_both_passes
from neural_net.validation import index

MOST_CHANGES_TOLD = 3


class Stepper(ipywidgets.VBox):  # type: ignore[misc]
    """A frame player for a trace, joined to a slider, a choice of the example, and what-if controls.

    Moving among the steps happens in the browser. Choosing another example or changing a number goes through
    the kernel: the trace is made anew, and with it all frames. Whatever goes wrong there is shown in the
    player, and the stepper stays as it was before.
    """

    def __init__(
        self,
        trace: Trace,
        *,
        start: Step | None = None,
        example: int = 0,
        image_shape: tuple[int, int] | None = None,
        classes: Sequence[str] | None = None,
        what_if: bool = True,
        open_layers: Sequence[int] = (),
    ) -> None:
        self._start = start
        self._frames = partial(diagram.frames, image_shape=image_shape, classes=classes)
        self._details = partial(diagram.details, image_shape=image_shape, classes=classes)
        self._filmstrip = partial(filmstrip, image_shape=image_shape, classes=classes)
        self._original = self._trace = trace
        self._example = index(example, trace.batch_size, "example")
        film = self._film(trace, self._example, references=None)
        self._quantities = quantities(trace, image_shape, classes)
        self._changes: Mapping[Place, float] = {}
        first = self._quantities[0] if self._quantities else None
        self._place = first.place(self._example, [0] * len(first.axes)) if first else None

        step = start.index if start else 0
        self.player = FramePlayer(step=step, phases=[s.phase for s in trace.steps], **film)
        self.player.add_class("nns-player")
        self.player.observe(self._guard(self._on_pick), "picked")
        self._opener = LayerOpener(
            self.player, lambda: (self._trace, self._example), self._guard, open_layers
        )
        self.slider = ipywidgets.IntSlider(step, max=len(trace.steps) - 1, description="Step", readout=False)
        self.link = ipywidgets.jslink((self.slider, "value"), (self.player, "step"))
        self.example_chooser = ipywidgets.BoundedIntText(
            value=self._example + 1, min=1, max=trace.batch_size, description="Example"
        )
        self.example_chooser.observe(self._guard(self._on_example), "value")
        self.what_if = WhatIfControls(self._quantities, self, self._guard)
        self._show_controls()

        choice = [self.example_chooser, ipywidgets.Label(f"of {trace.batch_size}")]
        top = ipywidgets.HBox([self.slider, *choice * (trace.batch_size > 1)])
        top.add_class("nns-top")
        super().__init__([top, self.player, *[self.what_if] * (what_if and first is not None)])
        self.add_class("nns-stepper")

    @property
    def trace(self) -> Trace:
        """The trace on show, with what was changed."""
        return self._trace

    # ---- what the reader does

    def selected(self, place: Place) -> None:
        """Select the number at `place`, and pick its unit or edge in the picture."""
        self._place = place
        self._show_controls()
        self.player.picked = place.reference if is_drawn(self._trace, place) else ""

    def changed(self, place: Place, value: float) -> None:
        """Give the number at `place` another value; its own value takes the change back."""
        self._place = place
        others = {other: v for other, v in self._changes.items() if other != place}
        is_back = value == value_at(self._original, place)
        self._turn_to(others if is_back else {**others, place: value}, self._example)

    def reset(self) -> None:
        """Give every number its own value again."""
        self._turn_to({}, self._example)

    def _on_example(self, change: Any) -> None:
        if change["new"] - 1 != self._example:
            self._turn_to(self._changes, change["new"] - 1)

    def _on_pick(self, change: Any) -> None:
        picked = change["new"]
        self._opener.pick(picked)
        if picked not in self.player.details:  # it was not asked for since the last change, or has none
            found = self._details(self._trace, self._example, references=[picked])
            self.player.details = found or self.player.details
        place = place_of(picked, self._example)
        if place is not None and place != self._place and self._offers(place):
            self._place = place
            self._show_controls()

    def _offers(self, place: Place) -> bool:
        """Say whether a number that was picked in the picture is one that can be changed."""
        return is_drawn(self._trace, place) and any(quantity.holds(place) for quantity in self._quantities)

    # ---- what happens then

    def _turn_to(self, changes: Mapping[Place, float], example: int) -> None:
        """Show the trace with these changes; everything is computed before anything is shown."""
        if changes != self._changes:
            trace = retrace(self._original, changes) if changes else self._original
        else:
            trace = self._trace
        film = self._film(trace, example, references=[self.player.picked])
        film |= self._opener.follow(trace, example)
        self._trace, self._changes, self._example = trace, changes, example
        if self._place and self._place.layer in (0, trace.L + 1):  # x and the target have a row per example
            self._place = self._place._replace(at=(example, *self._place.at[1:]))
        with self.player.hold_sync():
            for name, value in film.items():
                setattr(self.player, name, value)
        self._show_controls()

    def _film(self, trace: Trace, example: int, references: Collection[str] | None) -> dict[str, Any]:
        """Return what the player shows of a trace, with the details of these elements (None: of all)."""
        return {
            "frames": list(self._frames(trace, example)),
            "receipts": [step.receipt() for step in trace.steps],
            "details": self._details(trace, example, references=references),
        }

    def _show_controls(self) -> None:
        """Put every control to what is on show."""
        self.example_chooser.value = self._example + 1  # it counts from 1, as the pictures do
        if self._place is None:
            return
        own = value_at(self._original, self._place)
        self.what_if.show(
            self._place,
            own=own,
            value=self._changes.get(self._place, own),
            example=self._example,
            sentence=self._sentence(),
            can_reset=bool(self._changes),
        )

    def _sentence(self) -> str:
        """Say what was changed, and what it did to the loss."""
        if not self._changes:
            return "Choose a number, here or in the picture, and move the slider: every step follows."
        told = [self._tell(place, value) for place, value in list(self._changes.items())[-MOST_CHANGES_TOLD:]]
        more = len(self._changes) - len(told)
        if more:
            told.insert(0, f"{more} more")
        return f"{'; '.join(told)}. Loss {tell_loss(self._original.loss, self._trace.loss)}"

    def _tell(self, place: Place, value: float) -> str:
        quantity = next(q for q in self._quantities if q.holds(place))
        before = quantity.tell_value(value_at(self._original, place))
        whose = (
            f" of example {place.at[0] + 1}" if quantity.per_example and self._trace.batch_size > 1 else ""
        )
        return f"{quantity.tell(place)}{whose}: {before} → {quantity.tell_value(value)}"

    def _guard(self, handler: Callable[[Any], None]) -> Callable[[Any], None]:
        """Wrap a handler so that its error is shown, and the controls go back to what is on show."""

        @wraps(handler)
        def guarded(event: Any) -> None:
            try:
                handler(event)
            except Exception as error:
                self._show_controls()
                self.player.error = f"{type(error).__name__}: {error}"
            else:
                self.player.error = ""

        return guarded

    # ---- how the stepper shows itself

    def __repr__(self) -> str:
        return f"<Stepper, {len(self._trace.steps)} steps: {self._trace!r}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """Return the live widget and, for readers without a kernel, a picture and a receipt.

        They show every step, or the one that the stepper was asked to start with.
        """
        live: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        if self._start is None:
            still = self._filmstrip(self._trace, self._example)
        else:
            still = Picture(self.player.frames[self._start.index], self.player.receipts[self._start.index])
        return {**live, **still._repr_mimebundle_()}


def step_through(
    trace_or_network: Trace | Network,
    x: ArrayLike | None = None,
    target: ArrayLike | None = None,
    *,
    start: tuple[str, int] | None = None,
    example: int = 0,
    image_shape: tuple[int, int] | None = None,
    classes: Sequence[str] | None = None,
    what_if: bool = True,
    open_layers: Sequence[int] = (),
    predict: bool = False,
) -> Stepper | PredictionStepper:
    """Step through both passes of a trace, or of a network on x and its target.

    `start` is the step to open at, such as ("backward", 2); it is also the one that readers without a kernel
    see, who are shown the filmstrip of all steps otherwise.
    `example` is the row of the batch to start with, from 0. `image_shape` (rows, columns) draws the input as
    an image; `classes` names the classes of a softmax head. `what_if=False` leaves out the what-if controls.
    `open_layers` names layers whose operations are put into the page beforehand: a reader without a kernel
    can open these; with a kernel every layer can be opened.
    `predict=True` asks a question before each backward step and shows the step once it is answered; the
    stepper's `tally` counts. It comes without what-if, and stays with its example.
    """
    if isinstance(trace_or_network, Network):
        if x is None or target is None:
            raise TypeError("step_through: a network needs x and target beside it")
        trace = run_both_passes(trace_or_network, x, target)
    elif isinstance(trace_or_network, Trace):
        if x is not None or target is not None:
            raise TypeError("step_through: a trace has its own x and target; expected none beside it")
        trace = trace_or_network
    else:
        kind = type(trace_or_network).__name__
        raise TypeError(f"step_through: expected a trace, or a network with x and target; got {kind}")
    first = None if start is None else _step_at(trace, start)
    if predict:
        return PredictionStepper(
            trace, start=first, example=example, image_shape=image_shape, classes=classes
        )
    return Stepper(
        trace,
        start=first,
        example=example,
        image_shape=image_shape,
        classes=classes,
        what_if=what_if,
        open_layers=open_layers,
    )


def _step_at(trace: Trace, place: tuple[str, int]) -> Step:
    """Return the step of a trace at (phase, layer)."""
    for step in trace.steps:
        if (step.phase, step.layer) == place:
            return step
    known = f"('forward', 1) … ('forward', {trace.L + 1}) and the same with 'backward'"
    raise ValueError(f"start: expected one of {known}, got {place!r}")
