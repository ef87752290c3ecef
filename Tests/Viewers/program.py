"""The program under test, as a person would call it."""

import dataclasses
import pathlib
import subprocess


@dataclasses.dataclass
class Told:
    status: int
    output: str


class Program:
    def __init__(self, path: pathlib.Path):
        self.path = path.resolve()

    def tell(self, *arguments) -> Told:
        """Runs it, whatever comes of it."""
        done = subprocess.run(
            [self.path, *map(str, arguments)],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=600,
            check=False,
        )
        return Told(done.returncode, done.stdout + done.stderr)

    def run(self, *arguments) -> str:
        """Runs it; what it says. A failure is an AssertionError with its message."""
        told = self.tell(*arguments)
        if told.status != 0:
            raise AssertionError(f"tomos {' '.join(map(str, arguments))}: status {told.status}\n{told.output[-2000:]}")
        return told.output
