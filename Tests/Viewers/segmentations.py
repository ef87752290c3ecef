"""DICOM SEG, binary and as a label map: what viewers ask for, tag by tag, and what other readers make of it."""

import pathlib
import subprocess
import tempfile

import highdicom
import numpy as np
import pydicom
import SimpleITK

from . import space, suites
from .cases import COLOURS, NAMES, Case
from .outside import dciodvfy_errors

PATIENT_AND_STUDY = (
    "PatientName PatientID PatientBirthDate PatientSex StudyInstanceUID StudyID StudyDate StudyTime AccessionNumber "
    "StudyDescription FrameOfReferenceUID"
).split()


class Segmentation(suites.Test):
    """Of one kind and one case."""

    case: Case
    kind: str

    def setUp(self):
        self.path = self.case.one(self.kind)
        self.object = pydicom.dcmread(self.path)
        self.numbers = {int(one.SegmentNumber): one for one in self.object.SegmentSequence if not is_background(one)}
        # The segments' numbers as labels, in the order of the labels.
        self.labels = {number: sorted(NAMES)[n] for n, number in enumerate(sorted(self.numbers))}

    @property
    def is_binary(self) -> bool:
        return self.kind == "dicom-seg"

    def test_validator_finds_no_error(self):
        if not self.is_binary:
            self.skipTest("dciodvfy of 2022 knows no label map segmentation storage (2024)")
        self.assertEqual(dciodvfy_errors(self, self.path), [])

    def test_names_codes_and_colours(self):
        self.assertEqual([one.SegmentLabel for one in self.numbers.values()], [NAMES[one] for one in sorted(NAMES)])
        for number, one in self.numbers.items():
            for sequence in (one.SegmentedPropertyCategoryCodeSequence, one.SegmentedPropertyTypeCodeSequence):
                self.assertEqual(len(sequence), 1)
                for attribute in ("CodeValue", "CodingSchemeDesignator", "CodeMeaning"):
                    self.assertTrue(sequence[0].get(attribute), attribute)
            self.assertIn(one.SegmentAlgorithmType, ("AUTOMATIC", "SEMIAUTOMATIC", "MANUAL"))
            colour = highdicom.color.CIELabColor.from_dicom_value(one.RecommendedDisplayCIELabValue)
            # highdicom takes white D65 for granted, where DICOM says D50: a few of 255 in red.
            away = np.abs(np.subtract(colour.to_rgb(clip=True), COLOURS[self.labels[number]])).max()
            self.assertLessEqual(away, 6, one.SegmentLabel)
        codes = {one.SegmentLabel: one.SegmentedPropertyTypeCodeSequence[0] for one in self.numbers.values()}
        self.assertEqual((codes["liver"].CodingSchemeDesignator, codes["liver"].CodeValue), ("SCT", "10200004"))
        kidney = codes["left kidney"]
        self.assertEqual(kidney.CodeValue, "64033007")
        self.assertEqual(kidney.SegmentedPropertyTypeModifierCodeSequence[0].CodeValue, "7771000")

    def test_patient_study_and_space_are_the_source_s(self):
        source = next(iter(self.case.images.values()))
        for attribute in PATIENT_AND_STUDY:
            self.assertEqual(str(self.object.get(attribute) or ""), str(source.get(attribute) or ""), attribute)
        self.assertNotEqual(self.object.SeriesInstanceUID, source.SeriesInstanceUID)
        self.assertEqual(self.object.Modality, "SEG")

    def test_names_the_series_and_its_instances(self):
        source = next(iter(self.case.images.values()))
        series = self.object.ReferencedSeriesSequence
        self.assertEqual([one.SeriesInstanceUID for one in series], [source.SeriesInstanceUID])
        named = {one.ReferencedSOPInstanceUID for one in series[0].ReferencedInstanceSequence}
        self.assertEqual(named, set(self.case.images))

    def test_each_frame_names_its_image_and_lies_there(self):
        if self.case.source.is_mosaic:
            self.skipTest("a mosaic is no image of a slice, and naming it would lay the slice over all of it")
        positions = self.case.positions()
        for frame in self.object.PerFrameFunctionalGroupsSequence:
            derivation = frame.DerivationImageSequence[0]
            source = derivation.SourceImageSequence[0]
            self.assertEqual(derivation.DerivationCodeSequence[0].CodeValue, "113076")
            self.assertEqual(source.PurposeOfReferenceCodeSequence[0].CodeValue, "121322")
            image = self.case.images[source.ReferencedSOPInstanceUID]
            self.assertEqual(source.ReferencedSOPClassUID, image.SOPClassUID)
            number = int(source.get("ReferencedFrameNumber", 0))
            self.assertEqual(number > 0, self.case.source.is_enhanced, "a frame number is for a multi-frame source")
            position = np.array(frame.PlanePositionSequence[0].ImagePositionPatient, float)
            away = np.abs(position - positions[source.ReferencedSOPInstanceUID, number]).max()
            # Rounded positions are put on the even grid that they are of.
            self.assertLess(away, 0.06 if "rounded" in self.case.name else 1e-4)

    def test_is_of_the_source_s_rows_and_columns(self):
        shape = self.case.labels.shape
        self.assertEqual((self.object.Columns, self.object.Rows), shape[:2])
        if not self.case.source.is_mosaic:
            source = next(iter(self.case.images.values()))
            self.assertEqual((self.object.Rows, self.object.Columns), (source.Rows, source.Columns))

    def test_each_frame_of_a_binary_object_names_one_segment(self):
        if not self.is_binary:
            self.assertEqual(self.object.SegmentationType, "LABELMAP")
            self.assertEqual(self.object.PixelPaddingValue, 0)
            self.assertEqual(sorted(self.numbers), sorted(NAMES))
            self.assertIn(0, [int(one.SegmentNumber) for one in self.object.SegmentSequence])
            return
        self.assertEqual(self.object.SegmentationType, "BINARY")
        self.assertEqual(sorted(self.numbers), list(range(1, len(self.numbers) + 1)))
        for frame in self.object.PerFrameFunctionalGroupsSequence:
            self.assertIn(int(frame.SegmentIdentificationSequence[0].ReferencedSegmentNumber), self.numbers)

    def test_group_length_is_right(self):
        data = pathlib.Path(self.path).read_bytes()
        self.assertEqual(data[128:132], b"DICM")
        self.assertEqual(data[132:140], b"\x02\x00\x00\x00UL\x04\x00")
        # The first element of the data set follows the header: it must be of group 8.
        start = 144 + int.from_bytes(data[140:144], "little")
        self.assertEqual(data[start : start + 2], b"\x08\x00")
        bits = int(self.object.NumberOfFrames) * self.object.Rows * self.object.Columns * self.object.BitsAllocated
        self.assertEqual(len(self.object.PixelData), -(-bits // 16) * 2)

    def test_highdicom_reads_it_frame_by_frame(self):
        read = highdicom.seg.segread(self.path)
        found = np.zeros(self.case.labels.shape, np.uint16)
        measures = read.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
        for pixels, frame in zip(read.get_stored_frames(), read.PerFrameFunctionalGroupsSequence, strict=True):
            k = self.slice_of(frame, read.SharedFunctionalGroupsSequence[0], measures)
            if self.is_binary:
                number = int(frame.SegmentIdentificationSequence[0].ReferencedSegmentNumber)
                found[:, :, k][pixels.T > 0] = self.labels[number]
            else:
                for number, label in self.labels.items():
                    found[:, :, k][pixels.T == number] = label
        self.assertEqual(int(np.count_nonzero(found != self.case.labels)), 0, "voxels differ")

    def slice_of(self, frame, shared, measures) -> int:
        """The label map's slice on which a frame lies, pixel for pixel."""
        orientation = shared.PlaneOrientationSequence[0].ImageOrientationPatient
        position = np.array(frame.PlanePositionSequence[0].ImagePositionPatient, float)
        place = space.of_dicom(position, orientation, measures.PixelSpacing, (0, 0, 1))
        corners = np.array([[0, 0, 0], [self.object.Columns - 1, 0, 0], [0, self.object.Rows - 1, 0]])
        there = space.indices(corners, place, self.case.place)
        k = int(np.rint(there[0, 2]))
        self.assertLess(np.abs(there - corners - [0, 0, k]).max(), 2e-2, "a frame lies beside the label map's slice")
        return k

    def test_highdicom_reads_it_as_a_volume(self):
        if self.case.source.is_tilted:
            self.skipTest("highdicom makes no volume of tilted slices; they are read frame by frame")
        if "rounded" in self.case.name:
            self.skipTest("highdicom makes no volume of slices whose positions are rounded; read frame by frame")
        volume = highdicom.seg.segread(self.path).get_volume(combine_segments=True)
        found = np.zeros(volume.array.shape, np.uint16)
        for number, label in self.labels.items():
            found[volume.array == number] = label
        space.require_same(self, found, space.TURNED @ volume.affine, self.case.labels, self.case.place)

    def test_dcmqi_reads_it(self):
        if self.case.source.is_tilted:
            self.skipTest("dcmqi writes NRRD by ITK, whose axes are at right angles")
        suites.requires(self, "dcmqi")
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [suites.script("segimage2itkimage"), "--inputDICOM", self.path, "--outputDirectory", folder]
                + ["--mergeSegments"],
                capture_output=True,
                text=True,
                check=False,
            )
            files = sorted(pathlib.Path(folder).glob("*.nrrd"))
            if not self.is_binary and not files:
                self.skipTest(f"dcmqi reads no label map: {(done.stdout + done.stderr).strip().splitlines()[-1:]}")
            self.assertEqual(len(files), 1, done.stdout + done.stderr)
            voxels, affine = space.of_itk(SimpleITK.ReadImage(files[0]))
        found = np.zeros(voxels.shape, np.uint16)
        for number, label in self.labels.items():
            found[voxels == number] = label
        space.require_same(self, found, affine, self.case.labels, self.case.place, tolerance=2e-2)


def is_background(segment) -> bool:
    return int(segment.SegmentNumber) == 0


def suite(bench):
    for case in bench.cases:
        for kind in ("dicom-seg", "dicom-labelmap"):
            yield suites.of(Segmentation, f"{kind}, {case.name}", case=case, kind=kind)
