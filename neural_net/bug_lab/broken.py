"""A broken network is a network that comes with the data and the learning rate it was meant for."""

from __future__ import annotations

from dataclasses import dataclass, fields

from neural_net.network import Network
from neural_net.operations import Array


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class BrokenNetwork(Network):
    """A network in which, or around which, one thing is wrong.

    It is traced, stepped, plotted, checked and trained like any other, and stays broken when its weights
    move. `x` and `target` are the data that it is to learn, `learning_rate` the rate that was chosen for it;
    they belong to what may be wrong.
    """

    title: str
    x: Array
    target: Array
    learning_rate: float

    def __repr__(self) -> str:
        m = len(self.x)
        data = f"  .x ({m} × {self.x.shape[1]}), .target ({m}), .learning_rate {self.learning_rate:g}"
        return f"{self.title}: {super().__repr__()}\n{data}"


def broken(net: Network, title: str, x: Array, target: Array, learning_rate: float) -> BrokenNetwork:
    """Return `net` with its data and learning rate beside it."""
    own = {field.name: getattr(net, field.name) for field in fields(net)}
    for array in (x, target):
        array.setflags(write=False)
    return BrokenNetwork(**own, title=title, x=x, target=target, learning_rate=learning_rate)
