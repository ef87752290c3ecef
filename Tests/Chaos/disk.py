"""A small disk that can be filled: a tmpfs, where mounting one is permitted."""

import errno
import os
import pathlib
import subprocess

SIZE = "16m"
PIECE = 4096


class Disk:
    """The folder above the results. `mount` puts a tmpfs over it, `fill` leaves hardly any room, `free` ends that."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.ballast = folder / "ballast"
        self.is_mounted = False
        folder.mkdir()

    def mount(self) -> str | None:
        """Mounts; the reason where it is not permitted."""
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tomos-chaos", str(self.folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        self.is_mounted = done.returncode == 0
        return None if self.is_mounted else done.stderr.strip() or f"mount ended with {done.returncode}"

    def unmount(self):
        if self.is_mounted:
            # Lazily: a process that was only just killed may still be leaving.
            subprocess.run(["umount", "--lazy", str(self.folder)], check=True)
            self.is_mounted = False

    def fill(self, spared: int):
        """Fills the disk but for `spared` bytes."""
        with open(self.ballast, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * PIECE)
            except OSError as full:
                if full.errno != errno.ENOSPC:
                    raise
        os.truncate(self.ballast, max(0, self.ballast.stat().st_size - spared))

    def free(self):
        self.ballast.unlink(missing_ok=True)
