#!/usr/bin/env python3
"""Converts the small cases of ../shared/conformance/field, each made from a public bug report, and judges what comes out.

Usage: field.py TOMOS FIELD

What is right stands in each case's README. dcm2niix runs on the same files; what it writes is shown, not judged.
"""
import glob
import os
import pathlib
import shutil
import subprocess
import tempfile

import nibabel
import numpy as np

import field_commands
from images import run_alone, table


class Written:
    """What a converter made of a case."""

    def __init__(self, command, folder):
        run = subprocess.run(command, capture_output=True, text=True, errors="replace")
        self.code, self.said, self.folder = run.returncode, run.stderr, folder
        self.paths = sorted(glob.glob(f"{folder}/**/*.nii", recursive=True))
        self.images = [nibabel.load(path) for path in self.paths]
        self.shapes = sorted("x".join(map(str, image.shape)) for image in self.images)

    def table(self, ending):
        """Lines of numbers of the only .bval or .bvec; None where there is not one."""
        found = glob.glob(f"{self.folder}/**/*{ending}", recursive=True)
        return [[float(x) for x in line.split()] for line in open(found[0])] if len(found) == 1 else None

    def values(self, image=0):
        """Scaled values."""
        return self.images[image].get_fdata()


def tomos(program, source, folder):
    """Runs tomos as a user does who wants all that can be right."""
    return Written([program, "convert", "-i", source, "-o", folder, "-z", "n"], folder)


def dcm2niix(source, folder):
    """Runs dcm2niix."""
    import dcm2niix as package
    os.makedirs(folder, exist_ok=True)
    return Written([package.bin, "-z", "n", "-f", "%s", "-o", folder, source], folder)


# What must be true of a case: each function takes what was written and returns what is wrong, or nothing.


def shapes(*wanted):
    """These images and no others."""
    return lambda written: [] if written.shapes == sorted(wanted) else [f"writes {' and '.join(written.shapes)}"]


def b_values(*wanted):
    """The b-values of the only table, within 1 s/mm^2."""

    def check(written):
        found = written.table(".bval")
        if not found:
            return ["no .bval"]
        same = len(found[0]) == len(wanted) and np.allclose(found[0], wanted, atol=1)
        return [] if same else [f"b-values {found[0]}"]

    return check


def directions(zero):
    """A table of directions of length 1, but for the volumes named."""

    def check(written):
        found = written.table(".bvec")
        if not found:
            return ["no .bvec"]
        lengths = np.linalg.norm(np.array(found), axis=0)
        wanted = [0 if n in zero else 1 for n in range(len(lengths))]
        return [] if np.allclose(lengths, wanted, atol=1e-3) else [f"lengths of directions {lengths.round(3)}"]

    return check


def directions_beside_a_trace(written):
    """The trace is an image of its own with 0 0 0, and all but the first volume of the other have a direction."""
    found = sorted(glob.glob(f"{written.folder}/**/*.bvec", recursive=True))
    lengths = sorted((np.linalg.norm(np.loadtxt(path, ndmin=2), axis=0).round(2).tolist() for path in found), key=len)
    return [] if lengths == [[0], [0] + [1] * 15] else [f"lengths of directions {lengths}"]


def in_order(written):
    """Each volume holds its number times 1000, and less than 1000 more."""
    values = written.values()
    found = [sorted(set(np.floor(values[..., n] / 1000).ravel())) for n in range(values.shape[3])]
    return [] if found == [[n] for n in range(values.shape[3])] else [f"volumes {found}"]


def says(*words):
    """A line on standard error that holds all words."""
    return lambda written: [] if any(all(word in line for word in words) for line in written.said.splitlines()) else [
        f"does not say '{' '.join(words)}'"]


def refuses(*words):
    """Nothing is written, exit code 65, and the reason holds the words."""

    def check(written):
        if written.paths:
            return [f"writes {' and '.join(written.shapes)}"]
        return says(*words)(written) + ([] if written.code == 65 else [f"exit code {written.code}"])

    return check


def range_of(low, high):
    """Smallest and largest value."""

    def check(written):
        found = written.values().min(), written.values().max()
        return [] if np.allclose(found, (low, high), rtol=1e-5) else [f"values {found[0]:.6g} to {found[1]:.6g}"]

    return check


def spacing(*wanted):
    """Millimetres along the voxel axes, within 1e-3."""

    def check(written):
        found = np.linalg.norm(written.images[0].affine[:3, :3], axis=0)
        return [] if np.allclose(found, wanted, atol=1e-3) else [f"spacing {found.round(4)}"]

    return check


def slice_times(first, repetition):
    """SliceTiming begins with these seconds and lies within the repetition time."""

    def check(written):
        times = field_commands.sidecar(written.folder).get("SliceTiming", [])
        fits = np.allclose(times[: len(first)], first, atol=1e-3) and max(times, default=9e9) <= repetition
        return [] if fits else [f"SliceTiming {times[:5]}"]

    return check




def of_table(written):
    """Every value is 3 v + 7 of a stored v."""
    return [] if not ((written.values() - 7) % 3).any() else ["values are not those of the table"]


# Case (folder below FIELD) -> what is right, in words, and what must be true.
CASES = {
    "canon_dwi_classic/in": ("13 volumes", (shapes("8x8x2x13"), b_values(0, *[1500] * 12), directions([0]))),
    "dicom-named-img/in": ("one volume", (shapes("12x16x4"),)),
    "dicom-named-img/in-hdr": ("one volume", (shapes("12x16x4"),)),
    "dwi-b0-absent-no-dir/in": ("3 volumes; directions are said to be missing", (
        shapes("24x20x10x3"), b_values(0, 1000, 1000), says("no .bvec"))),
    "dwi-directions-without-standard-gradient/ge": ("4 volumes in order", (shapes("12x16x3x4"), in_order)),
    "dwi-directions-without-standard-gradient/canon": ("4 volumes in order", (shapes("12x16x3x4"), in_order)),
    "ge_dwi_std_bvalue_private_direction/in": ("7 volumes with private directions", (
        shapes("8x8x2x7"), b_values(0, *[1000] * 6), directions([0]))),
    "ge_epi_pepolar/in": ("two images, rows of one turned", (shapes("8x8x2x2", "8x8x2x2"),)),
    "ge_fieldmap_and_magnitude/in": ("field map and magnitude apart", (shapes("8x8x2", "8x8x2"),)),
    "half_of_ImagesInAcquisition/in": ("refused or said", (says("ImagesInAcquisition", "20"),)),
    "iop-not-unit/071": ("directions brought to length 1", (spacing(1.25, 1.5, 2),)),
    "iop-not-unit/0707": ("directions brought to length 1", (spacing(1.25, 1.5, 2),)),
    "jpeg-padded-with-space/pet.dcm": ("read", (shapes("128x128x1"), range_of(0, 7685.237))),
    "label-control/in": ("4 volumes", (shapes("24x20x10x4"),)),
    "midnight/in": ("volumes in order", (shapes("12x16x3x4"), in_order)),
    "midnight-2/in": ("5 volumes", (shapes("24x20x10x5"),)),
    "modality-lut/in": ("values through the table", (shapes("12x16x3"), range_of(0, 225))),
    "modality-lut-2/in": ("values through the table", (shapes("24x20x10"), of_table)),
    "mosaic_without_MOSAIC_in_ImageType/in": ("35 slices", (shapes("64x64x35"),)),
    "no-sequence-delimiter/in": ("read and said", (shapes("12x16x3"), says("delimiter"))),
    "one-file-two-orientations/mf.dcm": ("refused with advice that can be followed", (
        refuses("--split-by ImageOrientationPatient"),)),
    "pet_NumberOfSlices_20_of_10/in": ("refused", (refuses("NumberOfSlices says 20"),)),
    "philips_asl_label_control/in": ("16 volumes", (shapes("8x8x2x16"),)),
    "philips_dti_with_trace_no_bvec/in": ("directions; 0 0 0 for the trace", (
        shapes("8x8x2x16", "8x8x2"), directions_beside_a_trace)),
    "positions-rounded/in": ("one even volume", (shapes("12x16x20"),)),
    "slicetiming_mosaic_after_midnight/in": ("times within the repetition time", (
        slice_times((0, 1.8125, 1.115, 0.4175, 2.23), 3),)),
    "toshiba_dwi_b0_without_bvalue/in": ("b0 is 0", (b_values(0, 1500, 1500, 1500), directions([0]))),
    "two_patients_one_series/in": ("refused", (refuses("patient differs"),)),
    "uih_grid_mosaic/in": ("20 slices, 2 volumes", (shapes("64x64x20x2"),)),
    "vr-un/in": ("values by the dictionary", (shapes("12x16x3"), spacing(1.25, 1.5, 2))),
}


def judged(written, checks):
    """`right`, or what is wrong."""
    faults = [fault for check in checks for fault in check(written)]
    return "**wrong**: " + "; ".join(faults) if faults else "right"


def told(written):
    """What a converter wrote, in short."""
    return " and ".join(written.shapes) if written.shapes else f"nothing (exit {written.code})"


def rows(program, field):
    """(case, what is right, verdict on tomos, what dcm2niix writes)"""
    for name, (right, checks) in CASES.items():
        source = os.path.join(field, name)
        with tempfile.TemporaryDirectory() as work:
            mine, theirs = tomos(program, source, f"{work}/mine"), dcm2niix(source, f"{work}/theirs")
            yield name, right, judged(mine, checks), told(theirs)
    for name, (right, run) in field_commands.CASES.items():
        with tempfile.TemporaryDirectory() as work:
            shutil.copytree(f"{field}/{name}", f"{work}/case", symlinks=True)
            shutil.copytree(f"{field}/vr-un/in", f"{work}/slices")
            faults = run(program, pathlib.Path(work))
            yield name, right, "**wrong**: " + "; ".join(faults) if faults else "right", "-"


def section(program, field):
    """The part of docs/conformance.md, and whether a case is wrong."""
    found = list(rows(program, field))
    right = sum("wrong" not in row[2] for row in found)
    text = (
        "## Cases from bug reports\n\nSmall series made from public reports and from other suites. dcm2niix's column shows "
        f"what it writes; only tomos is judged.\n\n{right} of {len(found)} right.\n\n"
        + table(("case", "what is right", "tomos", "dcm2niix writes"), found) + "\n")
    return text, right < len(found)


if __name__ == "__main__":
    run_alone(section, __doc__)
