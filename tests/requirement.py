"""What a test needs and a reader's machine may lack."""

from __future__ import annotations

import importlib.util

import pytest


def require(condition: object, reason: str) -> None:
    """Skip the test unless `condition` holds; in CI a skipped test fails (see conftest.py in the root)."""
    if not condition:
        pytest.skip(reason)


def require_module(name: str) -> None:
    """Skip the test unless the module `name` is installed; in CI, fail."""
    require(importlib.util.find_spec(name), f"{name} is not installed")
