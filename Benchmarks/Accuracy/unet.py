"""What somebody would take instead: a small U-Net trained from nothing on a set's pack, on the CPU.

Usage: PYTHONPATH=Benchmarks PYTHON -m Accuracy.unet TOMOS SET [--dimensions 2|3] [--minutes CPU_MINUTES] [--threads N]
PYTHON needs torch, nibabel and numpy. TOMOS only compares the label maps with the truth, as it does its own.
The result is kept where `Benchmarks/accuracy --document` finds it, which shows the better of 2-D and 3-D.
"""

import argparse
import copy
import os
import re
import resource
import shutil
import sys
import time

import nibabel
import numpy as np
import torch
import torch.nn.functional as F

from . import sets
from .cells import interval, label_scores, number
from .found import FOUND, Found, baseline_setup
from .measure import Bench
from .unet_network import WIDTHS, UNet, loss
from .unet_samples import Samples, is_flat, load, patch_sides

RATE = 3e-3
# How often, in parts of the training, the study is looked at.
LOOKS = 4


class Training:
    """A network, its moving average, and the CPU seconds that its training has taken."""

    def __init__(self, dimensions, classes, samples, seconds):
        self.net = UNet(dimensions, classes)
        self.average = copy.deepcopy(self.net).eval()
        self.samples, self.seconds, self.used, self.steps = samples, seconds, 0.0, 0
        self.count = 4 if dimensions == 2 else 2
        self.optimizer = torch.optim.AdamW(self.net.parameters(), RATE, weight_decay=1e-4)

    def until(self, seconds):
        """Steps until so many CPU seconds of training, of all threads, are used; at least one."""
        start = time.process_time() - self.used
        while True:
            self.step()
            self.used = time.process_time() - start
            if self.used >= seconds:
                return

    def step(self):
        for group in self.optimizer.param_groups:
            group["lr"] = RATE * max(1 - self.used / self.seconds, 0) ** 0.9
        images, classes = self.samples.batch(self.count)
        self.optimizer.zero_grad()
        loss(self.net(images), classes).backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 5)
        self.optimizer.step()
        self.steps += 1
        # An average over all steps at first, later over the last hundred or so.
        keep = min(0.99, self.steps / (self.steps + 10))
        with torch.no_grad():
            for mean, value in zip(self.average.parameters(), self.net.parameters()):
                mean.lerp_(value, 1 - keep)


def starts(size, side):
    """First voxels of tiles that cover an axis, a quarter of a side or more overlapping."""
    if size <= side:
        return [0]
    count = -(-(size - side) // (side * 3 // 4)) + 1
    return [round(n * (size - side) / (count - 1)) for n in range(count)]


@torch.no_grad()
def predicted(net, image, sides):
    """Classes [i, j, k] of an image [i, j, k]: by slices, or in overlapping tiles that count less at their rims."""
    if net.dimensions == 2:
        slices = image.permute(2, 0, 1)[:, None]
        pad = [(-size) % net.stride for size in slices.shape[2:]]
        padded = F.pad(slices, (0, pad[1], 0, pad[0]), mode="replicate")
        classes = torch.cat([net(one[None]).argmax(1) for one in padded])
        return classes[:, : image.shape[0], : image.shape[1]].permute(1, 2, 0)
    pad = [max(side - size, 0) for side, size in zip(sides, image.shape)]
    padded = F.pad(image[None, None], (0, pad[2], 0, pad[1], 0, pad[0]), mode="replicate")
    ramps = [1 - (torch.arange(side) - (side - 1) / 2).abs() / (side / 2 + 1) for side in sides]
    weight = ramps[0][:, None, None] * ramps[1][:, None] * ramps[2]
    total = torch.zeros(net.last.out_channels, *padded.shape[2:])
    for i in starts(padded.shape[2], sides[0]):
        for j in starts(padded.shape[3], sides[1]):
            for k in starts(padded.shape[4], sides[2]):
                at = (..., slice(i, i + sides[0]), slice(j, j + sides[1]), slice(k, k + sides[2]))
                total[at] += net(padded[at])[0].softmax(0) * weight
    return total.argmax(0)[: image.shape[0], : image.shape[1], : image.shape[2]]


def write_label_maps(net, study, labels, sides, folder):
    """The study's results as NIfTI label maps of the set's ids, on the images' grids."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    ids = np.array([0, *labels], np.uint8)
    for volume in study:
        classes = predicted(net, volume.image, sides).numpy()
        affine = nibabel.load(volume.path).affine
        nibabel.save(nibabel.Nifti1Image(ids[classes], affine), folder / volume.path.name)


def window_of(chosen: sets.Set):
    told = re.fullmatch(r"range\((.+), (.+)\)", chosen.window)
    return told and (float(told.group(1)), float(told.group(2)))


def train(bench: Bench, dimensions: int | None, seconds: float) -> dict:
    """Trains on the pack and compares on the study, on the way and at the end."""
    chosen, folder = bench.set, bench.split.folder
    read = [
        [load(folder, name, chosen.labels, window_of(chosen)) for name in names]
        for names in (bench.split.pack, bench.split.study)
    ]
    pack, study = read
    dimensions = dimensions or (2 if is_flat(pack) else 3)
    sides = patch_sides(chosen.name, dimensions)
    training = Training(dimensions, len(chosen.labels) + 1, Samples(pack, dimensions, sides), seconds)
    results, truth = bench.work / "results", bench.study_folders()[1]
    curve = []
    for look in range(1, LOOKS + 1):
        training.until(seconds * look / LOOKS)
        write_label_maps(training.average, study, chosen.labels, sides, results)
        scores = bench.evaluate(results, truth)
        print(
            f"{chosen.name}: {training.steps} steps, {training.used:.0f} CPU s, Dice {interval(scores['dice'])} "
            f"[{label_scores(chosen.labels, scores)}], HD95 {number(scores['hd95'], 2)}, NSD {number(scores['nsd'])}",
            flush=True,
        )
        curve.append((round(training.used), scores["dice"]["mean"]))
    return {
        "dimensions": dimensions,
        "network": f"{dimensions}-D, {WIDTHS[dimensions][0]} to {WIDTHS[dimensions][-1]} channels, batches of "
        f"{training.count} x {'x'.join(map(str, sides))}",
        "steps": training.steps,
        "cpu minutes": training.used / 60,
        "curve": curve,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 2**30,
        "processors": len(os.sched_getaffinity(0)),
        "threads": torch.get_num_threads(),
        **scores,
    }


def main():
    parser = argparse.ArgumentParser(prog="python -m Accuracy.unet", description=__doc__.split("\n")[0])
    parser.add_argument("tomos", metavar="TOMOS", help="the program, which compares")
    parser.add_argument("set", metavar="SET", choices=[one.name for one in sets.SETS], help="%(choices)s")
    parser.add_argument(
        "--dimensions", type=int, choices=(2, 3), help="of its convolutions (default: 2 where slices are thick, else 3)"
    )
    parser.add_argument("--minutes", type=float, default=20, help="CPU minutes of training, all threads' (default: 20)")
    # Threads that wait for each other on a busy machine use up CPU time: 7 times as much a step was seen with two.
    parser.add_argument("--threads", type=int, default=1, help="more are sooner done on an idle machine (default: 1)")
    parser.add_argument("--smoke", action="store_true", help="try it: 20 CPU seconds, a pack of 3, a study of 2")
    told = parser.parse_args()
    if not told.minutes > 0 or told.threads < 1:
        parser.error("--minutes and --threads: more than 0")
    torch.manual_seed(0)
    torch.set_num_threads(told.threads)
    chosen = next(one for one in sets.SETS if one.name == told.set)
    tomos = os.path.abspath(told.tomos)
    try:
        split = sets.split(chosen, told.smoke)
    except sets.Absent as absent:
        print(f"not measured: {absent}", file=sys.stderr)
        sys.exit(3)
    work = sets.ROOT / ("out/accuracy-smoke" if told.smoke else "out/accuracy")
    os.chdir(sets.ROOT)
    # The files as they are read now, should one be changed meanwhile.
    setup = baseline_setup(split)
    bench = Bench(chosen, split, tomos, "", work / "unet" / f"{chosen.name}-{told.dimensions or 'chosen'}")
    found = train(bench, told.dimensions, 20 if told.smoke else 60 * told.minutes)
    Found(work / "found" if told.smoke else FOUND).keep(chosen.name, f"unet-{found['dimensions']}", setup, found)


if __name__ == "__main__":
    main()
