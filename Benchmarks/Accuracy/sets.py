"""The development sets: where they lie, which volumes are the pack and which the study, how a pack is made of them.

The data are not part of Tomos: they are read from ../shared beside the checkout, or from $TOMOS_SHARED. A set is a
folder with images/ and labels/ (same names) and, where the split is not by rule, pack.txt and study.txt.
"""

import hashlib
import os
import pathlib
from dataclasses import dataclass, field

ROOT = pathlib.Path(__file__).resolve().parents[2]
MR = "percentile(0.5, 99.5)"


@dataclass(frozen=True)
class Set:
    name: str
    what: str
    # Id and name of each label, in the order of the tables.
    labels: dict = field(hash=False)
    window: str = MR
    plane: str = "axial"
    # mm within which surfaces agree in NSD: about one voxel in the plane, 1 at least.
    tolerance: float = 1.0
    # The pack is this many first names where no lists lie beside the volumes, which must be `total` in all.
    first: int = 0
    total: int = 0


SETS = [
    Set(
        "hippocampus",
        "MR crops, Medical Segmentation Decathlon task 4; the first 20 of 60 names are the pack",
        {1: "anterior", 2: "posterior"},
        plane="coronal",
        first=20,
        total=60,
    ),
    Set(
        "heart",
        "cardiac cine MR at the end of diastole, ACDC; spacing 1.5 x 1.5 x 10 mm assumed",
        {1: "rv", 2: "myo", 3: "lv"},
        tolerance=1.5,
    ),
    Set("atrium", "late gadolinium MR cropped around the atrium, 2018 challenge", {1: "atrium"}),
    Set(
        "headneck",
        "planning CT, OpenKBP; clinical contours",
        {1: "brainstem", 2: "cord", 3: "parotid-right", 4: "parotid-left", 5: "mandible"},
        # The values are HU + 1000: this is the window that `ct` stands for.
        window="range(500, 2000)",
        tolerance=5.0,
    ),
    Set(
        "brain",
        "skull-stripped T1, MICCAI 2012 labels on OASIS; both sides together",
        {
            1: "thalamus",
            2: "caudate",
            3: "putamen",
            4: "pallidum",
            5: "ventricle",
            6: "amygdala",
            11: "hippocampus",
        },
    ),
]


@dataclass
class Split:
    """A set's volumes as they lie on this machine: names of the pack and of the study."""

    folder: pathlib.Path
    pack: list
    study: list

    def files(self, names):
        return [self.folder / part / name for name in names for part in ("images", "labels")]


class Absent(Exception):
    """A set's folder is not there; the text says where it was looked for."""


def shared() -> pathlib.Path:
    return pathlib.Path(os.environ.get("TOMOS_SHARED", ROOT.parent / "shared")).resolve() / "data"


def split(chosen: Set, smoke: bool = False) -> Split:
    """A set's split, of 3 and 2 volumes where it is only to be tried. Raises Absent; exits where lists are wrong."""
    folder = shared() / chosen.name
    if not (folder / "images").is_dir() or not (folder / "labels").is_dir():
        raise Absent(f"{folder} is absent (set TOMOS_SHARED to the folder that holds data/{chosen.name})")
    if chosen.first:
        names = sorted(path.name for path in (folder / "images").iterdir())
        if len(names) != chosen.total:
            raise SystemExit(f"{folder}/images: {len(names)} files, expected {chosen.total}")
        pack, study = names[: chosen.first], names[chosen.first :]
    else:
        pack, study = ((folder / f"{part}.txt").read_text().split() for part in ("pack", "study"))
    if both := set(pack) & set(study):
        raise SystemExit(f"{folder}: {', '.join(sorted(both))} in pack and study")
    found = Split(folder, pack[:3] if smoke else pack, study[:2] if smoke else study)
    if missing := [str(path) for path in found.files(found.pack + found.study) if not path.exists()]:
        raise SystemExit(f"{folder}: {', '.join(missing)} named in a list and not there")
    return found


def digest(paths) -> str:
    """What files hold, as one SHA-256 over names and bytes."""
    result = hashlib.sha256()
    for path in paths:
        data = path.read_bytes()
        result.update(f"{path.parent.name}/{path.name} {len(data)}\n".encode())
        result.update(data)
    return result.hexdigest()
