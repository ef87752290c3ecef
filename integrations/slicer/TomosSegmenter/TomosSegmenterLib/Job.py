"""The program `tomos`, run beside Slicer: started, asked how it stands, ended. No Slicer and no Qt in here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path


class JobError(Exception):
    """What went wrong, in words for a person."""


def findProgram(given: str = "") -> str:
    """The program: the one given, else that of the Python package `tomos-seg`, else `tomos` on PATH."""
    if given:
        if os.access(given, os.X_OK) and Path(given).is_file():
            return given
        raise JobError(f"{given}: there is no program there")
    try:
        import tomos

        return str(tomos.program())
    except Exception:
        # No such package, or none with a program in it.
        found = shutil.which("tomos")
    if found is None:
        raise JobError(
            "The program 'tomos' was not found. Install it (in Slicer's Python console: "
            "slicer.util.pip_install('tomos-seg')) or give its place."
        )
    return found


class Job:
    """One volume, segmented in a process of its own: `segment` makes the label map, `export` the .seg.nrrd."""

    def __init__(self, program, image, pack, options=(), environment=None):
        """
        program: the file of `tomos`.
        image: the volume's file (NRRD, NIfTI, ...); it stays.
        pack: the task pack's folder.
        options: other options of `tomos segment`.
        environment: that of the process; Slicer's own would give it Slicer's libraries.
        """
        self._folder = tempfile.TemporaryDirectory(prefix="tomos-")
        folder = Path(self._folder.name)
        labels = folder / "volume_labels.nii.gz"
        #: What there is at the end.
        self.segmentation = folder / "volume_labels.seg.nrrd"
        self._report = folder / "report.json"
        self._messages = folder / "messages.txt"
        segment = [program, "segment", f"--input={image}", f"--task={pack}", f"--output={labels}", "--json", *options]
        export = [program, "export", str(labels), f"--task={pack}", "--to=seg.nrrd", f"--output={folder}", "--quiet"]
        self._commands = [segment, export]
        self._environment = environment
        self._process = None
        #: `waiting`, `running`, `done`, `failed` or `cancelled`.
        self.state = "waiting"

    def start(self):
        """Start; `poll` says from then on how it stands."""
        self._next()

    def poll(self):
        """How it stands. Returns at once, and takes the next step where one is at its end."""
        if self.state == "running":
            code = self._process.poll()
            if code is not None:
                self._end(code)
        return self.state

    def cancel(self):
        """End it; nothing half-written stays."""
        if self.state == "running":
            self._process.terminate()
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self.state = "cancelled"

    def close(self):
        """End it where it runs, and remove its files."""
        self.cancel()
        self._folder.cleanup()

    @property
    def messages(self):
        """What the program has said so far, as its standard error; on a failure why."""
        try:
            return self._messages.read_text("utf-8", "replace").strip()
        except OSError:
            return ""

    @property
    def volumes(self):
        """By the structure's name its mm3, once it is done."""
        found = json.loads(self._report.read_text("utf-8"))["structures"]
        return {one["name"]: one["mm3"] for one in found}

    def _next(self):
        command = self._commands.pop(0)
        output = self._report if command[1] == "segment" else os.devnull
        with open(output, "wb") as results, self._messages.open("ab") as messages:
            try:
                self._process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=results, stderr=messages, env=self._environment
                )
            except OSError as error:
                messages.write(f"{command[0]}: {error}\n".encode())
                self.state = "failed"
                return
        self.state = "running"

    def _end(self, code):
        if code != 0:
            self.state = "failed"
        elif self._commands:
            self._next()
        else:
            self.state = "done" if self.segmentation.is_file() else "failed"
