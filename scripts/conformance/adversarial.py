#!/usr/bin/env python3
"""Writes DICOM series that converters get wrong: one folder for each case, with what a right reader makes of it.

Usage: adversarial.py FOLDER

`cases(folder)` hands the expectation of each case to compare.py. Every volume is a ramp whose value tells slice and
voxel, so that a slice in the wrong place shows.
"""
import os
import sys

import numpy as np
import pydicom
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, MRImageStorage

ROWS, COLUMNS = 12, 16
# From slice to slice in mm, RAS.
UP = (0, 0, 2.5)
SERIES = "1.2.826.0.1.3680043.8.498.1"


def pixels(k, volume=0):
    """Stored values of slice k: they rise along the rows and the slices."""
    return (np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS) + 200 * k + 5000 * volume).astype(np.int16)


def image(k, z, number=None, volume=0, modality="CT"):
    """A CT (or MR) slice of 1.5 x 2 mm pixels at height z."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage if modality == "CT" else MRImageStorage
    meta.MediaStorageSOPInstanceUID = f"{SERIES}.{volume}.{k + 1}"
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    data.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"] if modality == "CT" else ["ORIGINAL", "PRIMARY", "M", "ND"]
    data.Modality, data.Manufacturer = modality, "Phantom"
    data.PatientName, data.PatientID = "Nobody^Known", "none"
    data.StudyDate, data.StudyTime, data.StudyID = "20200101", "120000", "1"
    data.StudyInstanceUID, data.SeriesInstanceUID = SERIES + ".100", SERIES + ".200"
    data.FrameOfReferenceUID = SERIES + ".300"
    data.SeriesNumber, data.AcquisitionNumber = 3, 1
    data.SeriesDescription = data.ProtocolName = "phantom"
    data.InstanceNumber = k + 1 if number is None else number
    data.ImagePositionPatient = [-10, -20, z]
    data.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    data.PixelSpacing, data.SliceThickness = [2, 1.5], 2.5
    data.Rows, data.Columns, data.SamplesPerPixel = ROWS, COLUMNS, 1
    data.PhotometricInterpretation = "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 1
    data.RescaleSlope, data.RescaleIntercept = 1, 0
    data.PixelData = pixels(k, volume).tobytes()
    return data


def stack(heights=tuple(2.5 * k for k in range(8)), **options):
    """Slices at these heights."""
    return [image(k, z, **options) for k, z in enumerate(heights)]


def value(slices):
    """The volume of a list of slice arrays, indexed [i, j, k] with i along columns."""
    return np.stack([np.asarray(s, np.float64).T for s in slices], axis=2)


PLAIN = [pixels(k) for k in range(8)]


def cases():
    """Name, slices, expected volume (None: to be refused), step from slice to slice, and what it is about."""
    yield "plain", stack(), value(PLAIN), UP, "nothing wrong"

    yield "missing-middle", [s for k, s in enumerate(stack()) if k not in (3, 4)], None, None, "two slices missing in the middle"

    end = stack()[:-1]
    for s in end:
        s.ImagesInAcquisition = 8
    yield "missing-end", end, None, None, "last slice missing, ImagesInAcquisition says 8"

    regular = stack()[::2]
    for s in regular:
        s.SpacingBetweenSlices = 2.5
    yield "missing-every-second", regular, None, None, "every second slice missing, SpacingBetweenSlices says so"

    yield "duplicate-copy", stack() + [stack()[2]], value(PLAIN), UP, "one file twice"

    other = stack()[2]
    other.PixelData = pixels(30).tobytes()
    yield "duplicate-other-content", stack() + [other], None, None, "one SOPInstanceUID with two contents"

    same = stack()[2]
    same.SOPInstanceUID = same.file_meta.MediaStorageSOPInstanceUID = SERIES + ".7.7"
    yield "duplicate-position", stack() + [same], None, None, "one position twice under two UIDs"

    second = stack(modality="MR", volume=1)
    first = stack(modality="MR")
    for s in first:
        s.EchoTime = 10
    for k, s in enumerate(second):
        s.EchoTime, s.InstanceNumber = 30, 9 + k
    yield ("two-echoes", first + second,
           np.stack([value(PLAIN), value([pixels(k, 1) for k in range(8)])], axis=3), UP, "two echoes in one series")

    second = stack([1.25 + 2.5 * k for k in range(8)], volume=1)
    for s in second:
        s.AcquisitionNumber = 2
    yield "two-interleaved", stack() + second, None, None, "a second scan between the slices of the first"

    partial = stack(modality="MR")
    more = stack(modality="MR", volume=1)[:5]
    for s in partial:
        s.TemporalPositionIdentifier = 1
    for k, s in enumerate(more):
        s.TemporalPositionIdentifier, s.InstanceNumber = 2, 9 + k
    yield "partial-volume", partial + more, None, None, "the second point in time breaks off"

    yield "truncated", stack(), None, None, "one file cut off in its pixels"

    slopes = stack()
    for k, s in enumerate(slopes):
        s.Modality = "PT"
        s.RescaleSlope = [1, 2, 4, 8, 8, 4, 2, 1][k]
    yield ("slope-per-slice", slopes, value([pixels(k) * float([1, 2, 4, 8, 8, 4, 2, 1][k]) for k in range(8)]), UP,
           "a rescale slope for each slice (PET)")

    tilt = stack()
    for k, s in enumerate(tilt):
        s.ImagePositionPatient = [-10, -20 + 0.5 * k, 2.5 * k]
    yield "tilt", tilt, value(PLAIN), (0, -0.5, 2.5), "gantry tilt of 11.3 degrees: native grid, sheared"

    mixed = stack()
    for s in mixed[5:]:
        s.ImageOrientationPatient = [0, 1, 0, 0, 0, -1]
    yield "mixed-orientations", mixed, None, None, "three slices of another orientation"

    inverted = stack()
    for s in inverted:
        s.PhotometricInterpretation = "MONOCHROME1"
    yield "monochrome1", inverted, value(PLAIN), UP, "MONOCHROME1 says how to show, not what was measured"

    padded = stack()
    for k, s in enumerate(padded):
        cells = pixels(k)
        cells[:3] = -2000
        s.PixelData = cells.tobytes()
        s.add_new((0x0028, 0x0120), "SS", -2000)
    expected = [pixels(k) for k in range(8)]
    for cells in expected:
        cells[:3] = -2000
    yield "padding", padded, value(expected), UP, "PixelPaddingValue -2000"

    dirty = stack()
    for k, s in enumerate(dirty):
        s.BitsStored, s.HighBit, s.PixelRepresentation = 12, 11, 0
        s.PixelData = (pixels(k).astype(np.uint16) | 0xA000).tobytes()
    yield "dirty-high-bits", dirty, value(PLAIN), UP, "12 bits stored, the other four dirty"

    numbers = stack()
    for s, number in zip(numbers, [5, 1, 8, 2, 7, 3, 6, 4]):
        s.InstanceNumber = number
    yield "wrong-numbers", numbers, value(PLAIN), UP, "instance numbers in no order"

    yield "drift", stack([2.5 * k + 0.012 * k * k for k in range(8)]), None, None, "spacing that drifts"

    yield "uneven", stack([0, 2.5, 5, 7.5, 10, 14, 18, 22]), None, None, "spacing that changes from 2.5 to 4 mm"

    report = image(20, 0)
    report.SOPClassUID = report.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.88.33"
    for name in ("Rows", "Columns", "PixelData", "ImagePositionPatient"):
        delattr(report, name)
    yield "report-among", stack() + [report], value(PLAIN), UP, "a structured report among the slices"


def write(folder):
    """Writes every case below `folder`; returns name -> (expected volume, spacing, summary)."""
    expectations = {}
    for name, slices, expected, step, summary in cases():
        os.makedirs(os.path.join(folder, name), exist_ok=True)
        for n, data in enumerate(slices):
            path = os.path.join(folder, name, f"IM{n:03}.dcm")
            data.save_as(path, enforce_file_format=True)
            if name == "truncated" and n == 4:
                with open(path, "r+b") as file:
                    file.truncate(os.path.getsize(path) - 100)
        expectations[name] = (expected, step, summary)
    return expectations


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write(sys.argv[1])
