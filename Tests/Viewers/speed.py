"""How long one large label map takes: printed, not asserted."""

import pathlib
import subprocess
import sys

import numpy as np

from . import generated, suites
from .cases import save
from .program import Program

SHAPE = (512, 512, 300)


# A process counts as its own the memory of the one that began it, so a small one stands between.
MEASURE = """
import resource, subprocess, sys, time
began = time.monotonic()
status = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
print(time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(status)
"""


class Speed(suites.Test):
    """512x512x300 voxels, ten labels; wanted: dicom-seg under 5 s and 1 GiB, seg.nrrd under 3 s (release build)."""

    program: Program
    folder: pathlib.Path

    def test_large(self):
        self.folder.mkdir()
        series = self.folder / "series"
        generated.write(series, "large", axes=np.eye(3), shape=SHAPE, spacing=(0.7, 0.7), step=(0, 0, 1.0))
        place = np.array([[-0.7, 0, 0, 48], [0, -0.7, 0, 60], [0, 0, 1, -12.5], [0, 0, 0, 1]])
        save(self.folder / "large.nii.gz", balls(), place)
        build = "release" if "release" in str(self.program.path) else "debug, or unknown,"
        for kind, ending, more in (("seg.nrrd", "nrrd", []), ("dicom-seg", "dcm", ["--reference", series])):
            arguments = ["export", self.folder / "large.nii.gz", "--to", kind, "-o", self.folder / "out", *more]
            told = subprocess.run(
                [sys.executable, "-S", "-c", MEASURE, self.program.path, *arguments],
                capture_output=True,
                text=True,
                check=False,
            )
            self.assertEqual(told.returncode, 0, told.stderr)
            seconds, kibibytes = map(float, told.stdout.split())
            size = (self.folder / f"out/large.seg.{ending}").stat().st_size
            print(
                f"\n  {kind}, {build} build: {seconds:.1f} s, {kibibytes / 1024:.0f} MiB of memory, "
                f"a file of {size / 2**20:.1f} MiB",
                flush=True,
            )


def balls() -> np.ndarray:
    """Ten balls of 60 voxels' radius."""
    labels = np.zeros(SHAPE, np.uint16)
    i, j, k = np.ogrid[: SHAPE[0], : SHAPE[1], : SHAPE[2]]
    for n in range(10):
        x, y, z = 80 + 120 * (n % 4), 80 + 150 * (n // 4), 70 + 15 * n
        labels[(i - x) ** 2 + (j - y) ** 2 + (k - z) ** 2 < 3600] = n + 1
    return labels


def suite(bench):
    if not bench.is_short:
        yield suites.of(Speed, "512x512x300, ten labels", program=bench.program, folder=bench.folder / "speed")
