#!/usr/bin/env python3
"""Makes everything in this folder but itself: three labelled phantoms (a task pack), a study of two, and the truth.

    python3 -m pip install numpy pydicom && python3 make_phantoms.py

The result is committed, so that nobody needs Python to use Tomos. The same seeds give the same files. Nobody is
shown: the anatomy is drawn in anatomy.py, and the identity in the DICOM files is invented.
"""
import gzip
import hashlib
import shutil
import struct
import uuid
from pathlib import Path

import numpy as np
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from anatomy import LABELS, Subject

HERE = Path(__file__).resolve().parent
# SNOMED CT concepts and the colours that viewers show.
MEANING = {
    "liver": ("10200004", (230, 75, 60)),
    "spleen": ("78961009", (80, 190, 90)),
    "kidney-right": ("9846003", (60, 160, 230)),
    "kidney-left": ("18639004", (240, 180, 50)),
}


def grid(shape, spacing, axes, origin):
    """The affine (voxel to RAS mm) of a grid centred on the trunk, its axes along the letters given, e.g. "LPS".

    Returned twice: about the trunk, to draw from, and moved by `origin` mm, as the scanner would state it.
    """
    affine = np.eye(4)
    affine[:3, :3] = 0
    for axis, letter in enumerate(axes):
        row = next(row for row, pair in enumerate(("RL", "AP", "SI")) if letter in pair)
        affine[row, axis] = spacing[axis] * (1 if letter in "RAS" else -1)
    affine[:3, 3] = -affine[:3, :3] @ ((np.array(shape) - 1) / 2)
    moved = affine.copy()
    moved[:3, 3] += origin
    return affine, moved


def write_nifti(path, voxels, affine, intent=0):
    """A NIfTI-1 file of int16 or uint8 voxels; sform and qform say the same. Gzip's time is 0: same bytes each time."""
    code, bits = {"int16": (4, 16), "uint8": (2, 8)}[voxels.dtype.name]
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    rotation = affine[:3, :3] / spacing
    qfac = 1.0 if np.linalg.det(rotation) > 0 else -1.0
    rotation[:, 2] *= qfac
    b, c, d = quaternion(rotation)
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, *voxels.shape, 1, 1, 1, 1)
    struct.pack_into("<4h", header, 68, intent, code, bits, 0)
    struct.pack_into("<8f", header, 76, qfac, *spacing, 0, 0, 0, 0)
    struct.pack_into("<3f", header, 108, 352, 1, 0)                       # vox_offset, slope, intercept
    struct.pack_into("<B", header, 123, 2)                                # millimetres
    struct.pack_into("<2h", header, 252, 1, 1)
    struct.pack_into("<6f", header, 256, b, c, d, *affine[:3, 3])
    struct.pack_into("<12f", header, 280, *affine[:3].ravel())
    header[344:348] = b"n+1\0"
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
        file.write(bytes(header) + voxels.tobytes(order="F"))


def quaternion(rotation):
    """b, c, d of the unit quaternion (a >= 0) of a rotation whose axes are along those of space."""
    b, c, d = np.sqrt(np.maximum(0, 1 + 2 * np.diag(rotation) - np.trace(rotation))) / 2
    a = np.sqrt(max(0, 1 + np.trace(rotation))) / 2
    if a > 1e-6:
        return tuple(np.copysign(v, s) for v, s in zip(
            (b, c, d), (rotation[2, 1] - rotation[1, 2], rotation[0, 2] - rotation[2, 0], rotation[1, 0] - rotation[0, 1])))
    return b, c, d                                                        # half a turn about one axis


def uid(*parts):
    """A UID that is always the same for the same parts."""
    return f"2.25.{uuid.uuid5(uuid.NAMESPACE_URL, 'tomos-phantom/' + '/'.join(map(str, parts))).int}"


def write_dicom(folder, voxels, affine, patient):
    """A CT series as a scanner stores it: one file a slice, the topmost first, files without extension."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    to_lps = np.diag((-1.0, -1.0, 1.0)) @ affine[:3]
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    decimal = lambda values: [f"{v:.6g}" for v in values]
    count = voxels.shape[2]
    for number in range(1, count + 1):
        k = count - number
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = CTImageStorage
        meta.MediaStorageSOPInstanceUID = uid(patient, "image", number)
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        meta.ImplementationClassUID = uid("writer")
        image = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
        image.SOPClassUID, image.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
        image.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        image.StudyDate = image.SeriesDate = image.AcquisitionDate = image.ContentDate = "20260101"
        image.StudyTime = image.SeriesTime = image.AcquisitionTime = image.ContentTime = "120000"
        image.AccessionNumber = image.ReferringPhysicianName = ""
        image.Modality, image.Manufacturer = "CT", "Tomos sample data"
        image.StudyDescription, image.SeriesDescription = "Phantom", "Trunk, portal phase"
        image.PatientName, image.PatientID = patient, "TOMOS-" + patient.split("^")[1]
        image.PatientBirthDate, image.PatientSex = "", "O"
        image.BodyPartExamined, image.PatientPosition, image.KVP = "ABDOMEN", "HFS", "120"
        image.SliceThickness = f"{spacing[2]:.6g}"
        image.StudyInstanceUID, image.SeriesInstanceUID = uid(patient, "study"), uid(patient, "series")
        image.FrameOfReferenceUID, image.PositionReferenceIndicator = uid(patient, "frame"), ""
        image.StudyID, image.SeriesNumber, image.AcquisitionNumber, image.InstanceNumber = "1", 2, 1, number
        image.ImagePositionPatient = decimal(to_lps[:, :3] @ (0, 0, k) + to_lps[:, 3])
        image.ImageOrientationPatient = decimal([*(to_lps[:, 0] / spacing[0]), *(to_lps[:, 1] / spacing[1])])
        image.PixelSpacing = decimal((spacing[1], spacing[0]))
        image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
        image.Columns, image.Rows = voxels.shape[:2]
        image.BitsAllocated, image.BitsStored, image.HighBit, image.PixelRepresentation = 16, 12, 11, 0
        image.RescaleIntercept, image.RescaleSlope, image.RescaleType = "-1024", "1", "HU"
        image.WindowCenter, image.WindowWidth = "50", "500"
        image.PixelData = (voxels[:, :, k].T.astype(np.int32) + 1024).astype("<u2").tobytes()
        image.save_as(folder / f"IM{number:04d}", enforce_file_format=True)


def write_pack(folder, seeds):
    """A task pack of labelled volumes, stored in several orientations and spacings as real ones are."""
    shutil.rmtree(folder, ignore_errors=True)
    grids = [((92, 72, 32), (4, 4, 6), "RAS"), ((92, 72, 32), (4, 4, 6), "LPS"), ((96, 76, 30), (3.8, 3.8, 6.4), "LAS")]
    lines = ["# A task pack: labelled volumes that say what to find. Written by make_phantoms.py.", "version: 1"]
    lines += ["name: phantom", "labels:"]
    for name, label in LABELS.items():
        snomed, colour = MEANING[name]
        lines.append(f'  - {{ id: {label}, name: {name}, colour: {list(colour)}, snomed: "{snomed}" }}')
    lines += ["plane: axial", "window: range(-200, 300)", "threshold: 0.5", "volumes:"]
    for letter, seed, (shape, spacing, axes) in zip("abc", seeds, grids):
        draw, affine = grid(shape, spacing, axes, (0, 0, 0))
        image, labels = Subject(seed).scan(draw, shape)
        paths = [f"images/phantom-{letter}.nii.gz", f"labels/phantom-{letter}.nii.gz"]
        write_nifti(folder / paths[0], image, affine)
        write_nifti(folder / paths[1], labels, affine, intent=1002)
        digests = [hashlib.sha256((folder / path).read_bytes()).hexdigest() for path in paths]
        lines += [f"  - image: {paths[0]}", f"    labels: {paths[1]}"]
        lines += [f"    sha256: {{ image: {digests[0]}, labels: {digests[1]} }}"]
    (folder / "pack.yaml").write_text("\n".join(lines) + "\n")


def main():
    write_pack(HERE / "packs/phantom", seeds=(1, 2, 3))

    draw, affine = grid((92, 72, 32), (4, 4, 6), "RAS", (3.5, -12, 140))
    image, labels = Subject(4).scan(draw, (92, 72, 32))
    write_nifti(HERE / "study/case-1.nii.gz", image, affine)
    write_nifti(HERE / "truth/case-1.nii.gz", labels, affine, intent=1002)

    # Columns to the left, rows to the back, slices upwards: a supine patient, head first.
    draw, affine = grid((96, 96, 31), (3.9, 3.9, 6.2), "LPS", (-2.25, 8.5, -412.5))
    image, labels = Subject(5).scan(draw, (96, 96, 31))
    write_dicom(HERE / "study/case-2", image, affine, "PHANTOM^TWO")
    write_nifti(HERE / "truth/case-2.nii.gz", labels, affine, intent=1002)


if __name__ == "__main__":
    main()
