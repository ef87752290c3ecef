"""What `convert` gives back: read from the report that the program prints as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ._images import load
from ._results import Map, image_of


@dataclass(frozen=True)
class Converted:
    """One image that was converted, or refused.

    Attributes
    ----------
    path : pathlib.Path or None
        The NIfTI file; None where the image was refused or is in memory only.
    source : str
        What it was made from.
    sidecars : tuple of pathlib.Path
        Files beside it: ``.json``, ``.bval``, ``.bvec``. Empty where the image is in memory only.
    texts : dict of str
        What these hold, by their endings.
    notices : tuple of str
        What a person should know.
    error : str or None
        Why it was refused.
    details : dict
        All that the program's report says: ``shape``, ``affine``, ``datatype``, ``modality``, ``slices``, ...
    """

    path: Path | None
    source: str
    sidecars: tuple[Path, ...]
    texts: dict[str, str] = field(repr=False)
    notices: tuple[str, ...]
    error: str | None
    details: dict[str, Any] = field(repr=False)
    _loaded: Map = field(default=None, repr=False, compare=False)

    @classmethod
    def read(cls, values: Mapping[str, Any], keeps: bool, folder: Path) -> Converted:
        """From the program's report.

        Parameters
        ----------
        values : mapping
            An entry of ``outputs``.
        keeps : bool
            Whether the files stay; otherwise the image is taken into memory.
        folder : pathlib.Path
            Where the program ran.
        """
        file = folder / values["path"] if "path" in values else None
        sidecars = tuple(folder / name for name in values["sidecars"])
        return cls(
            file if keeps else None,
            values["source"],
            sidecars if keeps else (),
            {name.suffix: name.read_text("utf-8") for name in sidecars},
            tuple(values["notices"]),
            values.get("error"),
            dict(values),
            load(file) if file is not None and not keeps else file,
        )

    @property
    def image(self) -> Any:
        """The image of nibabel; None where it was refused."""
        return image_of(self._loaded)

    @property
    def sidecar(self) -> dict[str, Any]:
        """The json sidecar's fields; empty where there is none."""
        fields: dict[str, Any] = json.loads(self.texts.get(".json", "{}"))
        return fields


@dataclass(frozen=True)
class FileFate:
    """What became of a file: its path, ``used``, ``ignored`` or ``error``, why, and how many files it stands for."""

    path: str
    fate: str
    reason: str | None
    files: int


@dataclass(frozen=True)
class Conversion:
    """What was converted.

    Attributes
    ----------
    images : tuple of Converted
        Every image that was written.
    refused : tuple of Converted
        Every image that was not, with its ``error`` (with ``keep_going``).
    files : tuple of FileFate
        Every file that was found.
    """

    images: tuple[Converted, ...]
    refused: tuple[Converted, ...]
    files: tuple[FileFate, ...] = field(repr=False)

    @classmethod
    def read(cls, values: Mapping[str, Any], keeps: bool, folder: Path = Path()) -> Conversion:
        """From the program's report."""
        images = [Converted.read(one, keeps, folder) for one in values["outputs"]]
        return cls(
            tuple(one for one in images if one.error is None),
            tuple(one for one in images if one.error is not None),
            tuple(FileFate(one["path"], one["fate"], one.get("reason"), one["files"]) for one in values["inputs"]),
        )

    @property
    def image(self) -> Any:
        """The image of nibabel, where there is one only."""
        if len(self.images) != 1:
            raise ValueError(f"there are {len(self.images)} images, not one: see images")
        return self.images[0].image
