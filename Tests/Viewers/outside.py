"""Programs of Debian's that read what was written."""

import pathlib
import shutil
import subprocess
import unittest


def dciodvfy_errors(test: unittest.TestCase, path: pathlib.Path) -> list[str]:
    """What dicom3tools' validator calls errors."""
    if shutil.which("dciodvfy") is None:
        test.skipTest("dciodvfy is not installed (Debian's dicom3tools)")
    done = subprocess.run(["dciodvfy", "-new", path], capture_output=True, text=True, errors="replace", check=False)
    return [line for line in (done.stdout + done.stderr).splitlines() if line.startswith("Error")]
