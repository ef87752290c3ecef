"""Random numbers from one seed, for numpy's choices and torch's tensors alike."""

import numpy as np
import torch


class Draw:
    """A source of random numbers for a group of tasks. The same seed on the same kind of device gives the same tasks.

    What differs from task to task is an array with a value for each; what decides the shapes of tensors is drawn once
    for the group. Arrays are drawn on the CPU, so that nothing waits for the device.
    """

    def __init__(self, seed: int, tasks: int, device: str = "cpu"):
        self.device, self.tasks = torch.device(device), tasks
        self.numbers = np.random.default_rng(seed)
        self.tensors = torch.Generator(self.device).manual_seed(seed)

    def group_chance(self, probability: float) -> bool:
        return bool(self.numbers.random() < probability)

    def group_between(self, low: float, high: float) -> float:
        return float(self.numbers.uniform(low, high))

    def group_one_of(self, *values):
        return values[self.numbers.integers(len(values))]

    def chance(self, probability: float, *shape: int) -> np.ndarray:
        return self.numbers.random(shape or self.tasks) < probability

    def between(self, low, high, *shape: int) -> np.ndarray:
        return self.numbers.uniform(low, high, shape or self.tasks)

    def log_between(self, low: float, high: float, *shape: int) -> np.ndarray:
        return np.exp(self.between(np.log(low), np.log(high), *shape))

    def one_of(self, *values) -> np.ndarray:
        return np.asarray(values)[self.numbers.integers(len(values), size=self.tasks)]

    def some(self, probability: float) -> np.ndarray:
        """The numbers of some of the tasks."""
        return np.flatnonzero(self.chance(probability))

    def tensor(self, values: np.ndarray, dimensions: int = 4) -> torch.Tensor:
        """On the device, with ones behind its own axes up to so many dimensions."""
        values = np.asarray(values)
        kind = np.float32 if values.dtype == np.float64 else values.dtype
        values = values.reshape(values.shape + (1,) * (dimensions - values.ndim)).astype(kind)
        return torch.from_numpy(values).to(self.device, non_blocking=True)

    def normal(self, *shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=self.tensors, device=self.device)

    def uniform(self, *shape: int) -> torch.Tensor:
        return torch.rand(*shape, generator=self.tensors, device=self.device)
