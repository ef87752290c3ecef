"""Makes a CT series to time conversion with: smooth anatomy, correlated noise, 12 bits, one plain file a slice.

Usage: ct_series.py FOLDER [SLICES] [SIDE]    Needs pydicom and numpy. The same arguments give the same bytes.
"""
import pathlib
import sys

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

ROOT = "1.2.826.0.1.3680043.10.999"
TABLE, AIR, LUNG, FAT, SOFT, LIVER, BONE = -700, -1000, -850, -100, 40, 60, 700


def ellipse(x, y, centre, axes):
    return ((x - centre[0]) / axes[0]) ** 2 + ((y - centre[1]) / axes[1]) ** 2


def slice_of(k, count, side, rng):
    """One slice in HU: a trunk with lungs, liver, spine, ribs and a table, shapes drifting along the body."""
    y, x = (np.mgrid[0:side, 0:side].astype(np.float32) / side) * 2 - 1
    t = k / max(1, count - 1)
    breath = 0.05 * np.sin(6 * t)
    body = ellipse(x, y, (0, 0), (0.82 + breath, 0.58 + breath / 2))
    image = np.full((side, side), AIR, np.float32)
    image[body < 1] = FAT
    image[body < 0.86] = SOFT
    for sign in (-1, 1):
        lung = ellipse(x, y, (0.38 * sign, -0.05), (0.28 * np.sqrt(max(0.02, 1 - t)), 0.36 * np.sqrt(max(0.02, 1 - t))))
        image[lung < 1] = LUNG + 60 * (1 - lung[lung < 1])
        rib = np.abs(ellipse(x, y, (0, 0), (0.74, 0.5)) - 1)
        image[(rib < 0.04) & (np.sin(9 * np.arctan2(y, x) + 12 * t + sign) > 0.55) & (x * sign > 0)] = BONE
    liver = ellipse(x, y, (-0.3, 0.02), (0.42 * t + 0.01, 0.34 * t + 0.01))
    image[(liver < 1) & (image > LUNG + 100)] = LIVER
    spine = ellipse(x, y, (0, 0.36), (0.11, 0.1))
    image[spine < 1] = BONE - 300 * (1 - spine[spine < 1])
    image[(np.abs(y - 0.72) < 0.015) & (np.abs(x) < 0.7)] = TABLE
    # Vessels and fatty streaks: low-frequency texture inside the body.
    texture = 25 * np.sin(23 * x + 9 * t) * np.sin(19 * y - 7 * t) + 12 * np.sin(61 * x * y + 31 * t)
    image += np.where((body < 1) & (image > -300), texture, 0)
    # Reconstruction blurs edges and leaves noise that neighbouring pixels share.
    noise = rng.normal(0, 1, (side, side)).astype(np.float32)
    for axis in (0, 1):
        image = (np.roll(image, 1, axis) + 2 * image + np.roll(image, -1, axis)) / 4
        noise = (np.roll(noise, 1, axis) + 2 * noise + np.roll(noise, -1, axis)) / 4
    noise *= 14 / noise.std()
    return image + noise * np.where(body < 1, 1.0, 0.5)


def write(folder, count, side):
    rng = np.random.default_rng(1)
    folder.mkdir(parents=True, exist_ok=True)
    for k in range(count):
        stored = np.clip(np.round(slice_of(k, count, side, rng)) + 1024, 0, 4095).astype("<u2")
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = CTImageStorage
        meta.MediaStorageSOPInstanceUID = f"{ROOT}.3.{k + 1}"
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        meta.ImplementationClassUID = f"{ROOT}.9"
        data = FileDataset(None, Dataset(), file_meta=meta, preamble=b"\0" * 128)
        data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
        data.StudyInstanceUID, data.SeriesInstanceUID = f"{ROOT}.1", f"{ROOT}.2"
        data.FrameOfReferenceUID = f"{ROOT}.4"
        data.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        data.Modality, data.Manufacturer, data.PatientName, data.PatientID = "CT", "Benchmark", "Nobody", "0"
        data.StudyDate, data.StudyTime, data.SeriesDescription = "20200101", "120000", "benchmark"
        data.SeriesNumber, data.AcquisitionNumber, data.InstanceNumber = 1, 1, k + 1
        data.ImagePositionPatient = [-200, -200, 1.5 * k]
        data.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        data.PixelSpacing, data.SliceThickness = [400 / side, 400 / side], 1.5
        data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
        data.Rows, data.Columns = side, side
        data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
        data.RescaleSlope, data.RescaleIntercept = 1, -1024
        data.PixelData = stored.tobytes()
        data.save_as(folder / f"IM{k + 1:04}.dcm", enforce_file_format=True)


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[2:]] + [200, 512][len(sys.argv) - 2 :]
    write(pathlib.Path(sys.argv[1]), *numbers)
