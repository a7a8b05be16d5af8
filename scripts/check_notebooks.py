"""Say what is wrong with notebooks as they are committed, before a reader finds it.

    python -m scripts.check_notebooks notebooks/*.ipynb Latex_macros.ipynb

Running them is nbval's part; this reads the files: whether they were run, in order and without errors;
whether every picture is there and has its alternative text; whether links lead somewhere; whether the
mathematics is plain LaTeX.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import nbformat

from scripts.normal_form import as_text, normalized
from scripts.plain_latex import PLAIN_LATEX

# nbval would not compare the outputs of a cell that says one of these.
UNCHECKED = re.compile(r"NBVAL_(IGNORE_OUTPUT|SKIP|RAISES_EXCEPTION)|PYTEST_VALIDATE_IGNORE_OUTPUT")
UNCHECKED_TAGS = {"nbval-ignore-output", "nbval-skip", "nbval-raises-exception", "raises-exception"}
ADDRESS = re.compile(r"\bat 0x[0-9a-f]{6,}")
IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<target>[^)\s]+)[^)]*\)")
HTML_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<target>[^)\s]+)[^)]*\)")
CODE = re.compile(r"```.*?```|~~~.*?~~~|`[^`\n]*`", re.DOTALL)
ENVIRONMENT = r"\\begin\{(?P<name>\w+\*?)\}.*?\\end\{(?P=name)\}"
MATHEMATICS = re.compile(rf"\$\$.*?\$\$|\$[^$\n]*\$|{ENVIRONMENT}", re.DOTALL)
HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$", re.MULTILINE)
DEFINITION = re.compile(r"\\(?:(?:re)?newcommand|providecommand|[gex]?def|DeclareMathOperator|require)\b")
LINE_BREAK = r"\\"  # what follows it is no command
COMMAND = re.compile(r"\\([A-Za-z]+)")
# The one notebook whose purpose is to define macros.
MACROS = "Latex_macros.ipynb"


def problems(path: Path) -> list[str]:
    """Return what is wrong with the notebook at `path`, a sentence each; an empty list when nothing is."""
    text = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    found = [*_unnormalized(notebook, text), *_counts(notebook)]
    level = 0
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            reports = [*_unchecked(cell), *_outputs(cell)]
        else:
            prose = CODE.sub(" ", cell.source)
            level, headings = _headings(prose, level)
            reports = [*headings, *_images(prose, path.parent), *_links(prose, notebook, path.parent)]
            reports += [] if path.name == MACROS else _latex(prose)
        found += [f"cell {number}: {report}" for report in reports]
    if not any(cell.cell_type == "code" for cell in notebook.cells):
        found.append("no code cell")
    return found


def _unnormalized(notebook: Any, text: str) -> Iterator[str]:
    if as_text(normalized(notebook)) != text:
        yield "not in normal form (run `make notebooks`)"


def _counts(notebook: Any) -> Iterator[str]:
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    if counts != list(range(1, len(counts) + 1)):
        yield f"execution counts are {counts}, not 1 to {len(counts)} in order (run `make notebooks`)"


def _unchecked(cell: Any) -> Iterator[str]:
    if mark := UNCHECKED.search(cell.source):
        yield f"{mark[0]} keeps its outputs from being compared"
    for tag in UNCHECKED_TAGS.intersection(cell.metadata.get("tags", ())):
        yield f"the tag {tag} keeps its outputs from being compared"
    if not cell.source.strip():
        yield "an empty code cell"


def _outputs(cell: Any) -> Iterator[str]:
    for output in cell.outputs:
        if output.output_type == "error":
            yield f"ends with {output.ename}: {output.evalue}"
        if output.output_type == "stream" and output.name == "stderr":
            yield f"writes to stderr: {output.text.strip().splitlines()[0]}"
        for kind, shown in [*output.get("data", {}).items(), ("text", output.get("text", ""))]:
            if isinstance(shown, str) and not kind.startswith("image/") and (at := ADDRESS.search(shown)):
                yield f"shows an address in memory, another at each run: {at[0]}"


def _headings(prose: str, level: int) -> tuple[int, list[str]]:
    """Return the level of the last heading in `prose`, and what is wrong on the way there from `level`."""
    found = []
    for marks, title in HEADING.findall(prose):
        if len(marks) > level + 1:
            found.append(f"heading {title!r} is of level {len(marks)} after one of level {level}")
        level = len(marks)
    return level, found


def _images(prose: str, folder: Path) -> Iterator[str]:
    for image in IMAGE.finditer(prose):
        if not image["alt"].strip():
            yield f"image {image['target']} has no alternative text"
        yield from _missing(image["target"], folder, "image")
    for tag in HTML_IMAGE.findall(prose):
        if not (alt := _attribute(tag, "alt")) or not alt.strip():
            yield f"{tag} has no alternative text"
        yield from _missing(_attribute(tag, "src") or "", folder, "image")


def _links(prose: str, notebook: Any, folder: Path) -> Iterator[str]:
    for link in LINK.finditer(MATHEMATICS.sub(" ", prose)):
        target = unquote(link["target"])
        if target.startswith("#"):
            if target[1:] not in _anchors(notebook):
                yield f"link {target} leads to no heading"
        else:
            yield from _missing(target, folder, "link")


def _missing(target: str, folder: Path, kind: str) -> Iterator[str]:
    if re.match(r"(https?|mailto|attachment|data):", target):
        return
    file = unquote(target.split("#")[0])
    if not file or not (folder / file).exists():
        yield f"{kind} {target!r} leads to no file"


def _anchors(notebook: Any) -> set[str]:
    """Return the anchors of all headings, as JupyterLab (Some-Title) and GitHub (some-title) make them."""
    titles = [
        title
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for _, title in HEADING.findall(CODE.sub(lambda code: code[0].strip("`"), cell.source))
    ]
    jupyter = {title.replace(" ", "-") for title in titles}
    github = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    return jupyter | github


def _latex(prose: str) -> Iterator[str]:
    if definition := DEFINITION.search(prose):
        yield f"{definition[0]} defines a macro, which GitHub and VS Code do not carry from cell to cell"
        return
    if r"\begin{array}[" in prose:
        yield r"\begin{array}[…] is an error in MathJax and KaTeX: columns are written {lll}"
    for formula in MATHEMATICS.finditer(prose):
        for name in COMMAND.findall(formula[0].replace(LINE_BREAK, " ")):
            if name not in PLAIN_LATEX:
                yield f"\\{name} is not in scripts/plain_latex.py: write it plainly, or add it there"


def _attribute(tag: str, name: str) -> str | None:
    match = re.search(rf"\b{name}\s*=\s*(\"[^\"]*\"|'[^']*')", tag, re.IGNORECASE)
    return match[1][1:-1] if match else None


def main() -> None:
    """Read the command line, print the problems of every notebook, and exit with 1 if there are any."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("notebooks", nargs="+", type=Path)
    found = [f"{path}: {problem}" for path in parser.parse_args().notebooks for problem in problems(path)]
    print(*found, sep="\n")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
