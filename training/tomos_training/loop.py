"""The training loop: groups of tasks a step, AdamW, warm-up and cosine, EMA; it goes on from its last checkpoint.

The tasks of a step follow from the run's seed and the step alone, so a resumed run sees what an unbroken one sees.
"""

import copy
import json
import math
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from . import weights_file
from .network import UniverSeg
from .tasks import Tasks, generate

# A checkpoint is a folder, there at once or not at all. What training alone needs lies apart, so that neither file is
# too large to be carried.
CHECKPOINT, PARTS = "checkpoint", ("network.pt", "optimiser.pt")
LOG = "log.jsonl"


@dataclass
class Settings:
    """What decides a run's result, beside the machine."""

    seed: int = 1
    steps: int = 1000
    # The rate falls over this time instead of over the steps, where it is not 0: what fits is not known before.
    seconds: float = 0
    size: int = 128
    supports: tuple[int, ...] = (4, 8, 8, 12, 16)
    # Slices of the tasks of one group, supports and queries together; at least one task.
    slices: int = 1
    groups: int = 1
    rate: float = 1e-4
    warm_up: int = 50
    decay: float = 0.998
    bf16: bool = False
    device: str = "cpu"
    init: str = ""

    @staticmethod
    def of(text: str) -> "Settings":
        values = json.loads(text)
        return Settings(**values | {"supports": tuple(values["supports"])})


def soft_dice(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """tasks: of probabilities, empty truths included."""
    chance = torch.sigmoid(logits)
    overlap = (chance * truth).sum((1, 2, 3))
    return (2 * overlap + 1) / (chance.sum((1, 2, 3)) + truth.sum((1, 2, 3)) + 1)


def losses(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """tasks: soft Dice and cross-entropy."""
    apart = F.binary_cross_entropy_with_logits(logits, truth, reduction="none").mean((1, 2, 3))
    return 1 - soft_dice(logits, truth) + apart


def mean(values: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    return (values * weight).sum() / weight.sum().clamp(min=1)


def checkpoints(folder: Path) -> list[Path]:
    """The oldest first."""
    return sorted(folder.glob(f"{CHECKPOINT}-*"))


def newest(folder: Path) -> Path | None:
    return next(reversed(checkpoints(folder)), None)


class Run:
    """A training run that lives in a folder: its checkpoint and log. `earlier`: another folder to go on from."""

    def __init__(self, settings: Settings, folder: Path, earlier: Path | None = None, compiled: bool = False):
        self.settings, self.folder = settings, folder
        folder.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(settings.seed)
        # channels_last is the faster layout on both kinds of device.
        self.network = UniverSeg().to(settings.device, memory_format=torch.channels_last)
        if settings.init:
            self.network.load_state_dict(weights_file.load(Path(settings.init))[0])
        self.average = copy.deepcopy(self.network)
        self.forward = torch.compile(self.network, dynamic=True) if compiled else self.network
        fused = torch.device(settings.device).type == "cuda"
        self.optimiser = torch.optim.AdamW(self.network.parameters(), lr=settings.rate, weight_decay=1e-5, fused=fused)
        self.step, self.seconds, self.slices = 0, 0.0, 0
        if place := newest(folder) or (earlier and newest(earlier)):
            self.resume(place)

    def resume(self, place: Path):
        saved, optimiser = (
            torch.load(place / name, map_location=self.settings.device, weights_only=True) for name in PARTS
        )
        if saved["settings"] != json.dumps(asdict(self.settings)):
            raise SystemExit(
                f"{place} is of a run with other settings: {saved['settings']}; name another folder, or remove this one"
            )
        self.network.load_state_dict(saved["network"])
        self.average.load_state_dict(saved["average"])
        self.optimiser.load_state_dict(optimiser)
        self.step, self.seconds, self.slices = (saved[name] for name in ("step", "seconds", "slices"))

    def save(self):
        part = self.folder / f"{CHECKPOINT}.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        state = {
            "settings": json.dumps(asdict(self.settings)),
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
            "slices": self.slices,
        }
        for name, content in zip(PARTS, (state, self.optimiser.state_dict())):
            torch.save(content, part / name)
        place = self.folder / f"{CHECKPOINT}-{self.step:09d}"
        if not place.exists():  # of one step there is one state
            part.rename(place)
        for other in checkpoints(self.folder):
            if other != place:
                shutil.rmtree(other)

    def done(self) -> float:
        """The share of the run that is done."""
        return min(
            1, self.seconds / self.settings.seconds if self.settings.seconds else self.step / self.settings.steps
        )

    def rate(self) -> float:
        warm = min(1, (self.step + 1) / self.settings.warm_up)
        return self.settings.rate * warm * (0.51 + 0.49 * math.cos(math.pi * self.done()))

    def group(self, part: int) -> Tasks:
        s = self.settings
        seed = s.seed * 10**9 + self.step * s.groups + part
        # Numbers of its own: the generator begins with those of the seed.
        supports = int(np.random.default_rng([seed, 1]).choice(s.supports))
        return generate(seed, max(1, s.slices // (supports + 1)), supports, s.size, s.device)

    def advance(self) -> torch.Tensor:
        """One step; its loss and soft Dice, on the device, so that nothing waits for them."""
        s = self.settings
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate()
        self.optimiser.zero_grad(set_to_none=True)
        total = torch.zeros(2, device=s.device)
        for part in range(s.groups):
            tasks = self.group(part)
            with torch.autocast(torch.device(s.device).type, torch.bfloat16, enabled=s.bf16):
                logits = self.forward(tasks.query, tasks.images, tasks.labels)
            loss = mean(losses(logits.float(), tasks.truth), tasks.weight)
            (loss / s.groups).backward()
            total += torch.stack([loss, mean(soft_dice(logits.float(), tasks.truth), tasks.weight)]).detach() / s.groups
            self.slices += tasks.images.shape[0] * (tasks.images.shape[1] + 1)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        self.step += 1
        keep = min(s.decay, self.step / (10 + self.step))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), list(self.network.parameters()), 1 - keep)
        return total

    def go(self, every: int = 25, keep: int = 100, until: float = math.inf) -> list[dict]:
        """Trains to the end, or so many seconds of this call; the log's rows of this call: means over `every` steps."""
        rows, recent, called = [], [], time.time()
        begun = called - self.seconds
        while self.done() < 1 and time.time() - called < until:
            recent.append(self.advance())
            if self.step % every == 0:
                rows.append(self.row(recent, begun))
                recent = []
            self.seconds = time.time() - begun
            if self.step % keep == 0:
                self.save()
        if recent:
            rows.append(self.row(recent, begun))
        self.save()
        return rows

    def row(self, recent: list[torch.Tensor], begun: float) -> dict:
        """A row of the log, printed and written; waits until the device has done what it tells of."""
        loss, dice = torch.stack(recent).mean(0).tolist()
        self.seconds = time.time() - begun
        told = {"step": self.step, "seconds": round(self.seconds), "slices": self.slices, "loss": round(loss, 4)}
        told |= {"softDice": round(dice, 4), "rate": self.rate()}
        print(json.dumps(told), flush=True)
        with open(self.folder / LOG, "a") as log:
            log.write(json.dumps(told) + "\n")
        return told
