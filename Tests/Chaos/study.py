"""Generates studies: good cases, bad ones, and the pipeline that segments them.

Usage: PYTHONPATH=Tests python3 -m Chaos.study FOLDER [--cases N] [--dicom] [--side N]
"""

import argparse
import os
import pathlib

from . import dicom
from .phantoms import SAMPLES, phantom

SLICES = 24
# Every so many is not compressed.
PLAIN_EVERY = 8

# The least work that still makes label maps: one label of one plane, few slices to look at, a small network input.
PIPELINE = """version: 1
name: {name}
input: {{ include: ["**/*.nii.gz", "**/*.nii", dicom] }}
task: {pack}
prepare: {{ plane: axial, window: "range(-200, 300)", crop: none }}
segment: {{ weights: bundled, support: {support}, side: 64, fusion: 0, labels: {labels}, threshold: 0.5, fast: true }}
outputs: [ nifti, volumes, picture ]
"""

# How a bad case must be told of: its name holds the fault that the interposed library plays, or its file is bad.
BAD = {
    "abort-me": {"crashed"},
    "hang-me": {"timedOut"},
    "eat-me": {"crashed", "killed", "limitExceeded"},
    "unreadable-me": {"inputOutput"},
    "truncated": {"badData"},
    "no-image": {"badData"},
}


def write_pipeline(path: pathlib.Path, name: str, support=2, labels=(1,)):
    pack = os.path.relpath(SAMPLES / "packs/phantom", path.parent)
    path.write_text(PIPELINE.format(name=name, pack=pack, support=support, labels=list(labels)))


def write_case(folder: pathlib.Path, number: int, side: int, name: str | None = None) -> pathlib.Path:
    """Writes one good case, of `side` x `side` x 24 voxels, and returns its file."""
    made = phantom(number, (side, side, SLICES))
    plain = number % PLAIN_EVERY == PLAIN_EVERY - 1
    path = folder / ((name or f"case-{number:04d}") + (".nii" if plain else ".nii.gz"))
    path.write_bytes(made.file() if plain else made.compressed())
    return path


def write_series(folder: pathlib.Path, number: int, side: int) -> pathlib.Path:
    """Writes one good case as a DICOM series, a file a slice, and returns its folder."""
    path = folder / f"series-{number:04d}"
    path.mkdir(parents=True)
    for k, content in enumerate(dicom.series(phantom(number, (side, side, SLICES)), number)):
        (path / f"IM{k + 1:04d}").write_bytes(content)
    return path


def write_good(folder: pathlib.Path, count: int, side: int, is_dicom=False):
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (write_series if is_dicom else write_case)(folder, number, side)


def write_mixed(folder: pathlib.Path, good: int, side: int) -> tuple[list[str], dict[str, str]]:
    """A study of good cases with a bad one of each kind strewn in: names of the good files, kinds of the bad ones."""
    folder.mkdir(parents=True)
    step = max(1, good // len(BAD))
    kinds = list(BAD)
    names, bad = [], {}
    for number in range(good):
        names.append(write_case(folder, number, side, f"case-{len(names) + len(bad):02d}").name)
        if number % step == step - 1 and kinds:
            kind = kinds.pop(0)
            bad[write_bad(folder, kind, len(names) + len(bad), side)] = kind
    for kind in kinds:
        bad[write_bad(folder, kind, len(names) + len(bad), side)] = kind
    return names, bad


def write_bad(folder: pathlib.Path, kind: str, place: int, side: int) -> str:
    path = folder / f"case-{place:02d}-{kind}.nii.gz"
    content = phantom(1000 + place, (side, side, SLICES)).compressed()
    if kind == "truncated":
        content = content[: len(content) // 2]
    elif kind == "no-image":
        content = b"This is a letter and no image.\n" * 40
    path.write_bytes(content)
    return path.name


def main():
    parser = argparse.ArgumentParser(prog="Chaos.study", description=__doc__.split("\n")[0])
    parser.add_argument("folder", metavar="FOLDER", type=pathlib.Path, help="made by this; must not be there")
    parser.add_argument("--cases", type=int, default=3000, help="how many (default: 3000)")
    parser.add_argument("--dicom", action="store_true", help="series of 24 files, not NIfTI files")
    parser.add_argument("--side", type=int, default=64, help="rows and columns (default: 64)")
    told = parser.parse_args()
    if told.folder.exists():
        parser.error(f"{told.folder} is there already")
    write_good(told.folder / "study", told.cases, told.side, told.dicom)
    write_pipeline(told.folder / "pipeline.yaml", "generated")


if __name__ == "__main__":
    main()
