"""``tomos segment``."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ._arguments import StrPath, commas, options
from ._images import Exchange, ImageLike, affine_of, load, require_nibabel
from ._options import Choose, Doubtful, Gaps, Labels, Planes, Tilt
from ._process import call
from ._results import Segmentation, Structure


def segment(
    input: ImageLike,
    *,
    task: StrPath,
    output: StrPath | None = None,
    probability: StrPath | bool | None = None,
    disagreement: StrPath | bool | None = None,
    weights: StrPath | None = None,
    support: int | None = None,
    side: int | None = None,
    ensemble: int | None = None,
    plane: Planes | None = None,
    choose: Choose | None = None,
    fusion: float | None = None,
    no_learned: bool = False,
    doubtful: Doubtful | None = None,
    fast: bool = False,
    no_crop: bool = False,
    window: str | None = None,
    labels: Labels | None = None,
    threshold: float | None = None,
    skip_empty: bool = False,
    smooth: float | None = None,
    keep_largest: bool = False,
    remove_smaller: float | None = None,
    series: str | None = None,
    volume_index: int | None = None,
    tilt: Tilt | None = None,
    gaps: Gaps | None = None,
    split_by: str | Iterable[str] | None = None,
    pack: bool = False,
    jobs: int | None = None,
    memory: str | None = None,
    allow_reduce: bool = False,
) -> Segmentation:
    """Segment one volume.

    The options are those of ``tomos segment``, spelled alike; ``tomos help segment`` says what they do. What is left
    out is as the program has it.

    Parameters
    ----------
    input : path or nibabel image
        The image, or a folder with one DICOM series.
    task : path
        The task pack's folder.
    output : path, optional
        The label map to write. Without it the label map is an image in memory (which needs nibabel).
    probability, disagreement : path or bool, optional
        Also say how probable the most probable label of each voxel is, and how far apart network, vote, planes and
        draws are on that: a file, or True for an image in memory.

    Returns
    -------
    Segmentation
        The label map with ``volumes``, ``confidence`` and ``labels``.

    Raises
    ------
    TomosError
        What the program refused, with its exit code and text.

    Examples
    --------
    >>> import nibabel, tomos
    >>> scan = nibabel.load("scan.nii.gz")
    >>> result = tomos.segment(scan, task="packs/phantom", fast=True, support=2, side=64)
    >>> result.image.get_data_dtype(), result.image.shape == scan.shape
    (dtype('uint8'), True)
    >>> result.labels
    {1: 'liver', 2: 'spleen', 3: 'kidney-right', 4: 'kidney-left'}
    >>> 800_000 < result.volumes["liver"] < 1_000_000
    True

    With a path out, only paths are needed:

    >>> tomos.segment("scan.nii.gz", task="packs/phantom", output="labels.nii.gz", fast=True, support=2, side=64).path
    PosixPath('labels.nii.gz')
    """
    if output is None or probability is True or disagreement is True:
        require_nibabel("a label map in memory (without output)" if output is None else "a map in memory")
    with Exchange() as exchange:
        files, places = _maps(exchange, output=output or True, probability=probability, disagreement=disagreement)
        arguments = [
            "segment",
            *files,
            *options(
                input=exchange.argument(input),
                task=task,
                weights=weights,
                support=support,
                side=side,
                ensemble=ensemble,
                plane=commas(plane),
                choose=choose,
                fusion=fusion,
                no_learned=no_learned,
                doubtful=doubtful,
                fast=fast,
                no_crop=no_crop,
                window=window,
                labels=commas(labels),
                threshold=threshold,
                skip_empty=skip_empty,
                smooth=smooth,
                keep_largest=keep_largest,
                remove_smaller=remove_smaller,
                series=series,
                volume_index=volume_index,
                tilt=tilt,
                gaps=gaps,
                split_by=commas(split_by),
                pack=pack,
                jobs=jobs,
                memory=memory,
                allow_reduce=allow_reduce,
                json=True,
            ),
        ]
        values = call(arguments).json()
        affine = affine_of(input)
        maps = [file if stays or file is None else load(file, affine) for file, stays in places]
    return Segmentation(
        tuple(Structure.read(one) for one in values["structures"]),
        tuple(values["notices"]),
        Path(output) if output is not None else None,
        *maps,
    )


def _maps(exchange: Exchange, **maps: StrPath | bool | None) -> tuple[list[str], list[tuple[Path | None, bool]]]:
    """The options of the maps that are written; of each the file, and whether it stays."""
    arguments: list[str] = []
    places: list[tuple[Path | None, bool]] = []
    for name, value in maps.items():
        file: Any = exchange.folder("out") / f"{name}.nii" if value is True else value
        if file is None or file is False:
            places.append((None, False))
            continue
        arguments += options(**{name: file})
        places.append((Path(os.fspath(file)), value is not True))
    return arguments, places
