"""How good weights are: fixed synthetic tasks, and leave-one-out on the hippocampus pack (never on the study)."""
import math
import random
from pathlib import Path

import nibabel
import numpy as np
import torch
import torch.nn.functional as F

from .network import UniverSeg
from .tasks import generate

# Training draws its seeds below this.
FIRST_SEED = 9 * 10**12
SUPPORTS = (4, 8, 16)
# The volumes that a pack may hold; the 40 others judge the program and are read by Benchmarks/accuracy alone.
PACK = 20


def dice(found: torch.Tensor, truth: torch.Tensor) -> float:
    """1 where both are empty."""
    both = (found.sum() + truth.sum()).item()
    return 2 * (found & truth).sum().item() / both if both else 1.0


@torch.no_grad()
def synthetic(networks: list[UniverSeg], tasks: int, device: str = "cpu") -> list[list[float]]:
    """Dice of each network on each fixed task, threshold 0.5."""
    scores = [[] for _ in networks]
    for n in range(tasks):
        task = generate(FIRST_SEED + n, SUPPORTS[n % len(SUPPORTS)], device=device)
        for row, network in zip(scores, networks):
            row.append(dice(network(task.query, task.images, task.labels) > 0, task.truth > 0.5))
    return scores


def interval(values: list[float], draws: int = 2000) -> tuple[float, float]:
    """95 % bootstrap interval of the mean."""
    numbers = np.random.default_rng(0)
    means = numbers.choice(np.array(values), (draws, len(values))).mean(1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


class Volume:
    """A volume's coronal slices as the network sees them, 128x128."""

    def __init__(self, image: Path, labels: Path):
        voxels = np.asarray(nibabel.load(image).dataobj).astype(np.float32)
        low, high = np.percentile(voxels[voxels > 0], [0.5, 99.5])
        self.images = square(np.clip((voxels - low) / (high - low), 0, 1).astype(np.float32))
        values = np.asarray(nibabel.load(labels).dataobj).round().astype(int)
        self.labels = {label: (square((values == label).astype(np.float32)) > 0.5).float() for label in (1, 2)}

    def at(self, position: float) -> int:
        """The slice at a relative position in [0, 1]."""
        return round(position * (len(self.images) - 1))


def square(voxels: np.ndarray) -> torch.Tensor:
    """slices,1,128,128 of voxels[x, y, z], padded to a square with zeros."""
    slices = torch.from_numpy(np.moveaxis(voxels, 1, 0).copy()).unsqueeze(1)
    height, width = slices.shape[-2:]
    side = max(height, width)
    left, top = (side - width) // 2, (side - height) // 2
    slices = F.pad(slices, (left, side - width - left, top, side - height - top))
    return F.interpolate(slices, (128, 128), mode="bilinear", antialias=True)


@torch.no_grad()
def leave_one_out(network: UniverSeg, data: Path, queries: int = 4, stride: int = 4, supports: int = 16) -> list[float]:
    """Dice of each label of some of the pack's volumes, from every `stride`-th slice, 128x128, without clean-up."""
    files = sorted((data / "images").glob("*.nii.gz"))[:PACK]
    volumes = [Volume(file, data / "labels" / file.name) for file in files]
    scores = []
    for n in range(0, PACK, math.ceil(PACK / queries)):
        query, others = volumes[n], volumes[:n] + volumes[n + 1 :]
        others = random.Random(n).sample(others, supports)
        slices = range(0, len(query.images), stride)
        for label in (1, 2):
            found, truth = [], []
            for z in slices:
                chosen = [(volume, volume.at(z / (len(query.images) - 1))) for volume in others]
                images = torch.stack([volume.images[k] for volume, k in chosen])[None]
                labels = torch.stack([volume.labels[label][k] for volume, k in chosen])[None]
                found.append(network(query.images[z : z + 1], images, labels)[0] > 0)
                truth.append(query.labels[label][z] > 0.5)
            scores.append(dice(torch.stack(found), torch.stack(truth)))
    return scores
