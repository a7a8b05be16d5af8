"""The form in which notebooks are committed: the same cells and outputs always give the same bytes.

Outputs and execution counts stay. Identifiers of cells become their positions; what a machine or an
editor added to the metadata goes; a widget's view goes where the output says the same in another way,
since the number of its model means nothing once the kernel has ended.
"""

from __future__ import annotations

import copy
from typing import Any

import nbformat

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
CELL_METADATA = ("jupyter", "slideshow", "tags")  # what an author may have set on purpose
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
# Without the version: it is the machine's, not the notebook's.
LANGUAGE = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}


def normalized(notebook: Any) -> Any:
    """Return a copy of `notebook` (an nbformat node) in normal form; the copy's normal form is itself."""
    cells = [_cell(cell, position) for position, cell in enumerate(notebook.cells)]
    metadata = {"kernelspec": KERNEL, "language_info": LANGUAGE}
    return nbformat.from_dict({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def as_text(notebook: Any) -> str:
    """Return the text of the notebook's file, which ends with a line break."""
    text: str = nbformat.writes(notebook, version=nbformat.NO_CONVERT)
    return text.rstrip("\n") + "\n"


def _cell(cell: Any, position: int) -> dict[str, Any]:
    kept = {key: copy.deepcopy(cell[key]) for key in ("cell_type", "source", "attachments") if key in cell}
    metadata = {key: copy.deepcopy(cell.metadata[key]) for key in CELL_METADATA if cell.metadata.get(key)}
    kept |= {"id": str(position), "metadata": metadata}
    if cell.cell_type == "code":
        outputs = [_output(output) for output in cell.outputs]
        kept |= {"execution_count": cell.execution_count, "outputs": outputs}
    return kept


def _output(output: Any) -> dict[str, Any]:
    kept: dict[str, Any] = copy.deepcopy(output)
    data = kept.get("data", {})
    if WIDGET_VIEW in data and len(data) > 1:
        del data[WIDGET_VIEW]
    if "metadata" in kept:  # sizes and the like, of representations that are still there
        kept["metadata"] = {key: value for key, value in kept["metadata"].items() if key in data}
    return kept
