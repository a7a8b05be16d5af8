"""The controls that ask "what if this number were another?": they report, and change nothing themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from typing import Any, Protocol

import ipywidgets

from neural_net.stepper.what_if import Place, Quantity

MOST_AXES = 2
Handler = Callable[[Any], None]


class Listener(Protocol):
    """Who is told what the reader does with the controls."""

    def selected(self, place: Place) -> None:
        """Another number was selected."""

    def changed(self, place: Place, value: float) -> None:
        """The selected number was given another value."""

    def reset(self) -> None:
        """All numbers shall have their own values again."""


class WhatIfControls(ipywidgets.VBox):  # type: ignore[misc]
    """A menu of quantities, choosers for the number within, a slider beside its exact value, and Reset.

    `guard` wraps every handler, so that the owner can show what goes wrong. `show` puts all controls to a
    state without reporting it.
    """

    def __init__(
        self, quantities: Sequence[Quantity], listener: Listener, guard: Callable[[Handler], Handler]
    ) -> None:
        self._quantities = quantities
        self._listener = listener
        self._silent = False
        self._example = 0
        self._own = 0.0

        # The descriptions name the controls to screen readers; player.css hides them from sight.
        self.menu = ipywidgets.Dropdown(
            options=[(q.menu, i) for i, q in enumerate(quantities)], description="Quantity", layout=_wide(118)
        )
        self.choosers = tuple(
            ipywidgets.Dropdown(description=f"Index {k + 1}", layout=_wide(94)) for k in range(MOST_AXES)
        )
        self.slider = ipywidgets.IntSlider(readout=False, layout={"flex": "1 1 100px"})
        self.exact = ipywidgets.FloatText(description="Value", layout=_wide(88))
        self.classes = ipywidgets.Dropdown(description="Class", layout=_wide(105))
        self.back = ipywidgets.Button(
            description="Reset", tooltip="Give every number its own value again", layout=_wide(64)
        )
        self.sentence = ipywidgets.HTML()

        for widget, handler in (
            (self.menu, self._on_menu),
            *((chooser, self._on_chooser) for chooser in self.choosers),
            (self.slider, self._on_slider),
            (self.exact, self._on_value),
            (self.classes, self._on_value),
        ):
            widget.observe(guard(self._unless_silent(handler)), "value")
        self.back.on_click(guard(lambda _: listener.reset()))

        label = ipywidgets.HTML("<span class='nns-label'>What if</span>")
        row = ipywidgets.HBox(
            [label, self.menu, *self.choosers, self.slider, self.exact, self.classes, self.back],
        )
        row.add_class("nns-choice")
        self.sentence.add_class("nns-sentence")
        super().__init__([row, self.sentence])
        self.add_class("nns-what-if")

    # ---- what the reader does

    @property
    def quantity(self) -> Quantity:
        """The quantity that the menu shows."""
        number: int = self.menu.value
        return self._quantities[number]

    @property
    def place(self) -> Place:
        """The number that is selected."""
        chosen = [chooser.value for chooser, _ in zip(self.choosers, self.quantity.axes, strict=False)]
        return self.quantity.place(self._example, chosen)

    def _on_menu(self, _: Any) -> None:
        self._listener.selected(self.quantity.place(self._example, [0] * len(self.quantity.axes)))

    def _on_chooser(self, _: Any) -> None:
        self._listener.selected(self.place)

    def _on_slider(self, change: Any) -> None:
        self._listener.changed(self.place, self.quantity.value(self._own, change["new"]))

    def _on_value(self, change: Any) -> None:
        self._listener.changed(self.place, float(change["new"]))

    def _unless_silent(self, handler: Handler) -> Handler:
        return lambda change: None if self._silent else handler(change)

    # ---- what the reader sees

    def show(
        self, place: Place, own: float, value: float, example: int, sentence: str, can_reset: bool
    ) -> None:
        """Select `place`, show its value and, at tick 0 of the slider, its own value; say the sentence."""
        with self._silence():
            self._example, self._own = example, own
            number, quantity = next((i, q) for i, q in enumerate(self._quantities) if q.holds(place))
            self.menu.value = number
            self._show_choosers(quantity, quantity.chosen(place))
            self._show_value(quantity, value)
            self.back.disabled = not can_reset
            self.sentence.value = f'<span role="status">{escape(sentence)}</span>'

    def _show_choosers(self, quantity: Quantity, chosen: Sequence[int]) -> None:
        for k, chooser in enumerate(self.choosers):
            shown = k < len(quantity.axes) and quantity.axes[k].size > 1
            chooser.layout.display = "" if shown else "none"
            if k < len(quantity.axes):
                axis = quantity.axes[k]
                _offer(chooser, [(f"{axis.name} {axis.first + i}", i) for i in range(axis.size)], chosen[k])

    def _show_value(self, quantity: Quantity, value: float) -> None:
        is_class = bool(quantity.classes)
        self.classes.layout.display = "" if is_class else "none"
        self.slider.layout.visibility = "hidden" if is_class else "visible"
        self.exact.layout.display = "none" if is_class else ""
        if is_class:
            _offer(self.classes, [(name, i) for i, name in enumerate(quantity.classes)], int(value))
            return
        ends = quantity.ticks(self._own)
        has_ends = ends == (self.slider.min, self.slider.max)
        if not has_ends or value != quantity.value(self._own, self.slider.value):
            # Otherwise it is there already, and stays alone: the reader may be moving it on.
            with self.slider.hold_sync():
                self.slider.value = 0
                self.slider.min, self.slider.max = ends
                self.slider.value = quantity.tick(self._own, value)
        self.exact.step = quantity.step
        self.exact.value = value

    @contextmanager
    def _silence(self) -> Iterator[None]:
        self._silent = True
        try:
            yield
        finally:
            self._silent = False


def _wide(pixels: int) -> dict[str, str]:
    return {"width": f"{pixels}px"}


def _offer(dropdown: ipywidgets.Dropdown, options: Sequence[tuple[str, int]], value: int) -> None:
    """Let a dropdown offer `options`, and choose the one with this value."""
    if tuple(dropdown.options) != tuple(options):
        dropdown.options = options
    dropdown.value = value
