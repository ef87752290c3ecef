"""The training loop: one task a gradient, AdamW, cosine, EMA; stopped anywhere, it goes on from its last checkpoint.

The task of a step follows from the run's seed and the step alone, so a resumed run sees what an unbroken one sees.
"""
import copy
import json
import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F

from . import weights_file
from .draw import Draw
from .network import UniverSeg
from .tasks import generate


@dataclass
class Settings:
    """What decides a run's result, beside the machine."""

    seed: int = 1
    steps: int = 1000
    size: int = 128
    supports: tuple[int, ...] = (4, 8, 8, 12, 16)
    tasks_per_step: int = 1
    rate: float = 1e-4
    warm_up: int = 50
    decay: float = 0.998
    bf16: bool = False
    device: str = "cpu"
    init: str = ""


def soft_dice(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    chance = torch.sigmoid(logits)
    overlap = (chance * truth).sum((1, 2, 3))
    return (2 * overlap + 1) / (chance.sum((1, 2, 3)) + truth.sum((1, 2, 3)) + 1)


def loss_of(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    return (1 - soft_dice(logits, truth)).mean() + F.binary_cross_entropy_with_logits(logits, truth)


class Run:
    """A training run that lives in a folder: checkpoint.pt, log.jsonl."""

    def __init__(self, settings: Settings, folder: Path):
        self.settings, self.folder = settings, folder
        folder.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(settings.seed)
        # channels_last is the faster layout on both kinds of device.
        self.network = UniverSeg().to(settings.device, memory_format=torch.channels_last)
        if settings.init:
            self.network.load_state_dict(weights_file.load(Path(settings.init))[0])
        self.average = copy.deepcopy(self.network)
        self.optimiser = torch.optim.AdamW(self.network.parameters(), lr=settings.rate, weight_decay=1e-5)
        self.step, self.seconds = 0, 0.0
        if self.checkpoint.exists():
            self.resume()

    @property
    def checkpoint(self) -> Path:
        return self.folder / "checkpoint.pt"

    def resume(self):
        saved = torch.load(self.checkpoint, map_location=self.settings.device, weights_only=True)
        if saved["settings"] != json.dumps(asdict(self.settings)):
            raise SystemExit(f"{self.checkpoint} is of a run with other settings: {saved['settings']}; "
                             "name another --folder, or remove this one")
        self.network.load_state_dict(saved["network"])
        self.average.load_state_dict(saved["average"])
        self.optimiser.load_state_dict(saved["optimiser"])
        self.step, self.seconds = saved["step"], saved["seconds"]

    def save(self):
        part = self.checkpoint.with_suffix(".part")
        torch.save({"settings": json.dumps(asdict(self.settings)), "network": self.network.state_dict(),
                    "average": self.average.state_dict(), "optimiser": self.optimiser.state_dict(),
                    "step": self.step, "seconds": self.seconds}, part)
        part.replace(self.checkpoint)

    def rate(self) -> float:
        warm = min(1, (self.step + 1) / self.settings.warm_up)
        return self.settings.rate * warm * (0.51 + 0.49 * math.cos(math.pi * self.step / self.settings.steps))

    def advance(self) -> tuple[float, float]:
        """One step; its loss and soft Dice."""
        s = self.settings
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate()
        self.optimiser.zero_grad(set_to_none=True)
        losses, dices = [], []
        for part in range(s.tasks_per_step):
            seed = s.seed * 10**9 + self.step * s.tasks_per_step + part
            task = generate(seed, Draw(seed).one_of(*s.supports), s.size, s.device)
            with torch.autocast(torch.device(s.device).type, torch.bfloat16, enabled=s.bf16):
                logits = self.network(task.query, task.images, task.labels)
            loss = loss_of(logits.float(), task.truth)
            (loss / s.tasks_per_step).backward()
            losses.append(loss.item())
            dices.append(soft_dice(logits.detach().float(), task.truth).item())
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        self.step += 1
        keep = min(s.decay, self.step / (10 + self.step))
        with torch.no_grad():
            for mean, value in zip(self.average.parameters(), self.network.parameters()):
                mean.lerp_(value, 1 - keep)
        return sum(losses) / len(losses), sum(dices) / len(dices)

    def go(self, every: int = 25, keep: int = 100) -> list[dict]:
        """Trains to the last step; the log's rows of this call: means over `every` steps."""
        rows, recent, begun = [], [], time.time() - self.seconds
        with open(self.folder / "log.jsonl", "a") as log:
            while self.step < self.settings.steps:
                recent.append(self.advance())
                self.seconds = time.time() - begun
                if self.step % every == 0 or self.step == self.settings.steps:
                    loss, dice = (sum(values) / len(values) for values in zip(*recent))
                    rows.append({"step": self.step, "seconds": round(self.seconds), "loss": round(loss, 4),
                                 "softDice": round(dice, 4), "rate": self.rate()})
                    recent = []
                    print(json.dumps(rows[-1]), flush=True)
                    log.write(json.dumps(rows[-1]) + "\n")
                    log.flush()
                if self.step % keep == 0:
                    self.save()
        self.save()
        return rows
