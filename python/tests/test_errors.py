"""Exceptions have the program's codes and texts."""

from __future__ import annotations

import os
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import cut_off, direct, script

import tomos

PACK = ["--task=packs/phantom"]
CALLS: list[tuple[type[tomos.TomosError], Callable[[], Any], list[str]]] = [
    (
        tomos.UsageError,
        lambda: tomos.segment("scan.nii.gz", task="packs/phantom", output="o.nii", support=0),
        ["segment", "-i", "scan.nii.gz", "-o", "o.nii", *PACK, "--support=0"],
    ),
    (
        tomos.UsageError,
        lambda: tomos.convert("dicom", "o.nii.gz", orient="XYZ"),
        ["convert", "dicom", "-o", "o.nii.gz", "--orient=XYZ"],
    ),
    (
        tomos.BadDataError,
        lambda: tomos.segment("cut.nii.gz", task="packs/phantom", output="o.nii"),
        ["segment", "-i", "cut.nii.gz", "-o", "o.nii", *PACK],
    ),
    (
        tomos.BadDataError,
        lambda: tomos.evaluate("truth/case-1.nii.gz", "truth/case-2.nii.gz"),
        ["evaluate", "truth/case-1.nii.gz", "truth/case-2.nii.gz"],
    ),
    (
        tomos.MissingInputError,
        lambda: tomos.segment("no such\nfile.nii.gz", task="packs/phantom", output="o.nii"),
        ["segment", "-i", "no such\nfile.nii.gz", "-o", "o.nii", *PACK],
    ),
    (
        tomos.MissingInputError,
        lambda: tomos.segment("scan.nii.gz", task="packs/other", output="o.nii"),
        ["segment", "-i", "scan.nii.gz", "-o", "o.nii", "--task=packs/other"],
    ),
    (
        tomos.MissingInputError,
        lambda: tomos.run("fast.yaml", "nowhere", "results"),
        ["run", "fast.yaml", "nowhere", "-o", "results"],
    ),
    (
        tomos.LimitExceededError,
        lambda: tomos.segment("scan.nii.gz", task="packs/phantom", output="o.nii", memory="1MiB"),
        ["segment", "-i", "scan.nii.gz", "-o", "o.nii", *PACK, "--memory=1MiB"],
    ),
    (
        tomos.CannotCreateError,
        lambda: tomos.segment("scan.nii.gz", task="packs/phantom", output="fast.yaml/o.nii"),
        ["segment", "-i", "scan.nii.gz", "-o", "fast.yaml/o.nii", *PACK],
    ),
    (
        tomos.CannotCreateError,
        lambda: tomos.task.create("packs/phantom", name="x", images="labelled/images", labels="labelled/labels"),
        ["task", "create", "-o", "packs/phantom", "--name=x", "--images=labelled/images", "--labels=labelled/labels"],
    ),
    (
        tomos.BadConfigurationError,
        lambda: tomos.run("fast.yaml", "study", "results", set={"segment.support": 9999}),
        ["run", "fast.yaml", "study", "-o", "results", "--set=segment.support=9999"],
    ),
]


@pytest.mark.parametrize(("kind", "call", "words"), CALLS)
def test_code_and_text(
    kind: type[tomos.TomosError], call: Callable[[], Any], words: list[str], work: Path, scratch: Path
) -> None:
    cut_off(work / "scan.nii.gz", work / "cut.nii.gz")
    before = sorted(work.rglob("*"))
    ended = direct(*words)
    with pytest.raises(kind) as caught:
        call()
    assert caught.value.code == kind.code == ended.returncode
    # On the terminal a note may say what begins before what is wrong.
    assert caught.value.text.split("tomos: segmenting")[0] == ended.stderr.split("tomos: segmenting")[0]
    assert str(caught.value) == caught.value.text.rstrip("\n")
    assert sorted(work.rglob("*")) == before
    assert list(scratch.iterdir()) == []


def test_every_documented_code_has_its_class() -> None:
    # "EXIT CODES", lines of a number and its meaning.
    part = direct("--help").stdout.split("EXIT CODES\n")[1].split("\n\n")[0]
    documented = {int(code) for code in re.findall(r"^  (\d+) ", part, re.MULTILINE)}
    kinds = {kind.code for kind in tomos.TomosError.__subclasses__()}
    assert documented - {0} == kinds - {tomos.StoppedError.code, tomos.ProgramNotFoundError.code}
    assert len(documented) == 11


@pytest.mark.parametrize("kind", tomos.TomosError.__subclasses__())
def test_code_to_class(kind: type[tomos.TomosError], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A stand-in, for codes that are hard to come by: an error in tomos, a full disk.
    stand_in = script(tmp_path / "tomos", f"echo 'tomos: error: because' >&2; exit {kind.code}")
    monkeypatch.setenv("TOMOS_PROGRAM", str(stand_in))
    with pytest.raises(tomos.TomosError) as caught:
        tomos.task.remove("pack", "name")
    assert caught.value.text == "tomos: error: because\n"
    if kind not in (tomos.StoppedError, tomos.ProgramNotFoundError):
        assert type(caught.value) is kind
    assert caught.value.command == (str(stand_in), "task", "remove", "--", "pack", "name")


def test_signal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOMOS_PROGRAM", str(script(tmp_path / "tomos", "kill -9 $$")))
    with pytest.raises(tomos.StoppedError) as caught:
        tomos.status("results")
    assert caught.value.code == 137


def test_what_is_no_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOMOS_PROGRAM", str(script(tmp_path / "tomos", "echo hello")))
    with pytest.raises(tomos.TomosError, match="printed no JSON"):
        tomos.status("results")


def test_they_pass_between_processes() -> None:
    error = tomos.BadDataError("tomos: error: x\n", 65, ("tomos", "y"))
    other = pickle.loads(pickle.dumps(error))
    assert (type(other), other.code, other.text, other.command) == (type(error), 65, error.text, error.command)


def test_much_on_standard_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # More than a pipe holds, on both streams.
    text = (
        "i=0; while [ $i -lt 20000 ]; do echo 'tomos: a line of forty letters or so' >&2; echo word; i=$((i+1)); done"
    )
    monkeypatch.setenv("TOMOS_PROGRAM", str(script(tmp_path / "tomos", text)))
    ended = tomos.command("x")
    assert len(ended.text.splitlines()) == len(ended.output.splitlines()) == 20000


def test_notes_go_to_the_logger(work: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "tomos")
    (work / "study" / "notes.txt").write_text("x")
    tomos.run("fast.yaml", "study", "results")
    assert any("1 file ignored" in one.message for one in caplog.records)
    assert all(one.name == "tomos" and one.levelname == "INFO" for one in caplog.records)


def test_mypy_sees_types(tmp_path: Path) -> None:
    (tmp_path / "use.py").write_text(
        'import tomos\nreveal_type(tomos.run("p", "s", "o").failed)\ntomos.segment("x", task="y", suport=1)\n'
    )
    ended = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", os.devnull, "use.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 'Revealed type is "tuple[tomos._results.Case' in ended.stdout
    assert 'Unexpected keyword argument "suport"' in ended.stdout
