"""Opens the report in Debian's Chromium, from disk and without a network, and uses it as a reader would.

Usage: scripts/test-report [TOMOS] [--short] [--report FOLDER] [--keep FOLDER] [--only TEXT]
"""

import argparse
import importlib
import pathlib
import sys
import tempfile
import time
import unittest

from . import browser, studies

MODULES = "walk cohort one_case harmless fallbacks looks scale".split()


def main():
    parser = argparse.ArgumentParser(prog="scripts/test-report", description=__doc__.split("\n")[0])
    parser.add_argument(
        "tomos", metavar="TOMOS", nargs="?", type=pathlib.Path, help="the program: its own report is walked through too"
    )
    parser.add_argument("--short", action="store_true", help="smaller mock studies, no program: under a minute")
    parser.add_argument(
        "--report", metavar="FOLDER", type=pathlib.Path, help="a report that is there: it is walked through too"
    )
    parser.add_argument("--keep", metavar="FOLDER", type=pathlib.Path, help="where screenshots stay")
    parser.add_argument("--only", metavar="TEXT", help="tests whose name holds this")
    told = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tomos-report-") as folder, browser.browsers() as open_browser:
        bench = studies.Bench(pathlib.Path(folder), open_browser, told.short, told.tomos, told.report, told.keep)
        result = unittest.TextTestRunner(verbosity=2).run(tests(bench, told.only))
    print(f"{result.testsRun} tests, {len(result.skipped)} left out, {time.monotonic() - began:.0f} s")
    if told.keep:
        print(f"screenshots: {told.keep}")
    sys.exit(0 if result.wasSuccessful() and result.testsRun else 1)


def tests(bench: studies.Bench, only: str | None) -> unittest.TestSuite:
    suite = unittest.TestSuite()
    for name in MODULES:
        for part in importlib.import_module(f".{name}", __package__).suite(bench):
            suite.addTests(test for test in part if only is None or only in str(test))
    return suite


main()
