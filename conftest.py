"""What holds for every test, cells of notebooks included: their order, and that in CI nothing is skipped."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

IN_CI = bool(os.environ.get("CI"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run what is fast first: units, then notebooks, then the browser."""
    for item in items:
        if _is_cell(item):
            item.add_marker("notebook")
    items.sort(key=_rank)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Start the kernels of notebooks with progress bars off: how far a bar came is no output to compare."""
    with pytest.MonkeyPatch.context() as patch:
        if _is_cell(item):
            patch.setenv("TQDM_DISABLE", "1")
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[Any]:
    """Fail a test that would be skipped, in CI; what is expected to fail may."""
    report = yield
    if not hasattr(report, "wasxfail"):
        _fail_if_skipped(report, item.nodeid)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[Any]:
    """Fail a file of tests that would be skipped whole, in CI."""
    report = yield
    _fail_if_skipped(report, collector.nodeid)
    return report


def _fail_if_skipped(report: Any, name: str) -> None:
    if IN_CI and report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{name} was skipped, and in CI every test must run: {reason}"


def _rank(item: pytest.Item) -> int:
    return 2 if item.get_closest_marker("browser") else 1 if _is_cell(item) else 0


def _is_cell(item: pytest.Item) -> bool:
    return item.path.suffix == ".ipynb"
