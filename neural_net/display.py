"""A picture that a notebook shows as SVG, and as text wherever it shows no SVG."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from neural_net import diagram
from neural_net.program import Line
from neural_net.receipt import write_array
from neural_net.trace import Trace


@dataclass(frozen=True, repr=False)
class Picture:
    """An SVG string and the text that says the same.

    JupyterLab shows no SVG of a notebook that it does not trust, and a terminal shows none at all: there, the
    text stands for the picture. `str(picture)` is the text, `picture.svg` the picture itself.
    """

    svg: str
    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        """What IPython asks for; it applies `include` and `exclude` itself."""
        return {"image/svg+xml": self.svg, "text/plain": self.text}


def filmstrip(
    trace: Trace,
    example: int = 0,
    *,
    image_shape: tuple[int, int] | None = None,
    classes: Sequence[str] | None = None,
) -> Picture:
    """Show every step of a trace at once, for row `example` of its batch; the text is the trace's receipt.

    `image_shape` (rows, columns) draws the input as an image; `classes` names the outputs of a softmax.
    """
    return Picture(diagram.filmstrip(trace, example, image_shape, classes), trace.receipt())


def ledger(trace: Trace, layer: int, name: str, example: int = 0) -> Picture:
    """Show how the loss gradient of `name` in layer 1 … L+1 adds up over the uses of the value.

    Such values are y_prev in a residual or in attention, the states of a recurrent layer, and its weights.
    The picture has a row for each contribution, with the sum so far, of row `example` of the batch; the text
    has those of the whole batch.
    """
    if not isinstance(trace, Trace):
        raise TypeError(f"ledger: expected a trace, got {type(trace).__name__}")
    lines = [f"dL_d{name} of layer {layer}"]
    for entry in diagram.ledger_entries(trace, layer, name):
        used_by = entry.source.output if isinstance(entry.source, Line) else entry.source
        lines += [write_array(f"used by {used_by}:", entry.value), write_array("sum so far", entry.total)]
    return Picture(diagram.ledger_picture(trace, layer, name, example), "\n".join(lines))
