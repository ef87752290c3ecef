"""Runs the program and says what that took."""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass


class Failed(Exception):
    """A command that did not end well: the command, its exit status and what it said."""


@dataclass
class Ran:
    output: str
    status: int
    # Seconds by the clock, processor seconds of all threads, GiB of peak resident memory.
    seconds: float
    cpu: float
    memory: float


def run(*command, accepted=(0,), folder=None) -> Ran:
    """Runs a command to its end, in the folder that is named. Raises Failed for an exit status that is not accepted.

    The peak is the kernel's count for this one process (wait4). A process begins its count with that of the one it was
    started from, so that nothing below this Python's own size, about 0.02 GiB, can be seen.
    """
    command = [str(part) for part in command]
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        start = time.monotonic()
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, text=True, cwd=folder
        )
        try:
            _, status, usage = os.wait4(child.pid, 0)
        except BaseException:
            child.terminate()
            child.wait()
            raise
        seconds = time.monotonic() - start
        # Popen must not wait for a process that is gone.
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        if child.returncode not in accepted:
            raise Failed(f"{' '.join(command)}: exit status {child.returncode}\n{errors.read()[-2000:]}")
        # ru_maxrss counts KiB on Linux, bytes on macOS.
        unit = 1 if sys.platform == "darwin" else 1024
        return Ran(
            output.read(),
            child.returncode,
            seconds,
            usage.ru_utime + usage.ru_stime,
            usage.ru_maxrss * unit / 2**30,
        )
