"""What calls give back: read from the JSON that the program writes, never from text for people."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union

from ._arguments import StrPath
from ._images import load

if TYPE_CHECKING:
    from numpy.typing import NDArray


def number(value: Any) -> float | None:
    """A number of JSON, which writes 1.0 as 1; None where there is none."""
    return None if value is None else float(value)


@dataclass(frozen=True)
class Prediction:
    """The Dice to be expected, where the pack was checked.

    Attributes
    ----------
    dice, lower, upper : float
        The prediction, and the interval meant to hold nine of ten.
    """

    dice: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Structure:
    """One label of a result.

    Attributes
    ----------
    id, name
        Its number in the label map, and its name in the task.
    voxels, mm3
        How large it is.
    mean_probability : float or None
        Mean probability over its voxels; None where there are none.
    expected_dice : float
        The Dice that the probabilities promise.
    predicted_dice : Prediction or None
        The Dice to be expected; None where the pack was not checked for this.
    mean_intensity, intensity_deviation : float or None
        Of the image's values under it.
    flags : tuple of str
        Why a person should look at it.
    """

    id: int
    name: str
    voxels: int
    mm3: float
    mean_probability: float | None
    expected_dice: float
    predicted_dice: Prediction | None
    mean_intensity: float | None
    intensity_deviation: float | None
    flags: tuple[str, ...]

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Structure:
        """From the program's JSON."""
        prediction = values.get("predictedDice")
        return cls(
            values["id"],
            values["name"],
            values["voxels"],
            float(values["mm3"]),
            number(values.get("meanProbability")),
            float(values["expectedDice"]),
            Prediction(*(float(prediction[key]) for key in ("dice", "lower", "upper"))) if prediction else None,
            number(values.get("meanIntensity")),
            number(values.get("intensityDeviation")),
            tuple(values["flags"]),
        )


class _Found:
    """What was found in one image, by the names of the structures."""

    structures: tuple[Structure, ...]

    @property
    def labels(self) -> dict[int, str]:
        """Names by the numbers in the label map."""
        return {one.id: one.name for one in self.structures}

    @property
    def volumes(self) -> dict[str, float]:
        """Cubic millimetres by name."""
        return {one.name: one.mm3 for one in self.structures}

    @property
    def confidence(self) -> dict[str, float]:
        """By name the Dice to be expected: predicted where the pack was checked, else as the probabilities promise."""
        return {
            one.name: one.predicted_dice.dice if one.predicted_dice else one.expected_dice for one in self.structures
        }


#: A map of a result: in a file, or in memory, or not asked for.
Map = Union[Path, Any, None]


def image_of(of: Map) -> Any:
    return load(of) if isinstance(of, Path) else of


@dataclass(frozen=True, eq=False)
class Segmentation(_Found):
    """One volume, segmented.

    ``numpy.asarray(segmentation)`` are its voxels.

    Attributes
    ----------
    structures : tuple of Structure
        What was found, a label each.
    notices : tuple of str
        What a person should know.
    path : pathlib.Path or None
        The label map's file, where one was asked for.
    """

    structures: tuple[Structure, ...]
    notices: tuple[str, ...]
    path: Path | None
    _labels: Map = field(repr=False)
    _probability: Map = field(repr=False)
    _disagreement: Map = field(repr=False)

    @property
    def image(self) -> Any:
        """The label map as an image of nibabel, on the grid of what was segmented."""
        return image_of(self._labels)

    @property
    def probability(self) -> Any:
        """How probable the most probable label of each voxel is; None where it was not asked for."""
        return image_of(self._probability)

    @property
    def disagreement(self) -> Any:
        """How far apart network, vote, planes and draws are on that; None where it was not asked for."""
        return image_of(self._disagreement)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        import numpy

        return numpy.asarray(self.image.dataobj, dtype=dtype)


@dataclass(frozen=True)
class Case(_Found):
    """One image of a study, and what became of it.

    Attributes
    ----------
    id : str
        Its name, and that of its folder.
    status : str
        ``done``, ``kept`` (from an earlier run), ``failed`` or ``waiting``.
    source : str
        What it was made from.
    folder : pathlib.Path
        Where its results are.
    outputs : tuple of pathlib.Path
        Its files.
    structures, notices
        As of `Segmentation`.
    seconds : float
        Time that it took.
    reason, category, stage : str or None
        Of a failed one: why, of which kind, and what was going on.
    """

    id: str
    status: str
    source: str
    folder: Path
    outputs: tuple[Path, ...]
    structures: tuple[Structure, ...]
    notices: tuple[str, ...]
    seconds: float
    reason: str | None = None
    category: str | None = None
    stage: str | None = None

    @classmethod
    def read(cls, values: Mapping[str, Any], results: Path) -> Case:
        """From a line of ``cases.json``."""
        return cls(
            values["id"],
            values["status"],
            values["source"],
            results / values["id"],
            tuple(results / name for name in values["outputs"]),
            tuple(Structure.read(one) for one in values["structures"]),
            tuple(values["notices"]),
            float(values["seconds"]),
            values.get("reason"),
            values.get("category"),
            values.get("stage"),
        )

    @property
    def is_done(self) -> bool:
        """Whether its results are there."""
        return self.status in ("done", "kept")

    @property
    def path(self) -> Path | None:
        """Its label map; None where it has no results."""
        return next((file for file in self.outputs if file.name == f"{self.id}_labels.nii.gz"), None)

    @property
    def image(self) -> Any:
        """Its label map as an image of nibabel; None where it has no results."""
        return image_of(self.path)


@dataclass(frozen=True)
class Ignored:
    """Something in a study that is no case: its path, why, and how many files it stands for."""

    path: str
    reason: str
    files: int


@dataclass(frozen=True)
class RunResult:
    """A results folder after a run. It stands for its folder wherever a path is asked for.

    Attributes
    ----------
    output : pathlib.Path
        The results folder.
    cases : tuple of Case
        Every case of the study.
    ignored : tuple of Ignored
        Every file that is no case.
    made : dict
        What made the results: version, options, hashes.
    stale : dict
        By case what has changed since its results were made; filled where the program said that some are stale.
    """

    output: Path
    cases: tuple[Case, ...]
    ignored: tuple[Ignored, ...]
    made: dict[str, Any] = field(repr=False)
    stale: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, output: StrPath, stale: dict[str, list[str]] | None = None) -> RunResult:
        """Read the results folder of an earlier run.

        Examples
        --------
        >>> import tomos
        >>> _ = tomos.run("fast.yaml", "study", "results")
        >>> [case.id for case in tomos.RunResult.read("results").done]
        ['case-1']
        """
        folder = Path(output)
        values = json.loads((folder / "cases.json").read_text("utf-8"))
        return cls(
            folder,
            tuple(Case.read(one, folder) for one in values["cases"]),
            tuple(Ignored(one["path"], one["reason"], one["files"]) for one in values["ignored"]),
            values["made"],
            stale or {},
        )

    @property
    def done(self) -> tuple[Case, ...]:
        """Cases whose results are there."""
        return tuple(case for case in self.cases if case.is_done)

    @property
    def failed(self) -> tuple[Case, ...]:
        """Cases that were refused or broke off; `Case.reason` says why."""
        return tuple(case for case in self.cases if case.status == "failed")

    @property
    def waiting(self) -> tuple[Case, ...]:
        """Cases that are still to be done."""
        return tuple(case for case in self.cases if case.status == "waiting")

    def __getitem__(self, case: str) -> Case:
        for one in self.cases:
            if one.id == case:
                return one
        raise KeyError(case)

    def __fspath__(self) -> str:
        return os.fspath(self.output)
