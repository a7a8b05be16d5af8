"""Run notebooks from the top, each in its own folder, and write them in their normal form.

    python -m scripts.execute_notebooks notebooks/*.ipynb Latex_macros.ipynb
    python -m scripts.execute_notebooks --normalize-only notebooks/Back_propagation.ipynb   # keep its outputs

A notebook in which a cell raises is left as it was.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from scripts.normal_form import as_text, normalized

CELL_TIMEOUT = 300  # seconds


def executed(notebook: Any, folder: Path) -> Any:
    """Run `notebook` in `folder` and return it; CellExecutionError when a cell raises.

    Progress bars are off: how far a bar came is no output to keep.
    """
    environment = {**os.environ, "TQDM_DISABLE": "1"}
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        coalesce_streams=True,  # how often the kernel flushed is chance
        record_timing=False,
        store_widget_state=False,
    )
    return client.execute(env=environment)


def rewrite(path: Path, *, run: bool = True) -> bool:
    """Bring the notebook at `path` into normal form, after running it if `run`; return whether it changed."""
    before = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(before, as_version=4)
    if run:
        notebook = executed(notebook, path.parent)
    after = as_text(normalized(notebook))
    if after != before:
        path.write_text(after, encoding="utf-8", newline="\n")
    return after != before


def main() -> None:
    """Read the command line, rewrite every notebook, and say what became of each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("notebooks", nargs="+", type=Path)
    parser.add_argument("--normalize-only", dest="run", action="store_false", help="do not run")
    options = parser.parse_args()
    for path in options.notebooks:
        start = time.perf_counter()
        try:
            changed = rewrite(path, run=options.run)
        except CellExecutionError as error:
            sys.exit(f"{path}: left as it was, since a cell raised an exception:\n{error}")
        print(f"{path}: {'changed' if changed else 'as before'} ({time.perf_counter() - start:.1f} s)")


if __name__ == "__main__":
    main()
