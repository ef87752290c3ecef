"""Cases of ../shared/conformance/field that are not about one conversion: each is a function that runs tomos in a copy of
the case and returns what is wrong."""
import glob
import json
import pathlib
import subprocess

import nibabel
import numpy as np
import pydicom
from pydicom.fileset import FileSet


def run(program, *arguments):
    """Exit code and all that was said."""
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, errors="replace")
    return done.returncode, done.stdout + done.stderr


def sidecar(folder):
    """The only sidecar of a folder; empty where there is not one."""
    found = glob.glob(f"{folder}/**/*.json", recursive=True)
    return json.load(open(found[0])) if len(found) == 1 else {}


def unless(true, fault):
    """The fault where something is not so."""
    return [] if true else [fault]


def disc_that_lacks_a_file(program, work):
    """A disc is written with pydicom, and one of its files taken away. Named as a folder it is read and the file told."""
    disc = work / "disc"
    files = FileSet()
    for path in sorted((work / "slices").iterdir()):
        image = pydicom.dcmread(path)
        # What an index needs and reduced files lack.
        for name, value in (("StudyID", "1"), ("StudyDate", "20260101"), ("StudyTime", "000000"), ("PatientID", "1"),
                            ("PatientName", "A"), ("AccessionNumber", "")):
            if name not in image:
                setattr(image, name, value)
        files.add(image)
    files.write(disc)
    images = sorted(p for p in disc.rglob("*") if p.is_file() and p.name != "DICOMDIR")
    images[-1].unlink()
    code, said = run(program, "convert", "-i", disc, "-o", work / "out", "-z", "n", "--keep-going")
    written = list((work / "out").glob("*.nii"))
    return (
        unless(code == 0 and len(written) == 1, f"exit code {code}, {len(written)} images")
        + unless("not there" in said, "does not say which file is missing"))


def folder_like_a_format(program, work):
    """`-o out.nrrd` names no folder."""
    image = work / "ok.nii"
    nibabel.save(nibabel.Nifti1Image(np.zeros((4, 4, 4), np.int16), np.eye(4)), image)
    code, _ = run(program, "convert", "-i", image, "-o", work / "out.nrrd")
    return unless(code == 64, f"exit code {code}") + unless(not (work / "out.nrrd").exists(), "writes out.nrrd")


def other_storage_order(program, work):
    """Labels whose rows are stored the other way round are those of the image."""
    case = work / "case"
    code, said = run(
        program, "task", "create", "-o", work / "pack", "--name", "a", "--images", case / "image_LPS.nii.gz",
        "--labels", case / "labels_LAS.nii.gz", "--label", "1=a", "--label", "2=b")
    faults = unless(code == 0, f"task create: exit code {code}")
    code, said = run(program, "evaluate", case / "labels_LAS.nii.gz", case / "labels_LPS.nii.gz")
    return faults + unless(code == 0 and "1.000" in said, f"evaluate: exit code {code}")


def names_of_nnunet(program, work):
    """Images are paired with the labels of their names, whatever the order of a list."""
    case = work / "case"
    create = ("task", "create", "--name", "a", "--label", "1=a")
    code, _ = run(
        program, *create, "-o", work / "a", "--images", case / "imagesTr", "--labels", case / "labelsTr")
    faults = unless(code == 0, f"folders: exit code {code}")
    images = [case / f"imagesTr/MS_{n}_0000.nii.gz" for n in (10, 1, 2)]
    labels = [case / f"labelsTr/MS_{n}.nii.gz" for n in (1, 10, 2)]
    code, _ = run(program, *create, "-o", work / "b", "--images", *images, "--labels", *labels)
    return faults + unless(code == 65, f"lists in another order: exit code {code}")


def names_with_spaces(program, work):
    """Names of a label table keep their spaces."""
    case, faults = work / "case", []
    for table in ("table.txt", "table-rgb.txt"):
        out = work / table
        code, said = run(
            program, "export", case / "atlas.nii.gz", "--table", case / table, "--to", "itk-snap", "-o", out)
        text = "".join(path.read_text() for path in out.glob("*.label")) if out.is_dir() else ""
        faults += unless("Left Thalamus" in text, f"{table}: exit code {code}, no 'Left Thalamus'")
    return faults


def two_files_of_one_name(program, work):
    """a.nii and a.nii.gz are two label maps of one case: refused by name."""
    case = work / "case"
    code, said = run(
        program, "task", "create", "-o", work / "pack", "--name", "a", "--images", case / "images", "--labels",
        case / "labels", "--label", "1=a")
    faults = unless(code == 65 and "a.nii" in said, f"task create: exit code {code}")
    code, said = run(program, "evaluate", case / "results", case / "labels")
    return faults + unless(code == 65 and "a.nii" in said, f"evaluate: exit code {code}")


def link_to_nothing(program, work):
    """A link to a file that was not fetched, among the slices of a series, is refused."""
    case = work / "case/in"
    (case / "s3.dcm").symlink_to("nowhere")
    code, said = run(program, "convert", "-i", case, "-o", work / "out")
    return unless(code in (1, 65), f"exit code {code}") + unless("s3.dcm" in said, "does not name s3.dcm")


CASES = {
    "dicomdir_one_file_missing": ("what is there is read, the rest told", disc_that_lacks_a_file),
    "folder-named-like-other-format": ("exit code 64", folder_like_a_format),
    "labels-in-other-storage-order": ("taken, Dice 1", other_storage_order),
    "nnunet-names": ("pairs by name", names_of_nnunet),
    "silently-passed-over": ("a line names the file", link_to_nothing),
    "table-names-with-spaces": ("whole names", names_with_spaces),
    "two-files-one-case": ("refused, both named", two_files_of_one_name),
}
