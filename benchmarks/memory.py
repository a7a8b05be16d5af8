"""Memory over 1,000 slider moves: of Python, where a what-if makes a new trace, and of the browser."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import cycle, islice

from benchmarks import networks
from benchmarks.browser import ask_kernel, notebook_of
from benchmarks.measure import Row
from neural_net.stepper import step_through
from tests.jupyter_lab import NotebookPage

MOVES = 1000
WARM_UP = 200  # moves, after which every picture has been shown and every cache has been filled
PYTHON_LIMIT, BROWSER_LIMIT = 0.2, 1  # MB more after the moves than before them

CELLS = (
    "from benchmarks import networks\nfrom neural_net.stepper import step_through",
    "step_through(networks.small())",
)
SLIDERS = {"step": ".nns-top .noUi-handle", "what-if": ".nns-what-if .noUi-handle"}
KEYS = ["ArrowRight"] * 7 + ["ArrowLeft"] * 7
RESIDENT = "import gc, psutil; gc.collect(); print(psutil.Process().memory_info().rss)"


def measure(quick: bool) -> Iterator[Row]:
    """Yield by how much memory has grown after the moves."""
    moves = MOVES // 20 if quick else MOVES
    yield from _in_python(moves)
    yield from _in_browser(moves)


def _in_python(moves: int) -> Iterator[Row]:
    """Move the sliders by their values: what Python holds, to the byte."""
    stepper = step_through(networks.small())

    def step(turn: int) -> None:
        stepper.slider.value = turn % len(stepper.player.frames)
        stepper.player.step = stepper.slider.value

    def change(turn: int) -> None:
        stepper.what_if.slider.value = turn % 100 - 50

    for what, move in (("step", step), ("what-if", change)):
        grown = _growth_of_python(move, moves)
        yield Row(f"{moves} {what} moves, Python's memory more by", [grown], "MB", at_most=PYTHON_LIMIT)
    pyplot = sys.modules.get("matplotlib.pyplot")
    yield Row("matplotlib figures open", [len(pyplot.get_fignums()) if pyplot else 0], "figures", at_most=0)


def _growth_of_python(move: Callable[[int], None], moves: int) -> float:
    tracemalloc.start()
    try:
        for turn in range(WARM_UP):
            move(turn)
        before = _traced()
        for turn in range(moves):
            move(turn)
        return (_traced() - before) / 1e6
    finally:
        tracemalloc.stop()


def _traced() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def _in_browser(moves: int) -> Iterator[Row]:
    """Move the sliders by keys, as fast as they are taken: what the page holds, and the kernel's process."""
    with notebook_of(*CELLS) as notebook:
        for what, handle in SLIDERS.items():
            notebook.cells.nth(1).locator(handle).focus()
            _press(notebook, WARM_UP)
            heap, nodes, resident = _page_and_kernel(notebook)
            _press(notebook, moves)
            heap_after, nodes_after, resident_after = _page_and_kernel(notebook)
            keys = f"{moves} {what} keys,"
            yield Row(f"{keys} page's heap more by", [(heap_after - heap) / 1e6], "MB", at_most=BROWSER_LIMIT)
            yield Row(f"{keys} page's nodes more by", [nodes_after - nodes], "nodes")
            yield Row(f"{keys} kernel's process more by", [(resident_after - resident) / 1e6], "MB")


def _press(notebook: NotebookPage, times: int) -> None:
    for key in islice(cycle(KEYS), times):
        notebook.page.keyboard.press(key)
    notebook.page.wait_for_timeout(500)  # milliseconds, for what the kernel sent last
    notebook.wait_idle()


def _page_and_kernel(notebook: NotebookPage) -> tuple[float, float, int]:
    """Return the bytes and the nodes that the page holds, and the bytes of the kernel's process."""
    resident = int(ask_kernel(notebook, RESIDENT))
    session = notebook.page.context.new_cdp_session(notebook.page)
    session.send("Performance.enable")
    for _ in range(2):  # what the first round let go of, the second collects
        session.send("HeapProfiler.collectGarbage")
    told = session.send("Performance.getMetrics")["metrics"]
    metrics = {metric["name"]: metric["value"] for metric in told}
    session.detach()
    return metrics["JSHeapUsedSize"], metrics["Nodes"], resident
