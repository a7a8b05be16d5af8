"""What-if: a number of the network or its data changes, and every frame is drawn anew; the kernel alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

from benchmarks import networks
from benchmarks.measure import Row, interleave
from neural_net import diagram
from neural_net.stepper import Stepper, step_through
from neural_net.stepper.what_if import Place, retrace
from neural_net.trace import Trace

LIMIT = 16  # ms, one frame of a 60 Hz screen
PICKED = "u:1:0"  # the reader follows a unit, whose numbers are told anew as well


def measure(quick: bool) -> Iterator[Row]:
    """Yield the time of one change, and of each part of the work."""
    rounds = 5 if quick else 40
    yield from _changes("3-4-4-2", networks.small(), rounds, LIMIT)
    yield from _parts("3-4-4-2", networks.small(), rounds, LIMIT)
    yield from _changes("2-4-4-1", networks.smallest(), rounds)
    yield from _changes("64-32-10", networks.of_digits(), rounds, image_shape=networks.IMAGE)


def _changes(
    name: str,
    trace: Trace,
    rounds: int,
    limit: float | None = None,
    image_shape: tuple[int, int] | None = None,
) -> Iterator[Row]:
    """From the control's report to a player with all frames, receipts, and the picked unit's details."""
    stepper = step_through(trace, image_shape=image_shape)
    stepper.player.picked = PICKED
    is_class = trace.network.loss.function.targets == "classes"
    target = Place(trace.L + 1, "class", (0,)) if is_class else Place(trace.L + 1, "target", (0, 0))
    changes = {
        "an input": _changing(stepper, Place(0, "x", (0, 1))),
        "a weight": _changing(stepper, Place(1, "W", (0, 1))),
        "the target": _changing(stepper, target, [0, 1] if is_class else [0.25, 0.75]),
    }
    for what, samples in interleave(changes, rounds).items():
        yield Row(f"{name}, {what}", samples, at_most=limit)


def _changing(stepper: Stepper, place: Place, values: list[float] | None = None) -> Callable[[], None]:
    """Return a function that gives the number at `place` another value every time."""
    turns = count()

    def change() -> None:
        turn = next(turns)
        stepper.changed(place, values[turn % len(values)] if values else 0.1 + turn / 1000)
        if stepper.player.error:
            raise RuntimeError(stepper.player.error)

    return change


def _parts(name: str, trace: Trace, rounds: int, limit: float) -> Iterator[Row]:
    """Each part by itself, then all in a row, with the details of every unit and edge."""
    turns = count()

    def change() -> Trace:
        return retrace(trace, {Place(1, "W", (0, 1)): 0.1 + next(turns) / 1000})

    def all_anew() -> None:
        changed = change()
        diagram.frames(changed)
        diagram.details(changed)
        changed.receipt()

    # A trace keeps what was asked of it, so every part is given fresh ones.
    fresh = [iter([change() for _ in range(rounds + 1)]) for _ in range(3)]
    parts: dict[str, Callable[[], object]] = {
        "trace": change,
        "all frames": lambda: diagram.frames(next(fresh[0])),
        "all receipts": lambda: next(fresh[1]).receipt(),
        "details of all units and edges": lambda: diagram.details(next(fresh[2])),
        "all of these": all_anew,
    }
    for what, samples in interleave(parts, rounds).items():
        yield Row(f"{name}, {what}", samples, at_most=limit if what == "all of these" else None)
