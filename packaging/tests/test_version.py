"""packaging/version in a repository of its own, and how Python and Debian order what it says."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from packaging.version import Version

ROOT = Path(__file__).parents[2]


class Source:
    """A source that says a number, with a history."""

    def __init__(self, folder: Path, number: str) -> None:
        self.folder = folder
        for name in ("packaging", "Sources/Platform"):
            (folder / name).mkdir(parents=True)
        shutil.copy(ROOT / "packaging" / "version", folder / "packaging")
        self.say(number)

    def say(self, number: str) -> None:
        file = self.folder / "Sources" / "Platform" / "Version.swift"
        file.write_text(f'public let tomosVersion = "{number}"\n')

    def git(self, *arguments: str) -> None:
        identity = ["-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", "-C", self.folder, *identity, *arguments], check=True, capture_output=True)

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "As it is")

    def version(self, form: str = "python") -> str:
        program = self.folder / "packaging" / "version"
        # From elsewhere: where it is called does not matter.
        return subprocess.check_output([program, form], text=True, cwd="/").strip()


@pytest.fixture
def source(tmp_path: Path) -> Source:
    made = Source(tmp_path / "source", "0.1.0")
    made.git("init", "--quiet")
    made.commit()
    return made


def matches(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern.replace("REVISION", "[0-9a-f]{12}"), text) is not None


def test_before_the_first_release(source: Source) -> None:
    source.commit()
    assert matches(r"0\.1\.0\.dev2\+gREVISION", source.version())
    assert matches(r"0\.1\.0~dev2\+gREVISION", source.version("debian"))


def test_release(source: Source) -> None:
    source.git("tag", "v0.1.0")
    assert source.version() == source.version("debian") == source.version("number") == "0.1.0"


def test_after_a_release(source: Source) -> None:
    source.git("tag", "v0.1.0")
    source.commit()
    assert matches(r"0\.1\.0\.post1\+gREVISION", source.version())
    assert matches(r"0\.1\.0\+post1\+gREVISION", source.version("debian"))


def test_towards_the_next_release(source: Source) -> None:
    source.git("tag", "v0.1.0")
    source.say("0.2.0")
    source.commit()
    assert matches(r"0\.2\.0\.dev1\+gREVISION", source.version())


def test_changed_since_the_commit(source: Source) -> None:
    source.git("tag", "v0.1.0")
    source.say("0.1.0")
    assert source.version() == "0.1.0"
    (source.folder / "packaging" / "version").write_bytes((ROOT / "packaging" / "version").read_bytes() + b"\n")
    assert matches(r"0\.1\.0\.post0\+gREVISION\.dirty", source.version())


def test_tag_of_another_kind_says_nothing(source: Source) -> None:
    source.git("tag", "before-the-move")
    assert matches(r"0\.1\.0\.dev1\+gREVISION", source.version())


def test_without_history(tmp_path: Path) -> None:
    assert Source(tmp_path, "0.1.0").version() == "0.1.0"


def test_unpacked_within_another_repository(source: Source) -> None:
    inner = Source(source.folder / "inner", "0.3.0")
    assert inner.version() == "0.3.0"


def test_date_is_the_commits(source: Source) -> None:
    said = subprocess.check_output(["git", "-C", source.folder, "log", "-1", "--format=%ct"], text=True)
    assert source.version("date") == said.strip()


def test_unknown_form(source: Source) -> None:
    done = subprocess.run([source.folder / "packaging" / "version", "rpm"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "no form 'rpm': python, debian, number or date" in done.stderr


def test_order_is_that_of_time(source: Source) -> None:
    said = []

    def look() -> None:
        said.append((source.version(), source.version("debian")))

    look()
    source.commit()
    look()
    source.git("tag", "v0.1.0")
    look()
    source.commit()
    look()
    source.say("0.2.0")
    source.commit()
    look()
    source.git("tag", "v0.2.0")
    look()
    python = [Version(version) for version, _ in said]
    assert python == sorted(python) and len(set(python)) == 6
    for (_, earlier), (_, later) in zip(said, said[1:]):
        subprocess.run(["dpkg", "--compare-versions", earlier, "lt", later], check=True)
