"""RT Structure Sets: what the standard asks for, and the voxels that other readers fill."""

import contextlib
import io
import logging
import pathlib
import shutil
import subprocess
import tempfile

import numpy as np
import pydicom
import SimpleITK

from . import space, suites
from .cases import COLOURS, NAMES, Case
from .outside import dciodvfy_errors


class Structures(suites.Test):
    """The structure set of one case."""

    case: Case

    def setUp(self):
        self.path = self.case.one("rtstruct")
        self.object = pydicom.dcmread(self.path)
        self.names = {int(one.ROINumber): one.ROIName for one in self.object.StructureSetROISequence}

    def test_validator_finds_no_error(self):
        self.assertEqual(dciodvfy_errors(self, self.path), [])

    def test_names_colours_and_frame_of_reference(self):
        source = next(iter(self.case.images.values()))
        self.assertEqual(sorted(self.names.values()), sorted(NAMES.values()))
        for one in self.object.StructureSetROISequence:
            self.assertEqual(one.ReferencedFrameOfReferenceUID, source.FrameOfReferenceUID)
        for one in self.object.ROIContourSequence:
            label = self.label(int(one.ReferencedROINumber))
            self.assertEqual([int(value) for value in one.ROIDisplayColor], list(COLOURS[label]))
        frame = self.object.ReferencedFrameOfReferenceSequence[0]
        self.assertEqual(frame.FrameOfReferenceUID, source.FrameOfReferenceUID)
        study = frame.RTReferencedStudySequence[0]
        self.assertEqual(study.ReferencedSOPInstanceUID, source.StudyInstanceUID)
        series = study.RTReferencedSeriesSequence[0]
        self.assertEqual(series.SeriesInstanceUID, source.SeriesInstanceUID)
        named = {one.ReferencedSOPInstanceUID for one in series.ContourImageSequence}
        self.assertTrue(named <= set(self.case.images))
        self.assertEqual(self.object.StudyInstanceUID, source.StudyInstanceUID)
        self.assertEqual(str(self.object.PatientName), str(source.PatientName))

    def label(self, roi: int) -> int:
        return next(label for label, name in NAMES.items() if name == self.names[roi])

    def test_contours_lie_on_their_images(self):
        positions = self.case.positions()
        for region in self.object.ROIContourSequence:
            for contour in region.ContourSequence:
                self.assertEqual(contour.ContourGeometricType, "CLOSED_PLANAR")
                points = np.array(contour.ContourData, float).reshape(-1, 3)
                self.assertEqual(len(points), int(contour.NumberOfContourPoints))
                self.assertGreaterEqual(len(points), 3)
                inside = space.indices(points @ space.TURNED[:3, :3].T, np.eye(4), self.case.place)
                flat = np.abs(inside[:, 2] - np.rint(inside[:, 2])).max()
                self.assertLess(flat, 0.02, "a contour leaves its slice, as a share of a slice")
                if self.case.source.is_mosaic:
                    continue
                image = contour.ContourImageSequence[0]
                number = int(image.get("ReferencedFrameNumber", 0))
                self.assertEqual(number > 0, self.case.source.is_enhanced)
                position = space.TURNED[:3, :3] @ positions[image.ReferencedSOPInstanceUID, number]
                k = space.indices(position[None], np.eye(4), self.case.place)[0, 2]
                self.assertLess(abs(k - inside[0, 2]), 0.05, "a contour names the image of another slice")

    def test_filled_by_a_rule_of_our_own(self):
        """Even-odd, at the voxels' centres: no reader's, but of the standard, and true to tilt and frames."""
        found = np.zeros(self.case.labels.shape, np.uint16)
        columns, rows = np.meshgrid(np.arange(found.shape[0]), np.arange(found.shape[1]), indexing="ij")
        for region in self.object.ROIContourSequence:
            inside = np.zeros(found.shape, bool)
            for contour in region.ContourSequence:
                points = np.array(contour.ContourData, float).reshape(-1, 3) @ space.TURNED[:3, :3].T
                there = space.indices(points, np.eye(4), self.case.place)
                inside[:, :, int(np.rint(there[0, 2]))] ^= even_odd(there[:, :2], columns, rows)
            found[inside] = self.label(int(region.ReferencedROINumber))
        self.assertEqual(int(np.count_nonzero(found != self.case.labels)), 0, "voxels differ")

    def left_out(self, reader: str):
        if self.case.source.is_tilted:
            self.skipTest(f"{reader} takes slices for upright, whatever their tilt")
        if self.case.source.is_enhanced or self.case.source.is_mosaic:
            self.skipTest(f"{reader} reads a file a slice")
        if "rounded" in self.case.name:
            self.skipTest(f"{reader} wants positions that are not rounded")

    def require_masks(self, masks: dict[str, np.ndarray | None]):
        for label, name in NAMES.items():
            with self.subTest(name):
                self.assertIsNotNone(masks[name], "no such region was read")
                differing = masks[name] != (self.case.labels == label)
                # A voxel whose centre lies on the right side of the border, of which no reader moves more than half.
                self.assertEqual(int(differing.sum()), 0, "voxels differ")

    def test_rt_utils_reads_it(self):
        suites.requires(self, "rt_utils")
        self.left_out("rt-utils")
        if self.case.labels.shape[0] != self.case.labels.shape[1]:
            self.skipTest("rt-utils reads images as wide as high only")
        from rt_utils import RTStructBuilder

        with images_only(self.case) as folder:
            read = RTStructBuilder.create_from(dicom_series_path=str(folder), rt_struct_path=str(self.path))
            masks = {name: read.get_roi_mask_by_name(name).transpose(1, 0, 2) for name in read.get_roi_names()}
        self.require_masks({name: self.on_grid(mask) for name, mask in masks.items()})

    def on_grid(self, mask: np.ndarray) -> np.ndarray:
        """rt-utils sorts slices by position along the normal, as the label map's are."""
        return mask

    def test_dcmrtstruct2nii_reads_it(self):
        suites.requires(self, "dcmrtstruct2nii")
        self.left_out("dcmrtstruct2nii")
        # Of 2023: pydicom 3 no longer has the name.
        pydicom.read_file = pydicom.dcmread
        with contextlib.redirect_stdout(io.StringIO()):
            from dcmrtstruct2nii import dcmrtstruct2nii
            from dcmrtstruct2nii.adapters.convert.filenameconverter import FilenameConverter

        logging.disable(logging.CRITICAL)
        with images_only(self.case) as folder, tempfile.TemporaryDirectory() as out:
            dcmrtstruct2nii(str(self.path), str(folder), out, convert_original_dicom=False)
            masks = dict.fromkeys(NAMES.values())
            for name in masks:
                path = pathlib.Path(out) / f"{FilenameConverter().convert(f'mask_{name}')}.nii.gz"
                masks[name] = self.from_itk(SimpleITK.ReadImage(path)) if path.exists() else None
        logging.disable(logging.NOTSET)
        self.require_masks(masks)

    def from_itk(self, image) -> np.ndarray:
        """A mask on the label map's grid."""
        voxels, affine = space.of_itk(image)
        points = np.argwhere(voxels)
        there = space.indices(points, affine, self.case.place)
        nearest = np.rint(there).astype(int)
        self.assertLess(np.abs(there - nearest).max(initial=0), 0.05, "the mask lies between voxels")
        mask = np.zeros(self.case.labels.shape, bool)
        mask[tuple(nearest.T)] = True
        return mask

    def test_plastimatch_reads_it(self):
        if shutil.which("plastimatch") is None:
            self.skipTest("plastimatch is not installed (Debian's package of that name)")
        self.left_out("plastimatch")
        if abs(self.case.place[2, 2]) < np.linalg.norm(self.case.place[:3, 2]) / 2:
            self.skipTest("plastimatch takes slices for axial")
        with images_only(self.case) as folder, tempfile.TemporaryDirectory() as out:
            done = subprocess.run(
                ["plastimatch", "convert", "--input", self.path, "--referenced-ct", folder]
                + ["--output-prefix", out, "--prefix-format", "nrrd"],
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
            )
            files = {path.stem: path for path in pathlib.Path(out).glob("*.nrrd")}
            self.assertEqual(len(files), len(NAMES), done.stdout[-500:] + done.stderr[-500:])
            masks = {}
            for name in NAMES.values():
                path = files.get(name.replace(" ", "_")) or files.get(name)
                masks[name] = None if path is None else self.from_itk(SimpleITK.ReadImage(path))
        self.require_masks(masks)


def even_odd(polygon: np.ndarray, columns: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The points that a ray along the rows leaves the polygon from an odd number of times."""
    inside = np.zeros(columns.shape, bool)
    low, high = np.floor(polygon.min(axis=0)).astype(int), np.ceil(polygon.max(axis=0)).astype(int)
    window = tuple(slice(max(a, 0), b + 1) for a, b in zip(low, high, strict=True))
    x, y = columns[window], rows[window]
    part = np.zeros(x.shape, bool)
    for (x0, y0), (x1, y1) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if y0 == y1:
            continue
        crosses = (y0 > y) != (y1 > y)
        part ^= crosses & (x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
    inside[window] = part
    return inside


@contextlib.contextmanager
def images_only(case: Case):
    """A folder of the series' images alone: these readers take every file for one."""
    with tempfile.TemporaryDirectory() as folder:
        for n, file in enumerate(case.source.files()):
            if "ImagePositionPatient" in pydicom.dcmread(file, stop_before_pixels=True):
                shutil.copy(file, pathlib.Path(folder) / f"{n:04d}.dcm")
        yield pathlib.Path(folder)


def suite(bench):
    for case in bench.cases:
        yield suites.of(Structures, case.name, case=case)
