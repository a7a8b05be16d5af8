"""The exercises, one file per group, in the order in which they are best taken."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from neural_net.checker.exercise import Exercise
from neural_net.checker.tasks import (
    activations,
    branches,
    dense,
    descent,
    forward,
    losses,
    network,
    normalization,
    numerical,
    ordering,
    own_layer,
    softmax,
)

EXERCISES: Mapping[str, Exercise] = MappingProxyType(
    {
        exercise.name: exercise
        for group in (
            forward,
            activations,
            losses,
            softmax,
            dense,
            ordering,
            network,
            descent,
            numerical,
            branches,
            normalization,
            own_layer,
        )
        for exercise in group.EXERCISES
    }
)
