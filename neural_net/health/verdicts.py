"""What a measure beyond its threshold means, in words.

Each threshold is a rule of thumb for networks that still have to learn, with its reason beside it. A number
beyond one is a reason to look, not a proof of a fault: a unit may be dead, or a gradient small, in code
without a bug.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from neural_net.health.measures import Measures

# "Normalized inputs ... average of each input variable over the training set close to zero, ... covariances
# about the same", and about 1 (LeCun, Bottou, Orr, Müller: Efficient BackProp, 1998, section 4.3). Ten times
# that size makes layer 1's sums ten times too large, which saturates it or makes its gradient too steep.
LARGEST_INPUT = 10.0
# Right after He's initialization a ReLU is 0 for about half of the examples; that it is so for all of 16
# independent ones by chance is 1 in 65,536. On data that lie to one side a few units are: a quarter are not.
ENOUGH_EXAMPLES = 16
MOST_DEAD = 0.25
# Where a'(z) is below 5 % of its steepest (|tanh| > 0.97, the mark that Karpathy uses in "Building makemore,
# part 3"), the gradient is as good as stopped. When that holds for half of a layer, half of it stands still.
MOST_SATURATED = 0.5
# Units that start alike get the same gradients and stay alike (Goodfellow, Bengio, Courville: Deep Learning,
# 2016, section 8.4): one pair is chance or design, half of a layer is not.
MOST_ALIKE = 0.5
# One learning rate serves all layers. Where the gradient at one end of the chain is a thousand times that at
# the other, no rate fits both ends; a layer is to blame if it at least halves, or at least doubles, what
# passes. Glorot's and He's initialization are made to pass on about what comes in (Glorot and Bengio 2010).
FARTHEST_APART = 1000.0
TO_BLAME = 2.0
# "Update / weight should be somewhere around 1e-3" (CS231n, Neural Networks Part 3): a hundred times more
# rewrites a tenth of the weights in one step, a hundred times less needs ten thousand steps for it.
LARGEST_UPDATE = 1e-1
SMALLEST_UPDATE = 1e-5


@dataclass(frozen=True)
class Finding:
    """What is wrong, by a short name, at which layer, and what that means."""

    problem: str
    layer: int
    words: str


def findings(measures: Sequence[Measures]) -> tuple[Finding, ...]:
    """Judge the measures of the input and layers 1 … L; the finding to look at first stands first.

    That is the way in which trouble spreads: what shows in the forward pass, from the input on; then what
    shows in the backward pass, from the loss back; then the updates.
    """
    head = len(measures) - 1
    forward = [
        finding
        for own in measures
        for judge in (_not_finite, *((_dead, _alike, _saturated) if 0 < own.layer < head else (_unscaled,)))
        if (own.layer == 0 or judge is not _unscaled) and (finding := judge(own))
    ]
    return (*forward, *_chain(measures), *_updates(measures))


def _not_finite(own: Measures) -> Finding | None:
    if own.is_finite:
        return None
    words = "holds numbers that are infinite or not a number: something has overflowed."
    return Finding("not finite", own.layer, words)


def _unscaled(own: Measures) -> Finding | None:
    if not own.size > LARGEST_INPUT:
        return None
    words = (
        f"has a column of size {own.size:.2g} (root mean square), where about 1 is good: "
        "shift and scale every column to mean 0 and standard deviation 1."
    )
    return Finding("unscaled inputs", own.layer, words)


def _dead(own: Measures) -> Finding | None:
    if own.examples < ENOUGH_EXAMPLES or own.dead < MOST_DEAD * own.units:
        return None
    words = (
        f"{own.dead} of {own.units} units are 0 for all {own.examples} examples: "
        "no gradient passes through them, and none of their weights learns."
    )
    return Finding("dead units", own.layer, words)


def _alike(own: Measures) -> Finding | None:
    if own.examples < ENOUGH_EXAMPLES or own.units < 2 or own.alike < MOST_ALIKE * own.units:
        return None
    words = (
        f"{own.alike} of {own.units} units say the same as another one for every example: "
        "units that start alike and get the same gradients stay alike."
    )
    return Finding("alike units", own.layer, words)


def _saturated(own: Measures) -> Finding | None:
    if own.saturated is None or own.saturated < MOST_SATURATED:
        return None
    words = (
        f"{own.saturated:.0%} of its slopes a′(z) are nearly 0: the sums z are too large, "
        "and little gradient passes."
    )
    return Finding("saturated", own.layer, words)


def _chain(measures: Sequence[Measures]) -> Iterator[Finding]:
    """Judge the way of the loss gradient from ∂𝓛/∂z of the head to layer 1, layer by layer."""
    passing = [own for own in reversed(measures[2:]) if own.passes_on is not None]
    reached = 1.0
    for own in passing:
        reached *= own.passes_on or 0.0
    if reached < 1 / FARTHEST_APART:
        yield from _blamed(passing, "vanishing gradient", lambda share: share < 1 / TO_BLAME, reached)
    elif reached > FARTHEST_APART:
        yield from _blamed(passing, "exploding gradient", lambda share: share > TO_BLAME, reached)


def _blamed(
    passing: Sequence[Measures], problem: str, is_to_blame: Callable[[float], bool], reached: float
) -> Iterator[Finding]:
    for own in passing:
        if own.passes_on is not None and is_to_blame(own.passes_on):
            words = (
                f"passes on {own.passes_on:.2g} times the loss gradient that it gets; "
                f"layer 1 is left with {reached:.2g} of what the head started with."
            )
            yield Finding(problem, own.layer, words)


def _updates(measures: Sequence[Measures]) -> Iterator[Finding]:
    for own in measures:
        share = own.update_to_weight
        if share is not None and share > LARGEST_UPDATE:
            words = f"one update moves its weights by {share:.2g} of their size, where about 0.001 is good."
            yield Finding("updates too large", own.layer, words)
        elif share is not None and share < SMALLEST_UPDATE:
            moved = (
                f"moves its weights by {share:.2g} of their size" if share else "does not move its weights"
            )
            words = f"one update {moved}; about 0.001 of their size is good."
            yield Finding("updates too small", own.layer, words)
