"""Random numbers from one seed, for Python's choices and torch's tensors alike."""
import math
import random

import torch


class Draw:
    """A source of random numbers. The same seed on the same kind of device gives the same task."""

    def __init__(self, seed: int, device: str = "cpu"):
        self.device = torch.device(device)
        self.numbers = random.Random(seed)
        self.tensors = torch.Generator(self.device).manual_seed(seed)

    def chance(self, probability: float) -> bool:
        return self.numbers.random() < probability

    def between(self, low: float, high: float) -> float:
        return self.numbers.uniform(low, high)

    def log_between(self, low: float, high: float) -> float:
        return math.exp(self.numbers.uniform(math.log(low), math.log(high)))

    def one_of(self, *values):
        return self.numbers.choice(values)

    def normal(self, *shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=self.tensors, device=self.device)

    def uniform(self, *shape: int) -> torch.Tensor:
        return torch.rand(*shape, generator=self.tensors, device=self.device)
