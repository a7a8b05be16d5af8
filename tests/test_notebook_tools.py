"""The tools for notebooks: running one twice gives the same bytes, and each fault is found by name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from scripts.check_notebooks import problems
from scripts.execute_notebooks import rewrite
from scripts.normal_form import WIDGET_VIEW, as_text, normalized
from tests.notebook_files import code, error, markdown, result, stream, write_notebook

ROOT = Path(__file__).resolve().parents[1]
LIVELY = """
from neural_net.progress import ProgressBar
with ProgressBar(total=3, show=True) as bar:
    for number in range(3):
        bar.advance()
        print(number, flush=True)
"""
SLIDER = "import ipywidgets\nipywidgets.IntSlider(value=3)"
FIGURE = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"


@pytest.fixture
def lively(tmp_path):
    return write_notebook(
        tmp_path / "lively.ipynb", markdown("# Title"), code(LIVELY), code(SLIDER), code(FIGURE)
    )


# Running and the normal form


@pytest.mark.notebook
def test_running_twice_gives_the_same_bytes(lively):
    assert rewrite(lively) is True
    first = lively.read_bytes()

    assert rewrite(lively) is False
    assert lively.read_bytes() == first
    assert first.endswith(b"}\n")
    assert problems(lively) == []


@pytest.mark.notebook
def test_a_run_keeps_outputs_and_leaves_machine_and_widgets_out(lively):
    rewrite(lively)
    notebook = nbformat.read(lively, as_version=4)
    printed, slider, figure = (cell.outputs for cell in notebook.cells[1:])

    assert [output.text for output in printed] == ["0\n1\n2\n"], "no progress bar, and one stream"
    assert list(slider[0].data) == ["text/plain"]
    assert set(figure[0].data) == {"image/png", "text/plain"}
    assert [cell.id for cell in notebook.cells] == ["0", "1", "2", "3"]
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert "version" not in notebook.metadata.language_info


@pytest.mark.notebook
def test_a_run_starts_in_the_folder_of_the_notebook(tmp_path):
    path = write_notebook(tmp_path / "where.ipynb", code("import os\nprint(os.path.basename(os.getcwd()))"))

    rewrite(path)

    assert nbformat.read(path, as_version=4).cells[0].outputs[0].text == f"{tmp_path.name}\n"


@pytest.mark.notebook
def test_a_notebook_that_raises_is_left_as_it_was(tmp_path):
    path = write_notebook(tmp_path / "raises.ipynb", code("print('before')"), code("1 / 0"))
    before = path.read_bytes()

    command = [sys.executable, "-m", "scripts.execute_notebooks", str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)

    assert ended.returncode == 1
    assert "ZeroDivisionError" in ended.stderr
    assert path.read_bytes() == before


def test_the_normal_form_of_a_normal_form_is_itself():
    notebook = v4.new_notebook(
        cells=[markdown("text"), code("x", view(), count=7)],
        metadata={"widgets": {"state": 1}, "language_info": {"name": "python", "version": "3.11.7"}},
    )
    notebook.cells[1].metadata = {"execution": {"iopub": "now"}, "tags": ["example"], "scrolled": True}

    once = normalized(notebook)

    assert as_text(normalized(once)) == as_text(once)
    assert once.cells[1].metadata == {"tags": ["example"]}
    assert once.cells[1].execution_count == 7
    assert "widgets" not in once.metadata
    assert "widgets" in notebook.metadata, "the notebook given stays as it was"


def test_a_widget_view_stays_where_nothing_else_stands_for_it():
    alone, accompanied = view(), view(**{"text/plain": "Slider", "image/svg+xml": "<svg/>"})

    cell = normalized(v4.new_notebook(cells=[code("x", alone, accompanied, count=1)])).cells[0]

    assert list(cell.outputs[0].data) == [WIDGET_VIEW]
    assert set(cell.outputs[1].data) == {"text/plain", "image/svg+xml"}


# The checker


def test_a_good_notebook_has_no_problems(tmp_path):
    (tmp_path / "a picture.png").touch()
    cells = [
        markdown("# Title\n\n![A layer](a%20picture.png), and see [below](#The-end)."),
        markdown(r"## Part" + "\n\n" + r"$$\begin{aligned} y &= Wx \\z &= \frac{1}{2} \end{aligned}$$"),
        markdown("### Detail\n\n`![no image](nowhere.png)` and `\\newcommand` are words here."),
        code("1 + 1", result("2"), count=1),
        markdown("## The end\n\n[Elsewhere](https://example.org), [here](good.ipynb)"),
    ]
    assert check(tmp_path, *cells, name="good.ipynb") == []


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("![](there.png)", "image there.png has no alternative text"),
        ("![A layer](gone.png)", "image 'gone.png' leads to no file"),
        ('<img src="there.png">', "has no alternative text"),
        ('<img alt="A layer" src="gone.png">', "image 'gone.png' leads to no file"),
        ("[the next lesson](gone.ipynb)", "link 'gone.ipynb' leads to no file"),
        ("[below](#Gone)", "link #Gone leads to no heading"),
        ("### Too deep", "heading 'Too deep' is of level 3 after one of level 1"),
        (r"$\begin{array}[ll] a & b \end{array}$", r"\begin{array}[…] is an error"),
        (r"$\newcommand{\y}{\mathbf{y}}$", r"\newcommand defines a macro"),
        (r"$\loss_{(l)}$", r"\loss is not in scripts/plain_latex.py"),
    ],
)
def test_a_fault_in_the_text_is_found(tmp_path, source, fault):
    (tmp_path / "there.png").touch()

    found = check(tmp_path, markdown("# Title"), markdown(source), ran())

    assert len(found) == 1
    assert fault in found[0]


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        (code("1"), "execution counts are [None]"),
        (code("1", count=2), "execution counts are [2], not 1 to 1"),
        (code("1", error("KeyError", "'x'"), count=1), "ends with KeyError: 'x'"),
        (code("1", stream("a warning\n", "stderr"), count=1), "writes to stderr"),
        (code("1", stream("<X at 0x7fa1b2c3d4e5>\n"), count=1), "shows an address in memory"),
        (code("# NBVAL_IGNORE_OUTPUT\n1", count=1), "keeps its outputs from being compared"),
        (code(" ", count=1), "an empty code cell"),
    ],
)
def test_a_fault_in_a_code_cell_is_found(tmp_path, cell, fault):
    found = check(tmp_path, markdown("# Title"), cell)

    assert len(found) == 1
    assert fault in found[0]


@pytest.mark.parametrize("tag", ["nbval-skip", "nbval-ignore-output", "raises-exception"])
def test_a_tag_that_turns_checks_off_is_found(tmp_path, tag):
    cell = ran()
    cell.metadata["tags"] = [tag]

    assert check(tmp_path, cell) == [f"cell 0: the tag {tag} keeps its outputs from being compared"]


def test_a_notebook_not_in_normal_form_is_found(tmp_path):
    path = write_notebook(tmp_path / "raw.ipynb", ran())

    assert problems(path) == ["not in normal form (run `make notebooks`)"]


def test_a_notebook_without_code_is_found(tmp_path):
    assert check(tmp_path, markdown("# Title")) == ["no code cell"]


def test_macros_may_stand_in_the_notebook_made_for_them(tmp_path):
    cells = [markdown(r"$\newcommand{\lossgradient}{\mathcal{L}'}$"), ran()]

    assert check(tmp_path, *cells, name="Latex_macros.ipynb") == []
    assert check(tmp_path, *cells, name="Other.ipynb") != []


# What nbval is asked to compare


@pytest.mark.notebook
@pytest.mark.parametrize(("number", "passes"), [("0.50", True), ("0.51", False)])
def test_nbval_compares_numbers_to_the_last_digit(tmp_path, number, passes):
    cell = code("print(f'{1 / 2:.2f}')", stream(f"{number}\n"), count=1)
    path = write_notebook(tmp_path / "number.ipynb", cell)

    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q", str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)

    assert (ended.returncode == 0) is passes, ended.stdout


def view(**further):
    return v4.new_output("display_data", {WIDGET_VIEW: {"model_id": "5c4e"}, **further})


def ran():
    return code("1", result("1"), count=1)


def check(folder, *cells, name="checked.ipynb"):
    """Return the problems of a notebook of `cells`, written in normal form."""
    path = write_notebook(folder / name, *cells)
    path.write_text(as_text(normalized(nbformat.read(path, as_version=4))), encoding="utf-8")
    return problems(path)
