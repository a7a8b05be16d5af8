"""The machine that the numbers were measured on, in a few lines."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("numpy", "matplotlib", "ipywidgets", "anywidget", "jupyterlab")


def describe() -> str:
    """Tell the processor, the system, the versions, and how busy the machine is."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    programs = [
        f"Python {platform.python_version()}",
        *(f"{name} {found}" for name in PACKAGES if (found := _version(name))),
        f"{blas['name']} {blas['version']}",
        *_chromium(),
    ]
    return "\n".join(
        [
            f"{_processor()}, {os.cpu_count()} cores, {platform.system()}",
            ", ".join(programs),
            f"load {load():.1f}",
        ]
    )


def load() -> float:
    """How many processes wanted to run, on average over the last minute; NaN where it is not told."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _chromium() -> list[str]:
    path = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if path is None:
        return []
    told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    return [" ".join(told.stdout.split()[:2])]
