"""The words that options take."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, Union

Plane = Literal["axial", "coronal", "sagittal", "native"]
#: One plane, or several whose results are averaged.
Planes = Union[str, Iterable[str]]
#: Label ids: one, several, or as the program writes them (``"1,3"``).
Labels = Union[int, str, Iterable[int]]
Tilt = Literal["native", "shear", "fail"]
Gaps = Literal["fail", "resample"]
Choose = Literal["auto", "position", "registered"]
Doubtful = Literal["auto", "keep", "remove"]
Redo = Literal["failed", "stale", "all"]
