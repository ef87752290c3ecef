#!/usr/bin/env python3
"""Compares `tomos convert` with references and, on series that converters get wrong, with dcm2niix and SimpleITK.

Usage: compare.py TOMOS SUITES OUT.md
SUITES is the folder that holds dcm_qa_*, dicom2nifti and nema_wg04; without it only the adversarial set is compared.
"""
import glob
import io
import os
import subprocess
import sys
import tempfile

import nibabel
import numpy as np
import pydicom

import adversarial

# Folder of DICOM files -> reference volumes, in the order in which tomos writes its own (a 4-D result may match
# several 3-D references, one for each volume). `dcm_qa_ts` and `dcm_qa_12bit` have one file for each reference.
QA = (
    [(f"dcm_qa_ts/In/{n}.dcm", [f"dcm_qa_ts/Ref/{n}.nii"]) for n in range(1, 10)]
    + [
        ("dcm_qa_12bit/In/12bitUnsigned.dcm", ["dcm_qa_12bit/Ref/2.nii"]),
        ("dcm_qa_12bit/In/12bitUnsigned_0x0F0F.dcm", ["dcm_qa_12bit/Ref/3.nii"]),
        ("dcm_qa_12bit/In/12bitSigned_0x0F0F.dcm", ["dcm_qa_12bit/Ref/4.nii"]),
        ("dcm_qa_ct/In/Philips", ["dcm_qa_ct/Ref/1A_TRAUMA_PLAIN_HEAD_DM_Head_201.nii"]),
        ("dcm_qa_ct/In/GE", ["dcm_qa_ct/Ref/_2.nii"]),
        ("dcm_qa_enh/In/Siemens", ["dcm_qa_enh/Ref/Siemens_REST1_w_SMS_PF7-8_6.nii"]),
        ("dcm_qa_enh/In/Philips", ["dcm_qa_enh/Ref/Philips_WIP_B0_NS_801_e1.nii",
                                   "dcm_qa_enh/Ref/Philips_WIP_B0_NS_801_e2_fieldmaphz.nii"]),
        ("dcm_qa_nih/In/20180918GE", ["dcm_qa_nih/Ref/DCM2NIIX_regression_test_5.nii"]),
        ("dcm_qa_nih/In/20180918Si/mr_0003", ["dcm_qa_nih/Ref/EPI_PE=AP_3.nii"]),
        ("dcm_qa_nih/In/20180918Si/mr_0004", ["dcm_qa_nih/Ref/EPI_PE=PA_4.nii"]),
        ("dcm_qa_nih/In/20180918Si/mr_0005", ["dcm_qa_nih/Ref/EPI_PE=RL_5.nii"]),
        ("dcm_qa_nih/In/20180918Si/mr_0006", ["dcm_qa_nih/Ref/EPI_PE=LR_6.nii"]),
    ]
)

# Where a difference is meant.
REASONS = {
    "dcm_qa_enh/In/Philips": "dcm2niix scales the magnitude by Philips' private scale slope; tomos, like dicom2nifti, by "
                             "the standard's rescale (equal up to that constant factor); the field map agrees to 1.2e-5 of its range (dcm2niix rounds its slope)",
    "dicom2nifti/philips_enhanced/dti/001": "the reference holds the last of the four volumes first and zeros in the "
                                            "other three; its b-values agree",
    "dcm_qa_ct/In/GE": "two spacings and a tilt: dcm2niix writes them as one even stack (and a resampled one beside it)",
    "dicom2nifti/philips_enhanced/dti/001_implicit": "as above",
    "dicom2nifti/failing/sliceincrement/001": "a slice is missing",
    "dicom2nifti/failing/sliceincrement/002": "a slice is missing; the reference is resampled",
    "dicom2nifti/failing/notavolume/001": "four images of one place are no volume",
}


def convert(tomos, source, folder):
    """Runs `tomos convert`; returns the NIfTI files and what it said."""
    run = subprocess.run([tomos, "convert", "-i", source, "-o", folder, "-z", "n", "--keep-going", "--colour"],
                         capture_output=True, text=True)
    return sorted(glob.glob(folder + "/**/*.nii", recursive=True)), run.returncode, run.stderr.strip()


def canonical(path):
    """Values and affine with the axes turned to R, A, S; of colours the fourth axis is red, green, blue."""
    image = nibabel.as_closest_canonical(nibabel.load(path))
    if image.get_data_dtype().names:
        colours = np.asanyarray(image.dataobj)
        return np.stack([colours[name] for name in "RGB"], axis=-1).astype(np.float64), image.affine
    return image.get_fdata(dtype=np.float64), image.affine


def mismatch(mine, affine, theirs, reference):
    """What differs by the rule: affine within 1e-3, values exactly or to 1e-5 of the range; None when nothing does."""
    if mine.shape != theirs.shape:
        return f"shape {'x'.join(map(str, mine.shape))} against {'x'.join(map(str, theirs.shape))}"
    if np.abs(affine - reference).max() >= 1e-3:
        return f"affine differs by {np.abs(affine - reference).max():.3g}"
    return unlike(mine, theirs)


def unlike(mine, theirs):
    """How values of one shape differ, as above; a rescale is stored in float32."""
    difference = np.abs(mine - theirs)
    scale = np.abs(theirs).max() if theirs.size else 0
    if (difference > 1e-5 * np.maximum(np.abs(theirs), 1e-2 * scale)).any():
        return f"values differ by up to {difference.max():.6g}"
    return None


def suite_row(tomos, suites, source, references):
    """(case, verdict, reason)"""
    with tempfile.TemporaryDirectory() as folder:
        files, code, said = convert(tomos, os.path.join(suites, source), folder)
        reason = REASONS.get(source, "")
        if not files:
            text = said.split("tomos: error: ")[-1].splitlines()[0] if said else f"exit code {code}"
            return source, "refused", reason or text.replace(suites + "/", "")
        if len(files) > 1:
            return source, "differs", reason or f"{len(files)} images"
        mine, affine = canonical(files[0])
        mine = mine if mine.ndim == 4 else mine[..., None]
        loaded = [canonical(os.path.join(suites, r)) for r in references]
        theirs = [v if v.ndim == 4 else v[..., None] for v, _ in loaded]
        found = mismatch(mine, affine, np.concatenate(theirs, axis=3), loaded[0][1])
        return (source, "agreed", "") if found is None else (source, "differs", reason or found)


def suite_rows(tomos, suites):
    """Every reference of the suites."""
    rows = [suite_row(tomos, suites, source, references) for source, references in QA]
    truths = sorted(glob.glob(suites + "/dicom2nifti/**/*_ground_truth.nii.gz", recursive=True))
    for truth in truths:
        source = truth[: -len("_ground_truth.nii.gz")]
        if os.path.exists(source):
            rows.append(suite_row(
                tomos, suites, os.path.relpath(source, suites), [os.path.relpath(truth, suites)]))
    for source in ("sliceincrement/001", "notavolume/001", "gantrytilting/001", "sliceorientation/001"):
        rows.append(failing_row(tomos, suites, "dicom2nifti/failing/" + source))
    return rows


# NEMA's images, each in four lossless codings; the others (NM1, US1, XA1) state no place in space, so their pixels are
# compared in the tests (DICOMCodecConformanceTests).
NEMA = ("CT1", "CT2", "MR1", "MR2", "MR3", "MR4")


def nema_rows(tomos, suites):
    """Each coding of an image against the uncompressed file as pydicom reads it."""
    rows = []
    for image in NEMA:
        packed = os.path.join(suites, f"nema_wg04/REF/{image}_UNC.zst")
        plain = subprocess.run(["zstd", "-dqc", packed], capture_output=True, check=True).stdout
        dataset = pydicom.dcmread(io.BytesIO(plain))
        slope, intercept = float(dataset.get("RescaleSlope", 1)), float(dataset.get("RescaleIntercept", 0))
        # Rows go down (j), columns to the right (i).
        wanted = dataset.pixel_array.astype(np.float64).T * slope + intercept
        for coding in ("RLE", "JPLL", "JLSL", "J2KR"):
            source = f"nema_wg04/{coding}/{image}_{coding}"
            with tempfile.TemporaryDirectory() as folder:
                files, _, said = convert(tomos, os.path.join(suites, source), folder)
                if not files:
                    rows.append((source, "refused", said.splitlines()[0].replace(suites + "/", "")))
                    continue
                found = unlike(nibabel.load(files[0]).get_fdata(dtype=np.float64)[..., 0], wanted)
                rows.append((source, "differs" if found else "agreed", found or ""))
    return rows


def failing_row(tomos, suites, source):
    """A case without a reference that must be refused or handled as the policies say."""
    with tempfile.TemporaryDirectory() as folder:
        files, _, said = convert(tomos, os.path.join(suites, source), folder)
        if files:
            shapes = " and ".join("x".join(map(str, nibabel.load(f).shape)) for f in files)
            return source, "handled", f"{shapes}; " + "; ".join(
                line.replace("tomos: ", "") for line in said.splitlines())
        return source, "refused", REASONS.get(source) or said.splitlines()[0]


# The adversarial set.

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


def table(head, rows):
    """A table of Markdown."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows])


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    tomos, suites, out = sys.argv[1:]
    parts = ["# DICOM conformance\n\nMade by `make conformance`.\n"]
    failed = False
    if os.path.isdir(suites):
        rows = suite_rows(tomos, os.path.abspath(suites)) + nema_rows(tomos, os.path.abspath(suites))
        counts = {v: sum(r[1] == v for r in rows) for v in ("agreed", "refused", "differs", "handled")}
        failed |= any(r[1] == "differs" and r[0] not in REASONS for r in rows)
        parts.append(
            "## References\n\nAgreed: both brought to RAS, the affines differ by less than 1e-3, the scaled values by "
            "nothing (1e-5 where they are rescaled), 4-D volumes stand in the same order. NEMA's images are compared with the uncompressed file as pydicom reads it.\n\n"
            + ", ".join(f"{n} {v}" for v, n in counts.items()) + ".\n\n" + table(("series", "verdict", "reason"), rows) + "\n")
    rows = adversarial_rows(tomos)
    failed |= any("wrong" in r[2] for r in rows)
    parts.append(
        "## Series that converters get wrong\n\nWritten by scripts/conformance/adversarial.py. Right: voxels, number of "
        "volumes and affine are those of the phantom. Wrong: it writes something else. dcm2niix writes a "
        "resampled copy beside an uneven or tilted stack; the verdict is on both. SimpleITK reads through "
        "ImageSeriesReader, as its examples do.\n\n"
        + table(("case", "what is wrong with it", "tomos", "dcm2niix", "SimpleITK"), rows) + "\n")
    with open(out, "w") as file:
        file.write("\n".join(parts))
    print("\n".join(parts))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
