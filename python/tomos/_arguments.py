"""Keyword arguments as the program's options."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Union

#: A path as Python has them.
StrPath = Union[str, "os.PathLike[str]"]
#: An option's value: ``None`` and ``False`` leave it out, ``True`` is a flag.
Value = Union[None, bool, int, float, str, "os.PathLike[str]"]


def options(**values: Value) -> list[str]:
    """Options of the program by their names.

    >>> options(window="range(-500, 1000)", no_crop=True, support=None, jobs=2)
    ['--window=range(-500, 1000)', '--no-crop', '--jobs=2']
    """
    arguments: list[str] = []
    for key, value in values.items():
        name = "--" + key.replace("_", "-")
        if value is None or value is False:
            continue
        arguments.append(name if value is True else f"{name}={_text(value)}")
    return arguments


def repeated(name: str, values: str | Iterable[str] | None) -> list[str]:
    """An option that may be repeated; a text is one value.

    >>> repeated("--case", ["a", "b"])
    ['--case=a', '--case=b']
    """
    if values is None:
        return []
    return [f"{name}={value}" for value in ([values] if isinstance(values, str) else values)]


def commas(values: str | int | Iterable[str | int] | None) -> str | None:
    """A list of the program, whose parts stand between commas.

    >>> commas([1, 3])
    '1,3'
    """
    if values is None or isinstance(values, str):
        return values
    return str(values) if isinstance(values, int) else ",".join(str(value) for value in values)


def settings(values: Mapping[str, Any] | None) -> list[str]:
    """Values of a pipeline as ``--set`` takes them: YAML, of which JSON is a part.

    >>> settings({"segment.fast": True, "outputs": ["nifti", "seg.nrrd"], "prepare.window": "ct"})
    ['--set=segment.fast=true', '--set=outputs=["nifti", "seg.nrrd"]', '--set=prepare.window=ct']
    """
    return [f"--set={key}={value if isinstance(value, str) else _yaml(value)}" for key, value in (values or {}).items()]


def path(value: StrPath) -> str:
    """A path as an argument: never taken for an option.

    >>> path("-scan.nii.gz")
    './-scan.nii.gz'
    """
    text = os.fspath(value)
    if not isinstance(text, str):
        raise TypeError(f"{value!r}: a path is a str or a pathlib.Path here, not bytes")
    return f"./{text}" if text.startswith("-") else text


def paths(values: Sequence[StrPath]) -> list[str]:
    """Several paths as arguments."""
    return [path(value) for value in values]


def _text(value: Value) -> str:
    return os.fspath(value) if isinstance(value, os.PathLike) else str(value)


def _yaml(value: Any) -> str:
    # NumPy's numbers and arrays are no JSON; tolist() makes them Python's.
    return json.dumps(value, default=lambda other: other.tolist())
