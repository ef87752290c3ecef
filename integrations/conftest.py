"""The program under test: what TOMOS_PROGRAM names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def program() -> Path:
    """The program's file."""
    return Path(os.environ["TOMOS_PROGRAM"]).resolve()


@pytest.fixture
def program_on_path(program: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program as `tomos` on PATH, with the weights that come with it."""
    folder = tmp_path_factory.mktemp("bin")
    (folder / "tomos").symlink_to(program)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("XDG_DATA_HOME", str(folder / "data"))
    return folder / "tomos"
