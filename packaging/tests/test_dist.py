"""What `make dist` made: one version, all licences, the same bytes when it is packed again."""

import hashlib
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DIST = ROOT / "dist"
MADE_OF = json.loads((ROOT / ".build" / "portable" / "components.json").read_text())


def version(form: str = "python") -> str:
    return subprocess.check_output([ROOT / "packaging" / "version", form], text=True).strip()


def only(pattern: str) -> Path:
    (file,) = DIST.glob(pattern)
    return file


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_program_and_wheel_are_of_the_version() -> None:
    said = subprocess.check_output([ROOT / ".build" / "portable" / "program" / "tomos", "--version"], text=True)
    assert said.strip() == version()
    wheel = only("tomos_seg-*.whl")
    assert wheel.name.split("-")[1] == version()
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        assert f"\nVersion: {version()}\n" in archive.read(name).decode()


def test_archive_list_and_package_are_of_the_version() -> None:
    assert only("tomos-*.tar.gz").name == f"tomos-{version()}-linux-{os.uname().machine}.tar.gz"
    parts = json.loads(only("tomos-*.cdx.json").read_text())
    assert parts["metadata"]["component"]["version"] == version()
    said = subprocess.check_output(["dpkg-deb", "--field", only("*.deb"), "Version"], text=True).strip()
    assert said == version("debian")


def test_checksums_name_every_file() -> None:
    listed = dict(reversed(line.split("  ")) for line in (DIST / "SHA256SUMS").read_text().splitlines())
    for name, sum_ in listed.items():
        assert digest(DIST / name) == sum_, name
    assert set(listed) == {only(pattern).name for pattern in ("*.whl", "*.deb", "*.tar.gz", "*.cdx.json")}


def test_every_part_has_its_licence() -> None:
    with zipfile.ZipFile(only("*.whl")) as archive:
        inside = {name.split(".dist-info/licenses/licenses/")[-1] for name in archive.namelist()}
        for library in archive.namelist():
            assert not library.startswith("tomos_seg.libs/"), "auditwheel carried what the program did not"
    for package in MADE_OF["debian"]:
        assert f"debian-{package}.txt" in inside
    for package in MADE_OF["swift"]:
        assert any(name.casefold().startswith(f"swift-package-{package['name']}-") for name in inside)
    assert {"tomos.txt", "swift.txt"} <= inside


def test_list_of_parts_names_what_is_in_the_wheel() -> None:
    names = {part["name"] for part in json.loads(only("*.cdx.json").read_text())["components"]}
    assert names >= set(MADE_OF["debian"]) | {package["name"] for package in MADE_OF["swift"]}
    assert names >= {"three.js", "tomos-1.safetensors", "swift-runtime"}


def test_no_path_of_this_machine_is_in_the_program() -> None:
    program = (ROOT / ".build" / "portable" / "program" / "tomos").read_bytes()
    assert str(ROOT).encode() not in program


def test_archive_holds_a_program_that_runs(tmp_path: Path) -> None:
    with tarfile.open(only("*.tar.gz")) as archive:
        assert {member.uid for member in archive} == {0}
        archive.extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    said = subprocess.check_output([folder / "tomos", "--version"], text=True, env={"PATH": "/nowhere"})
    assert said.strip() == version()


@pytest.mark.parametrize(
    ("command", "pattern"),
    [
        ([sys.executable, "packaging/wheel/build.py"], "*.whl"),
        (["scripts/release"], "*.tar.gz"),
        (["packaging/debian/build", ".build/release/tomos"], "*.deb"),
        ([sys.executable, "packaging/dist/sbom.py"], "*.cdx.json"),
    ],
)
def test_packed_twice_is_the_same(command: list[str], pattern: str, tmp_path: Path) -> None:
    # In another time zone, language and mask.
    environment = os.environ | {"TZ": "Asia/Kolkata", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
    subprocess.run([*command, tmp_path], cwd=ROOT, check=True, env=environment, umask=0o077, stdout=subprocess.DEVNULL)
    (again,) = tmp_path.glob(pattern)
    assert again.name == only(pattern).name
    assert digest(again) == digest(only(pattern))
