"""The frame player shows one frame of a trace at a time, and needs no kernel to go from one to the next."""

from __future__ import annotations

from importlib.resources import files

import anywidget
import traitlets

from neural_net.look import DARK_THEME, color, theme_css

_HERE = files("neural_net.stepper")
_OWN_COLORS = {
    "--nns-panel": "panel",
    "--nns-mark": "parameter",
    "--nns-ask": "backward",
    "--nns-right": "forward",
}


def _colors(selector: str, theme: str) -> str:
    rules = ";".join(f"{name}:{color(role, theme)}" for name, role in _OWN_COLORS.items())
    return f"{selector}{{{rules}}}"


def _script() -> str:
    """One module out of two files: what draws questions, then the player, which uses it."""
    return "\n".join(
        _HERE.joinpath(name).read_text(encoding="utf-8") for name in ("questions.js", "player.js")
    )


class FramePlayer(anywidget.AnyWidget):
    """Pictures, one per step, with buttons, keys and clicks to move among them; all drawn by player.js.

    `frames`, `receipts` and `phases` have one entry per step. `details` maps the reference of a unit or edge
    (the `data-ref` of its element in the pictures) to two pieces of HTML: its numbers in the forward and in
    the backward pass. `step` counts from 0. `picked` is the reference that was clicked, or "". `error` is
    shown until it is dismissed.

    `opened` is the step whose layer is open, or −1, and `operation` the operation that is shown of it.
    `films` has, by the step's number as a string, what is shown of its operations: "title", "names", "frames"
    and "receipts". `elements` is to the cells of these frames what `details` is to units and edges.

    A step with an entry in `questions` stays covered until `answers` has a choice for it. An entry has the
    keys step, title, prompt, right (the index of the right choice), and choices, each with a text and an
    explanation. `answers` are choices by step; JavaScript makes the steps strings.
    """

    _esm = _script()
    _css = "\n".join(
        [
            theme_css(),
            _colors(".nns", "light"),
            _colors(f"{DARK_THEME} .nns", "dark"),
            _HERE.joinpath("player.css").read_text(encoding="utf-8"),
        ]
    )

    frames = traitlets.List(traitlets.Unicode()).tag(sync=True)
    receipts = traitlets.List(traitlets.Unicode()).tag(sync=True)
    phases = traitlets.List(traitlets.Unicode()).tag(sync=True)
    details = traitlets.Dict().tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)
    picked = traitlets.Unicode("").tag(sync=True)
    opened = traitlets.Int(-1).tag(sync=True)
    operation = traitlets.Int(0).tag(sync=True)
    films = traitlets.Dict().tag(sync=True)
    elements = traitlets.Dict().tag(sync=True)
    questions = traitlets.List(traitlets.Dict()).tag(sync=True)
    answers = traitlets.Dict().tag(sync=True)
    error = traitlets.Unicode("").tag(sync=True)
