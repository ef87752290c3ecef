"""Weights files of runs, and networks of weights files."""

import json
import subprocess
from dataclasses import asdict
from pathlib import Path

import torch

from . import weights_file
from .loop import Run
from .network import UniverSeg
from .tasks import GENERATOR_VERSION

ROOT = Path(__file__).resolve().parents[2]
BUNDLED = ROOT / "Sources/CTomosWeights/tomos-1.safetensors"


def load(path: Path) -> UniverSeg:
    network = UniverSeg().to(memory_format=torch.channels_last).eval()
    network.load_state_dict(weights_file.load(path)[0])
    return network


def first(run: Run) -> UniverSeg:
    """The network that a run began with."""
    if run.settings.init:
        return load(Path(run.settings.init))
    torch.manual_seed(run.settings.seed)
    return UniverSeg()


def revision() -> str:
    """The sources', where they lie in a clone."""
    try:
        call = ["git", "describe", "--always", "--dirty", "--abbrev=40"]
        return subprocess.run(call, cwd=ROOT, capture_output=True, text=True).stdout.strip() or "unknown"
    except FileNotFoundError:
        return "unknown"


def write(run: Run, path: Path, figures: dict) -> str:
    """Writes a run's average; the file's SHA-256."""
    settings = asdict(run.settings)
    settings["init"] = Path(settings["init"]).name
    return weights_file.save(
        path,
        run.average.state_dict(),
        {
            "name": path.stem,
            "architecture": "UniverSeg encoder_blocks=[64,64,64,64]",
            "licence": "Apache-2.0",
            "data": "synthetic tasks only",
            "revision": revision(),
            "generator": str(GENERATOR_VERSION),
            "seed": str(run.settings.seed),
            "steps": str(run.step),
            "settings": json.dumps(settings),
            "validation": json.dumps(figures),
        },
    )
