"""Where the program lies, and the console script that becomes it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ._errors import ProgramNotFoundError

#: The environment variable that names another program than the one found.
VARIABLE = "TOMOS_PROGRAM"


def program() -> Path:
    """Find the program `tomos`.

    It is what the environment variable ``TOMOS_PROGRAM`` names; else the one that came with this package; else the
    first ``tomos`` on ``PATH`` that is not this package's own console script.

    Returns
    -------
    pathlib.Path
        An executable file.

    Raises
    ------
    ProgramNotFoundError
        Where there is none.

    Examples
    --------
    >>> import tomos
    >>> tomos.program().name
    'tomos'
    """
    named = os.environ.get(VARIABLE)
    if named:
        if _is_program(Path(named)):
            return Path(named)
        raise ProgramNotFoundError(
            f"{VARIABLE}={named}: there is no program there (unset it, or name the file 'tomos')"
        )
    inside = Path(__file__).resolve().parent / "_program" / "tomos"
    if _is_program(inside):
        return inside
    for folder in os.get_exec_path():
        candidate = Path(folder) / "tomos"
        if _is_program(candidate) and not _is_console_script(candidate):
            return candidate
    raise ProgramNotFoundError(
        "the program 'tomos' is not in this package and not on PATH: install the package's wheel for your platform, "
        f"or name the program by the environment variable {VARIABLE}"
    )


def main() -> None:
    """Become the program: same process, arguments, exit code and signals. The console script ``tomos`` calls it."""
    try:
        path = os.fspath(program())
    except ProgramNotFoundError as error:
        print(f"tomos: error: {error}", file=sys.stderr)
        sys.exit(error.code)
    os.execv(path, [path, *sys.argv[1:]])


def _is_program(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def _is_console_script(path: Path) -> bool:
    """Whether it is what installers make of this package's entry point, which would only find itself."""
    try:
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError:
        return True
    return start.startswith(b"#!") and b"tomos._locate" in start
