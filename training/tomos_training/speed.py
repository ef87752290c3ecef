"""What a step costs at least, and what a device reaches: operations, bytes, rates."""

import time
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from .network import FEATURES, UniverSeg
from .tasks import generate

CONVOLUTIONS = (torch.ops.aten.convolution.default, torch.ops.aten.convolution_backward.default)


class Traffic(TorchDispatchMode):
    """Elements that convolutions read and write, each tensor once a call: what no fusion of the rest can avoid."""

    def __init__(self):
        super().__init__()
        self.elements = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        if function in CONVOLUTIONS:
            outputs = result if isinstance(result, (tuple, list)) else [result]
            self.elements += sum(part.numel() for part in [*args, *outputs] if isinstance(part, torch.Tensor))
        return result


def cost(supports: int, size: int) -> tuple[int, int]:
    """Floating-point operations and bytes of bf16 of one task's training step, forward and backward."""
    with torch.device("meta"):
        network, shape = UniverSeg(), (1, supports, 1, size, size)
        query, images, labels = torch.empty(1, 1, size, size), torch.empty(shape), torch.empty(shape)
    with FlopCounterMode(display=False) as counted, Traffic() as moved:
        network(query, images, labels).sum().backward()
    return counted.get_total_flops(), 2 * moved.elements


def waited(device: str):
    if torch.device(device).type == "cuda":
        torch.cuda.synchronize()


def seconds(work, device: str, atleast: float) -> float:
    """Of one call, from as many as fill the time, after one that is not counted."""
    work()
    waited(device)
    begun, calls = time.perf_counter(), 0
    while time.perf_counter() - begun < atleast:
        work()
        calls += 1
        waited(device)
    return (time.perf_counter() - begun) / calls


def convolution(device: str, slices: int, size: int, atleast: float) -> float:
    """Operations a second of the network's widest convolution alone, bf16, channels-last, on random values."""
    kind = {"device": device, "dtype": torch.bfloat16}
    values = torch.randn(slices, FEATURES, size, size, **kind).to(memory_format=torch.channels_last)
    weights = torch.randn(FEATURES, FEATURES, 3, 3, **kind).to(memory_format=torch.channels_last)
    one = seconds(lambda: F.conv2d(values, weights, padding=1), device, atleast)
    return 2 * 9 * FEATURES * values.numel() / one


def copying(device: str, count: int, atleast: float) -> float:
    """Bytes a second, read and written, of a copy in the device's memory."""
    one, other = torch.randn(count, device=device), torch.empty(count, device=device)
    return 2 * 4 * count / seconds(lambda: other.copy_(one), device, atleast)


def generating(device: str, tasks: int, supports: int, size: int, atleast: float) -> float:
    """Tasks a second of the generator alone."""
    numbers = iter(range(1, 10**9))
    return tasks / seconds(lambda: generate(next(numbers), tasks, supports, size, device), device, atleast)


def training(network, device: str, tasks: int, supports: int, size: int, atleast: float) -> float:
    """Tasks a second of the network's forward and backward alone, bf16, on random values."""
    query = torch.rand(tasks, 1, size, size, device=device)
    images, labels = (torch.rand(tasks, supports, 1, size, size, device=device) for _ in range(2))

    def work():
        with torch.autocast(torch.device(device).type, torch.bfloat16):
            logits = network(query, images, labels)
        logits.float().square().mean().backward()

    rate = tasks / seconds(work, device, atleast)
    network.zero_grad(set_to_none=True)
    return rate


@contextmanager
def clock(name: str, spent: dict):
    begun = time.perf_counter()
    yield
    spent[name] = round(spent.get(name, 0) + time.perf_counter() - begun, 1)
