"""The fixtures of the browser tests: one JupyterLab, one Chromium, a fresh page for each test.

Tests by hypothesis: few examples each, and in CI the same ones every time.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
import pytest

from tests.requirement import require, require_module

hypothesis.settings.register_profile(
    "short", max_examples=20, deadline=None, derandomize=bool(os.environ.get("CI"))
)
hypothesis.settings.load_profile("short")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A running Chromium."""
    require_module("playwright")
    from tests.jupyter_lab import find_chromium, launch_chromium

    executable = find_chromium()
    require(executable, "no Chromium or Chrome on this machine")
    with launch_chromium(executable) as running:
        yield running


@pytest.fixture(scope="session")
def lab(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A JupyterLab that serves a copy of the notebooks; `lab.workspace` is the folder, for further ones."""
    from tests.jupyter_lab import copy_of_notebooks, serve

    with serve(copy_of_notebooks(tmp_path_factory.mktemp("lab") / "workspace")) as running:
        yield running


@pytest.fixture
def open_notebook(browser: Any, lab: Any) -> Iterator[Callable[..., Any]]:
    """Open a notebook of the workspace: `open_notebook(path, theme="light", …)` returns a NotebookPage.

    The options are those of `tests.jupyter_lab.open_notebook`. The page is closed after the test, which
    fails if the browser's console reported an error.
    """
    from tests import jupyter_lab

    opened = []

    def open_one(notebook: str, **options: Any) -> Any:
        opened.append(jupyter_lab.open_notebook(browser, lab, notebook, **options))
        return opened[-1]

    yield open_one
    for notebook in opened:
        notebook.close()
    errors = [error for notebook in opened for error in notebook.console_errors]
    assert not errors, "the browser's console reported errors:\n" + "\n".join(errors)
