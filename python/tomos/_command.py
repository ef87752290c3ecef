"""Any command of the program, for what has no function of its own here."""

from __future__ import annotations

from ._arguments import StrPath, path
from ._process import Ended, call

__all__ = ["Ended", "command", "version"]


def command(*arguments: StrPath, check: bool = True) -> Ended:
    """Call any command of the program with arguments as on the command line.

    Parameters
    ----------
    *arguments : str or path
        What follows ``tomos``.
    check : bool
        Raise a `TomosError` where the exit code is not 0.

    Returns
    -------
    Ended
        With ``code``, ``output`` and ``text`` (standard error), and ``json()`` of the output.

    Examples
    --------
    >>> import tomos
    >>> tomos.command("info", "scan.nii.gz", "--json").json()["images"][0]["details"]["orientation"]
    'RAS'
    >>> tomos.command("info", "nowhere", check=False).code
    66
    """
    words = [one if isinstance(one, str) else path(one) for one in arguments]
    return call(words, also=() if check else range(-255, 256))


def version() -> str:
    """The program's version, as ``tomos --version`` prints it."""
    return call(["--version"]).output.strip()
