"""What cannot be right ends in a clear error, what only looks wrong in a right file; nothing is left half-written."""

import json
import pathlib
import shutil

import highdicom
import nibabel
import numpy as np
import pydicom
import slicerio

from . import generated, space, suites
from .cases import Case, save
from .outside import dciodvfy_errors

DICOM = "dicom-seg", "dicom-labelmap", "rtstruct"
# A viewer may show names as HTML, put them into a table's line, or turn the line's direction.
NAMES = {
    1: "<script>alert(1)</script>",
    2: 'a "quoted", name; with = and : signs',
    7: "two\nlines\r\nand a\ttab",
    300: "\u202eright to left\u202c \u200f and a backslash \\ ^ ~ | &",
}
# What turns the direction of what follows, or ends a line.
UNWANTED = "\n\r\t\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"


class BadInput(suites.Test):
    """With the generated series."""

    case: Case

    def setUp(self):
        self.folder = self.case.folder / f"bad-{self._testMethodName}"
        self.folder.mkdir()
        self.out = self.folder / "out"

    def require_refused(self, says: str, *arguments):
        told = self.case.program.tell("export", *arguments, "-o", self.out)
        self.assertIn(told.status, (64, 65, 66, 74), told.output[-500:])
        self.assertRegex(told.output, says)
        self.assertNotIn("Fatal error", told.output)
        self.assertEqual(suites.left_behind(self.out), [], "something half-written is left")

    def test_a_reference_of_another_grid(self):
        other = generated.write(self.folder / "other", "other", shape=(24, 20, 12))
        turned = generated.write(self.folder / "turned", "turned", axes=np.eye(3))
        for reference in (other, turned):
            for kind in (*DICOM, "nifti"):
                with self.subTest(kind, reference=reference.name):
                    self.require_refused("grid|lie on", self.case.label_map, "--to", kind, "--reference", reference)

    def test_a_reference_that_lacks_a_slice(self):
        series = self.folder / "series"
        shutil.copytree(self.case.source.path, series)
        lacking = sorted(series.iterdir(), key=lambda file: int(pydicom.dcmread(file).InstanceNumber))[4]
        lacking.unlink()
        for kind in DICOM:
            with self.subTest(kind):
                self.require_refused("slice", self.case.label_map, "--to", kind, "--reference", series)

    def test_no_reference(self):
        for kind in DICOM:
            with self.subTest(kind):
                self.require_refused("--reference", self.case.label_map, "--to", kind)

    def test_a_reference_of_no_frame_of_reference(self):
        series = self.folder / "series"
        series.mkdir()
        for file in self.case.source.files():
            image = pydicom.dcmread(file)
            del image.FrameOfReferenceUID
            image.save_as(series / file.name)
        for kind in DICOM:
            with self.subTest(kind):
                self.require_refused("frame of reference", self.case.label_map, "--to", kind, "--reference", series)

    def test_an_empty_label_map(self):
        path = self.folder / "empty.nii.gz"
        save(path, np.zeros_like(self.case.labels), self.case.place)
        for kind in ("rtstruct", "stl", "obj", "ply", "glb"):
            with self.subTest(kind):
                self.require_refused("empty", path, "--to", kind, "--reference", self.case.source.path)
        for kind in ("seg.nrrd", "nrrd", "mha", "mgz", "nifti", "dicom-seg", "dicom-labelmap"):
            with self.subTest(kind):
                self.require_empty_or_refused(path, kind)

    def require_empty_or_refused(self, path: pathlib.Path, kind: str):
        out = self.folder / kind
        told = self.case.program.tell("export", path, "--to", kind, "--reference", self.case.source.path, "-o", out)
        if told.status != 0:
            self.assertRegex(told.output, "empty|no label|no segment")
            self.assertEqual(suites.left_behind(out), [])
            return
        self.assertEqual(len(suites.left_behind(out)), 1)
        made = next(out.iterdir())
        if kind.startswith("dicom"):
            read = highdicom.seg.segread(made)
            self.assertEqual(int(np.count_nonzero(read.get_stored_frames())), 0)
            if kind == "dicom-seg":
                self.assertEqual(dciodvfy_errors(self, made), [])
        elif kind == "seg.nrrd":
            self.assertFalse(slicerio.read_segmentation(str(made))["voxels"].any())
        elif kind in ("nifti", "mgz"):
            self.assertFalse(np.asarray(nibabel.load(made).dataobj).any())

    def test_three_hundred_labels(self):
        labels = np.zeros(self.case.labels.shape, np.uint16)
        labels.ravel()[: 300 * 3] = np.repeat(np.arange(1, 301), 3)
        path = self.folder / "many.nii.gz"
        save(path, labels, self.case.place)
        arguments = ["--reference", self.case.source.path, "-o", self.out]
        self.case.program.run("export", path, "--to", "dicom-seg,dicom-labelmap,seg.nrrd,mgz", *arguments)
        read = slicerio.read_segmentation(str(self.out / "many.seg.nrrd"))
        self.assertEqual(len(read["segments"]), 300)
        space.require_same(self, read["voxels"], space.TURNED @ read["ijkToLPS"], labels, self.case.place)
        for name in ("many.seg.dcm", "many.labelmap.dcm"):
            volume = highdicom.seg.segread(self.out / name).get_volume(combine_segments=True)
            space.require_same(self, volume.array, space.TURNED @ volume.affine, labels, self.case.place)
        image = nibabel.load(self.out / "many.mgz")
        space.require_same(self, np.asarray(image.dataobj), image.affine, labels, self.case.place)

    def test_names_that_mean_something_elsewhere(self):
        table = self.folder / "dataset.json"
        table.write_text(json.dumps({"labels": {"background": 0} | {name: label for label, name in NAMES.items()}}))
        kinds = [*DICOM, "seg.nrrd", "stl", "ply", "obj", "glb", "itk-snap", "slicer", "slicer-csv", "freesurfer"]
        kinds += ["fsleyes", "niivue", "bids"]
        arguments = ["--table", table, "--reference", self.case.source.path]
        told = self.case.program.tell(
            "export", self.case.label_map, "--to", ",".join(kinds), *arguments, "-o", self.out
        )
        if told.status != 0:
            self.assertRegex(told.output, "name")
            self.assertEqual(suites.left_behind(self.out), [], told.output)
            self.skipTest(f"such names are refused: {told.output[-200:]}")
        for file in self.out.iterdir():
            self.assertFalse(set(file.name) & set(UNWANTED + '<>"|\\/:*?'), f"a file is named {file.name!r}")
        self.require_readable_names()

    def require_readable_names(self):
        binary = pydicom.dcmread(self.out / "map.seg.dcm")
        self.assertEqual(dciodvfy_errors(self, self.out / "map.seg.dcm"), [])
        self.assertEqual(dciodvfy_errors(self, self.out / "map.rtstruct.dcm"), [])
        self.require_names("dicom-seg", [one.SegmentLabel for one in binary.SegmentSequence])
        structures = pydicom.dcmread(self.out / "map.rtstruct.dcm")
        self.require_names("rtstruct", [one.ROIName for one in structures.StructureSetROISequence])
        read = slicerio.read_segmentation(str(self.out / "map.seg.nrrd"))
        space.require_same(self, read["voxels"], space.TURNED @ read["ijkToLPS"], self.case.labels, self.case.place)
        self.require_names("seg.nrrd", [one["name"] for one in sorted(read["segments"], key=lambda s: s["labelValue"])])
        # A table's line is a label's; a name that breaks it would name others wrongly.
        lines = (self.out / "map.label").read_text().splitlines()
        self.assertEqual(sum(1 for line in lines if line.split() and line.split()[0] in ("1", "2", "7", "300")), 4)
        json.loads((self.out / "map.niivue.json").read_text())

    def require_names(self, kind: str, names: list[str]):
        self.assertEqual(len(names), 4, kind)
        for name in names:
            self.assertFalse(set(name) & set(UNWANTED), f"{kind}: {name!r}")
            self.assertTrue(name.strip(), kind)
        for name, part in zip(names, ("script", "quoted", "lines", "right to left"), strict=True):
            self.assertIn(part, name, kind)

    def test_a_file_that_is_no_label_map(self):
        damaged = self.folder / "damaged.seg.dcm"
        damaged.write_bytes(self.case.one("dicom-seg").read_bytes()[:1500])
        cut = self.folder / "cut.seg.nrrd"
        cut.write_bytes(self.case.one("seg.nrrd").read_bytes()[:-100])
        short = self.folder / "cut.mgz"
        short.write_bytes(self.case.one("mgz").read_bytes()[:-100])
        image = next(iter(self.case.source.files()))
        for path in (damaged, cut, short, image, self.folder / "none.nii.gz"):
            with self.subTest(path.name):
                self.require_refused("error", path, "--to", "mha")

    def test_what_was_there_stays(self):
        arguments = ["export", self.case.label_map, "-o", self.out, "--to"]
        self.case.program.run(*arguments, "dicom-seg,seg.nrrd", "--reference", self.case.source.path)
        before = {one.name: one.read_bytes() for one in self.out.iterdir()}
        other = generated.write(self.folder / "other", "other", shape=(24, 20, 12))
        told = self.case.program.tell(*arguments, "dicom-seg", "--reference", other)
        self.assertNotEqual(told.status, 0)
        self.assertEqual({one.name: one.read_bytes() for one in self.out.iterdir()}, before)

    def test_a_folder_that_cannot_be_written_to(self):
        blocked = self.folder / "file"
        blocked.write_text("")
        told = self.case.program.tell("export", self.case.label_map, "--to", "seg.nrrd", "-o", blocked / "out")
        self.assertNotEqual(told.status, 0)
        self.assertIn("error", told.output)


def suite(bench):
    yield suites.of(BadInput, bench.cases[0].name, case=bench.cases[0])
