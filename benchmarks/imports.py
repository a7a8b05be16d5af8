"""What importing the helper costs a notebook, above numpy: fresh processes, in pairs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from time import perf_counter

from benchmarks.measure import Row

LIMIT = 60  # ms
NUMPY = "import numpy"
HELPER = "import numpy, neural_net_helper; nnh = neural_net_helper.NN_Helper()"
CORE = f"{HELPER}; nnh.network, nnh.trace, nnh.update, nnh.train, nnh.check_gradients"
STEPPER = f"{HELPER}; nnh.step_through"
PLOTS = f"{HELPER}; nnh.plot_forward"


def measure(quick: bool) -> Iterator[Row]:
    """Yield how much longer a Python runs that imports the helper than one that imports numpy alone."""
    rounds = 3 if quick else 20
    codes = [NUMPY, HELPER, CORE, STEPPER, PLOTS]
    times = [[_run(code) for code in codes] for _ in range(rounds + 1)][1:]  # the first one compiles
    above = [[time - numpy for time in others] for numpy, *others in times]
    helper, core, stepper, plots = zip(*above, strict=True)
    yield Row("neural_net_helper, above numpy", helper, at_most=LIMIT)
    yield Row("… and networks, traces, training used", core)
    yield Row("… and the stepper at its first use", stepper)
    yield Row("… and the plots at their first use", plots)


def _run(code: str) -> float:
    """Return the milliseconds that a fresh Python takes for `code`."""
    start = perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, stdin=subprocess.DEVNULL)
    return (perf_counter() - start) * 1e3
