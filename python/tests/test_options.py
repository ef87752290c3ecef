"""Every option of the program is a keyword here, spelled alike, or is named below with the reason."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

import tomos

#: Not passed on: what the calls need for themselves, and what is for people at a terminal.
EVERYWHERE = {"help", "version", "json", "log_json", "quiet"}
CALLS: list[tuple[list[str], Callable[..., Any], set[str], set[str]]] = [
    # The command, the function, options that it does not take, and keywords that are no options.
    (["segment"], tomos.segment, set(), set()),
    # -v tells more on the terminal; -1 to -9 are `level`.
    (["convert"], tomos.convert, {"v", *"123456789"}, {"check", "level"}),
    # The plan is shown by `tomos.command("run", ..., "--dry-run", "--json")`.
    (["run"], tomos.run, {"dry_run"}, {"check", "progress"}),
    (["resume"], tomos.resume, set(), {"check", "progress"}),
    # The columns of a table that is for people.
    (["evaluate"], tomos.evaluate, {"metrics"}, set()),
    (["task", "create"], tomos.task.create, set(), set()),
    (["task", "add"], tomos.task.add, set(), set()),
    (["task", "remove"], tomos.task.remove, set(), set()),
    # Nothing is kept of these, and what is printed is for people.
    (["task", "check"], tomos.task.check, {"step", "no_save", "save", "curve"}, set()),
    (["task", "learn"], tomos.task.learn, set(), set()),
]


def spellings(command: list[str]) -> list[set[str]]:
    """Of each option and argument its names in Python."""
    node = tomos.command("--experimental-dump-help").json()["command"]
    for word in command:
        node = next(one for one in node["subcommands"] if one["commandName"] == word)
    result = []
    for argument in node["arguments"]:
        if not argument["shouldDisplay"]:
            continue
        names = [one["name"] for one in argument.get("names", [])] or [argument["valueName"]]
        result.append({name.replace("-", "_") for name in names})
    return result


@pytest.mark.parametrize(("command", "function", "left_out", "ours"), CALLS, ids=lambda one: str(one)[:30])
def test_spelling(command: list[str], function: Callable[..., Any], left_out: set[str], ours: set[str]) -> None:
    keywords = set(inspect.signature(function).parameters)
    known = spellings(command)
    assert len(known) >= 3
    missing = [names for names in known if not names & (keywords | left_out | EVERYWHERE)]
    assert missing == []
    every = set().union(*known)
    assert keywords - ours - every == set()
    assert left_out <= every


def test_unknown_options_are_refused() -> None:
    for _, function, _, _ in CALLS:
        with pytest.raises(TypeError, match="unexpected keyword argument 'suport'"):
            function(suport=3)
