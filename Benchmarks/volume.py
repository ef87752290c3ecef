"""Times `tomos segment` on a whole volume of 128 slices at S = 64, from reading its files to writing the label map.

PyTorch's time for the volume is extrapolated: one slice of the published graph, timed in turn with the volume in the
same run, times 128. The task pack and the volume are drawn here; needs requirements.txt.
"""
import argparse
import pathlib
import statistics
import tempfile
import time

import nibabel
import numpy as np

from engines import SIDE, PyTorch, published_graph, random_slices, ratio_summary, run
from machine import describe_cpu

SUPPORT = 64
# Fewer than the support: the nearest 8 slices of each support a slice, other ones for every slice.
LABELLED = 8


def draw(rng):
    """A noisy volume [128, 128, 128] and its labels: a bright rod that winds along the last axis and meets every slice.

    A slice whose support shows no label is not inferred at all; here there is none.
    """
    x, y, z = np.meshgrid(*[np.arange(SIDE)] * 3, indexing="ij")
    phase, reach = rng.uniform(0, 2 * np.pi), rng.uniform(10, 20)
    distance = np.hypot(x - 64 - reach * np.cos(phase + z / 30), y - 64 - reach * np.sin(phase + z / 30))
    rod = distance < rng.uniform(14, 20)
    body = np.hypot(x - 64, y - 64) < 56
    values = 60 * body + 90 * rod + rng.normal(20, 8, rod.shape)
    return np.clip(values, 0, 255).astype(np.uint8), rod.astype(np.uint8)


def write(path, voxels):
    path.parent.mkdir(exist_ok=True)
    nibabel.save(nibabel.Nifti1Image(voxels, np.eye(4)), path)


def make_task(program, folder, rng):
    for n in range(LABELLED):
        image, labels = draw(rng)
        write(folder / "images" / f"{n}.nii.gz", image)
        write(folder / "labels" / f"{n}.nii.gz", labels)
    pack = folder / "pack"
    run([program, "task", "create", "-o", pack, "--name", "rod", "--images", folder / "images", "--labels",
         folder / "labels", "--label", "1=rod", "--plane", "axial"])
    return pack


def dice(path, truth):
    found = np.asarray(nibabel.load(path).dataobj)
    return 2 * np.sum((found == 1) & (truth == 1)) / (np.sum(found == 1) + np.sum(truth == 1))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="the tomos to time")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("use 1 or more rounds")
    print(describe_cpu())
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        pack = make_task(options.program, folder, rng)
        image, truth = draw(rng)
        query, result = folder / "query.nii.gz", folder / "result.nii.gz"
        write(query, image)
        command = [options.program, "segment", "-q", "-i", query, "--task", pack, "-o", result]
        command += ["--support", str(SUPPORT)]
        pytorch = PyTorch(published_graph(), random_slices(SUPPORT, rng))  # choosing its threads warms it up
        pairs = []
        for _ in range(options.rounds):
            extrapolated = SIDE * pytorch.seconds()
            start = time.perf_counter()
            run(command)
            pairs.append((extrapolated, time.perf_counter() - start))
        overlap = dice(result, truth)
    assert overlap > 0.5, f"the rod was not found: Dice {overlap}"
    theirs, ours = (statistics.median(column) for column in zip(*pairs))
    print(f"\nvolume of {SIDE}x{SIDE}x{SIDE}, S = {SUPPORT}, one label; rounds in turn: {options.rounds}")
    print(f"  tomos segment: {ours:.1f} s, files included; {1000 * ours / SIDE:.0f} ms a slice; Dice {overlap:.3f}")
    print(f"  {pytorch.name}: {theirs / SIDE:.2f} s a slice measured, {theirs:.0f} s for the volume extrapolated")
    print(f"  times tomos: {ratio_summary(pairs)}")


if __name__ == "__main__":
    main()
