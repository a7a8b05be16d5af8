"""Every committed notebook is as a reader should find it; that it still computes the same is nbval's part.

`make test` runs nbval on the same files in the same pytest run, strictly: `pytest --nbval tests notebooks …`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.check_notebooks import problems

pytestmark = pytest.mark.notebook

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = [*sorted((ROOT / "notebooks").glob("*.ipynb")), *sorted(ROOT.glob("*.ipynb"))]
IDS = [path.relative_to(ROOT).as_posix() for path in NOTEBOOKS]


def test_the_lesson_and_the_notation_are_there():
    assert {"notebooks/Back_propagation.ipynb", "Latex_macros.ipynb"} <= set(IDS)


def test_no_notebook_escapes_the_tests():
    ours = {path for path in ROOT.rglob("*.ipynb") if not _is_hidden(path.relative_to(ROOT))}

    assert ours == set(NOTEBOOKS)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_notebook_is_fit_to_be_read(path):
    assert problems(path) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_nbstripout_agrees_that_nothing_is_left_to_strip(path):
    command = [sys.executable, "-m", "nbstripout", "--keep-output", "--keep-count", "--verify", str(path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stdout + result.stderr


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") or part in {"build", "venv"} for part in path.parts)
