"""The program's processes: started, found again by a mark in their environment, signalled, and never left behind."""

import dataclasses
import os
import pathlib
import random
import signal
import subprocess
import time

MARK = "CHAOS_RUN"
# Between two looks at what is going on.
MOMENT = 0.02


@dataclasses.dataclass(frozen=True)
class Living:
    """A living process of a run."""

    pid: int
    is_worker: bool


def living(mark: str) -> list[Living]:
    """The processes whose environment holds a mark that begins so; zombies show none and do not count."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for folder in pathlib.Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            if not any(line.startswith(wanted) for line in (folder / "environ").read_bytes().split(b"\0")):
                continue
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        found.append(Living(int(folder.name), b"worker" in words[1:]))
    return found


def workers(mark: str) -> list[int]:
    return [one.pid for one in living(mark) if one.is_worker]


def some_worker(mark: str, chance: random.Random, patience: float) -> int | None:
    """One of the run's workers; none where none appeared in time."""
    end = time.monotonic() + patience
    while not (found := workers(mark)):
        if time.monotonic() > end:
            return None
        time.sleep(MOMENT)
    return chance.choice(sorted(found))


def tell(pid: int, what: signal.Signals) -> bool:
    """Sends a signal; whether the process was still there."""
    try:
        os.kill(pid, what)
    except ProcessLookupError:
        return False
    return True


def end_all(mark: str):
    """Ends every process of the mark, stopped ones too."""
    for _ in range(50):
        found = living(mark)
        for one in found:
            tell(one.pid, signal.SIGKILL)
        if not found:
            return
        time.sleep(MOMENT)


class Runner:
    """A run of the program in a process group of its own, as a shell starts it."""

    def __init__(self, command: list, environment: dict[str, str], says: pathlib.Path):
        self.command = [str(word) for word in command]
        self.says = says
        self.started = time.monotonic()
        with open(says, "wb") as errors, open(says.with_suffix(".out"), "wb") as output:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                env=environment,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def status(self) -> int | None:
        """The exit status, negative for a signal; none while it runs."""
        return self.process.poll()

    @property
    def is_alive(self) -> bool:
        return self.status is None

    @property
    def words(self) -> str:
        return self.says.read_text(errors="replace")

    def tell(self, what: signal.Signals, as_terminal=False):
        """Sends a signal, to the whole process group as a terminal does for Ctrl-C, or to the runner alone."""
        if self.is_alive:
            (os.killpg if as_terminal else tell)(self.pid, what)
