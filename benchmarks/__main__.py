"""Measure, and print one table.

    python -m benchmarks                    # everything
    python -m benchmarks what_if imports    # some workloads
    python -m benchmarks --quick            # a few rounds each: to see that all runs, not to quote

A workload that needs what is not installed is left out by name. The exit status is 1 where a limit is missed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from benchmarks import table
from benchmarks.machine import describe, load
from benchmarks.measure import NotHereError, Row

WORKLOADS = ("stepping", "what_if", "imports", "memory", "recorded_trace", "gradient_check", "layers")
OURS = ("benchmarks", "neural_net", "tests")


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, run the workloads, print the table; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", metavar="NAME", nargs="*", help=f"workloads to run: {', '.join(WORKLOADS)}")
    parser.add_argument("--quick", action="store_true", help="a few rounds each")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(WORKLOADS):
        parser.error(f"unknown workload {', '.join(sorted(unknown))}; there are {', '.join(WORKLOADS)}")

    print(describe(), end="\n\n")
    results, left_out = run(options.names or WORKLOADS, options.quick)
    print(table.render(results), end="\n\n")
    for name, reason in left_out.items():
        print(f"left out: {name} ({reason})")
    print(f"load at the end {load():.1f}")
    return int(any(row.is_within is False for rows in results.values() for row in rows))


def run(names: Sequence[str], quick: bool) -> tuple[dict[str, list[Row]], dict[str, str]]:
    """Run workloads by name; return their rows, and why others were left out."""
    results: dict[str, list[Row]] = {}
    left_out: dict[str, str] = {}
    for name in names:
        print(f"{name} …", file=sys.stderr, flush=True)
        try:
            results[name] = list(import_module(f"benchmarks.{name}").measure(quick))
        except ModuleNotFoundError as missing:
            if missing.name is None or missing.name.split(".")[0] in OURS:
                raise
            left_out[name] = f"{missing.name} is not installed"
        except NotHereError as missing:
            left_out[name] = str(missing)
    return results, left_out


if __name__ == "__main__":
    sys.exit(main())
