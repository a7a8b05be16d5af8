"""A weight gradient as a sum over the examples: slide over them and watch it grow."""

from __future__ import annotations

from typing import Any

import ipywidgets

from neural_net import diagram
from neural_net.display import Picture
from neural_net.stepper.player import FramePlayer
from neural_net.trace import Trace


class BatchSumPlayer(ipywidgets.VBox):  # type: ignore[misc]
    """A frame for every sum, from the first example to the whole batch, and a slider; no kernel is needed.

    Readers without the widget see the first sum, one in the middle, and the last.
    """

    def __init__(self, trace: Trace, layer: int, name: str) -> None:
        self._batch = batch = diagram.batch_sum_of(trace, layer, name)
        self.player = FramePlayer(
            frames=list(diagram.batch_frames(batch)),
            receipts=[batch.receipt(k) for k in batch.shown],
            phases=["backward"] * len(batch.shown),
        )
        self.player.add_class("nns-player")
        self.slider = ipywidgets.IntSlider(0, max=len(batch.shown) - 1, description="Sum", readout=False)
        self.link = ipywidgets.jslink((self.slider, "value"), (self.player, "step"))
        top = ipywidgets.HBox([self.slider])
        top.add_class("nns-top")
        super().__init__([top, self.player])
        self.add_class("nns-stepper")

    def __repr__(self) -> str:
        batch = self._batch
        return f"<{batch.code_name} of layer {batch.layer} as a sum of {batch.m} examples>"

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """Return the live widget and, for readers without it, three of the sums."""
        live: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        shown = self._batch.shown
        few = sorted({shown[0], shown[len(shown) // 2], shown[-1]})
        text = "\n\n".join(self._batch.receipt(k) for k in few)
        still = Picture(diagram.stacked_sums(self._batch, few), text)
        return {**live, **still._repr_mimebundle_()}


def batch_sum(trace: Trace, layer: int, name: str = "W") -> BatchSumPlayer:
    """Show ∂ℒ/∂ of the parameter `name` of a layer (1 … L) as the sum of the shares of the examples.

    The share of an example is what the backward pass makes of that example's loss gradient alone, in the
    parameter's shape; the sum of all shares is the weight gradient.
    """
    if not isinstance(trace, Trace):
        raise TypeError(f"batch_sum: expected a trace, got {type(trace).__name__}")
    return BatchSumPlayer(trace, layer, name)
