"""A notebook in a real JupyterLab and a real Chromium, as the browser tests have it, with a clock inside."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator

from benchmarks.measure import NotHereError
from tests.jupyter_lab import NotebookPage, find_chromium, launch_chromium, open_notebook, serve
from tests.notebook_files import code, write_notebook

HEIGHT = 3300  # CSS pixels: the whole notebook is in sight, and nothing has to scroll
RECORDER = Path(__file__).with_name("recorder.js").read_text(encoding="utf-8")
# When the last key was pressed, by the browser's clock; to be heard before the stepper's own listener runs.
PRESSED = "() => { addEventListener('keydown', ({ timeStamp }) => { window.pressed = timeStamp; }, true); }"
# What the kernel prints when it is asked to run some code behind the notebook's back.
ASK = """async (code) => {
  const future = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({ code });
  let text = "";
  future.onIOPub = ({ content }) => { text += content.text ?? (content.traceback ?? []).join("\\n"); };
  await future.done;
  return text;
}"""


@contextmanager
def notebook_of(*sources: str) -> Iterator[NotebookPage]:
    """Open a notebook with these code cells, run it, and close everything when the block ends."""
    executable = find_chromium()
    if executable is None:
        raise NotHereError("no Chromium or Chrome")
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "workspace"
        workspace.mkdir()
        write_notebook(workspace / "benchmark.ipynb", *map(code, sources))
        with serve(workspace) as lab, launch_chromium(executable) as browser:
            notebook = open_notebook(browser, lab, "benchmark.ipynb", height=HEIGHT)
            notebook.evaluate(PRESSED)
            notebook.run_all()
            yield notebook
            if notebook.console_errors:
                raise RuntimeError(f"the browser's console reported {notebook.console_errors}")
            notebook.close()


def ask_kernel(notebook: NotebookPage, source: str) -> str:
    """Return what the notebook's kernel prints when it runs `source`."""
    told: str = notebook.page.evaluate(ASK, source)
    return told


@dataclass(frozen=True)
class Subject:
    """A picture that is stepped through: its cell, what takes the keys there, what holds the picture."""

    cell: int
    keys: str
    holder: str
    kind: str  # of the picture: "svg" or "img"


@dataclass(frozen=True)
class Clock:
    """Recorders in the page, one per subject, by name, of the pictures that are there when it is made."""

    notebook: NotebookPage
    subjects: Mapping[str, Subject]

    def __post_init__(self) -> None:
        for subject in self.subjects.values():
            self._in_cell(subject, f"{subject.holder} {subject.kind}").wait_for()
        pictures = [[name, s.cell, s.holder, s.kind] for name, s in self.subjects.items()]
        self.notebook.page.evaluate(RECORDER, pictures)

    def press(self, name: str, key: str) -> tuple[float, float]:
        """Press a key; return the milliseconds to the new picture in the document, and to its pixels."""
        self._focus(name)
        self.notebook.wait_idle()
        time.sleep(random.uniform(0.02, 0.05))  # seconds: a key comes at any time between two screen frames
        self._tell(name, "expect()")
        self.notebook.page.keyboard.press(key)
        times = self._tell(name, "answer")
        return times["inDocument"], times["onScreen"]

    def hold(self, name: str, keys: Sequence[str], per_second: float) -> dict[str, int]:
        """Press keys in quick succession; return what was seen of the pictures, as recorder.js reports it."""
        self._focus(name)
        self.notebook.wait_idle()
        page = self.notebook.page
        page.evaluate(f"() => {{ recorders[{name!r}].watch(); }}")
        start = time.perf_counter()
        for number, key in enumerate(keys):
            time.sleep(max(0.0, start + number / per_second - time.perf_counter()))
            page.keyboard.press(key)
        self.notebook.wait_idle()
        page.wait_for_timeout(500)  # milliseconds, for what the kernel sent last
        self.notebook.wait_idle()
        report: dict[str, int] = self._tell(name, "report()")
        return report

    def _focus(self, name: str) -> None:
        subject = self.subjects[name]
        self._in_cell(subject, subject.keys).focus()

    def _in_cell(self, subject: Subject, selector: str) -> Locator:
        return self.notebook.cells.nth(subject.cell).locator(selector).first

    def _tell(self, name: str, call: str) -> Any:
        return self.notebook.page.evaluate(f"() => recorders[{name!r}].{call}")
