"""Tests of one kind, made for each case."""

import importlib.util
import pathlib
import shutil
import sys
import unittest


class Test(unittest.TestCase):
    longMessage = True
    maxDiff = 2000


def of(tests: type, name: str, /, **given) -> unittest.TestSuite:
    """The tests of a class, with attributes that they read."""
    made = type(tests.__name__, (tests,), given)
    # What unittest prints.
    made.__module__, made.__qualname__ = "viewers", f"{tests.__name__} [{name}]"
    return unittest.defaultTestLoader.loadTestsFromTestCase(made)


def requires(test: unittest.TestCase, *modules: str):
    """Leaves a test out where the packages of the whole run are not there."""
    for module in modules:
        if importlib.util.find_spec(module) is None:
            test.skipTest(f"{module} is not installed (--short)")


def script(name: str) -> str:
    """A program that a Python package brought, or one of Debian's; None is an error that names it."""
    beside = pathlib.Path(sys.executable).parent / name
    return str(beside) if beside.exists() else shutil.which(name) or name


def left_behind(folder: pathlib.Path) -> list[str]:
    """The names of what lies in a folder that may not be there."""
    return sorted(one.name for one in folder.iterdir()) if folder.is_dir() else []
