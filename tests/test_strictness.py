"""In CI a test that would be skipped fails; elsewhere it is skipped."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SKIPS = """
import pytest

def test_skips():
    pytest.skip("no browser here")

@pytest.mark.skip(reason="marked")
def test_is_marked():
    pass

@pytest.fixture
def missing():
    pytest.skip("the fixture needs more")

def test_needs_a_fixture(missing):
    pass

@pytest.mark.xfail(strict=True)
def test_may_fail():
    assert False
"""
SKIPS_WHOLE = 'import pytest\npytest.importorskip("no_such_module")\n'


@pytest.fixture
def outcome(tmp_path):
    """Run pytest on a file of tests under the project's conftest.py, in CI or not, and return its summary."""
    shutil.copy(ROOT / "conftest.py", tmp_path)

    def run(source, in_ci):
        (tmp_path / "test_sample.py").write_text(source)
        environment = {name: value for name, value in os.environ.items() if name != "CI"}
        if in_ci:
            environment["CI"] = "true"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_sample.py"]
        result = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=tmp_path, env=environment
        )
        return result.returncode, result.stdout

    return run


def test_skipped_tests_are_skipped_on_a_readers_machine(outcome):
    code, told = outcome(SKIPS, in_ci=False)

    assert code == 0
    assert "3 skipped, 1 xfailed" in told


def test_skipped_tests_fail_in_ci(outcome):
    code, told = outcome(SKIPS, in_ci=True)

    assert code == 1
    assert "skipped" not in told.splitlines()[-1]
    assert "every test must run: Skipped: no browser here" in told


def test_a_file_that_skips_itself_fails_in_ci(outcome):
    assert outcome(SKIPS_WHOLE, in_ci=False)[0] == 5
    code, told = outcome(SKIPS_WHOLE, in_ci=True)

    assert code == 2
    assert "no_such_module" in told
