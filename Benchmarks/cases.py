"""Times whole cases: one volume of each development set, and a CT of 512x512x300 with ten organs, with packs of ten.

Each is segmented in two ways: in context, as with a pack that was only made, and by networks that learned the pack, as after
`tomos task check` (here for a few steps: how long they learned changes no time). Seconds by the clock and GiB of peak memory
are those of `tomos segment`, from the command to its end, reading of the pack included; the shares of the stages come from
case-benchmark. Sets that are not beside the checkout are left out, which is said; the CTs are drawn here.
"""

import argparse
import json
import pathlib
import statistics
import tempfile

import nibabel
import numpy as np

import ct_phantom
from Accuracy import sets
from Accuracy.process import run
from machine import describe_cpu

SETS = ("hippocampus", "heart", "atrium", "brain")
PACK = 10
STAGES = ("reading", "registration", "networks", "writing")


def create(tomos, folder, name, images, labels, told):
    pack = folder / f"{name}-pack"
    run(tomos, "task", "create", "-o", pack, "--name", name, "--images", images, "--labels", labels, *told)
    return pack


def linked(folder, name, split, part, names):
    """A folder with only the pack's volumes, by links."""
    chosen = folder / name / part
    chosen.mkdir(parents=True)
    for file in names:
        (chosen / file).symlink_to(split.folder / part / file)
    return chosen


def case_of_set(tomos, folder, name):
    """A pack of a set, one volume of its study and that one's label map."""
    one = next(one for one in sets.SETS if one.name == name)
    split = sets.split(one)
    images, labels = (linked(folder, name, split, part, split.pack[:PACK]) for part in ("images", "labels"))
    told = [part for label, known in one.labels.items() for part in ("--label", f"{label}={known}")]
    told += ["--plane", one.plane, "--window", one.window]
    query = split.study[0]
    pack = create(tomos, folder, name, images, labels, told)
    return pack, *(split.folder / part / query for part in ("images", "labels"))


def case_of_ct(tomos, folder):
    ct_phantom.write(folder / "ct", PACK + 1)
    query = [folder / "ct" / part / f"{PACK}.nii" for part in ("images", "labels")]
    for file in query:
        file.rename(folder / f"ct-{file.parent.name}.nii")
    told = [part for label, known in enumerate(ct_phantom.ORGANS, 1) for part in ("--label", f"{label}={known}")]
    told += ["--plane", "axial", "--window", "ct"]
    pack = create(tomos, folder, "ct", folder / "ct/images", folder / "ct/labels", told)
    return pack, folder / "ct-images.nii", folder / "ct-labels.nii"


def dice(path, truth):
    found, known = (np.asarray(nibabel.load(file).dataobj).astype(np.uint16) for file in (path, truth))
    labels = [label for label in np.unique(known) if label]
    return np.mean([2 * np.sum((found == n) & (known == n)) / (np.sum(found == n) + np.sum(known == n)) for n in labels])


def measure(options, name, way, case, out):
    pack, image, truth = case
    told = [] if way == "learned" else ["--no-learned"]
    command = [options.tomos, "segment", "-q", "-i", image, "--task", pack, "-o", out, *told]
    ran = [run(*command) for _ in range(options.rounds)]
    flags = [] if way == "learned" else ["--in-context"]
    stages = json.loads(run(options.program, pack, image, out, *flags).output)
    seconds, cpu = (statistics.median(getattr(one, what) for one in ran) for what in ("seconds", "cpu"))
    shares = "  ".join(f"{stage} {stages.get(stage, 0):.2f}" for stage in STAGES)
    memory = max(one.memory for one in ran)
    # What has learned for a few steps only is not judged.
    right = f"{dice(out, truth):.3f}" if way == "in context" else "-"
    print(
        f"  {name:12} {way:10} {seconds:6.2f} s  {cpu:6.2f} CPU s  {memory:5.2f} GiB  Dice {right:5}  "
        f"pack {stages['pack']:.2f}  {shares}",
        flush=True,
    )


def cases(options, folder):
    """Name and case, one after the other; what is absent is said."""
    for name in SETS:
        if options.sets and name not in options.sets:
            continue
        try:
            yield name, case_of_set(options.tomos, folder, name)
        except sets.Absent as absent:
            print(f"  {name}: not measured: {absent}")
    if not options.sets or "ct" in options.sets:
        yield "ct", case_of_ct(options.tomos, folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("tomos", help="the tomos to time")
    parser.add_argument("program", help="case-benchmark")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--set", dest="sets", action="append", choices=[*SETS, "ct"], help="these only")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("use 1 or more rounds")
    print(describe_cpu())
    print(f"whole cases with packs of {PACK}; medians of {options.rounds}; stages in seconds")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for name, case in cases(options, folder):
            measure(options, name, "in context", case, folder / "out.nii.gz")
            run(options.tomos, "task", "learn", case[0], "--steps", "20")
            measure(options, name, "learned", case, folder / "out.nii.gz")


if __name__ == "__main__":
    main()
