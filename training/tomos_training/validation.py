"""How good weights are: fixed synthetic tasks, and slices of the development sets (slices.py)."""

from dataclasses import dataclass

import numpy as np
import torch

from . import slices
from .network import UniverSeg
from .tasks import generate

# Training draws its seeds below this.
FIRST_SEED = 9 * 10**12
SUPPORTS = (4, 8, 16)
GROUP = 4
SYNTHETIC = "synthetic tasks"


@dataclass
class Row:
    """Dice of one set; an inner list holds what belongs together (slices of one volume) and is drawn as one."""

    name: str
    dice: list[list[float]]

    def mean(self) -> float:
        every = [value for values in self.dice for value in values]
        return sum(every) / len(every)

    def interval(self) -> tuple[float, float]:
        return interval([sum(values) for values in self.dice], [len(values) for values in self.dice])

    def less(self, other: "Row") -> "Row":
        pairs = zip(self.dice, other.dice)
        return Row(self.name, [[one - two for one, two in zip(*values)] for values in pairs])


def interval(sums, counts, draws: int = 2000) -> tuple[float, float]:
    """95 % bootstrap interval of the mean over what is counted, drawn by groups."""
    numbers = np.random.default_rng(0)
    chosen = numbers.integers(len(sums), size=(draws, len(sums)))
    means = np.array(sums)[chosen].sum(1) / np.array(counts)[chosen].sum(1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def dice(found: torch.Tensor, truth: torch.Tensor) -> list[float]:
    """By task; 1 where both are empty."""
    both = (found.sum((1, 2, 3)) + truth.sum((1, 2, 3))).tolist()
    overlap = (found & truth).sum((1, 2, 3)).tolist()
    return [2 * a / b if b else 1.0 for a, b in zip(overlap, both)]


@torch.no_grad()
def synthetic(networks: list[UniverSeg], count: int, device: str = "cpu") -> list[Row]:
    """Each network on the same fixed tasks, threshold 0.5; tasks of no use are passed over."""
    result, seed = [Row(SYNTHETIC, []) for _ in networks], FIRST_SEED
    while len(result[0].dice) < count:
        tasks = generate(seed, GROUP, SUPPORTS[seed % len(SUPPORTS)], device=device)
        for row, network in zip(result, networks):
            found = dice(network(tasks.query, tasks.images, tasks.labels) > 0, tasks.truth > 0.5)
            row.dice += [[value] for value, weight in zip(found, tasks.weight.tolist()) if weight]
        seed += 1
    return [Row(row.name, row.dice[:count]) for row in result]


def sets(networks: list[UniverSeg], packs: dict, device: str = "cpu") -> list[list[Row]]:
    """Each network on every set, as the rows of its table."""
    return [
        [
            Row(name, [values for values in slices.scores(network, volumes, ids, device) if values])
            for name, (ids, volumes) in packs.items()
        ]
        for network in networks
    ]


def columns(networks: list[UniverSeg], count: int, packs: dict, device: str = "cpu") -> list[list[Row]]:
    """Each network on so many synthetic tasks, then on every set."""
    first = synthetic(networks, count, device)
    return [[row, *rows] for row, rows in zip(first, sets(networks, packs, device))]


def table(names: list[str], columns: list[list[Row]]) -> str:
    """Markdown: a row a set, a column for each weights file, and of the others what they have more than the first."""
    head = ["set", names[0]] + [text for name in names[1:] for text in (name, f"{name} less {names[0]}")]
    lines = [head, ["---"] * len(head)]
    for first, *others in zip(*columns):
        lines.append([first.name, told(first)])
        for row in others:
            lines[-1] += [told(row), told(row.less(first), "+")]
    means = [[row.mean() for row in rows if row.name != SYNTHETIC] for rows in columns]
    if means[0]:
        first, *others = (sum(column) / len(column) for column in means)
        lines.append(["mean of the sets", f"{first:.3f}"])
        for mean in others:
            lines[-1] += [f"{mean:.3f}", f"{mean - first:+.3f}"]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def told(row: Row, sign: str = "") -> str:
    low, high = row.interval()
    return f"{row.mean():{sign}.3f} ({low:{sign}.3f} to {high:{sign}.3f})"
