"""The notation notebook says what the code does, and its macros work for readers and hide nothing."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import nbformat
import numpy as np
import pytest

from neural_net import look
from neural_net.layers import Dense
from neural_net.network import network
from neural_net.notation import symbol
from neural_net.trace import trace
from tests.notebook_files import code, markdown, write_notebook

ROOT = Path(__file__).resolve().parents[1]
PATH = ROOT / "Latex_macros.ipynb"
BUILT_IN = {
    name
    for line in (Path(__file__).parent / "latex_builtins.txt").read_text().splitlines()
    if not line.startswith("#")
    for name in line.split()
}
DEFINITION = re.compile(r"\\def\\([A-Za-z]+)((?:#\d)*)\{(.*)\}")
LAYER = 2  # the layer that stands for l in the checks against the code


@pytest.fixture(scope="module")
def notebook():
    return nbformat.read(PATH, as_version=4)


@pytest.fixture(scope="module")
def prose(notebook):
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


@pytest.fixture(scope="module")
def definitions(notebook):
    """The macros: (name, how many arguments, what they stand for)."""
    (cell,) = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [(name, len(given) // 2, body) for name, given, body in DEFINITION.findall(cell.source)]


def rows(prose, *columns):
    """Return the rows of all tables that have these columns, as mappings from column to cell."""
    found = []
    header = None
    for line in prose.splitlines():
        if not line.startswith("|"):
            header = None
            continue
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if header is None:
            header = [cell.strip(" |") for cell in cells]
        elif not set(line) <= set("|:- ") and set(columns) <= set(header):
            found.append(dict(zip(header, (cell.strip(" |") for cell in cells), strict=True)))
    return found


def code_names(prose):
    """Return the rows of the tables of quantities whose name in code is one name, by that name."""
    named = {row["name in code"]: row for row in rows(prose, "symbol", "name in code", "shape")}
    return {name.strip("`"): row for name, row in named.items() if re.fullmatch(r"`\w+`", name)}


# ── the table against the code ────────────────────────────────────────────


@pytest.fixture(scope="module")
def example():
    """A trace whose shapes tell m, n_0, n_(l-1), n_l and n_L apart, for l = 2."""
    sizes = [2, 3, 4, 5]
    layers = [Dense(n_in, n_out, "tanh") for n_in, n_out in pairwise(sizes)]
    rng = np.random.default_rng(0)
    return trace(network(layers=layers, loss="mse"), rng.normal(size=(7, 2)), rng.normal(size=(7, 5)))


def test_every_name_of_a_layer_and_of_its_gradients_is_in_the_table(prose, example):
    record = example.records[LAYER]
    names = {*record.values, *(f"dL_d{name}" for name in record.gradients), "x", "target"}

    assert set(code_names(prose)) == names


def test_the_symbols_are_the_ones_that_equations_use(prose):
    for name, row in code_names(prose).items():
        is_input = name == "x"
        latex = symbol("y" if is_input else name, LAYER).latex()
        general = latex.replace(f"({LAYER})", "(0)" if is_input else "(l)").replace(f"({LAYER - 1})", "(l-1)")
        assert row["symbol"] == f"${general}$", name


def test_the_loss_has_the_symbols_that_equations_use(prose):
    of_loss = {
        row["name in code"]: row["symbol"]
        for row in rows(prose, "symbol", "name in code")
        if "of the loss" in row["name in code"]
    }

    assert of_loss == {
        f"`{name}` of the loss": f"${symbol(name, LAYER, is_loss=True).latex()}$" for name in ("y_prev", "y")
    }


def test_the_shapes_are_those_of_a_trace(prose, example):
    record = example.records[LAYER]
    values = {
        **record.values,
        **{f"dL_d{name}": gradient for name, gradient in record.gradients.items()},
        "x": example.x,
        "target": example.target,
    }
    for name, row in code_names(prose).items():
        assert shape(row["shape"]) == values[name].shape, name


def test_what_stands_in_a_trace_has_the_shape_that_the_table_gives(prose, example):
    checked = 0
    for row in rows(prose, "symbol", "in a trace", "shape"):
        for expression in re.findall(r"`([^`]+)`", row["in a trace"]):
            found = eval(expression, {"trace": example, "l": LAYER, "example": 0})
            assert np.shape(found) == shape(row["shape"]), expression
            checked += 1
    assert checked >= 16


def shape(latex):
    """Return the shape that a cell such as $(m, n_l)$ means for `example` and its layer 2."""
    sizes = {"m": 7, "n_0": 2, "n_{l-1}": 3, "n_l": 4, "n_L": 5}
    if latex == "a number":
        return ()
    return tuple(sizes[name] for name in latex.strip("$()").split(", "))


def test_the_colors_are_those_of_the_figures(prose):
    roles = {
        "blue": "forward-solid",
        "red-orange": "backward-solid",
        "purple": "parameter-line",
        "gray": "outline-solid",
    }
    seen = set()
    for row in rows(prose, "symbol", "color"):
        swatch = re.fullmatch(r"\$\\textcolor\{(#\w+)\}\{\\blacksquare\}\$&nbsp;(.+)", row["color"])
        name = swatch[2].replace("&#8209;", "-")
        assert swatch[1] == look.color(roles[name])
        assert (name == "red-orange") == row["name in code"].startswith("`dL_")
        seen.add(name)
    assert seen == set(roles)


def test_the_batch_formulas_give_the_gradients_of_the_trace(example):
    value, gradient = example.records[LAYER].values, example.records[LAYER].gradients
    dL_dz = gradient["y"] * (1 - np.tanh(value["z"]) ** 2)

    np.testing.assert_allclose(gradient["z"], dL_dz)
    np.testing.assert_allclose(gradient["W"], value["y_prev"].T @ dL_dz)
    np.testing.assert_allclose(gradient["b"], dL_dz.sum(axis=0))
    np.testing.assert_allclose(gradient["y_prev"], dL_dz @ value["W"].T)


def test_the_folded_bias_gives_the_same(example):
    y_prev, W, b, z = (example.records[LAYER].values[name] for name in ("y_prev", "W", "b", "z"))
    ones = np.ones((len(y_prev), 1))

    np.testing.assert_allclose(np.hstack([y_prev, ones]) @ np.vstack([W, b]), z)


def test_the_column_form_is_the_transpose_of_the_row_form(example):
    y_prev, W, b, z = (example.records[LAYER].values[name] for name in ("y_prev", "W", "b", "z"))
    dL_dy_prev, dL_dy = (example.loss_gradient[l][:1] for l in (LAYER - 1, LAYER))
    J = example.local_gradient(LAYER)

    np.testing.assert_allclose(W.T @ y_prev[:1].T + b[:, None], z[:1].T)
    np.testing.assert_allclose(J.T @ dL_dy.T, dL_dy_prev.T)
    np.testing.assert_allclose(dL_dy @ J, dL_dy_prev)


# ── the macros ────────────────────────────────────────────────────────────


def test_every_macro_is_defined_once(definitions):
    names = [name for name, _, _ in definitions]

    assert len(names) == len(set(names)) >= 10


def test_no_macro_hides_a_built_in_command(definitions):
    assert {"ll", "max", "b", "c", "u", "v", "o", "tt", "dim", "frac", "mathcal"} <= BUILT_IN
    assert not BUILT_IN & {name for name, _, _ in definitions}


def test_macros_are_made_of_built_in_commands(definitions):
    for _, _, body in definitions:
        assert set(re.findall(r"\\([A-Za-z]+)", body)) <= BUILT_IN


def test_the_table_shows_every_macro_with_what_it_stands_for(prose, definitions):
    shown = rows(prose, "you type", "you get")
    meanings = {name: (count, body) for name, count, body in definitions}
    for row in shown:
        name, given = re.fullmatch(r"`\$\\([A-Za-z]+)((?:\{[^}]*\})*)\$`", row["you type"]).groups()
        arguments = re.findall(r"\{([^}]*)\}", given)
        count, body = meanings.pop(name)
        assert len(arguments) == count, name
        for number, argument in enumerate(arguments, 1):
            body = body.replace(f"#{number}", argument)
        assert row["you get"] == f"${body}$"
    assert meanings == {}, "these macros are not in the table"


def test_symbols_by_macro_are_the_symbols_of_the_notation(definitions):
    body = {name: body for name, _, body in definitions}
    number = str(LAYER)

    for macro, name in (("NNy", "y"), ("NNz", "z"), ("NNW", "W"), ("NNb", "b"), ("NNlossgrad", "dL_dy")):
        assert body[macro].replace("#1", number) == symbol(name, LAYER).latex()
    assert body["NNweightgrad"].replace("#1", number) == symbol("dL_dW", LAYER).latex()
    assert body["NNpred"] == symbol("y_prev", LAYER, is_loss=True).latex()
    assert body["NNloss"] == symbol("y", LAYER, is_loss=True).latex()
    assert body["NNtarget"] == symbol("target", LAYER).latex()


def test_the_tables_need_no_macro(prose):
    without_code = re.sub(r"`[^`]*`", "", prose)

    assert set(re.findall(r"\\([A-Za-z]+)", without_code)) <= BUILT_IN


# ── in JupyterLab ─────────────────────────────────────────────────────────

# MathJax shows an unknown command in red, and a formula that it cannot read as an error.
RED = ".jp-Notebook mjx-merror, .jp-Notebook [style*='color: red'], .jp-Notebook [data-mjx-error]"


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_notation_renders_without_red(open_notebook, theme):
    opened = open_notebook("Latex_macros.ipynb", theme=theme)

    opened.run_all()
    opened.page.locator(".jp-Notebook mjx-container").nth(50).wait_for(state="attached")

    assert opened.page.locator(RED).count() == 0


@pytest.mark.browser
def test_a_macro_typed_after_the_run_renders(lab, open_notebook):
    own = lab.workspace / "notebooks" / "own_notes.ipynb"
    own.parent.mkdir(exist_ok=True)
    write_notebook(own, markdown(r"Too early: $\NNlossgrad{1}$"), code("%run ../Latex_macros.ipynb"))
    opened = open_notebook("notebooks/own_notes.ipynb")
    page = opened.page
    page.locator(RED).first.wait_for(state="attached")  # what a macro looks like that is not defined

    opened.run_all()
    opened.cell_with("%run").locator(".jp-InputArea-prompt").click()
    for key in ("b", "m", "Enter"):  # a new cell below, a Markdown cell, edit it
        page.keyboard.press(key)
    page.keyboard.insert_text(r"My notes: $\NNlossgrad{l-1} = \NNlossgrad{l} \cdot \NNlocalgrad{l}{l-1}$")
    page.keyboard.press("Shift+Enter")

    mine = page.locator(".jp-MarkdownCell").filter(has_text="My notes")
    mine.locator("mjx-container mjx-mfrac").wait_for(state="attached")
    assert mine.locator("mjx-msubsup").count() == 2  # ℒ with a prime above and an index below, twice
    assert mine.locator(RED.replace(".jp-Notebook ", "")).count() == 0
