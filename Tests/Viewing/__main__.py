"""Opens what `tomos view` shows in Chromium.

Usage: scripts/test-view TOMOS [--only TEXT] [--screens FOLDER]
"""

import argparse
import pathlib
import sys
import tempfile
import unittest

from . import page_tests, phantoms
from .browser import Browser


def main():
    parser = argparse.ArgumentParser(prog="scripts/test-view", description=__doc__.split("\n")[0])
    parser.add_argument("tomos", metavar="TOMOS", type=pathlib.Path, help="the program")
    parser.add_argument("--only", metavar="TEXT", help="tests whose name holds this")
    parser.add_argument("--screens", metavar="FOLDER", type=pathlib.Path, help="keep pictures of the page here")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tomos-view-") as folder, Browser(told.tomos.resolve()) as browser:
        screens = told.screens.resolve() if told.screens else None
        if screens:
            screens.mkdir(parents=True, exist_ok=True)
        page_tests.PageCase.browser = browser
        page_tests.PageCase.study = phantoms.Study(pathlib.Path(folder))
        page_tests.PageCase.screens = screens
        suite = unittest.defaultTestLoader.loadTestsFromModule(page_tests)
        chosen = [test for group in suite for test in group if not told.only or told.only in test.id()]
        result = unittest.TextTestRunner(verbosity=2).run(unittest.TestSuite(chosen))
    sys.exit(0 if result.wasSuccessful() and chosen else 1)


main()
