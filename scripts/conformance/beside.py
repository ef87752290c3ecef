#!/usr/bin/env python3
"""Runs tomos and dcm2niix over every folder of DICOM files below SUITES, in one go, and counts where they agree.

Usage: beside.py TOMOS SUITES

Each image that dcm2niix writes is looked for among those that tomos writes of the same folder, and the other way round.
"""
import collections
import glob
import os
import subprocess
import tempfile

import numpy as np

from images import Image, factor, folders, joined, run_alone, table

# What dcm2niix adds of its own accord to an image that it writes too: resampled copies.
COPIES = ("_Eq", "_Tilt", "_Eq_1", "_Tilt_1")

# Of Philips' images.
SCALED = "dcm2niix applies Philips' private scale slope, tomos (as dicom2nifti) the standard's rescale"

# Folder -> who is right where the two differ, and why.
REASONS = {
    "dcm_qa_ct/In/GE": "refused rightly: the stack has two spacings and a tilt; dcm2niix writes it as one even stack, and a "
                       "resampled copy (--gaps resample does so here)",
    "dicom2nifti/philips_enhanced/dti": "the same volumes (scaled as above): tomos writes b = 0 first, as the frames stand "
                                        "in the file, dcm2niix last; the tables follow",
    "dicom2nifti/failing/gantrytilting": "tomos is right: the slices lean by 14 degrees, and its affine leans too; "
                                         "dcm2niix's does not, and its resampled copy is upright",
    "dicom2nifti/failing/notavolume": "refused rightly: four images of one place, told apart by nothing that is time or kind",
    "dicom2nifti/failing/sliceincrement": "refused rightly: a slice is missing; dcm2niix writes the rest as if none were",
    "nema_wg04": "no place in space is stated (an ultrasound, a scintigram, an angiogram): no volume; dcm2niix writes a "
                 "plane of made-up position",
}


def scaling(ours, theirs):
    """The factor from our values to theirs where all else is equal; None where there is none."""
    return factor(ours.values, theirs.values) if np.allclose(ours.affine, theirs.affine, atol=1e-3) else None


def reason(folder):
    """Why the two differ there; empty where nothing is known."""
    return next((text for place, text in REASONS.items() if folder.startswith(place)), "")


def written(command, folder):
    """Images that a command writes to a folder, and what it said."""
    run = subprocess.run(command, capture_output=True, text=True, errors="replace")
    return [Image(path) for path in sorted(glob.glob(folder + "/**/*.nii", recursive=True))], run.stderr.strip()


def by_both(tomos, source):
    """What the two write of a folder, and what tomos said."""
    import dcm2niix
    with tempfile.TemporaryDirectory() as ours, tempfile.TemporaryDirectory() as theirs:
        mine, said = written([tomos, "convert", "-i", source, "-o", ours, "-z", "n", "--keep-going", "--colour"], ours)
        others, _ = written([dcm2niix.bin, "-z", "n", "-b", "n", "-d", "0", "-f", "%s", "-o", theirs, source], theirs)
    return mine, [image for image in others if not image.name.endswith(COPIES)], said


def rows_of(tomos, suites, source):
    """(folder, dcm2niix's image, verdict, reason) of a folder."""
    mine, theirs, said = by_both(tomos, source)
    shown = os.path.relpath(source, suites)
    left = list(mine)
    for image in theirs:
        equal = next((other for other in left if other.difference(image) is None), None)
        if equal:
            left.remove(equal)
            yield shown, image.name, "agreed", ""
        elif len(left) > 1 and (whole := joined(left)) and whole.difference(image) is None:
            yield shown, image.name, "agreed", f"in {len(left)} images"
            left = []
        elif not mine:
            text = next((line for line in said.splitlines() if "error" in line), "nothing is written")
            yield shown, image.name, "refused", reason(shown) or text.replace(suites + "/", "").removeprefix("tomos: error: ")
        elif number := next((n for other in left if (n := scaling(other, image))), None):
            yield shown, image.name, "scaled", f"dcm2niix's values are tomos' times {number:.6g}: {SCALED}"
        else:
            yield shown, image.name, "differs", reason(shown) or (left[0].difference(image) if left else "tomos writes it not")
    if not theirs:
        for image in left:
            yield shown, "", "tomos alone", f"dcm2niix writes nothing; tomos {image.shape}"


def section(tomos, suites):
    """The part of docs/conformance.md, and whether something differs without a reason."""
    rows = [row for folder in folders(suites) for row in rows_of(tomos, suites, folder)]
    counts = collections.Counter(verdict for _, _, verdict, _ in rows)
    told = [row for row in rows if row[2] != "agreed" or row[3]]
    text = (
        "## Beside dcm2niix\n\nBoth run on every folder of the suites in one go. Each image that dcm2niix writes is looked "
        "for among those of tomos (agreed as below); resampled copies that it adds (`_Eq`, `_Tilt`) are left out.\n\n"
        + ", ".join(f"{n} {verdict}" for verdict, n in sorted(counts.items())) + ". All but those that plainly agree:\n\n"
        + table(("folder", "dcm2niix's image", "verdict", "who is right, and why"), told) + "\n")
    return text, any(row[2] in ("differs", "refused") and not reason(row[0]) for row in rows)


if __name__ == "__main__":
    run_alone(section, __doc__)
