"""Names that a caller chooses from what is known: one name, several, or all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from neural_net.validation import known_name

T = TypeVar("T")


def known_names(names: str | Iterable[str] | None, known: Mapping[str, T], what: str) -> dict[str, T]:
    """Return the known things by name: the one named, those named, or all of them for None."""
    if names is None:
        return dict(known)
    if isinstance(names, str):
        names = [names]
    if not isinstance(names, Iterable):
        raise TypeError(
            f"{what}: expected a name, several, or None for all; got {names!r} of type {type(names).__name__}"
        )
    chosen = {name: known_name(name, known, what) for name in names}
    if not chosen:
        raise ValueError(f"{what}: expected at least one of {', '.join(known)}, got none")
    return chosen
