"""Series that stand in ../shared with references that others made of them: dcm2niix, dicom2nifti, NEMA."""
import glob
import io
import os
import subprocess
import tempfile

import nibabel
import numpy as np
import pydicom

from images import Image, convert, joined, table, unlike

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


def suite_row(tomos, suites, source, references):
    """(case, verdict, reason)"""
    with tempfile.TemporaryDirectory() as folder:
        files, code, said = convert(tomos, os.path.join(suites, source), folder)
        reason = REASONS.get(source, "")
        if not files:
            text = said.split("tomos: error: ")[-1].splitlines()[0] if said else f"exit code {code}"
            return source, "refused", reason or text.replace(suites + "/", "")
        wanted = joined([Image(os.path.join(suites, reference)) for reference in references])
        mine = joined([Image(path) for path in files])
        found = mine.difference(wanted) if mine and wanted else f"{len(files)} images"
        parts = f"in {len(files)} images" if len(files) > 1 else ""
        return (source, "agreed", parts) if found is None else (source, "differs", reason or found)


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


def section(tomos, suites):
    """The part of docs/conformance.md, and whether something differs without a reason."""
    rows = suite_rows(tomos, suites) + nema_rows(tomos, suites)
    counts = {v: sum(r[1] == v for r in rows) for v in ("agreed", "refused", "differs", "handled")}
    text = (
        "## References\n\nAgreed: both brought to RAS, the affines differ by less than 1e-3, the scaled values by "
        "nothing (1e-5 where they are rescaled), 4-D volumes stand in the same order. NEMA's images are compared with "
        "the uncompressed file as pydicom reads it.\n\n"
        + ", ".join(f"{n} {v}" for v, n in counts.items()) + ".\n\n" + table(("series", "verdict", "reason"), rows) + "\n")
    return text, any(r[1] == "differs" and r[0] not in REASONS for r in rows)
