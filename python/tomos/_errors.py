"""The program's errors as exceptions, one class for each documented exit code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._conversion import Conversion
    from ._results import RunResult


class TomosError(Exception):
    """What the program refused to do, or could not.

    Attributes
    ----------
    code : int
        The program's exit code (``tomos --help`` lists them); 128 and the signal's number where a signal ended it.
    text : str
        What the program said on standard error. ``str(error)`` is the same without the last end of line.
    command : tuple of str
        The command line.

    Examples
    --------
    >>> import tomos
    >>> try:
    ...     tomos.segment("nowhere.nii.gz", task="packs/phantom")
    ... except tomos.TomosError as error:
    ...     print(type(error).__name__, error.code, error)
    MissingInputError 66 tomos: error: nowhere.nii.gz: there is no such file or folder
    """

    code: int = 70

    def __init__(self, text: str, code: int | None = None, command: Sequence[str] = ()) -> None:
        super().__init__(text)
        self.text = text
        self.code = type(self).code if code is None else code
        self.command: tuple[str, ...] = tuple(command)

    def __str__(self) -> str:
        return self.text.rstrip("\n") or f"tomos ended with exit code {self.code} and said nothing"

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.text, self.code, self.command), self.__dict__)


class CasesFailed(TomosError):
    """Some cases failed or are stale; what is done is in ``result`` (exit code 1).

    Attributes
    ----------
    result : RunResult or Conversion
        What there is.
    """

    code = 1
    result: RunResult | Conversion


class UsageError(TomosError):
    """An option or argument is wrong (exit code 64)."""

    code = 64


class BadDataError(TomosError):
    """An input is malformed, unsupported or inconsistent (exit code 65)."""

    code = 65


class MissingInputError(TomosError):
    """An input is not there (exit code 66)."""

    code = 66


class LimitExceededError(TomosError):
    """More memory is needed than allowed (exit code 69)."""

    code = 69


class InternalError(TomosError):
    """An error in tomos itself (exit code 70)."""

    code = 70


class CannotCreateError(TomosError):
    """The output cannot be created (exit code 73)."""

    code = 73


class InputOutputError(TomosError):
    """Reading or writing broke off, since the disk is full for example (exit code 74)."""

    code = 74


class BusyError(TomosError):
    """Another run is at work in the results folder (exit code 75)."""

    code = 75


class BadConfigurationError(TomosError):
    """A pipeline or task says what cannot be (exit code 78)."""

    code = 78


class StoppedError(TomosError):
    """A signal ended the program: 130 for Ctrl-C, 143 for SIGTERM, 137 for a kill."""

    code = 143


class ProgramNotFoundError(TomosError):
    """The program itself is not there (127, as shells say)."""

    code = 127


_CLASSES: dict[int, type[TomosError]] = {
    kind.code: kind
    for kind in (
        CasesFailed,
        UsageError,
        BadDataError,
        MissingInputError,
        LimitExceededError,
        InternalError,
        CannotCreateError,
        InputOutputError,
        BusyError,
        BadConfigurationError,
    )
}


def error_of(code: int, text: str, command: Sequence[str]) -> TomosError:
    """The exception of an exit code, as `subprocess` tells it (negative for a signal)."""
    if code < 0:
        return StoppedError(text, 128 - code, command)
    return _CLASSES.get(code, TomosError)(text, code, command)
