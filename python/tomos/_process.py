"""One call of the program: started, listened to, ended with us."""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable

from ._errors import CasesFailed, TomosError, error_of
from ._locate import program

if TYPE_CHECKING:
    from ._conversion import Conversion
    from ._results import RunResult

_log = logging.getLogger("tomos")

#: Seconds that the program has to end by itself once it was told to: it removes what is half done.
_GRACE = 30.0

#: Gets an event of ``--log-json``.
Listener = Callable[[Any], None]


@dataclass(frozen=True)
class Ended:
    """A call that ended.

    Attributes
    ----------
    code : int
        The exit code.
    output : str
        Standard output.
    text : str
        Standard error; with ``--log-json`` without the lines that only tell how it goes on.
    command : tuple of str
        The command line.
    """

    code: int
    output: str
    text: str
    command: tuple[str, ...]

    def json(self) -> Any:
        """Standard output, which is JSON."""
        try:
            return json.loads(self.output)
        except ValueError as error:
            raise TomosError(f"{self.command[0]}: printed no JSON: {error}", 70, self.command) from error

    def error(self) -> TomosError:
        """The exception that stands for this end."""
        return error_of(self.code, self.text, self.command)

    def cases_failed(self, result: RunResult | Conversion) -> CasesFailed:
        """The exception where some failed, with what there is."""
        error = CasesFailed(self.text, self.code, self.command)
        error.result = result
        return error


def call(arguments: Sequence[str], listener: Listener | None = None, also: Sequence[int] = ()) -> Ended:
    """Call the program and wait for its end.

    Parameters
    ----------
    arguments : sequence of str
        What follows the program's name.
    listener : callable, optional
        Gets each event of ``--log-json``. What it raises ends the program.
    also : sequence of int
        Exit codes that are no error here, beside 0.

    Raises
    ------
    TomosError
        Where the exit code says so.
    """
    command = (str(program()), *arguments)
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.PIPE)
        lines: list[str] = []
        try:
            assert process.stderr is not None
            for raw in process.stderr:
                _hear(raw.decode("utf-8", "replace"), lines, listener)
            code = process.wait()
        except BaseException:
            _end(process)
            raise
        finally:
            if process.stderr is not None:
                process.stderr.close()
        output.seek(0)
        ended = Ended(code, output.read().decode("utf-8", "replace"), "".join(lines), command)
    if code != 0 and code not in also:
        raise ended.error()
    for line in ended.text.splitlines():
        _log.log(logging.WARNING if line.startswith("tomos: error: ") or code else logging.INFO, "%s", line)
    return ended


def _hear(line: str, lines: list[str], listener: Listener | None) -> None:
    """Takes in a line of standard error: an event where it is one of those, else text for people."""
    event = _event(line) if listener is not None else None
    if event is None or listener is None:
        lines.append(line)
        return
    if event["message"] == "note":
        lines.append(f"tomos: {event.get('text', '')}\n")
    elif event["message"] == "fault":
        lines.append(f"tomos: error: {event.get('text', '')}\n")
    elif event["message"] == "finished" and event.get("status") == "failed":
        lines.append(f"tomos: error: {event.get('case', '')}: {event.get('reason', 'failed')}\n")
    listener(event)


def _event(line: str) -> Any | None:
    if not line.startswith("{"):
        return None
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "message" in event else None


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends the program as Ctrl-C does, so that nothing half-written stays; by force where it does not listen."""
    # Where Ctrl-C is ignored, as of what a shell runs behind it, the program ignores it too.
    ignored = signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    try:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM if ignored else signal.SIGINT)
        try:
            process.communicate(timeout=_GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
    except BaseException:
        process.kill()
        process.wait()
        raise
