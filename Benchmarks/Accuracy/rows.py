"""What is measured of a set: rows of the tables."""

from dataclasses import dataclass

PLANES = "axial,coronal,sagittal"
# Clean-up of pipelines/hippocampus.yaml, chosen by leave-one-out in that set's pack.
HIPPOCAMPUS_CLEAN = "clean=[{ smooth: 0.8 mm }, { keep-largest: { per: label } }]"


@dataclass(frozen=True)
class Row:
    name: str
    what: str
    # The pack's first so many volumes; None: all of them.
    pack: int | None = None
    # What `tomos task check PACK --pipeline FILE` is told besides; None: the pack is not checked.
    check: tuple | None = ()
    # Overrides of pipeline keys in the run; a check that precedes is told the same of `clean` in `check`.
    settings: tuple = ()
    # The study embedded in a field so many times larger along these axes; the pack too.
    field: tuple | None = None
    is_pack_enlarged: bool = False
    # Whether the study then teaches the pack (`tomos task learn --study`) and is segmented anew.
    is_taught: bool = False
    # The option of `tomos task check` without which there is no such row.
    needs: str | None = None


STANDARD = [
    Row("unchecked", "the pack as made: support through registered volumes, their labels' vote", check=None),
    Row("default", "after `tomos task check PACK --pipeline FILE`"),
    Row("no-learn", "the same with `--no-learn`", check=("--no-learn",), needs="--no-learn"),
]
# A pack of one has nothing to be left out, so that it cannot be checked.
SIZES = [
    Row("pack-of-1", "the pack's first volume alone, unchecked", pack=1, check=None),
    *(Row(f"pack-of-{n}", f"default, the pack's first {n} volumes", pack=n) for n in (3, 5, 10, 20)),
]
# What the study itself adds to small packs, which are checked as above where there is something to be left out.
TAUGHT = [
    Row("taught-1", "pack-of-1, then taught by the study", pack=1, check=None, is_taught=True),
    *(Row(f"taught-{n}", f"pack-of-{n}, then taught by the study", pack=n, is_taught=True) for n in (3, 5)),
]
# Of the hippocampus only: its planes and fields are what they are about.
LEVERS = [
    Row("fast", "unchecked with `--fast`: one plane, support by position", check=None, settings=("segment.fast=true",)),
    Row("position", "unchecked, support by position", check=None, settings=("segment.choose=position",)),
    Row("registered", "unchecked without the vote", check=None, settings=("segment.fusion=0",)),
    Row("side-128", "unchecked in 128 x 128", check=None, settings=("segment.side=128",)),
    Row("three-planes", "unchecked in three planes", check=None, settings=(f"prepare.plane=[{PLANES}]",)),
    Row("one-plane", "default in one plane", check=("--set=prepare.plane=coronal",)),
    Row(
        "cleaned",
        "default with the clean-up of pipelines/hippocampus.yaml",
        check=(f"--set={HIPPOCAMPUS_CLEAN}",),
        settings=(HIPPOCAMPUS_CLEAN,),
    ),
    Row("lengthened", "default, the study in a field twice as long", field=(2, "j")),
    Row(
        "small",
        "unchecked, pack and study in a field 3 times larger along each axis, looked at whole",
        check=None,
        settings=("prepare.crop=none",),
        field=(3, "ijk"),
        is_pack_enlarged=True,
    ),
    Row(
        "small-crop",
        "that with `prepare.crop: auto`",
        check=None,
        field=(3, "ijk"),
        is_pack_enlarged=True,
    ),
]
ALL = STANDARD + SIZES + TAUGHT + LEVERS


def named(name: str) -> Row:
    return next(row for row in ALL if row.name == name)


def order(row: Row):
    """Rows that share a checked pack follow each other, so that it is checked once."""
    return (str(row.check), row.pack or 0, row.is_pack_enlarged, row.is_taught)


def of_set(name: str, pack: int, levers: bool) -> list:
    """Rows of a set whose pack has so many volumes, in the order of measuring."""
    sizes = [row for row in SIZES + TAUGHT if row.pack < pack]
    rows = STANDARD + sizes + (LEVERS if levers and name == "hippocampus" else [])
    first = {}
    for at, row in enumerate(rows):
        first.setdefault(order(row), at)
    return sorted(rows, key=lambda row: first[order(row)])
