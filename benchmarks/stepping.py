"""Stepping in the browser: the stepper beside `interact` with `plt.show()`, key by key in one notebook."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from benchmarks.browser import Clock, Subject, ask_kernel, notebook_of
from benchmarks.measure import Row, ratios

DOCUMENT_LIMIT = 5  # ms from the key press to the new frame in the document
RATIO_LIMIT = 8  # times as fast as the plain version, from the key press to the screen
STEPS = 8  # of the small network
KEYS_PER_SECOND = 30.0  # what a key sends that is held down

CELLS = (
    "from benchmarks import networks\n"
    "from benchmarks.plain_interact import step_through_plainly\n"
    "from neural_net.stepper import step_through\n"
    "trace = networks.small()",
    "step_through(trace)",
    "stepper = step_through(trace)\nstepper",
    "step_through_plainly(trace)",
)
SUBJECTS = {
    "player": Subject(1, ".nns", ".nns-frame", "svg"),
    "slider": Subject(2, ".nns-top .noUi-handle", ".nns-frame", "svg"),
    "interact": Subject(3, ".noUi-handle", ".widget-interact", "img"),
}
WHAT_IF = {"what-if": Subject(2, ".nns-what-if .noUi-handle", ".nns-frame", "svg")}
TO_THE_END = ["ArrowRight"] * (STEPS - 1)
TO_THE_START = ["ArrowLeft"] * (STEPS - 1)
THERE_AND_BACK = [*TO_THE_END, *TO_THE_START]
# A change as the slider reports it, until its messages are handed to the thread that sends them.
WHAT_IF_IN_KERNEL = """
import json, time
times = []
for tick in range(1, 41):
    start = time.perf_counter()
    stepper.what_if.slider.value = tick
    times.append((time.perf_counter() - start) * 1e3)
    time.sleep(0.1)
print(json.dumps(times))
"""
RAPID = [*THERE_AND_BACK, *TO_THE_END][:20]  # each shows another frame
OURS = ("player", "slider")

Samples = dict[str, list[float]]


def measure(quick: bool) -> Iterator[Row]:
    """Yield the times of single keys, then what is seen of keys in quick succession, then of a what-if."""
    document: Samples = defaultdict(list)
    screen: Samples = defaultdict(list)
    seen: dict[str, list[dict[str, int]]] = defaultdict(list)
    with notebook_of(*CELLS) as notebook:
        for turn in range(1 if quick else 6):
            if turn:
                notebook.run_all()  # for steppers whose frames have not been shown yet
            clock = Clock(notebook, SUBJECTS)
            for number, key in enumerate(THERE_AND_BACK):
                visit = "first" if number < len(TO_THE_END) else "again"
                for name in SUBJECTS:
                    in_document, on_screen = clock.press(name, key)
                    document[f"{name}, {visit}"].append(in_document)
                    screen[name].append(on_screen)
            for name in SUBJECTS:
                seen[name].append(clock.hold(name, RAPID, KEYS_PER_SECOND))
        clock = Clock(notebook, WHAT_IF)
        answers = [clock.press("what-if", key) for key in THERE_AND_BACK * (1 if quick else 6)]
        in_kernel = json.loads(ask_kernel(notebook, WHAT_IF_IN_KERNEL))

    yield from _single_keys(document, screen)
    yield from _quick_keys(seen)
    in_document_times, on_screen_times = zip(*answers, strict=True)
    yield Row("what-if: the kernel's share, messages included", in_kernel)
    yield Row("what-if: slider key to document, by way of the kernel", in_document_times)
    yield Row("what-if: slider key to screen", on_screen_times)


def _single_keys(document: Samples, screen: Samples) -> Iterator[Row]:
    for name in OURS:
        yield Row(f"{name}: key to document, new frame", document[f"{name}, first"], at_most=DOCUMENT_LIMIT)
        yield Row(f"{name}: key to document, seen before", document[f"{name}, again"], at_most=DOCUMENT_LIMIT)
    for name in SUBJECTS:
        yield Row(f"{name}: key to screen", screen[name])
    for name in OURS:
        ratio = ratios(screen["interact"], screen[name])
        yield Row(f"{name}: times as fast to the screen as interact", ratio, "×", at_least=RATIO_LIMIT)


def _quick_keys(seen: Mapping[str, Sequence[Mapping[str, int]]]) -> Iterator[Row]:
    for name, reports in seen.items():
        shown = [report["shown"] for report in reports]
        limit = len(RAPID) if name in OURS else None
        yield Row(f"{name}: shown of {len(RAPID)} quick keys", shown, "frames", at_least=limit)
    for name, reports in seen.items():
        blank = sum(report["blank"] + report["emptied"] for report in reports)
        what = f"{name}: blank at any of {len(RAPID) * len(reports)} quick keys"
        yield Row(what, [blank], "times", at_most=0 if name in OURS else None)
