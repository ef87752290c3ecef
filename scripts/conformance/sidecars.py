#!/usr/bin/env python3
"""Compares the sidecars of `tomos convert` with those of dcm2niix, field by field, over series of several makers.

Usage: sidecars.py TOMOS CONFORMANCE
CONFORMANCE is the folder that holds dicom/ and field/.
"""
import collections
import glob
import json
import os
import re
import subprocess
import tempfile

import dcm2niix
import nibabel
import numpy as np

from images import convert, folders, run_alone

# Fields that say who was scanned, when, where and by whom, or hold what a person typed: never in a sidecar of ours.
IDENTITY = {
    "AccessionNumber", "AcquisitionDateTime", "AcquisitionTime", "DeviceSerialNumber", "ImageComments",
    "InstitutionAddress", "InstitutionName", "InstitutionalDepartmentName", "PatientAge", "PatientBirthDate",
    "PatientID", "PatientName", "PatientSex", "PatientSize", "PatientWeight", "ProcedureStepDescription",
    "ReferringPhysicianName", "SeriesTime", "StationName", "StudyDescription", "StudyID", "StudyInstanceUID",
    "TimeZero",
}
# What names the program and its guesses.
OWN = {"ConversionSoftware", "ConversionSoftwareVersion", "BidsGuess"}


def maker(theirs):
    """The maker of the scanner, in dcm2niix's words."""
    return theirs.get("Manufacturer", "")


# (field, when it holds: a function of dcm2niix's and our sidecar, the reason). The first that holds is given.
REASONS = [
    ("SliceTiming", lambda t, o: maker(t) == "UIH",
     "dcm2niix keeps the time of day in single precision (steps of 1/32 s); ours are the file's milliseconds"),
    ("SliceTiming", lambda t, o: "SliceTiming" not in o and maker(t) == "GE",
     "the file holds fewer slices than it says were acquired: no order is known"),
    ("TotalReadoutTime", lambda t, o: maker(t) == "UIH",
     "dcm2niix takes the duration of a slice, (0018,9073), for the readout; UIH took that meaning back (issue 531)"),
    ("ImagingFrequency", lambda t, o: maker(t) == "UIH", "UIH states Hz; dcm2niix leaves it out"),
    ("NumberOfAverages", lambda t, o: maker(t) == "UIH", "the file states 2 (0018,0083)"),
    ("MatrixCoilMode", lambda t, o: o.get("MatrixCoilMode") == "None",
     "the protocol's ucPATMode is 1: no parallel acquisition"),
    ("PulseSequenceType", lambda t, o: "PulseSequenceType" not in o,
     "nothing in the file tells a spin echo from a gradient echo; dcm2niix takes the latter"),
    ("PulseSequenceType", lambda t, o: maker(t) == "Siemens",
     "the sequence's name tells its echo: `epfid` is a gradient echo, `ep_b` a spin echo"),
    ("UsePhilipsFloatNotDisplayScaling", lambda t, o: "UsePhilipsFloatNotDisplayScaling" in o,
     "the values of our file are those that the scanner shows (the standard's rescale)"),
    (("EstimatedEffectiveEchoSpacing", "EstimatedTotalReadoutTime"), lambda t, o: True,
     "no echo planar sequence: it has no readout of this kind"),
    (("EffectiveEchoSpacing", "TotalReadoutTime"), lambda t, o: maker(t) == "GE",
     "GE states (0043,102C) of other sequences too; it is no echo planar one"),
    ("TablePosition", lambda t, o: maker(t) == "Siemens",
     "zeros in every file at hand do not tell which element it is"),
    ("TablePosition", lambda t, o: abs(t["TablePosition"][2]) > 1e30, "Philips' number for `unknown`"),
    ("TablePosition", lambda t, o: True, "the file states no table; dcm2niix writes zeros"),
    ("ReconMatrixPE", lambda t, o: "ReconMatrixPE" not in o,
     "the axis of the phase encoding is not stated, and the image is not square"),
    ("ProtocolName", lambda t, o: "ProtocolName" not in o,
     "the file states no protocol; dcm2niix takes the series description or the name of the folder"),
    (("RepetitionTime", "RepetitionTimeExcitation"), lambda t, o: maker(t) == "Philips",
     "a volume of 4 shots of 4.234 s takes 16.936 s, the step of the dynamics' times over their two images; dcm2niix "
     "divides the span of all by one volume too many"),
    ("RepetitionTime", lambda t, o: "RepetitionTime" not in o,
     "the file states none; dcm2niix takes the span of acquisition times"),
    (("EchoTime1", "EchoTime2"), lambda t, o: o.get("Units") == "Hz",
     "the map is in Hz, so that no echo times are needed; the file states one alone"),
    ("EchoNumber", lambda t, o: o.get("Units") == "Hz", "the map is computed of both echoes"),
    ("EchoNumber", lambda t, o: t["EchoNumber"] == 1, "the series has one echo, and a map"),
    ("TriggerDelayTime", lambda t, o: maker(t) == "GE", "GE's trigger time counts from the start of the scan"),
    ("Manufacturer", lambda t, o: True, "the file's own; dcm2niix takes Philips from private elements"),
    ("MultibandAccelerationFactor", lambda t, o: "MultibandAccelerationFactor" not in o,
     "neither the protocol nor (0051,1011) states several slices at once"),
    ("MatrixCoilMode", lambda t, o: "MatrixCoilMode" not in o,
     "the protocol's ucPATMode is 32, which no document names"),
    (("ReconFilterSize", "ReconFilterType"), lambda t, o: "ConvolutionKernel" in o,
     "parts of ConvolutionKernel, which is stated"),
    ("PhaseEncodingAxis", lambda t, o: "PhaseEncodingDirection" in o, "ours states PhaseEncodingDirection"),
    ("PulseSequenceType", lambda t, o: o["PulseSequenceType"].startswith("Spoiled"), "(0018,9016) says that it is"),
    ("PulseSequenceType", lambda t, o: maker(t) == "Philips" and o["PulseSequenceType"].endswith("EPI"),
     "(0018,9018) says that it is echo planar"),
    ("SpoilingType", lambda t, o: o["SpoilingType"] == "RF", "(0018,9016) says RF"),
    ("PhaseEncodingAxis", lambda t, o: t["PhaseEncodingAxis"] == o["PhaseEncodingAxis"],
     "dcm2niix turns the axes of the 3-D image, but not the name of this one"),
    (("AcquisitionNumber", "PhilipsScaleSlope", "ScanningSequence", "SequenceVariant",
      "UsePhilipsFloatNotDisplayScaling"), lambda t, o: maker(t) == "Philips",
     "stands in a private sequence alone, which in an implicit data set is without a type"),
    ("ImageType", lambda t, o: maker(t) in ("Philips", "Hyperfine"),
     "the type of the image's first frame, where dcm2niix takes the file's"),
]

DIRECTIONS = {"PhaseEncodingDirection", "PhaseEncodingAxis"}


def run_theirs(source, folder):
    """dcm2niix's sidecars of a folder; identity is kept to pair the series by their UID."""
    subprocess.run([dcm2niix.bin, "-b", "y", "-ba", "n", "-z", "n", "-f", "%s_%e_%p", "-o", folder, source],
                   capture_output=True, text=True)
    return loaded(folder)


def run_ours(tomos, source, folder):
    """Our sidecars of a folder."""
    convert(tomos, source, folder)
    return loaded(folder)


def loaded(folder):
    """(sidecar, affine, shape) of each image of a folder."""
    found = []
    for path in sorted(glob.glob(folder + "/**/*.json", recursive=True)):
        image = path[: -len(".json")] + ".nii"
        if os.path.exists(image):
            with open(path, encoding="utf-8", errors="replace") as file:
                header = nibabel.load(image)
                found.append((json.load(file), header.affine, header.shape))
    return found


def likeness(theirs, ours):
    """How well two images of one series fit each other."""
    (t, _, shape), (o, _, own) = theirs, ours
    score = 4 * (len(shape) == len(own)) + 2 * (sorted(shape[:3]) == sorted(own[:3])) + 4 * (shape[3:] == own[3:])
    score += 3 * equal_numbers(t.get("EchoTime", 0), o.get("EchoTime", 0))
    return score + len(set(t.get("ImageType", [])) & set(o.get("ImageType", []))) / 20


def pairs(theirs, ours):
    """Images of one series UID that fit best, each once."""
    candidates = sorted(
        ((likeness(t, o), n, m) for n, t in enumerate(theirs) for m, o in enumerate(ours)
         if t[0].get("SeriesInstanceUID") == o[0].get("SeriesInstanceUID")
         and t[0].get("SeriesNumber") == o[0].get("SeriesNumber")), key=lambda c: (-c[0], c[1], c[2]))
    taken, result = (set(), set()), []
    for _, n, m in candidates:
        if n not in taken[0] and m not in taken[1]:
            taken[0].add(n)
            taken[1].add(m)
            result.append((theirs[n], ours[m]))
    return result


def equal_numbers(a, b):
    """Numbers, or lists of them, to 1e-4 of their size; dcm2niix writes six digits."""
    try:
        a, b = np.asarray(a, float), np.asarray(b, float)
    except (TypeError, ValueError):
        return False
    return a.shape == b.shape and bool(np.all(np.abs(a - b) <= 1e-4 * np.maximum(np.abs(a), np.abs(b)) + 1e-9))


def world(direction, affine):
    """The direction `j-` of a voxel array in space."""
    vector = affine[:3, "ijk".index(direction[0])]
    return vector / np.linalg.norm(vector) * (-1 if direction.endswith("-") else 1)


def equal(field, theirs, ours):
    """Whether a field says the same of both images."""
    (t, affine, _), (o, own, _) = theirs, ours
    a, b = t[field], o[field]
    if field in DIRECTIONS:
        cosine = float(world(a, affine) @ world(b, own))
        return (abs(cosine) if field == "PhaseEncodingAxis" else cosine) > 0.999
    if field == "SliceTiming":
        # Slices of the two files may follow each other in opposite ways.
        if world("k", affine) @ world("k", own) < 0:
            b = b[::-1]
        # Volumes of one Siemens series differ by a step of its raster, 2.5 ms, and either may be taken.
        return len(a) == len(b) and bool(np.all(np.abs(np.array(a) - np.array(b)) < 3e-3))
    if field == "ImageOrientationPatientDICOM":
        return bool(np.all(np.abs(np.array(a) - np.array(b)) < 1e-4))
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, str) or isinstance(b, str):
        return words(a) == words(b)
    return a == b or equal_numbers(a, b)


def words(text):
    """A text without the underscores that dcm2niix writes for blanks."""
    return re.sub(r"[_ ]+", " ", str(text)).strip()


def reason(field, theirs, ours):
    """Why a field is meant to differ; None where nobody wrote why."""
    for fields, holds, text in REASONS:
        if field == fields or isinstance(fields, tuple) and field in fields:
            try:
                if holds(theirs, ours):
                    return text
            except (KeyError, TypeError):
                continue
    return None


class Comparison:
    """What was found for each field."""

    def __init__(self):
        self.images, self.unpaired = 0, []
        self.equal, self.absent, self.differing = (collections.Counter() for _ in range(3))
        # (field, reason) -> [count, example]
        self.reasons = {}

    def add(self, name, theirs, ours):
        """Compares the sidecars of one image."""
        self.images += 1
        for field, value in theirs[0].items():
            if field in IDENTITY | OWN:
                continue
            if field in ours[0] and equal(field, theirs, ours):
                self.equal[field] += 1
                continue
            (self.differing if field in ours[0] else self.absent)[field] += 1
            key = (field, reason(field, theirs[0], ours[0]))
            entry = self.reasons.setdefault(key, [0, f"{name}: {short(value)} / {short(ours[0].get(field))}"])
            entry[0] += 1

    def lines(self):
        """The section."""
        fields = sorted(set(self.equal) | set(self.absent) | set(self.differing))
        yield f"{self.images} images of both programs were paired."
        if self.unpaired:
            missing = sum(count for _, count in self.unpaired)
            places = ", ".join(f"{name} ({count})" for name, count in self.unpaired)
            yield (f"{missing} of dcm2niix have none of ours, which refuses the series or makes one image of it: "
                   f"{places}.")
        yield ""
        yield "| Field | stated by dcm2niix | equal | absent in ours | differs |"
        yield "|---|---:|---:|---:|---:|"
        for field in fields:
            counts = (self.equal[field], self.absent[field], self.differing[field])
            yield f"| {field} | {sum(counts)} | " + " | ".join(str(c) if c else "" for c in counts) + " |"
        yield ""
        yield "| Field | images | why it differs | first: dcm2niix / tomos |"
        yield "|---|---:|---|---|"
        for (field, why), (count, example) in sorted(self.reasons.items(), key=lambda r: (r[0][0], -r[1][0])):
            yield f"| {field} | {count} | {why or '**not explained**'} | {example} |"


def short(value):
    """A value for a table."""
    text = json.dumps(value) if value is not None else "none"
    return (text if len(text) <= 60 else text[:57] + "...").replace("|", "\\|")


def compared(tomos, conformance):
    """Runs both programs over all series of the suites and of the cases from bug reports."""
    result = Comparison()
    for source in (one for suite in ("dicom", "field") for one in folders(os.path.join(conformance, suite))):
        name = os.path.relpath(source, conformance)
        with tempfile.TemporaryDirectory() as left, tempfile.TemporaryDirectory() as right:
            theirs, ours = run_theirs(source, left), run_ours(tomos, source, right)
            found = pairs(theirs, ours)
            if len(found) < len(theirs):
                result.unpaired.append((name, len(theirs) - len(found)))
            for one, other in found:
                result.add(name, one, other)
    return result


def section(tomos, conformance):
    """The part of docs/conformance.md, and how many differences nobody explained."""
    result = compared(tomos, conformance)
    version = subprocess.run([dcm2niix.bin, "--version"], capture_output=True, text=True).stdout.strip().split("\n")[-1]
    head = [
        "## Sidecars", "",
        f"Every field of the sidecars of dcm2niix ({version}) against ours: numbers to 1e-4 of their size, directions "
        "in space through both affines, slice times in the order of space. Left out of ours are "
        + ", ".join(f"`{name}`" for name in sorted(IDENTITY))
        + ": they tell, or may tell, who was scanned, when or where.",
        "",
    ]
    unexplained = sum(count for (_, why), (count, _) in result.reasons.items() if why is None)
    return "\n".join(head + list(result.lines())) + "\n", unexplained


if __name__ == "__main__":
    run_alone(section, __doc__)
