"""The harness sees what a reader sees: a slider that moves, a cell that fails, a console that complains."""

from __future__ import annotations

import json

import pytest

from tests.notebook_files import code, markdown, write_notebook

pytestmark = pytest.mark.browser

SLIDER = "import ipywidgets\nslider = ipywidgets.IntSlider(value=3, min=0, max=9)\nslider"
ECHO = """
shown = ipywidgets.HTML()
slider.observe(lambda change: setattr(shown, 'value', f'now {change.new}'), 'value')
shown
""".strip()


def test_a_slider_moves_by_key_and_the_kernel_hears_it(lab, open_notebook):
    write_notebook(lab.workspace / "slider.ipynb", markdown("# A slider"), code(SLIDER), code(ECHO))
    notebook = open_notebook("slider.ipynb")

    notebook.run_all()
    handle = notebook.cell_with("IntSlider").locator(".noUi-handle")
    handle.focus()
    handle.press("ArrowRight")

    assert float(handle.get_attribute("aria-valuenow")) == 4
    notebook.page.get_by_text("now 4").wait_for(timeout=10_000)
    assert notebook.console_errors == []


@pytest.mark.parametrize("theme", ["dark", "light"])  # light last: JupyterLab keeps the theme it was given
def test_theme_and_zoom_are_those_asked_for(lab, open_notebook, theme):
    write_notebook(lab.workspace / "plain.ipynb", code("1 + 1"))
    notebook = open_notebook("plain.ipynb", theme=theme, width=1280, zoom=1.5)

    assert notebook.evaluate("() => document.body.dataset.jpThemeLight") == json.dumps(theme == "light")
    assert notebook.evaluate("() => [innerWidth, devicePixelRatio]") == [853, 1.5]


def test_running_a_notebook_again_starts_from_the_top(lab, open_notebook):
    write_notebook(lab.workspace / "count.ipynb", code("print('first')"), code("print('second')"))
    notebook = open_notebook("count.ipynb")

    notebook.run_all()
    notebook.run_all()

    assert notebook.cell(1).locator(".jp-InputArea-prompt").inner_text() == "[4]:"


def test_a_cell_that_raises_is_told(lab, open_notebook):
    from tests.jupyter_lab import NotebookError

    write_notebook(lab.workspace / "fails.ipynb", code("1 / 0"), code("print('never')"))
    notebook = open_notebook("fails.ipynb")

    with pytest.raises(NotebookError, match="ZeroDivisionError"):
        notebook.run_all()


def test_an_error_in_the_console_is_heard(lab, open_notebook):
    write_notebook(lab.workspace / "plain.ipynb", code("1 + 1"))
    notebook = open_notebook("plain.ipynb")

    notebook.evaluate("() => { console.error('a widget broke'); }")
    notebook.evaluate("() => { setTimeout(() => { throw new Error('and more') }); }")
    notebook.page.wait_for_timeout(200)

    heard = list(notebook.console_errors)
    notebook.console_errors.clear()  # these were wanted; the fixture fails a test that leaves some
    assert "a widget broke" in heard[0]
    assert "and more" in heard[1]
