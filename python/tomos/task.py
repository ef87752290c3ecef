"""Task packs: the labelled volumes that say what to find (``tomos task``)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ._arguments import StrPath, commas, options, path, repeated, settings
from ._images import Exchange, ImageLike, is_path, name_of
from ._options import Choose, Plane, Planes
from ._process import call

__all__ = ["Check", "add", "check", "create", "learn", "remove"]


@dataclass(frozen=True)
class Check:
    """What a check has found out, and keeps in the pack (``check.json``).

    Attributes
    ----------
    threshold : float
        Probability from which a voxel is foreground.
    planes : tuple of str
        Planes in which volumes are cut.
    dice : dict
        By the volume's name, by the label's id: the Dice of leave-one-out.
    learned : dict or None
        The networks that were trained on the pack and are kept; None where there are none.
    options : dict
        What it was checked with.
    """

    threshold: float
    planes: tuple[str, ...]
    dice: dict[str, dict[int, float]]
    learned: dict[str, Any] | None = field(repr=False)
    options: dict[str, Any] = field(repr=False)

    @property
    def mean(self) -> float | None:
        """Mean Dice over volumes and labels; None where no volume was judged."""
        values = [value for volume in self.dice.values() for value in volume.values()]
        return sum(values) / len(values) if values else None

    @classmethod
    def read(cls, pack: StrPath) -> Check:
        """Read what the last check of a pack has found.

        Examples
        --------
        >>> import tomos
        >>> tomos.task.Check.read("packs/phantom")
        Traceback (most recent call last):
        FileNotFoundError: [Errno 2] No such file or directory: 'packs/phantom/check.json'
        """
        values = json.loads((Path(pack) / "check.json").read_text("utf-8"))
        volumes = values.get("volumes") or []
        return cls(
            values["threshold"],
            tuple(values["options"]["planes"]),
            {one["name"]: {int(label): dice for label, dice in one["dice"].items()} for one in volumes},
            values.get("learned"),
            values["options"],
        )


def create(
    output: StrPath,
    *,
    name: str | None = None,
    images: StrPath | Sequence[ImageLike] | None = None,
    labels: StrPath | Sequence[ImageLike] | None = None,
    dataset: StrPath | None = None,
    label: Mapping[int, str] | Iterable[str] | None = None,
    table: StrPath | None = None,
    plane: Plane | None = None,
    window: str | None = None,
) -> Path:
    """Make a task pack from images and label maps, or from a data set, with the options of ``tomos task create``.

    Parameters
    ----------
    output : path
        The folder to make.
    images, labels : sequence of paths or nibabel images, or one folder
        In the same order.
    label : mapping of int to str, or texts such as ``"1=liver"``
        Ids and names; other labels are left out.

    Returns
    -------
    pathlib.Path
        The pack's folder.

    Examples
    --------
    >>> import tomos
    >>> tomos.task.create("packs/liver", name="liver", images="labelled/images", labels="labelled/labels",
    ...                   label={1: "liver"}, window="ct")
    PosixPath('packs/liver')
    """
    with Exchange() as exchange:
        call(
            [
                "task",
                "create",
                *options(
                    output=output,
                    name=name,
                    dataset=dataset,
                    table=table,
                    plane=plane,
                    window=window,
                ),
                *repeated("--label", _names(label)),
                *_files(exchange, "--images", images, images),
                *_files(exchange, "--labels", labels, images),
            ]
        )
    return Path(output)


def add(pack: StrPath, *, image: ImageLike, labels: ImageLike, name: str | None = None) -> None:
    """Put a labelled volume into a task pack, or a corrected label map in place of its own.

    Parameters
    ----------
    pack : path
        The pack's folder.
    image, labels : path or nibabel image
        The image, and its label map as any viewer writes it.
    name : str, optional
        What the volume is called in the pack; the image's name by default.

    Examples
    --------
    >>> import tomos
    >>> pack = tomos.task.create("packs/trunk", name="trunk", images=["labelled/images/phantom-a.nii.gz"],
    ...                          labels=["labelled/labels/phantom-a.nii.gz"])
    >>> tomos.task.add(pack, image="labelled/images/phantom-b.nii.gz", labels="labelled/labels/phantom-b.nii.gz")
    >>> sorted(file.name for file in (pack / "images").iterdir())
    ['phantom-a.nii.gz', 'phantom-b.nii.gz']
    """
    with Exchange() as exchange:
        arguments = options(
            image=exchange.argument(image, "image"), labels=exchange.argument(labels, "labels"), name=name
        )
        call(["task", "add", *arguments, path(pack)])


def remove(pack: StrPath, name: str) -> None:
    """Take a labelled volume out of a task pack; its files are kept in the pack's folder ``history``."""
    call(["task", "remove", "--", path(pack), name])


def check(
    pack: StrPath,
    *,
    pipeline: StrPath | None = None,
    set: Mapping[str, Any] | None = None,
    plane: Planes | None = None,
    choose: Choose | None = None,
    fusion: float | None = None,
    support: int | None = None,
    side: int | None = None,
    ensemble: int | None = None,
    no_crop: bool = False,
    threshold: float | None = None,
    no_learn: bool = False,
    minutes: float | None = None,
    steps: int | None = None,
) -> Check:
    """Segment each volume of a pack with the help of the others and compare with its labels (``tomos task check``).

    What it finds stays in the pack, and segmentations with it go by it. The options are the program's, spelled alike,
    but for those after which nothing is kept (``--step``, ``--no-save``) and ``--curve``, which only prints.

    Returns
    -------
    Check
        What was found.

    Examples
    --------
    >>> import tomos
    >>> pack = tomos.task.create("packs/liver-checked", name="liver", images="labelled/images",
    ...                          labels="labelled/labels", label={1: "liver"}, window="range(-200, 300)")
    >>> found = tomos.task.check(pack, plane="axial", support=2, side=64, no_learn=True)
    >>> found.planes, sorted(found.dice), found.mean > 0.9
    (('axial',), ['phantom-a', 'phantom-b', 'phantom-c'], True)
    """
    call(
        [
            "task",
            "check",
            *settings(set),
            *options(
                pipeline=pipeline,
                plane=commas(plane),
                choose=choose,
                fusion=fusion,
                support=support,
                side=side,
                ensemble=ensemble,
                no_crop=no_crop,
                threshold=threshold,
                no_learn=no_learn,
                minutes=minutes,
                steps=steps,
            ),
            path(pack),
        ]
    )
    return Check.read(pack)


def learn(
    pack: StrPath,
    *,
    pipeline: StrPath | None = None,
    study: StrPath | None = None,
    cases: int | None = None,
    minutes: float | None = None,
    steps: int | None = None,
) -> Check:
    """Train networks on a pack, which its segmentations go by from then on (``tomos task learn``).

    Parameters
    ----------
    pack : path
        The pack's folder.
    study : path, optional
        A results folder: sure cases of its study teach beside the pack, ``cases`` at most.
    minutes, steps : optional
        How long networks are trained.

    Returns
    -------
    Check
        What was found.
    """
    call(
        [
            "task",
            "learn",
            *options(
                pipeline=pipeline,
                study=study,
                cases=cases,
                minutes=minutes,
                steps=steps,
            ),
            path(pack),
        ]
    )
    return Check.read(pack)


def _names(label: Mapping[int, str] | Iterable[str] | None) -> str | Iterable[str] | None:
    return [f"{number}={name}" for number, name in label.items()] if isinstance(label, Mapping) else label


def _files(
    exchange: Exchange,
    option: str,
    given: StrPath | Sequence[ImageLike] | None,
    images: StrPath | Sequence[ImageLike] | None,
) -> list[str]:
    """A list of files as an option. A label map in memory is named like its image, since pairs are told by names."""
    if given is None:
        return []
    if hasattr(given, "dataobj"):
        given = [given]  # type: ignore[list-item]
    if _is_one(given):
        return [option, path(given)]  # type: ignore[arg-type]
    names = [name_of(image) for image in images] if isinstance(images, Sequence) and not _is_one(images) else []
    arguments = [option]
    for number, one in enumerate(given):  # type: ignore[arg-type]
        name = None
        if not is_path(one):
            name = (names[number] if number < len(names) else None) or f"volume-{number + 1}"
        arguments.append(exchange.argument(one, option.lstrip("-"), name))
    return arguments


def _is_one(given: Any) -> bool:
    """Whether it is one path and no list."""
    return isinstance(given, str) or hasattr(given, "__fspath__")
