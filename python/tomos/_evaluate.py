"""``tomos evaluate``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from ._arguments import StrPath, commas, options
from ._images import Exchange, ImageLike
from ._options import Labels
from ._process import call
from ._results import number

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: All metrics, as the program spells them, and as attributes are spelled here.
METRICS: dict[str, str] = {
    "dice": "dice",
    "iou": "iou",
    "precision": "precision",
    "recall": "recall",
    "volumeDifference": "volume_difference",
    "relativeVolumeDifference": "relative_volume_difference",
    "hd": "hd",
    "hd95": "hd95",
    "assd": "assd",
    "nsd": "nsd",
}


@dataclass(frozen=True)
class Row:
    """One label of one case; docs/evaluation.md defines the metrics. None is no value.

    Attributes
    ----------
    case, label, name
        The case, and the label's number and name.
    result_voxels, truth_voxels, intersection, result_mm3, truth_mm3
        Sizes.
    dice, iou, precision, recall, nsd
        From 0 to 1.
    volume_difference, relative_volume_difference
        In mm3, and as a part of the truth.
    hd, hd95, assd
        Surface distances in mm.
    """

    case: str
    label: int
    name: str | None
    result_voxels: int
    truth_voxels: int
    intersection: int
    result_mm3: float
    truth_mm3: float
    dice: float | None = None
    iou: float | None = None
    precision: float | None = None
    recall: float | None = None
    volume_difference: float | None = None
    relative_volume_difference: float | None = None
    hd: float | None = None
    hd95: float | None = None
    assd: float | None = None
    nsd: float | None = None

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Row:
        """From the program's JSON."""
        return cls(
            values["id"],
            values["label"],
            values.get("name"),
            values["resultVoxels"],
            values["truthVoxels"],
            values["intersection"],
            float(values["resultVolume"]),
            float(values["truthVolume"]),
            **{ours: number(values.get(name)) for name, ours in METRICS.items()},
        )


@dataclass(frozen=True)
class Summary:
    """A metric over several cases: mean, median, how many cases have a value, and the 95 % interval of the mean."""

    mean: float
    median: float
    cases: int
    low: float | None = None
    high: float | None = None


def _summaries(values: Mapping[str, Any]) -> dict[str, Summary]:
    return {
        METRICS[name]: Summary(
            float(one["mean"]), float(one["median"]), one["cases"], number(one.get("low")), number(one.get("high"))
        )
        for name, one in values.items()
    }


@dataclass(frozen=True)
class LabelScores:
    """One label over all cases.

    Attributes
    ----------
    label, name
        The label's number and name.
    metrics : dict of Summary
        By the metric's name.
    one_empty : int
        Cases of which only one map holds the label.
    """

    label: int
    name: str | None
    metrics: dict[str, Summary] = field(repr=False)
    one_empty: int = 0


@dataclass(frozen=True)
class Evaluation:
    """A comparison of label maps with the truth.

    Attributes
    ----------
    mean : float or None
        Mean Dice of all cases and labels; None where there is no label at all.
    rows : tuple of Row
        A case and label each; ``pandas.DataFrame(evaluation.rows)`` makes a table of them.
    labels : tuple of LabelScores
        A label each.
    all : dict of Summary
        Each metric over all cases and labels.
    without_truth, without_result : tuple of str
        Cases of which one map is not there.
    """

    mean: float | None
    rows: tuple[Row, ...] = field(repr=False)
    labels: tuple[LabelScores, ...]
    all: dict[str, Summary] = field(repr=False)
    without_truth: tuple[str, ...]
    without_result: tuple[str, ...]

    def array(self, metric: str = "dice") -> NDArray[Any]:
        """A metric as an array of NumPy: cases (in order) by labels (ascending); NaN is no value."""
        import numpy

        if metric not in METRICS.values():
            raise ValueError(f"metric {metric!r}: use one of {', '.join(METRICS.values())}")
        cases = {case: n for n, case in enumerate(dict.fromkeys(row.case for row in self.rows))}
        labels = {label: n for n, label in enumerate(sorted({row.label for row in self.rows}))}
        values = numpy.full((len(cases), len(labels)), numpy.nan)
        for row in self.rows:
            value = getattr(row, metric)
            values[cases[row.case], labels[row.label]] = numpy.nan if value is None else value
        return values


def evaluate(
    results: ImageLike,
    truth: ImageLike,
    *,
    task: StrPath | None = None,
    labels: Labels | None = None,
    tolerance: float | None = None,
    surface: Literal["voxels", "contour"] | None = None,
    both_empty: Literal["skip", "one"] | None = None,
    one_empty: Literal["zero", "skip"] | None = None,
    csv: StrPath | None = None,
    plot: StrPath | None = None,
    reviews: StrPath | None = None,
    jobs: int | None = None,
) -> Evaluation:
    """Compare label maps with the truth: overlap, volumes and surface distances of each label.

    The options are those of ``tomos evaluate``, spelled alike; ``tomos help evaluate`` says what they do.

    Parameters
    ----------
    results, truth : path, nibabel image or RunResult
        Two label maps, or two folders that are paired by case.

    Returns
    -------
    Evaluation
        All metrics of every case and label, and their means.

    Examples
    --------
    >>> import tomos
    >>> evaluation = tomos.evaluate("truth/case-1.nii.gz", "truth/case-1.nii.gz", task="packs/phantom")
    >>> evaluation.mean
    1.0
    >>> [(row.name, row.dice, row.hd95) for row in evaluation.rows if row.name == "liver"]
    [('liver', 1.0, 0.0)]
    >>> evaluation.array("dice")
    array([[1., 1., 1., 1.]])
    """
    with Exchange() as exchange:
        arguments = [
            "evaluate",
            *options(
                task=task,
                labels=commas(labels),
                tolerance=tolerance,
                surface=surface,
                both_empty=both_empty,
                one_empty=one_empty,
                csv=csv,
                plot=plot,
                reviews=reviews,
                jobs=jobs,
                json=True,
            ),
            exchange.argument(results, "results"),
            exchange.argument(truth, "truth"),
        ]
        values = call(arguments).json()
    return Evaluation(
        number(values.get("mean")),
        tuple(Row.read(one) for one in values["rows"]),
        tuple(
            LabelScores(one["label"], one.get("name"), _summaries(one["metrics"]), one["oneEmpty"])
            for one in values["labels"]
        ),
        _summaries(values["all"]),
        tuple(values["withoutTruth"]),
        tuple(values["withoutResult"]),
    )
