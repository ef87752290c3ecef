"""A DICOM series of our own making, so that a machine without ../shared proves something."""

import pathlib

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

# Columns, rows, slices.
SHAPE, SPACING, GAP = (24, 20, 10), (1.5, 1.25), 3.0
PATIENT = "Yamada^Tarou=山田^太郎=やまだ^たろう"


def turned() -> np.ndarray:
    """Axes that are oblique about two of the patient's: rows, columns and normal as columns, LPS."""
    a, b = np.deg2rad(25), np.deg2rad(-15)
    first = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    return first @ np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])


def uid(*of) -> str:
    return generate_uid(entropy_srcs=["tomos viewers", *map(str, of)])


def write(folder: pathlib.Path, name="oblique", axes=None, shape=SHAPE, spacing=SPACING, step=None, patient=PATIENT):
    """Writes a CT of one series into a folder; `step` in mm, LPS, is along the normal where none is given."""
    folder.mkdir(parents=True)
    axes = turned() if axes is None else axes
    step = axes[:, 2] * GAP if step is None else np.array(step)
    values = np.random.default_rng(1).integers(-900, 1200, shape[::-1])
    for k in range(shape[2]):
        image = head(name, k, patient)
        image.ImageOrientationPatient = [f"{value:.10g}" for value in (*axes[:, 0], *axes[:, 1])]
        image.ImagePositionPatient = [f"{value:.8f}" for value in np.array([-48.0, -60, -12.5]) + step * k]
        image.PixelSpacing, image.SliceThickness = [spacing[1], spacing[0]], GAP
        image.Rows, image.Columns = shape[1], shape[0]
        image.PixelData = values[k].astype("<i2").tobytes()
        # File names say nothing of the slices' order.
        image.save_as(folder / f"{(k * 7) % shape[2]:03d}.dcm", enforce_file_format=True)
    return folder


def head(name: str, k: int, patient: str) -> Dataset:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = CTImageStorage, uid(name, "image", k)
    image = pydicom.Dataset()
    image.file_meta = meta
    image.SpecificCharacterSet = "ISO_IR 192"
    image.SOPClassUID, image.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    image.Modality, image.Manufacturer = "CT", "Hersteller Süd"
    image.PatientName, image.PatientID = patient, "T-1"
    image.PatientSex, image.PatientBirthDate = "O", "19700101"
    image.StudyDate, image.StudyTime, image.StudyID = "20250101", "120000", "17"
    image.AccessionNumber, image.ReferringPhysicianName = "A17", ""
    image.StudyDescription = "Größe der Leber"
    image.StudyInstanceUID, image.SeriesInstanceUID = uid(name, "study"), uid(name, "series")
    image.FrameOfReferenceUID, image.PositionReferenceIndicator = uid(name, "frame"), ""
    image.SeriesNumber, image.InstanceNumber, image.ImageType = 1, k + 1, ["ORIGINAL", "PRIMARY", "AXIAL"]
    image.PatientPosition, image.AcquisitionNumber, image.KVP = "HFS", 1, 120
    image.BitsAllocated, image.BitsStored, image.HighBit, image.PixelRepresentation = 16, 16, 15, 1
    image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
    image.RescaleSlope, image.RescaleIntercept, image.RescaleType = 1, 0, "HU"
    return image
