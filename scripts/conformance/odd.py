"""Series that converters get wrong, as tomos, dcm2niix and SimpleITK convert them."""
import glob
import os
import subprocess
import tempfile

import nibabel
import numpy as np

import adversarial
from images import convert, table


def judge(written, expected, step):
    """`right`, `refused` or `wrong` with the way: written is a list of (values [i, j, k(, t)], affine RAS), or None."""
    if not written:
        return "refused"
    if expected is None:
        return f"**wrong**: writes {' and '.join('x'.join(map(str, v.shape)) for v, _ in written)}"
    values = [v if v.ndim == 4 else v[..., None] for v, _ in written]
    wanted = expected if expected.ndim == 4 else expected[..., None]
    if any(v.shape[:3] != wanted.shape[:3] for v in values):
        return "**wrong**: shape " + " and ".join("x".join(map(str, v.shape)) for v, _ in written)
    if sum(v.shape[3] for v in values) != wanted.shape[3]:
        return f"**wrong**: {sum(v.shape[3] for v in values)} volumes, {wanted.shape[3]} expected"
    if np.abs(np.concatenate(values, axis=3) - wanted).max() > 1e-3:
        return "**wrong**: voxel values"
    for _, affine in written:
        # i to L in steps of 1.5 mm, j to P in steps of 2 mm.
        wanted = np.array([[-1.5, 0, step[0], 10], [0, -2, step[1], 20], [0, 0, step[2], 0]])
        if np.abs(affine[:3] - wanted).max() > 1e-3:
            return "**wrong**: affine, slices follow at " + " ".join(f"{x:.3g}" for x in affine[:3, 2]) + " mm"
    return "right"


def turned(path):
    """A NIfTI file with its axes as the phantom's were written: i to L, j to P, k to S."""
    image = nibabel.load(path)
    wanted = nibabel.orientations.axcodes2ornt("LPS")
    image = image.as_reoriented(
        nibabel.orientations.ornt_transform(nibabel.orientations.io_orientation(image.affine), wanted))
    return image.get_fdata(dtype=np.float64), image.affine


def by_tomos(tomos, source):
    with tempfile.TemporaryDirectory() as folder:
        files, code, _ = convert(tomos, source, folder)
        return [turned(f) for f in files], code


def by_dcm2niix(source):
    import dcm2niix
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run([dcm2niix.bin, "-z", "n", "-b", "n", "-o", folder, "-f", "%s", source],
                             capture_output=True, text=True)
        return [turned(f) for f in sorted(glob.glob(folder + "/*.nii"))], run.returncode


def by_simpleitk(source):
    import SimpleITK
    SimpleITK.ProcessObject.SetGlobalWarningDisplay(False)
    reader = SimpleITK.ImageSeriesReader()
    try:
        written = []
        for series in reader.GetGDCMSeriesIDs(source):
            reader.SetFileNames(reader.GetGDCMSeriesFileNames(source, series))
            image = reader.Execute()
            with tempfile.TemporaryDirectory() as folder:
                SimpleITK.WriteImage(image, folder + "/x.nii")
                written.append(turned(folder + "/x.nii"))
        return written, 0
    except RuntimeError:
        return [], 1


def adversarial_rows(tomos):
    """(case, about, tomos, dcm2niix, SimpleITK)"""
    with tempfile.TemporaryDirectory() as folder:
        rows = []
        for name, (expected, step, summary) in adversarial.write(folder).items():
            source = os.path.join(folder, name)
            verdicts = []
            for written, code in (by_tomos(tomos, source), by_dcm2niix(source), by_simpleitk(source)):
                verdict = judge(written, expected, step)
                verdicts.append(verdict + (f" (exit {code})" if code and verdict != "refused" else ""))
            rows.append((name, summary, *verdicts))
        return rows


def section(tomos):
    """The part of docs/conformance.md, and whether tomos writes something wrong."""
    rows = adversarial_rows(tomos)
    text = (
        "## Series that converters get wrong\n\nWritten by scripts/conformance/adversarial.py. Right: voxels, number of "
        "volumes and affine are those of the phantom. Wrong: it writes something else. dcm2niix writes a "
        "resampled copy beside an uneven or tilted stack; the verdict is on both. SimpleITK reads through "
        "ImageSeriesReader, as its examples do.\n\n"
        + table(("case", "what is wrong with it", "tomos", "dcm2niix", "SimpleITK"), rows) + "\n")
    return text, any("wrong" in r[2] for r in rows)
