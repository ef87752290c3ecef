"""A folder with the sample data for each test, which goes afterwards; the tests run in it."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import tomos

SAMPLES = Path(__file__).resolve().parents[2] / "sample-data"

#: So little that a case takes a second or two.
PIPELINE = """
version: 1
name: fast
task: packs/phantom
prepare: { plane: axial, window: "range(-200, 300)" }
segment: { support: 2, side: 64, fast: true }
clean: [ keep-largest ]
outputs: [ nifti, volumes ]
"""
#: The same for `tomos.segment`.
FAST: dict[str, Any] = {"fast": True, "support": 2, "side": 64}


def furnish(folder: Path) -> None:
    """Put into a folder what tests and examples use."""
    (folder / "study").mkdir()
    shutil.copy(SAMPLES / "study" / "case-1.nii.gz", folder / "study")
    shutil.copy(SAMPLES / "study" / "case-1.nii.gz", folder / "scan.nii.gz")
    shutil.copytree(SAMPLES / "study" / "case-2", folder / "dicom")
    shutil.copytree(SAMPLES / "truth", folder / "truth")
    shutil.copytree(SAMPLES / "packs", folder / "packs")
    (folder / "labelled").mkdir()
    for kind in ("images", "labels"):
        shutil.copytree(SAMPLES / "packs" / "phantom" / kind, folder / "labelled" / kind)
    (folder / "fast.yaml").write_text(PIPELINE)


@pytest.fixture(autouse=True)
def own_weights(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """The weights that come with the program, whatever this machine's user has chosen."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A furnished folder, which is the current one."""
    furnish(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def scratch(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files; it must be empty when the test ends."""
    folder = tmp_path_factory.mktemp("scratch")
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def direct(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The program itself, as a shell would call it."""
    return subprocess.run(
        [tomos.program(), *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )


def cut_off(source: Path, target: Path) -> None:
    """Write a NIfTI file whose voxels end too early."""
    with gzip.open(source) as file:
        target.write_bytes(gzip.compress(file.read(5000)))


def script(file: Path, text: str) -> Path:
    """An executable shell script."""
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


def processes(word: str) -> list[str]:
    """Command lines of the processes in whose command line a word stands."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            except OSError:
                continue
            if word in line:
                found.append(line)
    return found
