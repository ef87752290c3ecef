"""Runs the program and watches the runner itself apart from its workers: processor time and memory of each."""

import os
import pathlib
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass

# Seconds between two looks at the memory, which the kernel counts at its highest anyway.
MOMENT = 0.05
TICK = os.sysconf("SC_CLK_TCK")


class Failed(Exception):
    """A command that did not end well: the command, its exit status and what it said."""


@dataclass
class Watched:
    seconds: float
    # Processor seconds of the runner alone, in user and kernel mode; its workers' are not in it.
    cpu: float
    # Highest resident memory in MiB: of the runner, and of its largest worker.
    memory: float
    worker_memory: float


def watch(*command) -> Watched:
    """Runs a command to its end. Raises Failed for an exit status other than 0."""
    words = [str(word) for word in command]
    with tempfile.TemporaryFile("w+") as errors:
        start = time.monotonic()
        child = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors, text=True, process_group=0
        )
        try:
            memory = worker_memory = 0.0
            # The process is not waited for yet, so that the kernel still tells its processor time.
            while not os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG):
                memory = max(memory, highest(child.pid))
                worker_memory = max([worker_memory, *map(highest, children(child.pid))])
                time.sleep(MOMENT)
            seconds, cpu = time.monotonic() - start, processor_seconds(child.pid)
        except BaseException:
            end(child)
            raise
        status = child.wait()
        errors.seek(0)
        if status != 0:
            raise Failed(f"{' '.join(words)}: exit status {status}\n{errors.read()[-2000:]}")
        return Watched(seconds, cpu, memory, worker_memory)


def end(child: subprocess.Popen):
    """Asks the program to end, workers too, and makes it where it does not."""
    for what, patience in ((signal.SIGTERM, 5), (signal.SIGKILL, None)):
        try:
            os.killpg(child.pid, what)
        except ProcessLookupError:
            break
        try:
            child.wait(patience)
            break
        except subprocess.TimeoutExpired:
            continue


def processor_seconds(pid: int) -> float:
    # The name, in brackets, may hold spaces; utime and stime are fields 14 and 15 of proc_pid_stat(5).
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def highest(pid: int) -> float:
    """The highest resident memory in MiB so far; 0 of a process that is gone."""
    try:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def children(pid: int) -> list[int]:
    """Those that any thread of the process has started."""
    found = []
    for thread in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, thread.read_text().split())
        except OSError:
            continue
    return found
