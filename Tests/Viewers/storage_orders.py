"""Label maps whose axes run another way than the image's: people were hurt by mirrored segmentations."""

import highdicom
import nibabel
import numpy as np
import pydicom
import SimpleITK
import slicerio
import trimesh

from . import space, suites
from .cases import Case
from .structures import even_odd

# Of the 48: all axes turned round, two of them, and axes exchanged.
ORDERS = "LPS RAS RPS LAS LPI SPL ASR IPR".split()


class StorageOrder(suites.Test):
    """The label map of a case, stored in another order, is shown at the same places."""

    case: Case
    order: str

    def test_every_format(self):
        image = nibabel.load(self.case.label_map)
        ours = nibabel.orientations.axcodes2ornt(self.order)
        turned = image.as_reoriented(
            nibabel.orientations.ornt_transform(nibabel.orientations.io_orientation(image.affine), ours)
        )
        folder = self.case.folder / self.order
        folder.mkdir()
        nibabel.save(turned, folder / "turned.nii.gz")
        kinds = "dicom-seg,rtstruct,seg.nrrd,mha,mgz,stl,glb"
        self.case.program.run(
            "export",
            folder / "turned.nii.gz",
            "--to",
            kinds,
            "--reference",
            self.case.source.path,
            "-o",
            folder / "out",
        )
        self.folder = folder / "out"
        for check in (self.dicom, self.structures, self.volumes, self.surfaces):
            with self.subTest(check.__name__):
                check()

    def require_same(self, voxels, affine, labels=None):
        labels = self.case.labels if labels is None else labels
        space.require_same(self, voxels, affine, labels, self.case.place)

    def dicom(self):
        volume = highdicom.seg.segread(self.folder / "turned.seg.dcm").get_volume(combine_segments=True)
        self.require_same(volume.array, space.TURNED @ volume.affine, self.numbered())

    def numbered(self) -> np.ndarray:
        return np.searchsorted(np.unique(self.case.labels), self.case.labels)

    def structures(self):
        found = np.zeros(self.case.labels.shape, np.uint16)
        columns, rows = np.meshgrid(np.arange(found.shape[0]), np.arange(found.shape[1]), indexing="ij")
        for n, region in enumerate(pydicom.dcmread(self.folder / "turned.rtstruct.dcm").ROIContourSequence, 1):
            for contour in region.ContourSequence:
                points = np.array(contour.ContourData, float).reshape(-1, 3) @ space.TURNED[:3, :3].T
                there = space.indices(points, np.eye(4), self.case.place)
                layer = found[:, :, int(np.rint(there[0, 2]))]
                inside = even_odd(there[:, :2], columns, rows)
                layer[inside] = np.where(layer[inside] == n, 0, n)
        self.assertEqual(int(np.count_nonzero(found != self.numbered())), 0)

    def volumes(self):
        read = slicerio.read_segmentation(str(self.folder / "turned.seg.nrrd"))
        self.require_same(read["voxels"], space.TURNED @ read["ijkToLPS"])
        self.require_same(*space.of_itk(SimpleITK.ReadImage(self.folder / "turned.mha")))
        image = nibabel.load(self.folder / "turned.mgz")
        self.require_same(np.asarray(image.dataobj), image.affine)

    def surfaces(self):
        mesh = trimesh.load(next(self.folder.glob("turned_1_*.stl")), force="mesh")
        self.assertTrue(mesh.is_watertight)
        self.assertGreater(mesh.volume, 0, "inside out")
        centre = np.argwhere(self.case.labels == 1).mean(axis=0) @ self.case.place[:3, :3].T + self.case.place[:3, 3]
        away = np.linalg.inv(self.case.place[:3, :3]) @ (mesh.center_mass * [-1, -1, 1] - centre)
        self.assertLess(np.abs(away).max(), 0.5)


def suite(bench):
    for order in ORDERS:
        yield suites.of(StorageOrder, order, case=bench.cases[0], order=order)
