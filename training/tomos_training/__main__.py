"""python -m tomos_training COMMAND: train, leg, export, validate, slices, smoke, compare, speed."""

import argparse
import json
import os
import shutil
import sys
from pathlib import Path

import numpy as np
import torch

from . import export, leg, slices, speed, validation
from .loop import LOG, Run, Settings, checkpoints, newest
from .tasks import generate


def train(options):
    settings = Settings(
        seed=options.seed,
        steps=options.steps,
        rate=options.rate,
        bf16=options.bf16,
        device=options.device,
        init=options.init,
    )
    run = Run(settings, options.folder)
    run.go()
    network = run.average.to("cpu").eval()
    row = validation.synthetic([network], options.tasks)[0]
    figures = {"syntheticTasks": options.tasks, "syntheticDice": round(row.mean(), 4)}
    path = options.folder / "weights.safetensors"
    print(json.dumps(figures), export.write(run, path, figures), path)


def train_leg(options):
    """A lease's minutes, whole."""
    packs = slices.load(options.slices) if options.slices else {}
    if options.device.startswith("cuda") and not torch.cuda.is_available():
        raise SystemExit("PyTorch sees no GPU here; --toy --device cpu rehearses a leg without one")
    if options.toy:
        settings = Settings(
            seed=7,
            seconds=60 * options.total,
            size=32,
            supports=(4,),
            slices=10,
            groups=2,
            rate=1e-3,
            warm_up=2,
            bf16=True,
            device=options.device,
            init=options.init,
        )
        packs = packs and slices.few(packs)
    else:
        settings = Settings(
            seed=options.seed,
            seconds=60 * options.total,
            supports=tuple(options.supports),
            slices=options.group,
            groups=options.groups,
            rate=options.rate,
            warm_up=100,
            decay=0.999,
            bf16=True,
            device=options.device,
            init=options.init,
        )
    leg.go(
        settings,
        options.out,
        options.earlier,
        packs,
        options.minutes,
        options.compile,
        leg.TOY if options.toy else leg.Size(),
    )


def export_average(options):
    """The average of a run that stopped early, as it stands."""
    place = newest(options.folder)
    if not place:
        raise SystemExit(f"{options.folder}: no checkpoint in it")
    saved = torch.load(place / "network.pt", map_location="cpu", weights_only=True)
    run = Run(Settings.of(saved["settings"]), options.folder)
    path = options.folder / "weights.safetensors"
    aim = run.settings
    at = f"{run.seconds:.0f} s of {aim.seconds:.0f}" if aim.seconds else f"step {run.step} of {aim.steps}"
    print(f"{at}:", export.write(run, path, {}), path)


def packs_at_hand() -> dict:
    """The packs of the development sets that are there; those that are absent are said."""
    sys.path.insert(0, str(export.ROOT / "Benchmarks"))
    from Accuracy import sets

    packs = {}
    for one in sets.SETS:
        try:
            packs[one.name] = (list(one.labels), slices.read_pack(one, sets.split(one)))
        except sets.Absent as absent:
            print(f"not measured: {absent}", file=sys.stderr)
    return packs


def validate(options):
    networks = [export.load(path) for path in options.weights]
    columns = validation.columns(networks, options.tasks, packs_at_hand())
    print(validation.table([path.stem for path in options.weights], columns))


def write_slices(options):
    slices.write(options.file, packs_at_hand())
    print(f"{options.file}: {options.file.stat().st_size / 1e6:.1f} MB")


def smoke(options):
    """Trains a few minutes from nothing on small tasks: the loss must fall; writes weights and a case for tomos."""
    settings = Settings(seed=7, steps=options.steps, size=64, supports=(4,), rate=1e-3, warm_up=10)
    options.folder.mkdir(parents=True, exist_ok=True)
    for old in checkpoints(options.folder):
        shutil.rmtree(old)
    (options.folder / LOG).unlink(missing_ok=True)
    run = Run(settings, options.folder)
    rows = run.go(every=max(1, options.steps // 6))
    first, last = rows[0]["loss"], rows[-1]["loss"]
    if not last < 0.9 * first:
        raise SystemExit(f"the loss did not fall: {first} at step {rows[0]['step']}, {last} at step {rows[-1]['step']}")
    export.write(run, options.folder / "smoke.safetensors", {"loss": last})
    write_case(run.average.eval(), options.folder)
    print(f"the loss fell from {first} to {last} in {run.seconds:.0f} s")


@torch.no_grad()
def write_case(network, folder: Path):
    """One task's arrays and PyTorch's logits, which the engine's must equal."""
    task = generate(validation.FIRST_SEED, 1, 4)
    logits = network(task.query, task.images, task.labels)
    arrays = {
        "query": task.query[0, 0],
        "images": task.images[0, :, 0],
        "labels": task.labels[0, :, 0],
        "logits": logits[0, 0],
    }
    for name, value in arrays.items():
        np.save(folder / f"{name}.npy", np.ascontiguousarray(value.numpy()))


def compare(options):
    ours, theirs = np.load(options.one).squeeze(), np.load(options.other).squeeze()
    worst = np.abs(ours - theirs).max() / np.ptp(theirs)
    print(f"largest difference of logits: {worst:.1e} of their range")
    if not worst < 1e-5:
        raise SystemExit("the engine and PyTorch disagree")


def generator_speed(options):
    rate = speed.generating(options.device, options.tasks, 16, 128, options.seconds)
    print(f"{rate:.1f} tasks/s (S=16, 128x128, groups of {options.tasks}, {options.device})")


def parser():
    result = argparse.ArgumentParser(prog="tomos_training")
    commands = result.add_subparsers(required=True)

    def command(name, run, text):
        added = commands.add_parser(name, help=text)
        added.set_defaults(run=run)
        return added

    added = command("train", train, "train, export, validate; goes on where it stopped")
    added.add_argument("--folder", type=Path, required=True)
    added.add_argument("--init", default="", help="weights to begin with (.safetensors)")
    added.add_argument("--seed", type=int, default=1)
    added.add_argument("--steps", type=int, default=5000)
    added.add_argument("--rate", type=float, default=1e-4)
    added.add_argument("--bf16", action="store_true")
    added.add_argument("--device", default="cpu")
    added.add_argument("--tasks", type=int, default=500)
    added = command("leg", train_leg, "train for minutes on a device that is lent: measure, train, validate, write")
    added.add_argument("--out", type=Path, required=True, help="folder for all that comes back")
    added.add_argument("--earlier", type=Path, help="folder of the leg before, to go on from")
    added.add_argument("--init", default="", help="weights to begin with (.safetensors)")
    added.add_argument("--slices", type=Path, help="file of `slices`, to validate on")
    added.add_argument("--minutes", type=float, default=9, help="of this leg, all in all (9)")
    added.add_argument("--total", type=float, default=9, help="of all legs together: the rate falls over them (9)")
    added.add_argument("--seed", type=int, default=1)
    added.add_argument("--rate", type=float, default=5e-4)
    added.add_argument("--supports", type=int, nargs="+", default=(4, 8, 16, 16, 32, 64))
    added.add_argument("--group", type=int, default=512, help="slices of a group of tasks (512)")
    added.add_argument("--groups", type=int, default=1, help="groups a step (1)")
    added.add_argument("--device", default="cuda")
    added.add_argument("--compile", action="store_true", help="by torch.compile")
    added.add_argument("--toy", action="store_true", help="a rehearsal: small tasks, little of everything")
    added = command("export", export_average, "the average of a run that stopped early")
    added.add_argument("--folder", type=Path, required=True)
    added = command("validate", validate, "figures of weights; of several, the differences from the first")
    added.add_argument("weights", type=Path, nargs="*", default=[export.BUNDLED])
    added.add_argument("--tasks", type=int, default=500)
    added = command("slices", write_slices, "the development sets' slices in one file, for a machine without them")
    added.add_argument("file", type=Path)
    added = command("smoke", smoke, "two minutes: the loss falls, the export is written")
    added.add_argument("--folder", type=Path, required=True)
    added.add_argument("--steps", type=int, default=160)
    added = command("compare", compare, "two .npy files of logits")
    added.add_argument("one", type=Path)
    added.add_argument("other", type=Path)
    added = command("speed", generator_speed, "tasks a second of the generator")
    added.add_argument("--tasks", type=int, default=1, help="in a group (1)")
    added.add_argument("--seconds", type=float, default=20)
    added.add_argument("--device", default="cpu")
    return result


def main():
    torch.set_num_threads(int(os.environ.get("TOMOS_THREADS", os.cpu_count() or 2)))
    options = parser().parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
