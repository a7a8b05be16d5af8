"""What has become of each exercise in this session."""

from __future__ import annotations

from neural_net.checker.report import NOT_ATTEMPTED, RIGHT

WRONG = "wrong"

_latest: dict[str, str] = {}


def remember(name: str, verdict: str) -> None:
    """Note the verdict of the latest check of an exercise; an empty answer takes nothing back."""
    if verdict != NOT_ATTEMPTED:
        _latest[name] = RIGHT if verdict == RIGHT else WRONG


def status(name: str) -> str:
    """Return "right", "wrong" or "not attempted yet"."""
    return _latest.get(name, NOT_ATTEMPTED)


def forget() -> None:
    """Begin anew."""
    _latest.clear()
