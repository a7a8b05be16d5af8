"""A progress bar that comes only when the work has turned out long."""

from __future__ import annotations

import math
import os
import time
from types import TracebackType
from typing import Any, Self

PATIENCE = 2.0  # seconds without a bar


class ProgressBar:
    """tqdm's bar over `total` steps, gone when the work is done.

    `show` True shows it at once, False never, and None as soon as the work has taken two seconds. tqdm, which
    takes a while to import, is imported only then.

    Where the environment sets TQDM_DISABLE there is no bar at all, so that what a notebook puts out does not
    depend on how fast it ran. (tqdm's own bar for notebooks does not ask.)
    """

    def __init__(self, total: int, show: bool | None = None) -> None:
        self._total, self._done = total, 0
        self._bar: Any = None
        never = show is False or bool(os.environ.get("TQDM_DISABLE"))
        self._show_from = math.inf if never else time.perf_counter() + (0 if show else PATIENCE)

    def advance(self) -> None:
        """Count one step as done."""
        self._done += 1
        if self._bar is not None:
            self._bar.update()
        elif time.perf_counter() >= self._show_from:
            from tqdm.auto import tqdm

            self._bar = tqdm(total=self._total, initial=self._done, leave=False, unit="step")

    def say(self, **numbers: float) -> None:
        """Show numbers beside the bar."""
        if self._bar is not None:
            self._bar.set_postfix({name: f"{number:.4f}" for name, number in numbers.items()})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()
