"""Makes dist/tomos_seg-VERSION-py3-none-manylinux_*.whl of python/ and .build/portable (see packaging/portable/build.py).

Two runs give the same bytes. Usage: .venv-wheel/bin/python packaging/wheel/build.py [FOLDER]   (default: dist)
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
PORTABLE = ROOT / ".build" / "portable"
TOOLS = Path(sys.executable).parent


def text_of(*command: str | Path) -> str:
    return subprocess.check_output(command, text=True).strip()


def copy_sources(folder: Path) -> None:
    """The Python sources, the program, man pages, completions and licences, where pyproject.toml expects them."""
    known = ["git", "-C", str(ROOT / "python"), "ls-files", "--cached", "--others", "--exclude-standard", "--"]
    for name in text_of(*known, "pyproject.toml", "hatch_build.py", "README.md", "tomos").splitlines():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / "python" / name, folder / name)
    shutil.copytree(PORTABLE / "program", folder / "tomos" / "_program")
    shutil.copytree(PORTABLE / "licenses", folder / "licenses")
    text_of(ROOT / "packaging" / "make-share", PORTABLE / "program" / "tomos", folder)
    # Packed files have the modes of those on disk.
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() or path.parent.name == "_program" and path.name == "tomos" else 0o644)


def run(environment: dict[str, str], *command: str | Path) -> str:
    done = subprocess.run(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        sys.exit(f"{done.stdout}\n{' '.join(map(str, command))}: failed")
    return done.stdout


def main() -> None:
    version = json.loads((PORTABLE / "components.json").read_text())["version"]
    if version != text_of(ROOT / "packaging" / "version"):
        sys.exit(f".build/portable is version {version}, the source is not: run 'make wheel'")
    target = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "dist").resolve()
    environment = os.environ | {
        "SOURCE_DATE_EPOCH": text_of(ROOT / "packaging" / "version", "date"), "TOMOS_VERSION": version,
        # auditwheel calls patchelf.
        "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}",
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_sources(folder / "source")
        run(environment, TOOLS / "python", "-m", "build", "--wheel", "--no-isolation", "--outdir", folder / "plain",
            folder / "source")  # fmt: skip
        (plain,) = (folder / "plain").iterdir()
        # Names the oldest glibc that all the libraries in it are content with, and would carry one that was forgotten.
        run(environment, TOOLS / "auditwheel", "repair", "--wheel-dir", folder / "wheel", plain)
        (wheel,) = (folder / "wheel").iterdir()
        asked = re.search(r"manylinux_2_(\d+)_", wheel.name)
        if not asked or int(asked.group(1)) > 34:
            sys.exit(f"{wheel.name} asks for a newer glibc than 2.34: " + run(environment, TOOLS / "auditwheel", "show", plain))
        target.mkdir(exist_ok=True)
        for older in target.glob("tomos_seg-*.whl"):
            older.unlink()
        shutil.move(wheel, target / wheel.name)
        print(target / wheel.name)


if __name__ == "__main__":
    main()
