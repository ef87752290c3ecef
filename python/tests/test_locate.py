"""Where the program is found, and the console script."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import script

import tomos
from tomos import _locate

MAIN = [sys.executable, "-c", "from tomos._locate import main; main()"]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty package folder in place of ours."""
    monkeypatch.setattr(_locate, "__file__", str(tmp_path / "package" / "_locate.py"))
    monkeypatch.delenv("TOMOS_PROGRAM", raising=False)
    (tmp_path / "package" / "_program").mkdir(parents=True)
    return tmp_path / "package"


def test_order(package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(tomos.ProgramNotFoundError, match=r"not on PATH.*TOMOS_PROGRAM"):
        tomos.program()
    on_path = script(tmp_path / "bin" / "tomos", "exit 0")
    assert tomos.program() == on_path
    inside = script(package / "_program" / "tomos", "exit 0")
    assert tomos.program() == inside
    named = script(tmp_path / "mine", "exit 0")
    monkeypatch.setenv("TOMOS_PROGRAM", str(named))
    assert tomos.program() == named
    named.chmod(0o644)
    with pytest.raises(tomos.ProgramNotFoundError, match=f"{named}: there is no program there") as caught:
        tomos.program()
    assert caught.value.code == 127


def test_console_script_is_not_the_program(package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    ours = tmp_path / "first" / "tomos"
    ours.write_text(f"#!{sys.executable}\nimport sys\nfrom tomos._locate import main\nsys.exit(main())\n")
    ours.chmod(0o755)
    theirs = script(tmp_path / "second" / "tomos", "exit 0")
    monkeypatch.setenv("PATH", f"{tmp_path / 'first'}{os.pathsep}{tmp_path / 'second'}")
    assert tomos.program() == theirs


def test_console_script_becomes_the_program(tmp_path: Path) -> None:
    stand_in = script(tmp_path / "stand-in", 'echo "$$ $#:$2"; exit 65')
    with subprocess.Popen(
        [*MAIN, "a b", "c\nd"], stdout=subprocess.PIPE, env={**os.environ, "TOMOS_PROGRAM": str(stand_in)}
    ) as process:
        assert process.stdout is not None
        assert process.stdout.read().decode() == f"{process.pid} 2:c\nd\n"
        assert process.wait() == 65


def test_console_script_hears_signals(tmp_path: Path) -> None:
    stand_in = script(tmp_path / "stand-in", "echo ready; exec sleep 60")
    with subprocess.Popen(MAIN, stdout=subprocess.PIPE, env={**os.environ, "TOMOS_PROGRAM": str(stand_in)}) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == -signal.SIGTERM


def test_console_script_without_a_program(tmp_path: Path) -> None:
    ended = subprocess.run(
        MAIN, capture_output=True, text=True, env={**os.environ, "TOMOS_PROGRAM": "/nowhere"}, check=False
    )
    assert ended.returncode == 127
    assert ended.stderr.startswith("tomos: error: TOMOS_PROGRAM=/nowhere: ")


def test_version_is_the_programs() -> None:
    ended = subprocess.run([*MAIN, "--version"], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == tomos.version() != ""
