"""What is installed works from any folder, and `make` says what is missing on a machine that lacks it."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.requirement import require

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_helper_is_imported_from_any_folder(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    code = "import neural_net_helper; neural_net_helper.NN_Helper(); print(neural_net_helper.__file__)"

    result = run(sys.executable, "-c", code, cwd=tmp_path, env=environment)

    assert result.returncode == 0, f"{result.stderr}\nInstall the project first: pip install --editable ."


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The project built as others would install it, unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    sources = folder / "sources"
    shutil.copytree(ROOT / "neural_net", sources / "neural_net")
    for name in ("neural_net_helper.py", "pyproject.toml", "README.md", "LICENSE", *requirement_files()):
        shutil.copy(ROOT / name, sources)
    build = ("-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, sources)
    result = run(sys.executable, *build, cwd=folder)
    assert result.returncode == 0, result.stderr
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def test_the_wheel_carries_every_file_of_the_package(wheel):
    def files(root):
        kept = (path for path in (root / "neural_net").rglob("*") if path.is_file() and path.suffix != ".pyc")
        return {path.relative_to(root).as_posix() for path in kept}

    assert files(wheel) == files(ROOT)
    assert {"neural_net/data/digits.npz", "neural_net/data/README.md"} <= files(wheel)


def test_the_wheel_alone_finds_its_data(wheel):
    code = (
        "import neural_net_helper; helper = neural_net_helper.NN_Helper();"
        "print(neural_net_helper.__file__, len(helper.digits()[0]))"
    )

    result = run(sys.executable, "-c", code, cwd=wheel)

    assert result.stdout.split() == [str(wheel / "neural_net_helper.py"), "1797"], result.stderr


def test_what_is_required_has_a_least_version_and_an_end():
    for file in requirement_files():
        for line in (ROOT / file).read_text().splitlines():
            if line and not line.startswith("#"):
                assert re.fullmatch(r"[a-z-]+(>=[\d.]+,<[\d.]+|==[\d.]+)", line), f"{file}: {line}"


def test_the_version_is_told_the_same_everywhere():
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")

    assert f"version: {PROJECT['version']}\n" in citation
    assert importlib.metadata.version(PROJECT["name"]) == PROJECT["version"]


def test_ci_runs_on_the_oldest_python_that_is_promised():
    workflow = (ROOT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8")
    oldest = PROJECT["requires-python"].removeprefix(">=")

    assert f'"{oldest}"' in workflow
    assert "run: .ci/run" in workflow


# make


@pytest.fixture
def make():
    require(shutil.which("make"), "make is not installed")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}

    def run_make(*arguments):
        return run("make", "--no-print-directory", *arguments, cwd=ROOT, env=environment)

    return run_make


def test_make_alone_lists_what_there_is(make):
    listed = make().stdout

    for target in ("lab", "test", "quick", "lint", "notebooks", "images", "bench", "clean"):
        assert re.search(rf"^  make {target}\s+\w", listed, re.MULTILINE), f"{target} is not in:\n{listed}"


@pytest.mark.parametrize(
    ("python", "told"),
    [
        ('case "$2" in "import sys"*) exit 1;; esac; echo Python 3.9.2', "needed, and .* is Python 3.9.2"),
        ('case "$2" in "import ensurepip"*) exit 1;; esac', "sudo apt-get install python3-venv"),
        ("exit 127", "Install Python 3.11 or newer"),
    ],
)
def test_make_says_what_the_machine_lacks(make, tmp_path, python, told):
    stand_in = tmp_path / "python3"
    stand_in.write_text(f"#!/bin/sh\n{python}\n")
    stand_in.chmod(0o755)

    result = make("lab", f"PYTHON={stand_in}", f"VENV={tmp_path / 'environment'}")

    assert result.returncode != 0
    assert re.search(told, result.stdout)
    assert not (tmp_path / "environment").exists()


def requirement_files():
    return sorted(path.name for path in ROOT.glob("requirements*.txt"))


def run(*command, **options):
    return subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        **options,
    )
