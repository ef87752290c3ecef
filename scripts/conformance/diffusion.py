#!/usr/bin/env python3
"""Compares the diffusion tables of tomos and dcm2niix over every series in CONFORMANCE/dicom and CONFORMANCE/field.

Usage: diffusion.py TOMOS CONFORMANCE

Both run live. Volumes are matched by their voxels, b-values compared as they stand, and directions in world space: each
file's .bvec goes through its own affine, the first axis turned where the determinant is positive (FSL's rule). A direction
and its opposite are the same weighting, so that angles are those between lines.
"""
import glob
import os
import subprocess
import tempfile

import nibabel
import numpy as np

from images import Image, factor, folders, is_dicom, run_alone, table

# Elements (in little endian) that tell that a file may be of a diffusion series: the standard's b-value, then those of
# Siemens, GE, Philips and UIH.
MARKS = (b"\x18\x00\x87\x90", b"\x19\x00\x0c\x10", b"\x43\x00\x39\x10", b"\x01\x20\x03\x10", b"\x65\x00\x09\x10",
         b"B_value")

# b-values within one, or half a percent, are equal: dcm2niix rounds GE's shells otherwise. Directions: degrees.
B_STEP, B_SHARE, ANGLE = 1.0, 5e-3, 0.1

# Folder -> why the tables differ, and who is right.
REASONS = {
    "field/dwi-directions-without-standard-gradient/ge":
        "the phase axis (0018,1312) was taken out: tomos turns GE's numbers as of a phase along the columns and says so; "
        "dcm2niix writes them as they stand and warns that it is unable to determine them",
    "field/dwi-directions-without-standard-gradient/canon":
        "no direction is in the files: tomos leaves .bvec out and says so; dcm2niix writes 0 0 0",
    "dicom/dicom2nifti/ge/dti":
        "no phase axis (0018,1312): as field/dwi-directions-without-standard-gradient/ge",
}


class Table:
    """An image with the b-values and directions beside it."""

    def __init__(self, path):
        self.image = Image(path)
        self.bvals = self.numbers(path, ".bval")
        vectors = self.numbers(path, ".bvec")
        self.directions = None if vectors is None else self.world(nibabel.load(path).affine[:3, :3], vectors)

    @property
    def volumes(self):
        return self.image.values.shape[3]

    @staticmethod
    def numbers(path, suffix):
        name = path.removesuffix(".nii") + suffix
        return np.loadtxt(name, ndmin=2 if suffix == ".bvec" else 1) if os.path.exists(name) else None

    @staticmethod
    def world(axes, vectors):
        """Directions in RAS, one a row, of length 1; zero where there is none."""
        if np.linalg.det(axes) > 0:
            vectors = vectors * [[-1], [1], [1]]
        along = (axes / np.linalg.norm(axes, axis=0) @ vectors).T
        lengths = np.linalg.norm(along, axis=1, keepdims=True)
        return np.where(lengths > 1e-6, along / np.where(lengths > 1e-6, lengths, 1), 0)


def is_marked(folder):
    """Whether a DICOM file there may be of a diffusion series."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_file() and is_dicom(entry.path):
            with open(entry.path, "rb") as file:
                head = file.read(1 << 20)
            if any(mark in head for mark in MARKS):
                return True
    return False


def marked(conformance):
    """Folders with DICOM files of diffusion, below dicom and field."""
    return [f for suite in ("dicom", "field") for f in folders(os.path.join(conformance, suite)) if is_marked(f)]


def run(command, folder):
    """The images that a command writes to a folder, and what it said."""
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    paths = sorted(glob.glob(folder + "/**/*.nii", recursive=True))
    return [Table(path) for path in paths], done.stderr + done.stdout


def by_both(tomos, source):
    """What tomos and dcm2niix write of a folder, and what tomos said."""
    import dcm2niix
    with tempfile.TemporaryDirectory() as ours, tempfile.TemporaryDirectory() as theirs:
        mine, said = run([tomos, "convert", "-i", source, "-o", ours, "-z", "n", "--keep-going"], ours)
        others, _ = run([dcm2niix.bin, "-z", "n", "-b", "n", "-d", "0", "-f", "%s_%d", "-o", theirs, source], theirs)
    return mine, others, said


def same(mine, theirs):
    """Whether two volumes hold the same voxels, but for a factor (Philips' private scale slope)."""
    return np.array_equal(mine, theirs) or factor(mine, theirs) is not None


def matched(theirs, mine):
    """For each of dcm2niix's volumes our image and volume of the same voxels, by number where several are; None where
    there is none."""
    taken, pairs = set(), []
    for n in range(theirs.volumes):
        values = theirs.image.values[..., n]
        found = [(image, m) for image in mine if image.image.values.shape[:3] == values.shape
                 for m in range(image.volumes)
                 if (id(image), m) not in taken and same(image.image.values[..., m], values)]
        pair = min(found, key=lambda pair: abs(pair[1] - n), default=None)
        if pair:
            taken.add((id(pair[0]), pair[1]))
        pairs.append(pair)
    return pairs


def angle(a, b):
    """Degrees between two lines; 0 where neither is one, 90 where one is."""
    if not a.any() or not b.any():
        return 90.0 if a.any() or b.any() else 0.0
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b)), abs(a @ b))))


def compared(theirs, pairs):
    """(how many b-values are equal, largest angle or None, what is missing) of an image of dcm2niix."""
    equal, angles, missing = 0, [], set()
    for n, pair in enumerate(pairs):
        if pair is None:
            missing.add("a volume of its has no equal")
            continue
        image, m = pair
        if image.bvals is None:
            missing.add("tomos writes no .bval")
        else:
            equal += abs(image.bvals[m] - theirs.bvals[n]) <= max(B_STEP, B_SHARE * theirs.bvals[n])
        if theirs.directions is not None and image.directions is None:
            missing.add("tomos writes no .bvec")
        elif theirs.directions is not None:
            angles.append(angle(image.directions[m], theirs.directions[n]))
    return equal, max(angles, default=None), missing


def reason(folder):
    """Why the tables there differ; empty where nothing is known."""
    return next((text for place, text in REASONS.items() if folder.startswith(place)), "")


def said_of(said):
    """What tomos said of the table."""
    lines = [line.removeprefix("tomos: ") for line in said.splitlines()]
    return "; ".join(line for line in lines if any(text in line for text in (".bvec", ".bval", "as dcm2niix", "b-matrices")))


def rows_of(tomos, conformance, source):
    """(series, volumes, equal b-values, largest angle, verdict, reason) of a folder, and whether something fails."""
    mine, theirs, said = by_both(tomos, source)
    shown = os.path.relpath(source, conformance)
    tables = [image for image in theirs if image.bvals is not None]
    for image in tables:
        equal, largest, missing = compared(image, matched(image, mine))
        agrees = not missing and equal == image.volumes and (largest or 0) <= ANGLE
        verdict = "agreed" if agrees else "differs"
        why = said_of(said) if agrees else reason(shown) or "; ".join(sorted(missing)) or said_of(said)
        degrees = "" if largest is None else f"{largest:.3f}"
        yield (f"{shown}: {image.image.name}", str(image.volumes), str(equal), degrees, verdict, why), \
            not agrees and not reason(shown)
    if not tables:
        for image in mine:
            if image.bvals is not None:
                yield (shown, str(image.volumes), "", "", "tomos alone", "dcm2niix writes no table"), False


def section(tomos, conformance):
    """The part of docs/conformance.md on diffusion tables, and whether something differs without a reason."""
    rows = [row for folder in marked(conformance) for row in rows_of(tomos, conformance, folder)]
    text = (
        "## Diffusion tables beside dcm2niix\n\nBoth run live. Volumes are matched by their voxels; b-values are equal "
        f"within {B_STEP:g} s/mm^2 or {100 * B_SHARE:g} %, directions agree where the largest angle between them in world "
        f"space (through each file's own affine, by FSL's rule of the determinant) is at most {ANGLE:g} degrees.\n\n"
        + table(("series", "volumes", "b-values equal", "largest angle", "verdict", "reason, or what tomos says"),
                [row for row, _ in rows]) + "\n")
    return text, any(failed for _, failed in rows)


if __name__ == "__main__":
    run_alone(section, __doc__)
