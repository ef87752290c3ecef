"""One leg of a run on a device that is lent for minutes: measured, trained, validated and written in one call.

Everything that comes back lies under one folder: the checkpoint that the next leg goes on from, the log, the weights of
the average and report.md. A leg that dies keeps its last checkpoint.
"""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from . import export, speed, validation
from .loop import Run, Settings


@dataclass
class Size:
    """How much is measured and validated: little where a leg is only rehearsed."""

    convolution: int = 512
    copied: int = 1 << 30
    atleast: float = 1.0
    synthetic: int = 200
    every: int = 25
    keep: int = 200
    # Kept back for validation and writing, seconds.
    reserve: int = 45


TOY = Size(convolution=4, copied=1 << 20, atleast=0.05, synthetic=4, every=2, keep=4, reserve=5)


def go(settings: Settings, out: Path, earlier: Path | None, packs: dict, minutes: float, compiled: bool, size: Size):
    """Trains until `minutes` after the start less the reserve; prints and writes the report."""
    begun, spent = time.time(), {}
    with speed.clock("start", spent):
        run = Run(settings, out, earlier, compiled)
    with speed.clock("rates", spent):
        lines = rates(run, size)
    told(lines)
    before, from_step = run.slices, run.step
    with speed.clock("training", spent):
        rows = run.go(size.every, size.keep, until=60 * minutes - size.reserve - (time.time() - begun))
    if not rows:
        raise SystemExit(
            f"{minutes} minutes leave no time to train: {size.reserve} s are kept back, {json.dumps(spent)} are gone"
        )
    trained = run.slices - before
    lines += [
        f"Steps {from_step} to {run.step}, {trained:,} slices of tasks in {spent['training']:.0f} s "
        f"({trained / spent['training']:,.0f} a second), {run.done():.0%} of the run done.",
        f"Loss {rows[0]['loss']} to {rows[-1]['loss']}, soft Dice {rows[0]['softDice']} to {rows[-1]['softDice']}.",
        "",
    ]
    export.write(run, out / "weights.safetensors", {})
    with speed.clock("validation", spent):
        lines += [validated(run, packs, size), ""]
    lines += [f"Seconds: {json.dumps(spent)}. Settings: {json.dumps(asdict(settings))}"]
    (out / "report.md").write_text("\n".join(lines) + "\n")
    told(lines)


def told(lines: list[str]):
    print("\n".join(lines), flush=True)


def rates(run: Run, size: Size) -> list[str]:
    """The floor of a step and what the device reaches, in words."""
    s = run.settings
    supports = max(s.supports)
    tasks = max(1, s.slices // (supports + 1))
    operations, moved = speed.cost(supports, s.size)
    peak = speed.convolution(s.device, size.convolution, s.size, size.atleast)
    copied = speed.copying(s.device, size.copied, size.atleast)
    network = speed.training(run.forward, s.device, tasks, supports, s.size, size.atleast)
    generator = speed.generating(s.device, tasks, supports, s.size, size.atleast)
    name = torch.cuda.get_device_name() if torch.device(s.device).type == "cuda" else s.device
    return [
        f"Device {name}. One task of {supports} supports, {s.size}x{s.size}, forward and backward: "
        f"{operations / 1e9:.1f} GFLOP, convolutions move {moved / 1e9:.2f} GB at least.",
        f"Measured: convolution {peak / 1e12:.3f} TFLOP/s, copy {copied / 1e9:.0f} GB/s. Floor of a task: "
        f"{1e3 * operations / peak:.2f} ms by operations, {1e3 * moved / copied:.2f} ms by bytes.",
        f"Network alone: {network:.1f} tasks a second in groups of {tasks}, {network * operations / peak:.0%} of the "
        f"convolution's rate. Generator alone: {generator:.1f}.",
        "",
    ]


def validated(run: Run, packs: dict, size: Size) -> str:
    """The average beside the weights that the run began with."""
    device = run.settings.device
    networks = [export.first(run).to(device), run.average]
    for network in networks:
        network.eval()
    return validation.table(["before", "after"], validation.columns(networks, size.synthetic, packs, device))
