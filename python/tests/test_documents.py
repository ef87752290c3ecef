"""The examples of the docstrings and of docs/python.md, run."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import tomos

PAGE = Path(__file__).resolve().parents[2] / "docs" / "python.md"
MODULES = [f"tomos.{one.name}" for one in pkgutil.iter_modules(tomos.__path__)]
FENCE = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", MODULES)
def test_docstrings(name: str, work: Path) -> None:
    module = importlib.import_module(name)
    failed, _ = doctest.testmod(module, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert failed == 0


def test_calls_have_examples() -> None:
    finder = doctest.DocTestFinder()
    calls = [tomos.segment, tomos.convert, tomos.run, tomos.resume, tomos.status, tomos.evaluate, tomos.command]
    calls += [tomos.task.create, tomos.task.add, tomos.task.check]
    for one in calls:
        assert any(test.examples for test in finder.find(one)), one


def test_page(work: Path) -> None:
    fences = FENCE.findall(PAGE.read_text("utf-8"))
    assert len(fences) >= 5
    names: dict[str, object] = {}
    for fence in fences:
        exec(compile(fence, PAGE.name, "exec"), names)
