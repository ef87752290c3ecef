"""Images that converters wrote, brought to one orientation so that they can be compared."""
import glob
import os
import subprocess
import sys

import nibabel
import numpy as np


def convert(tomos, source, folder):
    """Runs `tomos convert`; returns the NIfTI files, the exit code and what it said."""
    run = subprocess.run([tomos, "convert", "-i", source, "-o", folder, "-z", "n", "--keep-going", "--colour"],
                         capture_output=True, text=True, errors="replace")
    return sorted(glob.glob(folder + "/**/*.nii", recursive=True)), run.returncode, run.stderr.strip()


def is_dicom(path):
    """Whether a file is named or begins like DICOM."""
    if path.endswith((".nii", ".nii.gz", ".json", ".bval", ".bvec", ".zst", ".txt", ".md")):
        return False
    with open(path, "rb") as file:
        head = file.read(132)
    return head[128:] == b"DICM" or head[:2] in (b"\x08\x00", b"\x02\x00")


def folders(suites):
    """Folders that hold DICOM files themselves."""
    for folder, _, files in sorted(os.walk(suites)):
        if any(is_dicom(os.path.join(folder, name)) for name in files):
            yield folder


class Image:
    """A file's volumes [i, j, k, volume] with the axes turned to R, A, S; of colours the last axis is red, green, blue."""

    def __init__(self, path):
        image = nibabel.as_closest_canonical(nibabel.load(path))
        self.name, self.affine = os.path.basename(path).removesuffix(".nii"), image.affine
        if image.get_data_dtype().names:
            colours = np.asanyarray(image.dataobj)
            self.values = np.stack([colours[name] for name in "RGB"], axis=-1).astype(np.float64)
        else:
            values = image.get_fdata(dtype=np.float64)
            self.values = values if values.ndim == 4 else values[..., None]

    @property
    def shape(self):
        """As people write it."""
        return "x".join(map(str, self.values.shape if self.values.shape[3] > 1 else self.values.shape[:3]))

    def difference(self, other):
        """What the other has otherwise by the rule (affine within 1e-3, values exactly or to 1e-5 of the range); None
        where nothing is."""
        if self.values.shape != other.values.shape:
            return f"shape {self.shape} against {other.shape}"
        if np.abs(self.affine - other.affine).max() >= 1e-3:
            return f"affine differs by {np.abs(self.affine - other.affine).max():.3g}"
        return unlike(self.values, other.values)


def factor(mine, theirs):
    """The number by which their values are ours, to 1e-4 of the largest; None where there is none."""
    largest = np.abs(mine).max() if mine.size else 0
    if not largest or mine.shape != theirs.shape:
        return None
    number = float((mine * theirs).sum() / (mine * mine).sum())
    return number if np.abs(theirs - number * mine).max() <= 1e-4 * np.abs(theirs).max() else None


def joined(images):
    """Images on one grid as one; None where the grids differ."""
    first = images[0]
    for other in images[1:]:
        if other.values.shape[:3] != first.values.shape[:3] or np.abs(first.affine - other.affine).max() >= 1e-3:
            return None
    whole = object.__new__(Image)
    whole.name, whole.affine = first.name, first.affine
    whole.values = np.concatenate([image.values for image in images], axis=3)
    return whole


def unlike(mine, theirs):
    """How values of one shape differ, as above; a rescale is stored in float32."""
    difference = np.abs(mine - theirs)
    scale = np.abs(theirs).max() if theirs.size else 0
    if (difference > 1e-5 * np.maximum(np.abs(theirs), 1e-2 * scale)).any():
        return f"values differ by up to {difference.max():.6g}"
    return None


def table(head, rows):
    """A table of Markdown."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows])


def run_alone(section, usage):
    """Prints one section of the page: what a script of one does when it is run by itself with TOMOS and a folder."""
    if len(sys.argv) != 3:
        sys.exit(usage)
    text, failed = section(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
    print(text)
    sys.exit(1 if failed else 0)
