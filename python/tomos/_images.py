"""Images in memory (nibabel) on their way to the program and back: through NIfTI files that are gone afterwards."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Union

from ._arguments import StrPath, path

if TYPE_CHECKING:
    from nibabel.spatialimages import SpatialImage

#: An image: a path, or an image of nibabel.
ImageLike = Union[str, "os.PathLike[str]", "SpatialImage"]


def is_path(image: Any) -> bool:
    """Whether it is a path; otherwise it must be an image of nibabel."""
    if isinstance(image, (str, os.PathLike)):
        return True
    if hasattr(image, "dataobj") and hasattr(image, "affine"):
        return False
    way = ": nibabel.Nifti1Image(array, affine) says where it lies" if hasattr(image, "__array__") else ""
    raise TypeError(f"an image is a path or an image of nibabel, not {type(image).__name__}{way}")


class Exchange:
    """A folder for the files of one call, gone at its end."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Exchange:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._folder is not None:
            self._folder.cleanup()

    def folder(self, name: str) -> Path:
        """A folder of that name in it, made when missing."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="tomos-")
        folder = Path(self._folder.name) / name
        folder.mkdir(exist_ok=True)
        return folder

    def argument(self, image: ImageLike, role: str = "in", name: str | None = None) -> str:
        """An image as an argument: its path, or that of a NIfTI file which is written for it.

        Parameters
        ----------
        image : path or nibabel image
            The image.
        role : str
            What it is in this call; each role has a folder of its own.
        name : str, optional
            The file's name without its ending; by default that of the image, or ``image``.
        """
        if isinstance(image, (str, os.PathLike)) or is_path(image):
            return path(image)  # type: ignore[arg-type]
        return str(_save(image, self.folder(role), name or name_of(image) or "image"))


def name_of(image: ImageLike) -> str | None:
    """The name of an image's file without its ending, where it has one."""
    if isinstance(image, (str, os.PathLike)):
        file: str | None = os.fspath(image)
    else:
        file = image.get_filename()
    if not file:
        return None
    name = Path(file).name
    for ending in (".nii.gz", ".nii", ".hdr", ".img", ".mgz", ".mgh", ".nrrd", ".mha", ".mhd"):
        if name.lower().endswith(ending):
            return name[: -len(ending)]
    return name


def _save(image: SpatialImage, folder: Path, name: str) -> Path:
    import nibabel

    file = folder / f"{name}.nii"
    number = 1
    while file.exists():
        number += 1
        file = folder / f"{name}-{number}.nii"
    nibabel.save(image, file)
    return file


def load(file: StrPath, affine: Any = None) -> Any:
    """An image of nibabel, wholly in memory: its file may go.

    Parameters
    ----------
    file : path
        A NIfTI file.
    affine : array, optional
        The affine in full precision, where it is known; the file's otherwise.
    """
    import numpy

    nibabel = require_nibabel(f"{os.fspath(file)} as an image")
    image = nibabel.load(file)
    return type(image)(numpy.asanyarray(image.dataobj), image.affine if affine is None else affine, image.header)


def require_nibabel(what: str) -> Any:
    """nibabel, or an error that says for what it is needed."""
    try:
        import nibabel
    except ImportError as error:
        raise ImportError(
            f"{what} needs nibabel (pip install 'tomos-seg[nibabel]'); paths in and out need nothing"
        ) from error
    return nibabel


def affine_of(image: ImageLike) -> Any:
    """The affine of an image in memory; None of a path."""
    return None if is_path(image) else image.affine  # type: ignore[union-attr]
