"""Pooling: each patch of an image stands in for itself by one number."""

from __future__ import annotations

from abc import abstractmethod

from neural_net.layers.base import Layer
from neural_net.layers.images import Pair, places, write_pair
from neural_net.operations import Operation, Shape
from neural_net.operations.windows import LargestOfPatch, MeanOfPatch, Patches
from neural_net.program import Line
from neural_net.validation import pair


class _Pool2d(Layer):
    """One number per patch and channel.

    Shapes: y_prev (m, n, height, width), y (m, n, rows, columns) with rows = (height − window) // stride + 1;
    what does not fill a window is left out. `window` and `stride` are whole numbers or pairs (down, across);
    the stride is the window's size unless given.
    """

    def __init__(self, window: int | Pair, *, stride: int | Pair | None = None) -> None:
        self.window = pair(window, f"{self.kind}, window")
        self.stride = self.window if stride is None else pair(stride, f"{self.kind}, stride")

    @property
    @abstractmethod
    def summary(self) -> Operation:
        """The operation that makes one number of a patch."""

    def output_shape(self, input_shape: Shape) -> Shape:
        """(channels, height, width) becomes (channels, rows, columns)."""
        rows, columns = places(self, None, input_shape, self.window, self.stride)
        return input_shape[0], rows, columns

    def program_for(self, input_shape: Shape) -> tuple[Line, ...]:
        """patches; y = one number of each."""
        patches = Line("patches", Patches(self.window, self.stride), ("y_prev",))
        return (patches, Line("y", self.summary, ("patches",)))

    def __repr__(self) -> str:
        stride = f", stride {write_pair(self.stride)}" if self.stride != self.window else ""
        return f"{self.kind} {write_pair(self.window)}{stride}"


class MaxPool2d(_Pool2d):
    """y = the largest number of each patch; backward it alone gets the gradient."""

    kind = "MaxPool2d"

    @property
    def summary(self) -> Operation:
        """The largest of a patch."""
        return LargestOfPatch()

    @property
    def sentence(self) -> str:
        """Of every patch the largest number stays."""
        return "Of every patch the largest number stays, and backward it alone receives the gradient."


class AvgPool2d(_Pool2d):
    """y = the mean of each patch; backward each number of it gets an equal share of the gradient."""

    kind = "AvgPool2d"

    @property
    def summary(self) -> Operation:
        """The mean of a patch."""
        return MeanOfPatch(self.window)

    @property
    def sentence(self) -> str:
        """Of every patch the mean stays."""
        return "Of every patch the mean stays, and backward every number of it receives an equal share."
