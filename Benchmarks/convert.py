"""Times `tomos convert` against dcm2niix, in turn, in one run, and compares what they write.

Usage: convert.py TOMOS [ROUNDS]    Needs numpy, pydicom, nibabel and dcm2niix; `make bench` sets them up.
The series (200 CT slices of 512x512) is made first. Every written voxel is compared before anything is timed.
`-z y` of dcm2niix runs pigz where it is installed and compresses by itself (as `-z i`) where it is not.
"""
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import nibabel
import numpy as np

import ct_series

DCM2NIIX = pathlib.Path(sys.executable).parent / "dcm2niix"


def seconds(command):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


class Converters:
    """One command for each way to convert the series, each with its own output file."""

    def __init__(self, program, series, folder):
        self.outputs, self.commands = {}, {}
        for ending in ("nii.gz", "nii"):
            output = folder / f"tomos.{ending}"
            self.add(f"tomos {ending}", [program, "convert", "-q", "--overwrite", "-i", series, "-o", output], output)
        for level, ending in (("y", "nii.gz"), ("i", "nii.gz"), ("n", "nii")):
            command = [DCM2NIIX, "-b", "n", "-z", level, "-f", f"theirs_{level}", "-o", folder, series]
            self.add(f"dcm2niix -z {level}", command, folder / f"theirs_{level}.{ending}")

    def add(self, name, command, output):
        self.commands[name], self.outputs[name] = command, output

    def run(self, name):
        self.outputs[name].unlink(missing_ok=True)
        return seconds(self.commands[name])

    def size(self, name):
        return self.outputs[name].stat().st_size


def require_equal(ours, theirs):
    """dcm2niix turns rows around, so both are brought to the same orientation."""
    a, b = (nibabel.as_closest_canonical(nibabel.load(path)) for path in (ours, theirs))
    assert np.abs(a.affine - b.affine).max() < 1e-3, f"{ours.name}: another affine than {theirs.name}"
    assert np.array_equal(np.asanyarray(a.dataobj), np.asanyarray(b.dataobj)), f"{ours.name}: other voxels"


def main():
    program, rounds = str(pathlib.Path(sys.argv[1]).resolve()), int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as work:
        folder = pathlib.Path(work)
        ct_series.write(folder / "series", 200, 512)
        converters = Converters(program, folder / "series", folder)
        for name in converters.commands:
            converters.run(name)
        for ending, level in (("nii.gz", "y"), ("nii.gz", "i"), ("nii", "n")):
            require_equal(converters.outputs[f"tomos {ending}"], converters.outputs[f"dcm2niix -z {level}"])
        times = [{name: converters.run(name) for name in converters.commands} for _ in range(rounds)]
        print(f"200 CT slices of 512x512, voxels and affine equal; {rounds} rounds in turn, median (min to max)")
        print("pigz " + ("is installed: -z y runs it" if shutil.which("pigz") else "is not installed: -z y does as -z i"))
        for name in converters.commands:
            values = [round_[name] for round_ in times]
            print(
                f"{name:15} {statistics.median(values):6.2f} s ({min(values):.2f} to {max(values):.2f}), "
                f"{converters.size(name) / 1e6:7.2f} MB"
            )
        for ours, theirs in (("tomos nii.gz", "dcm2niix -z y"), ("tomos nii.gz", "dcm2niix -z i"), ("tomos nii", "dcm2niix -z n")):
            ratios = [round_[theirs] / round_[ours] for round_ in times]
            print(
                f"{ours} against {theirs}: {statistics.median(ratios):.2f} times as fast "
                f"({min(ratios):.2f} to {max(ratios):.2f}), {converters.size(ours) / converters.size(theirs) - 1:+.1%} in size"
            )


if __name__ == "__main__":
    main()
