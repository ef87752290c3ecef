"""The pairs that are registered: of each development set a volume of the study, which is fixed, and one of the pack.

Which ones is a rule and no choice: pair n has the study's volume n, over and over, and in round r the pack's volume
n + r. So no two pairs are the same, and the first pairs stay what they are when more are asked for.
"""

import functools
import itertools
import pathlib
from dataclasses import dataclass

from Accuracy import sets

# Two CTs of which one is a series of DICOM files; labels that both show with a thousand voxels or more.
ABDOMEN = sets.Set(
    "abdomen",
    "two CTs of the abdomen, TotalSegmentator's examples and its labels; they share a part of their fields",
    {1: "spleen", 5: "liver", 6: "stomach", 20: "colon", 52: "aorta", 63: "vena cava", 79: "cord"},
    window="range(-500, 1000)",
)


@dataclass(frozen=True)
class Labelled:
    """A volume and its label map."""

    image: pathlib.Path
    labels: pathlib.Path

    @property
    def name(self) -> str:
        return self.image.name.removesuffix(".gz").removesuffix(".nii")

    @property
    def files(self):
        """All files that it is read from."""
        image = sorted(self.image.iterdir()) if self.image.is_dir() else [self.image]
        return [*image, self.labels]


@dataclass(frozen=True)
class Pair:
    set: sets.Set
    fixed: Labelled
    moving: Labelled
    # The rest of the pack, but for the fixed volume.
    beside: tuple = ()

    @property
    def name(self) -> str:
        return f"{self.fixed.name}~{self.moving.name}"

    def digest(self) -> str:
        """Of all that is read of it."""
        return digest_of(*self.fixed.files, *self.moving.files)

    def digest_beside(self) -> str:
        """Of the rest of the pack."""
        return digest_of(*(file for volume in self.beside for file in volume.files))


@functools.cache
def digest_of(*files) -> str:
    return sets.digest(files)


def of_abdomen():
    folder = sets.shared() / "abdomen"
    one = Labelled(folder / "example_ct_sm.nii.gz", folder / "example_seg.nii.gz")
    other = Labelled(folder / "ct_dicom", folder / "example_seg_dicom.nii.gz")
    if missing := [path for volume in (one, other) for path in (volume.image, volume.labels) if not path.exists()]:
        raise sets.Absent(f"{missing[0]} is absent")
    return [Pair(ABDOMEN, one, other), Pair(ABDOMEN, other, one)]


def turns(first: int, second: int):
    """Places in two lists of such lengths, by the rule above; every two of them meet once."""
    return [(n, (n + turn) % second) for turn in range(second) for n in range(first)]


def of_set(chosen: sets.Set, count: int, in_pack: bool):
    """A set's first pairs, all of the pack's volumes where its study must not be looked at. Raises Absent."""
    if chosen == ABDOMEN:
        return of_abdomen()[:count]
    split = sets.split(chosen)
    images, labels = (split.folder / part for part in ("images", "labels"))
    first = split.pack if in_pack else split.study
    # A volume is not registered to itself.
    places = ((a, b) for a, b in turns(len(first), len(split.pack)) if first[a] != split.pack[b])

    def pair(fixed: str, moving: str) -> Pair:
        beside = [name for name in split.pack if name not in (fixed, moving)]
        one, other, *rest = (Labelled(images / name, labels / name) for name in (fixed, moving, *beside))
        return Pair(chosen, one, other, tuple(rest))

    return [pair(first[a], split.pack[b]) for a, b in itertools.islice(places, count)]


ALL = [*sets.SETS, ABDOMEN]
