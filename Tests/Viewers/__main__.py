"""Opens what Tomos exports with programs that others wrote, and what they wrote with Tomos.

Usage: scripts/test-viewers TOMOS [--short] [--only TEXT]
"""

import argparse
import dataclasses
import importlib
import os
import pathlib
import sys
import tempfile
import time
import unittest
import warnings

from . import cases
from .program import Program

MODULES = "segmentations label_maps structures meshes storage_orders reading bad_input archive speed".split()


@dataclasses.dataclass
class Bench:
    """What the tests are made of."""

    program: Program
    cases: list[cases.Case]
    folder: pathlib.Path
    # None where it is not there, or not asked for.
    shared: pathlib.Path | None
    is_short: bool


def main():
    parser = argparse.ArgumentParser(prog="scripts/test-viewers", description=__doc__.split("\n")[0])
    parser.add_argument("tomos", metavar="TOMOS", type=pathlib.Path, help="the program")
    parser.add_argument("--short", action="store_true", help="the series made here only, with packages of pip's only")
    parser.add_argument("--only", metavar="TEXT", help="tests whose name holds this")
    told = parser.parse_args()
    warnings.simplefilter("ignore")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tomos-viewers-") as folder:
        result = unittest.TextTestRunner(verbosity=2).run(tests(bench(told, pathlib.Path(folder)), told.only))
    print(f"{result.testsRun} tests, {len(result.skipped)} left out, {time.monotonic() - began:.0f} s")
    for reason, count in sorted(reasons(result).items()):
        print(f"  left out {count}: {reason}")
    sys.exit(0 if result.wasSuccessful() else 1)


def bench(told, folder: pathlib.Path) -> Bench:
    root = pathlib.Path(__file__).resolve().parents[2]
    shared = pathlib.Path(os.environ.get("TOMOS_SHARED", root.parent / "shared"))
    program = Program(told.tomos)
    sources = cases.generated_sources(folder / "generated")
    if told.short or not (shared / "conformance").is_dir():
        print("left out: the series of ../shared", "(--short)" if told.short else f"({shared} is not there)")
        shared = None
    else:
        sources += cases.shared_sources(shared, folder / "completed")
    work = folder / "work"
    work.mkdir()
    return Bench(program, [cases.Case(one, program, work) for one in sources], work, shared, told.short)


def tests(bench: Bench, only: str | None) -> unittest.TestSuite:
    suite = unittest.TestSuite()
    for name in MODULES:
        for part in importlib.import_module(f".{name}", __package__).suite(bench):
            suite.addTests(test for test in part if only is None or only in str(test))
    return suite


def reasons(result) -> dict[str, int]:
    counts = {}
    for _, reason in result.skipped:
        counts[reason] = counts.get(reason, 0) + 1
    return counts


main()
