"""Small notebooks made on the spot, for tests of what handles notebooks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbformat import v4

PYTHON = {"display_name": "Python 3", "language": "python", "name": "python3"}


def markdown(source: str) -> Any:
    """Return a Markdown cell."""
    return v4.new_markdown_cell(source)


def code(source: str, *outputs: Any, count: int | None = None) -> Any:
    """Return a code cell, not yet run unless `outputs` and `count` say otherwise."""
    return v4.new_code_cell(source, outputs=list(outputs), execution_count=count)


def stream(text: str, name: str = "stdout") -> Any:
    """Return an output: what a cell prints."""
    return v4.new_output("stream", name=name, text=text)


def result(text: str, count: int = 1) -> Any:
    """Return an output: what a cell ends with."""
    return v4.new_output("execute_result", {"text/plain": text}, execution_count=count)


def error(name: str, message: str) -> Any:
    """Return an output: the exception that ended a cell."""
    return v4.new_output("error", ename=name, evalue=message)


def write_notebook(path: Path, *cells: Any) -> Path:
    """Write a notebook of `cells` for the kernel python3."""
    nbformat.write(v4.new_notebook(cells=list(cells), metadata={"kernelspec": PYTHON}), path)
    return path
