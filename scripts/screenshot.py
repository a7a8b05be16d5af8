"""Photograph a notebook as JupyterLab shows it, from top to bottom or cell by cell.

    python -m scripts.screenshot notebooks/Back_propagation.ipynb lesson.png            # runs it first
    python -m scripts.screenshot notebooks/Back_propagation.ipynb lesson.png --no-run   # as committed
    python -m scripts.screenshot notebooks/Back_propagation.ipynb lesson.png --dark --width 1280 --zoom 1.5
    python -m scripts.screenshot notebooks/Back_propagation.ipynb lesson.png --cells    # lesson-00.png, …

The notebook is copied to a temporary workspace first, with the images and the macros beside it, so it is not
modified.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from tests.jupyter_lab import (
    ROOT,
    NotebookError,
    NotebookPage,
    copy_of_notebooks,
    launch_chromium,
    open_notebook,
    serve,
)

# The active cell's toolbar and frame are the editor's, not the notebook's.
WITHOUT_THE_ACTIVE_CELL = """
.jp-cell-toolbar, .jp-cell-menu { display: none !important; }
.jp-Cell.jp-mod-active, .jp-mod-active .jp-MarkdownOutput { border-color: transparent !important; }
.jp-Collapser { visibility: hidden !important; }
"""


def photograph_whole(notebook: NotebookPage, path: Path, part_height: int) -> list[Path]:
    """Photograph the notebook from top to bottom, in parts of at most `part_height` CSS pixels."""
    page = notebook.page
    width = page.evaluate("() => innerWidth")
    panel = page.locator(".jp-NotebookPanel-notebook .jp-WindowedPanel-outer")
    bars = page.evaluate("() => innerHeight") - panel.evaluate("e => e.clientHeight")
    page.set_viewport_size({"width": width, "height": part_height + bars})
    notebook.wait_idle()
    total = panel.evaluate(
        """e => {
          const last = [...e.querySelectorAll('.jp-Cell')].pop();
          const below = last.getBoundingClientRect().bottom - e.getBoundingClientRect().top;
          return Math.ceil(e.scrollTop + below) + 8;
        }"""
    )
    parts = -(-total // part_height)
    written = []
    for part in range(parts):
        top = panel.evaluate(f"e => {{ e.scrollTop = {part * part_height}; return e.scrollTop; }}")
        notebook.wait_idle()
        left, edge, wide = panel.evaluate(
            "e => [e.getBoundingClientRect().left, e.getBoundingClientRect().top, e.clientWidth]"
        )
        skipped = part * part_height - top  # the last scroll stops short of its mark
        tall = min(part_height - skipped, total - part * part_height)
        target = path if parts == 1 else path.with_name(f"{path.stem}-{part + 1:02d}{path.suffix}")
        page.screenshot(path=target, clip={"x": left, "y": edge + skipped, "width": wide, "height": tall})
        written.append(target)
    return written


def photograph_cells(notebook: NotebookPage, path: Path) -> list[Path]:
    """Photograph every cell by itself; the number in the file's name is the cell's, from 0."""
    written = []
    for index in range(notebook.cells.count()):
        target = path.with_name(f"{path.stem}-{index:02d}{path.suffix}")
        notebook.cell(index).screenshot(path=str(target))
        written.append(target)
    return written


def photograph(source: Path, path: Path, options: argparse.Namespace) -> list[Path]:
    """Open a copy of `source` in JupyterLab, run it if asked, and write the picture or pictures."""
    with tempfile.TemporaryDirectory(prefix="notebook-") as temporary:
        workspace = copy_of_notebooks(Path(temporary) / "workspace")
        inside = (
            source.resolve().relative_to(ROOT) if source.resolve().is_relative_to(ROOT) else Path(source.name)
        )
        (workspace / inside).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, workspace / inside)
        with serve(workspace, windowing="none") as lab, launch_chromium() as browser:
            notebook = open_notebook(
                browser,
                lab,
                inside.as_posix(),
                theme="dark" if options.dark else "light",
                width=options.width,
                zoom=options.zoom,
                sidebar=options.sidebar,
            )
            if options.run:
                try:
                    notebook.run_all()
                except NotebookError as stopped:
                    print(f"the notebook stopped: {stopped}")
            notebook.page.wait_for_timeout(options.wait * 1000)
            notebook.page.add_style_tag(content=WITHOUT_THE_ACTIVE_CELL)
            written = (
                photograph_cells(notebook, path)
                if options.cells
                else photograph_whole(notebook, path, options.part_height)
            )
            for error in notebook.console_errors:
                print(f"console error: {error}")
            notebook.close()
    return written


def main() -> None:
    """Read the command line and photograph."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("notebook", type=Path)
    parser.add_argument("picture", type=Path, help="the PNG to write (numbered where there are several)")
    parser.add_argument("--dark", action="store_true", help="in JupyterLab's dark theme")
    parser.add_argument("--width", type=int, default=1280, help="of the window, in screen pixels (1280)")
    parser.add_argument("--zoom", type=float, default=1.0, help="of the browser (1.0)")
    parser.add_argument("--cells", action="store_true", help="a picture for every cell")
    parser.add_argument("--no-run", dest="run", action="store_false", help="show the committed outputs")
    parser.add_argument("--sidebar", action="store_true", help="keep the file browser open")
    parser.add_argument(
        "--part-height", type=int, default=1100, help="CSS pixels a picture, when not --cells (1100)"
    )
    parser.add_argument("--wait", type=float, default=1.0, help="seconds to wait after running (1.0)")
    options = parser.parse_args()
    for path in photograph(options.notebook, options.picture, options):
        print(path)


if __name__ == "__main__":
    main()
