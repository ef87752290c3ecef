"""Where Dice is lost: what is wrong in the results of the row `default`, by its place.

Usage: PYTHONPATH=Benchmarks PYTHON -m Accuracy.account TOMOS [SET ...] (`make bench-losses`)
PYTHON needs nibabel and numpy. TOMOS is the program that made the results, which `Benchmarks/accuracy TOMOS default`
left; the account is kept where `Benchmarks/accuracy --document` finds it.
"""

import argparse
import hashlib
import pathlib

import nibabel
import numpy as np

from . import rows, sets
from .found import FOUND, Found
from .measure import Bench

KINDS = ("another label", "ends", "border", "further off")


def shifted(mask, axis, step):
    """A mask moved by one voxel; what is beyond the grid is False."""
    moved = np.zeros_like(mask)
    to, of = [slice(None)] * 3, [slice(None)] * 3
    to[axis], of[axis] = (slice(1, None), slice(None, -1)) if step > 0 else (slice(None, -1), slice(1, None))
    moved[tuple(to)] = mask[tuple(of)]
    return moved


def near_surface(truth):
    """Voxels within one of the surface, along any axis, on either side."""
    around = [shifted(truth, axis, step) for axis in range(3) for step in (-1, 1)]
    return np.logical_or.reduce(around + [truth]) & ~np.logical_and.reduce(around + [truth])


def losses(result, truth, label, axis):
    """What each kind of wrong voxel takes from a label's Dice; they add up to 1 less Dice."""
    mine, true = result == label, truth == label
    total = mine.sum() + true.sum()
    if not total:
        return None
    wrong = mine ^ true
    across = tuple(n for n in range(3) if n != axis)
    # Slices in which only one of the two shows the label.
    one = mine.any(axis=across) ^ true.any(axis=across)
    shape = [1, 1, 1]
    shape[axis] = -1
    places = {
        "another label": (mine & (truth != 0)) | (true & (result != 0)),
        "ends": np.broadcast_to(one.reshape(shape), wrong.shape),
        "border": near_surface(true),
        "further off": np.ones_like(wrong),
    }
    left, found = wrong, {}
    for kind in KINDS:
        found[kind] = float((left & places[kind]).sum() / total)
        left = left & ~places[kind]
    return found


def measure(bench: Bench) -> dict:
    """Means over cases and labels."""
    found = []
    for name in bench.split.study:
        truth = nibabel.load(bench.split.folder / "labels" / name)
        case = name.removesuffix(".gz").removesuffix(".nii")
        result = nibabel.load(bench.work / "results" / case / f"{case}_labels.nii.gz")
        # Along the axis of the thickest voxels; of equal ones the last.
        axis = 2 - int(np.argmax(truth.header.get_zooms()[:3][::-1]))
        maps = [np.asarray(image.dataobj) for image in (result, truth)]
        found += [losses(*maps, label, axis) for label in bench.set.labels]
    found = [one for one in found if one]
    return {"kinds": {kind: sum(one[kind] for one in found) / len(found) for kind in KINDS}}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("tomos")
    parser.add_argument("sets", nargs="*")
    parser.add_argument("--resume", action="store_true", help="take what was measured of the same results before")
    told = parser.parse_args()
    program = hashlib.sha256(pathlib.Path(told.tomos).read_bytes()).hexdigest()
    work = sets.ROOT / "out/accuracy"
    kept = Found(FOUND)
    for one in sets.SETS:
        if told.sets and one.name not in told.sets:
            continue
        bench = Bench(one, sets.split(one), told.tomos, program, work / one.name)
        row = bench.setup(rows.named("default"))
        default, known = kept.get(one.name, "default", row), kept.get(one.name, "account", {"row": row})
        found = known if told.resume and known else measure(bench)
        # The folder holds the results of the row that was measured last.
        if not default or abs(1 - sum(found["kinds"].values()) - default["dice"]["mean"]) > 1e-3:
            raise SystemExit(f"{one.name}: {bench.work}/results are not those of the row default by this program")
        kept.keep(one.name, "account", {"row": row}, found)
        print(one.name, ", ".join(f"{kind} {loss:.3f}" for kind, loss in found["kinds"].items()))


if __name__ == "__main__":
    main()
