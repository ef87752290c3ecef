"""Label maps that others wrote, as the program reads them."""

import contextlib
import io
import json
import pathlib

import highdicom
import nibabel
import numpy as np
import pydicom
import SimpleITK
import slicerio
from pydicom.sr.coding import Code

from . import space, suites
from .cases import NAMES, Case, save
from .program import Program

ORGAN = Code("113343008", "SCT", "Organ")


class Written(suites.Test):
    """Files of other programs, with the label map of one case."""

    case: Case

    def setUp(self):
        self.labels, self.place = self.case.labels, self.case.place
        self.folder = self.case.folder / "others"
        self.folder.mkdir(exist_ok=True)

    def require_back(self, path: pathlib.Path, *more, labels=None):
        """Exports a file to NIfTI, and compares it with the truth by `evaluate` as well."""
        labels = self.labels if labels is None else labels
        out = self.folder / f"back-{path.name}"
        self.case.program.run("export", path, "--to", "nifti", "-o", out, *more)
        files = list(out.glob("*.nii.gz"))
        self.assertEqual(len(files), 1)
        back = nibabel.load(files[0])
        space.require_same(self, np.asarray(back.dataobj), back.affine, labels, self.place, tolerance=1e-2)
        truth = self.folder / f"truth-{path.name}.nii.gz"
        save(truth, labels, self.place)
        told = json.loads(self.case.program.run("evaluate", files[0], truth, "--json"))
        self.assertGreater(len(dice(told)), 0)
        self.assertEqual(set(dice(told)), {1.0})

    def names_of(self, path: pathlib.Path, *more) -> list[str]:
        out = self.folder / f"names-{path.name}"
        self.case.program.run("export", path, "--to", "itk-snap", "-o", out, *more)
        lines = next(out.glob("*.label")).read_text().splitlines()
        return sorted(line.split('"')[1] for line in lines if '"' in line and not line.lstrip().startswith("0"))

    def itk_image(self, labels=None):
        image = SimpleITK.GetImageFromArray((self.labels if labels is None else labels).T)
        affine = space.TURNED @ self.place
        spacing = np.linalg.norm(affine[:3, :3], axis=0)
        image.SetSpacing(spacing.tolist())
        image.SetDirection((affine[:3, :3] / spacing).ravel().tolist())
        image.SetOrigin(affine[:3, 3].tolist())
        return image

    def test_itk_files(self):
        if self.case.source.is_tilted:
            self.skipTest("ITK's axes are at right angles")
        for ending in ("nrrd", "mha", "nii.gz", "nhdr"):
            for compressed in (True, False):
                with self.subTest(ending, compressed=compressed):
                    path = self.folder / f"itk{int(compressed)}.{ending}"
                    SimpleITK.WriteImage(self.itk_image(), path, compressed)
                    self.require_back(path)

    def test_nibabel_mgz(self):
        path = self.folder / "nibabel.mgz"
        nibabel.save(nibabel.MGHImage(self.labels.astype(np.int32), self.place), path)
        self.require_back(path)

    def test_slicerio_segmentation(self):
        path = self.folder / "slicerio.seg.nrrd"
        slicerio.write_segmentation(str(path), segmentation(self.labels, self.place))
        self.require_back(path)
        self.assertEqual(self.names_of(path), ["a herd", "aorta", "left kidney", "liver"])

    def test_overlapping_segments_are_refused_by_name(self):
        path = self.folder / "overlapping.seg.nrrd"
        made = segmentation(self.labels, self.place)
        above = np.where(self.labels == 2, 2, 0)
        above[self.labels == 1] = 2
        made["voxels"] = np.stack([np.where(self.labels == 2, 0, self.labels), above]).astype(np.uint16)
        for one in made["segments"]:
            one["layer"] = int(one["labelValue"] == 2)
        slicerio.write_segmentation(str(path), made)
        told = self.case.program.tell("export", path, "--to", "nifti", "-o", self.folder / "none")
        self.assertNotEqual(told.status, 0)
        self.assertRegex(told.output, "'liver'.*overlap|overlap.*'liver'")
        self.assertIn("left kidney", told.output)
        self.assertEqual(suites.left_behind(self.folder / "none"), [])

    def test_layers_that_do_not_overlap_are_read(self):
        path = self.folder / "layers.seg.nrrd"
        made = segmentation(self.labels, self.place)
        kidney = np.where(self.labels == 2, 2, 0)
        made["voxels"] = np.stack([np.where(self.labels == 2, 0, self.labels), kidney]).astype(np.uint16)
        for one in made["segments"]:
            one["layer"] = int(one["labelValue"] == 2)
        slicerio.write_segmentation(str(path), made)
        self.require_back(path)

    def test_folder_of_a_file_for_each_label(self):
        folder = self.folder / "total"
        folder.mkdir()
        renumbered = np.zeros_like(self.labels)
        names = {"adrenal_gland_left": 7, "aorta": 300, "kidney_left": 2, "liver": 1}
        for n, (name, label) in enumerate(names.items(), 1):
            save(folder / f"{name}.nii.gz", (self.labels == label).astype(np.uint8), self.place)
            renumbered[self.labels == label] = n
        self.require_back(folder, labels=renumbered)
        self.assertEqual(self.names_of(folder), sorted(names))

    def test_highdicom_segmentation(self):
        if self.case.source.is_enhanced or self.case.source.is_mosaic:
            self.skipTest("made of a file a slice")
        images = self.sorted_images()
        for kind, transfer in (("BINARY", "1.2.840.10008.1.2.1"), ("LABELMAP", "1.2.840.10008.1.2.5")):
            with self.subTest(kind):
                path = self.folder / f"highdicom-{kind}.dcm"
                self.highdicom(images, kind, transfer).save_as(path)
                self.require_back(path, "--reference", self.case.source.path, labels=self.numbered())

    def numbered(self) -> np.ndarray:
        """The labels as the numbers of segments, from 1."""
        made = np.zeros_like(self.labels)
        for n, label in enumerate(sorted(NAMES), 1):
            made[self.labels == label] = n
        return made

    def sorted_images(self) -> list[pydicom.Dataset]:
        images = [pydicom.dcmread(file) for file in self.case.source.files()]
        images = [one for one in images if "ImagePositionPatient" in one]
        for image in images:
            # What highdicom takes for granted.
            for attribute in "PatientID PatientName PatientSex PatientBirthDate AccessionNumber StudyID".split():
                setattr(image, attribute, image.get(attribute))
            for attribute in "StudyDate StudyTime ReferringPhysicianName PositionReferenceIndicator".split():
                setattr(image, attribute, image.get(attribute))
            image.SliceThickness = image.get("SliceThickness")

        def slice_of(image):
            position = space.TURNED[:3, :3] @ np.array(image.ImagePositionPatient, float)
            return space.indices(position[None], np.eye(4), self.place)[0, 2]

        return sorted(images, key=slice_of)

    def highdicom(self, images, kind: str, transfer: str):
        segments = [
            highdicom.seg.SegmentDescription(
                n,
                NAMES[label],
                ORGAN,
                Code("10200004", "SCT", "Liver"),
                highdicom.seg.SegmentAlgorithmTypeValues.MANUAL,
            )
            for n, label in enumerate(sorted(NAMES), 1)
        ]
        pixels = self.numbered().transpose(2, 1, 0).astype(np.uint8)
        given = dict(manufacturer="M", manufacturer_model_name="m", software_versions="1", device_serial_number="1")
        return highdicom.seg.Segmentation(
            images, pixels, kind, segments, series_instance_uid=pydicom.uid.generate_uid(), series_number=5,
            sop_instance_uid=pydicom.uid.generate_uid(), instance_number=1, transfer_syntax_uid=transfer, **given,
        )  # fmt: skip

    def test_rt_utils_structure_set(self):
        suites.requires(self, "rt_utils")
        if self.case.name != "generated square CT":
            self.skipTest("rt-utils writes for one axial series of images as wide as high")
        from rt_utils import RTStructBuilder

        made = RTStructBuilder.create_new(dicom_series_path=str(self.case.source.path))
        numbered = np.zeros_like(self.labels)
        # It keeps no single voxel.
        for n, label in enumerate((1, 2, 300), 1):
            made.add_roi(mask=(self.labels == label).transpose(1, 0, 2), name=NAMES[label])
            numbered[self.labels == label] = n
        path = self.folder / "rt-utils.dcm"
        with contextlib.redirect_stdout(io.StringIO()):
            made.save(str(path))
        self.require_back(path, "--reference", self.case.source.path, labels=numbered)

    def test_its_own_files(self):
        for kind in ("seg.nrrd", "nrrd", "mgz", "dicom-seg", "dicom-labelmap", "rtstruct"):
            with self.subTest(kind):
                dicom = kind.startswith("dicom") or kind == "rtstruct"
                more = ("--reference", self.case.source.path) if dicom else ()
                # Segments of a binary object and regions are numbered from 1; a label map keeps its ids.
                numbered = self.numbered() if kind in ("dicom-seg", "rtstruct") else None
                self.require_back(self.case.one(kind), *more, labels=numbered)


def segmentation(labels: np.ndarray, place: np.ndarray) -> dict:
    """As slicerio has it. Its writer knows letters of ASCII only."""
    names = {1: "liver", 2: "left kidney", 7: "a herd", 300: "aorta"}
    segments = [
        {
            "id": f"Segment_{label}",
            "labelValue": label,
            "layer": 0,
            "name": name,
            "color": [0.5, 0.25, 0.125],
            "terminology": {"category": ["SCT", "123037004", "Anatomical Structure"], "type": ["SCT", "1", name]},
        }
        for label, name in names.items()
    ]
    return {
        "voxels": labels,
        "ijkToLPS": space.TURNED @ place,
        "encoding": "gzip",
        "containedRepresentationNames": ["Binary labelmap"],
        "segments": segments,
    }


def dice(told) -> list[float]:
    """Every value of Dice in what `evaluate --json` says."""
    if isinstance(told, dict):
        own = [value for key, value in told.items() if key == "dice" and isinstance(value, (int, float))]
        return own + [one for value in told.values() for one in dice(value)]
    return [one for value in told for one in dice(value)] if isinstance(told, list) else []


class Conformance(suites.Test):
    """DICOM SEG objects of other makers, as highdicom reads them."""

    program: Program
    path: pathlib.Path
    folder: pathlib.Path

    def test_is_read_as_highdicom_reads_it(self):
        read = highdicom.seg.segread(self.path)
        out = self.folder / self.path.name
        told = self.program.tell("export", self.path, "--to", "nifti", "-o", out)
        points, numbers = placed(read)
        if points is None:
            self.assertNotEqual(told.status, 0)
            self.assertRegex(told.output, "microscope|no position")
            return
        if overlap(points):
            self.assertNotEqual(told.status, 0)
            self.assertRegex(told.output, "overlap")
            for number in (1, 2):
                self.assertTrue(any(one.segment_label in told.output for one in [read.get_segment_description(number)]))
            return
        self.assertEqual(told.status, 0, told.output)
        image = nibabel.load(next(out.glob("*.nii.gz")))
        there = space.indices(points, np.eye(4), image.affine)
        nearest = np.rint(there).astype(int)
        self.assertLess(np.abs(there - nearest).max(), 2e-2)
        found = np.asarray(image.dataobj)
        self.assertTrue(np.array_equal(found[tuple(nearest.T)], numbers))
        self.assertEqual(int(np.count_nonzero(found)), len(numbers))


def placed(read) -> tuple[np.ndarray | None, np.ndarray]:
    """Where each voxel of a segment lies, RAS mm, and the segment's number; None where it lies in no patient."""
    shared = read.SharedFunctionalGroupsSequence[0]
    frames = read.get("PerFrameFunctionalGroupsSequence")
    if frames is None:
        return None, np.array([])
    background = int(read.get("PixelPaddingValue", 0))
    points, numbers = [], []

    def group(frame, name):
        return getattr(frame, name)[0] if name in frame else getattr(shared, name)[0] if name in shared else None

    for pixels, frame in zip(read.get_stored_frames(), frames, strict=True):
        position, orientation = group(frame, "PlanePositionSequence"), group(frame, "PlaneOrientationSequence")
        if position is None or orientation is None:
            return None, np.array([])
        spacing = group(frame, "PixelMeasuresSequence").PixelSpacing
        place = space.of_dicom(position.ImagePositionPatient, orientation.ImageOrientationPatient, spacing, (0, 0, 1))
        values = values_of(read, frame, pixels, background)
        rows, columns = np.nonzero(values)
        at = np.stack([columns, rows, np.zeros_like(rows)], axis=1)
        points.append(at @ place[:3, :3].T + place[:3, 3])
        numbers.append(values[rows, columns])
    return np.concatenate(points), np.concatenate(numbers)


def values_of(read, frame, pixels: np.ndarray, background: int) -> np.ndarray:
    if read.SegmentationType == "LABELMAP":
        return np.where(pixels == background, 0, pixels)
    number = int(frame.SegmentIdentificationSequence[0].ReferencedSegmentNumber)
    half = 0.5 * float(read.get("MaximumFractionalValue", 1)) if read.SegmentationType == "FRACTIONAL" else 0.5
    return np.where(pixels >= half, number, 0)


def overlap(points: np.ndarray) -> bool:
    return len(np.unique(np.round(points, 3), axis=0)) < len(points)


def suite(bench):
    for case in bench.cases:
        if case.labels.size < 2e6:
            yield suites.of(Written, case.name, case=case)
    if bench.shared is None:
        return
    seg = bench.shared / "conformance/seg"
    folder = bench.folder / "conformance-seg"
    found = list(seg.glob("highdicom/data/test_files/seg*.dcm")) + list(seg.glob("dcmqi/data/segmentations/*.dcm"))
    for path in sorted(found + list(seg.glob("dcmqi/data/segmentations/*/seg/*"))):
        named = f"{path.parts[-3]}, {path.name}"
        yield suites.of(Conformance, named, program=bench.program, path=path, folder=folder / path.parts[-3])
