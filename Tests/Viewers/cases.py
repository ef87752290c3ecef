"""The series that label maps are made for, and what the program exports of them."""

import dataclasses
import functools
import pathlib

import nibabel
import numpy as np
import pydicom

from . import generated
from .program import Program

NAMES = {1: "liver", 2: "left kidney", 7: "Größter Herd", 300: "大動脈"}
COLOURS = {1: (221, 130, 101), 2: (185, 102, 83), 7: (255, 40, 10), 300: (216, 101, 79)}


def blobs(shape) -> np.ndarray:
    """Labels that a mirror, a turn or a shift moves: a hollow body, a beam at the border, one voxel, an ellipsoid."""
    i, j, k = (axis / count for axis, count in zip(np.indices(shape) + 0.5, shape, strict=True))
    labels = np.zeros(shape, np.uint16)
    body = (i > 0.1) & (i < 0.5) & (j > 0.1) & (j < 0.45) & (k > 0.15) & (k < 0.85)
    hole = (i > 0.22) & (i < 0.36) & (j > 0.2) & (j < 0.36) & (k > 0.3) & (k < 0.7)
    labels[body & ~hole] = 1
    labels[(i > 0.8) & (j > 0.3) & (k < 0.6)] = 2
    labels[((i - 0.35) / 0.25) ** 2 + ((j - 0.75) / 0.2) ** 2 + ((k - 0.6) / 0.45) ** 2 < 1] = 300
    labels[shape[0] - 2, 1, shape[2] - 1] = 7
    return labels


@dataclasses.dataclass
class Source:
    """Where a series lies, and what is special about it."""

    name: str
    path: pathlib.Path
    is_tilted: bool = False
    is_enhanced: bool = False
    is_mosaic: bool = False

    def files(self) -> list[pathlib.Path]:
        return [self.path] if self.path.is_file() else sorted(file for file in self.path.iterdir() if file.is_file())


def completed(series: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """A copy of a series that names no frame of reference, without which no object can be laid over it, with one."""
    folder.mkdir(parents=True)
    for file in sorted(series.iterdir()):
        image = pydicom.dcmread(file)
        image.FrameOfReferenceUID = generated.uid(image.SeriesInstanceUID, "frame")
        image.save_as(folder / file.name)
    return folder


def shared_sources(shared: pathlib.Path, made: pathlib.Path) -> list[Source]:
    """Real series; `made` is for copies of those that lack something."""
    dicom = shared / "conformance/dicom"
    oblique = completed(dicom / "dicom2nifti/anatomical/001", made / "oblique")
    tilted = completed(dicom / "dicom2nifti/failing/gantrytilting/001", made / "tilted")
    return [
        Source("axial CT", dicom / "dcm_qa_ct/In/Philips/S2010"),
        Source("oblique MR", oblique),
        Source("oblique MR, rounded", shared / "conformance/field/positions-rounded/in"),
        Source("tilted CT", tilted, is_tilted=True),
        Source("enhanced MR", dicom / "dcm_qa_enh/In/Siemens/XA10/6_1.dcm", is_enhanced=True),
        Source("mosaic", shared / "conformance/field/mosaic_without_MOSAIC_in_ImageType/in", is_mosaic=True),
    ]


def generated_sources(folder: pathlib.Path) -> list[Source]:
    angle = np.deg2rad(12)
    leaning = np.array([[1, 0, 0], [0, np.cos(angle), np.sin(angle)], [0, -np.sin(angle), np.cos(angle)]])
    generated.write(folder / "oblique")
    generated.write(folder / "tilted", "tilted", axes=leaning, step=(0, 0, 3.0), patient="Müller^Jürgen")
    generated.write(
        folder / "square", "square", axes=np.eye(3), shape=(40, 40, 12), spacing=(1.5, 1.5), patient="Müller^Jürgen"
    )
    return [
        Source("generated oblique CT", folder / "oblique"),
        Source("generated tilted CT", folder / "tilted", is_tilted=True),
        Source("generated square CT", folder / "square"),
    ]


class Case:
    """A series, a label map on its grid, and the exports of it, each made when it is first asked for."""

    def __init__(self, source: Source, program: Program, folder: pathlib.Path):
        self.source, self.program = source, program
        self.folder = folder / source.name.replace(" ", "-").replace(",", "")
        self.folder.mkdir()

    @property
    def name(self) -> str:
        return self.source.name

    @functools.cached_property
    def place(self) -> np.ndarray:
        """Voxel indices to RAS mm."""
        self.program.run("convert", "-i", self.source.path, "-o", self.folder / "image.nii.gz")
        return nibabel.load(self.folder / "image.nii.gz").affine

    @functools.cached_property
    def labels(self) -> np.ndarray:
        self.place  # noqa: B018
        return blobs(nibabel.load(self.folder / "image.nii.gz").shape[:3])

    @functools.cached_property
    def label_map(self) -> pathlib.Path:
        """The label map as nibabel writes it, NAME being 'map'."""
        path = self.folder / "map.nii.gz"
        save(path, self.labels, self.place)
        return path

    @functools.cached_property
    def table(self) -> pathlib.Path:
        path = self.folder / "names.csv"
        lines = [f"{label},{NAMES[label]},{','.join(map(str, COLOURS[label]))}" for label in NAMES]
        path.write_text("\n".join(["id,name,red,green,blue", *lines]) + "\n")
        return path

    def exported(self, kind: str) -> list[pathlib.Path]:
        return list(self._exported(kind))

    @functools.cache  # noqa: B019
    def _exported(self, kind: str) -> tuple[pathlib.Path, ...]:
        folder = self.folder / kind
        arguments = ["export", self.label_map, "--to", kind, "--table", self.table, "-o", folder]
        if kind.startswith("dicom") or kind == "rtstruct":
            arguments += ["--reference", self.source.path]
        self.program.run(*arguments)
        return tuple(sorted(folder.iterdir()))

    def one(self, kind: str) -> pathlib.Path:
        files = self.exported(kind)
        if len(files) != 1:
            raise AssertionError(f"{kind}: {len(files)} files: {files}")
        return files[0]

    @functools.cached_property
    def images(self) -> dict[str, pydicom.Dataset]:
        """The data sets of the series by instance, without pixels."""
        read = [pydicom.dcmread(file, stop_before_pixels=True) for file in self.source.files()]
        return {str(one.SOPInstanceUID): one for one in read if "Rows" in one}

    def positions(self) -> dict[tuple[str, int], np.ndarray]:
        """The positions in LPS mm of the source's frames, by instance and frame number (0 where an image is one)."""
        found = {}
        for instance, image in self.images.items():
            if "PerFrameFunctionalGroupsSequence" not in image:
                found[instance, 0] = np.array(image.ImagePositionPatient, float)
                continue
            for number, frame in enumerate(image.PerFrameFunctionalGroupsSequence, 1):
                found[instance, number] = np.array(frame.PlanePositionSequence[0].ImagePositionPatient, float)
        return found


def save(path: pathlib.Path, labels: np.ndarray, place: np.ndarray):
    image = nibabel.Nifti1Image(labels, place)
    image.set_sform(place, 1)
    nibabel.save(image, path)
