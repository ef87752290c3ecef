"""python -m tomos_training COMMAND: train, export, validate, smoke, compare, speed."""
import argparse
import json
import os
import subprocess
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from . import validation, weights_file
from .loop import Run, Settings
from .network import UniverSeg
from .tasks import GENERATOR_VERSION, generate

ROOT = Path(__file__).resolve().parents[2]
BUNDLED = ROOT / "Sources/CTomosWeights/tomos-1.safetensors"


def load(path: Path) -> UniverSeg:
    network = UniverSeg().to(memory_format=torch.channels_last).eval()
    network.load_state_dict(weights_file.load(path)[0])
    return network


def revision() -> str:
    found = subprocess.run(["git", "describe", "--always", "--dirty", "--abbrev=40"], cwd=ROOT, capture_output=True, text=True)
    return found.stdout.strip() or "unknown"


def export(run: Run, path: Path, figures: dict) -> str:
    settings = asdict(run.settings)
    settings["init"] = Path(settings["init"]).name
    return weights_file.save(path, run.average.state_dict(), {
        "name": path.stem, "architecture": "UniverSeg encoder_blocks=[64,64,64,64]", "licence": "Apache-2.0",
        "data": "synthetic tasks only", "revision": revision(), "generator": str(GENERATOR_VERSION),
        "seed": str(run.settings.seed), "steps": str(run.step), "settings": json.dumps(settings),
        "validation": json.dumps(figures)})


def train(options):
    settings = Settings(seed=options.seed, steps=options.steps, rate=options.rate, bf16=options.bf16,
                        device=options.device, init=str(options.init) if options.init else "")
    run = Run(settings, options.folder)
    run.go()
    network = run.average.to("cpu").eval()
    scores = validation.synthetic([network], options.tasks)[0]
    figures = {"syntheticTasks": options.tasks, "syntheticDice": round(sum(scores) / len(scores), 4)}
    path = options.folder / "weights.safetensors"
    print(json.dumps(figures), export(run, path, figures), path)


def export_average(options):
    """The average of a run that stopped early, as it stands."""
    saved = torch.load(options.folder / "checkpoint.pt", map_location="cpu", weights_only=True)
    settings = json.loads(saved["settings"])
    run = Run(Settings(**{**settings, "supports": tuple(settings["supports"])}), options.folder)
    path = options.folder / "weights.safetensors"
    print(f"step {run.step} of {run.settings.steps}:", export(run, path, {}), path)


def validate(options):
    networks = [load(path) for path in options.weights]
    rows = validation.synthetic(networks, options.tasks)
    print(f"{options.tasks} synthetic tasks of generator {GENERATOR_VERSION}, threshold 0.5, mean Dice (95 % interval)")
    for path, row in zip(options.weights, rows):
        low, high = validation.interval(row)
        print(f"{path.name}: {sum(row) / len(row):.4f} ({low:.4f} to {high:.4f})")
    for path, row in zip(options.weights[1:], rows[1:]):
        change = [b - a for a, b in zip(rows[0], row)]
        low, high = validation.interval(change)
        print(f"{path.name} less {options.weights[0].name}: {sum(change) / len(change):+.4f} ({low:+.4f} to {high:+.4f})")
    data = Path(os.environ.get("TOMOS_SHARED", ROOT / "../shared")) / "data/hippocampus"
    if not data.is_dir():
        print("hippocampus pack: not measured, the data are not there (set TOMOS_SHARED)")
        return
    for path, network in zip(options.weights, networks):
        scores = validation.leave_one_out(network, data)
        print(f"{path.name}: hippocampus pack, leave-one-out, 4 volumes, every 4th slice: {sum(scores) / len(scores):.4f}")


def smoke(options):
    """Trains a few minutes from nothing on small tasks: the loss must fall; writes weights and a case for tomos."""
    settings = Settings(seed=7, steps=options.steps, size=64, supports=(4,), rate=1e-3, warm_up=10)
    for old in ("checkpoint.pt", "log.jsonl"):
        (options.folder / old).unlink(missing_ok=True)
    run = Run(settings, options.folder)
    rows = run.go(every=max(1, options.steps // 6))
    first, last = rows[0]["loss"], rows[-1]["loss"]
    if not last < 0.9 * first:
        raise SystemExit(f"the loss did not fall: {first} at step {rows[0]['step']}, {last} at step {rows[-1]['step']}")
    export(run, options.folder / "smoke.safetensors", {"loss": last})
    write_case(run.average.eval(), options.folder)
    print(f"the loss fell from {first} to {last} in {run.seconds:.0f} s")


@torch.no_grad()
def write_case(network: UniverSeg, folder: Path):
    """One task's arrays and PyTorch's logits, which the engine's must equal."""
    task = generate(validation.FIRST_SEED, 4)
    logits = network(task.query, task.images, task.labels)
    arrays = {"query": task.query[0, 0], "images": task.images[0, :, 0], "labels": task.labels[0, :, 0],
              "logits": logits[0, 0]}
    for name, value in arrays.items():
        np.save(folder / f"{name}.npy", np.ascontiguousarray(value.numpy()))


def compare(options):
    ours, theirs = np.load(options.one).squeeze(), np.load(options.other).squeeze()
    worst = np.abs(ours - theirs).max() / np.ptp(theirs)
    print(f"largest difference of logits: {worst:.1e} of their range")
    if not worst < 1e-5:
        raise SystemExit("the engine and PyTorch disagree")


def speed(options):
    generate(0, 16, device=options.device)
    begun = time.time()
    for seed in range(1, options.tasks + 1):
        generate(seed, 16, device=options.device)
    if options.device != "cpu":
        torch.cuda.synchronize()
    print(f"{options.tasks / (time.time() - begun):.1f} tasks/s (S=16, 128x128, {options.device})")


def main():
    torch.set_num_threads(int(os.environ.get("TOMOS_THREADS", "2")))
    parser = argparse.ArgumentParser(prog="tomos_training")
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("train", help="train, export, validate; goes on where it stopped")
    command.set_defaults(run=train)
    command.add_argument("--folder", type=Path, required=True)
    command.add_argument("--init", type=Path, help="weights to begin with (.safetensors)")
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--steps", type=int, default=5000)
    command.add_argument("--rate", type=float, default=1e-4)
    command.add_argument("--bf16", action="store_true")
    command.add_argument("--device", default="cpu")
    command.add_argument("--tasks", type=int, default=500)
    command = commands.add_parser("export", help="the average of a run that stopped early")
    command.set_defaults(run=export_average)
    command.add_argument("--folder", type=Path, required=True)
    command = commands.add_parser("validate", help="figures of weights; of several, the differences from the first")
    command.set_defaults(run=validate)
    command.add_argument("weights", type=Path, nargs="*", default=[BUNDLED])
    command.add_argument("--tasks", type=int, default=500)
    command = commands.add_parser("smoke", help="two minutes: the loss falls, the export is written")
    command.set_defaults(run=smoke)
    command.add_argument("--folder", type=Path, required=True)
    command.add_argument("--steps", type=int, default=160)
    command = commands.add_parser("compare", help="two .npy files of logits")
    command.set_defaults(run=compare)
    command.add_argument("one", type=Path)
    command.add_argument("other", type=Path)
    command = commands.add_parser("speed", help="tasks a second")
    command.set_defaults(run=speed)
    command.add_argument("--tasks", type=int, default=50)
    command.add_argument("--device", default="cpu")
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
