"""Times training steps of tomos's networks beside the same networks in PyTorch, in turn, in one run.

Both take the same batch of noise through the network, the loss and back, and take a step, on as many threads: tomos Muon's,
PyTorch AdamW's with the gradient cut, which is the cheaper one. tomos takes its patches from a volume, keeps a running mean
of the parameters and packs the weights anew too; PyTorch has its batch at hand, and in every round both of its memory layouts, of which the faster
counts. PyTorch's threads wait for each other hundreds of times a step: where another program takes a processor, it
loses more than its share, so measure on a quiet machine, or with --threads 1. Needs torch.
"""
import argparse
import os
import pathlib
import platform
import re
import statistics
import subprocess
import time

import torch

from learning_graph import Level, Shape, UNet, loss

# Shape, batch, and the patch: those of Benchmarks/Learning.
NETWORKS = {
    "hippocampus": (Shape(1, 3, [Level(c, 3, True) for c in (16, 32, 64, 128)]), 2, (40, 40, 56)),
    "heart": (Shape(1, 4, [Level(c, 1, False) for c in (16, 32, 64, 128, 128)]), 4, (128, 128)),
}
LARGEST_NORM = 5


class PyTorch:
    """A network in training."""

    def __init__(self, name, layout):
        self.shape, batch, patch = NETWORKS[name]
        torch.manual_seed(1)
        self.network = UNet(self.shape).to(memory_format=layout)
        self.optimizer = torch.optim.AdamW(self.network.parameters(), 3e-3, (0.9, 0.99), fused=True)
        self.images = torch.randn(batch, 1, *patch).to(memory_format=layout)
        self.labels = torch.arange(patch[-1]).mul(self.shape.classes).div(patch[-1], rounding_mode="floor")
        self.labels = self.labels.expand(batch, *patch).contiguous()

    def step(self):
        self.optimizer.zero_grad()
        loss(self.shape, self.network(self.images), self.labels).backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), LARGEST_NORM)
        self.optimizer.step()

    def steps_a_second(self, count):
        self.step()
        start = time.perf_counter()
        for _ in range(count):
            self.step()
        return count / (time.perf_counter() - start)


def tomos_steps_a_second(program, name, count, threads):
    command = [program, name, str(count), str(threads)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def processor():
    try:
        found = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    except OSError:
        found = None
    return found.group(1) if found else platform.machine()


def spread(values):
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def time_network(name, options):
    last = torch.channels_last if NETWORKS[name][0].is_plane else torch.channels_last_3d
    layouts = [PyTorch(name, layout) for layout in (torch.contiguous_format, last)]

    def steps_a_second(steps):
        ours = tomos_steps_a_second(options.program, name, steps[0], options.threads)
        return [ours] + [layout.steps_a_second(count) for layout, count in zip(layouts, steps[1:])]

    steps = [max(1, round(options.seconds * speed)) for speed in steps_a_second([2, 1, 1])]
    rounds = [steps_a_second(steps) for _ in range(options.rounds)]
    ours, first, second = zip(*rounds)
    ratios = [a / max(b, c) for a, b, c in rounds]
    print(f"{name}: tomos {spread(ours)}, {spread(ratios)} times as fast as PyTorch: {spread(first)} with channels "
          f"first, {spread(second)} with channels last", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="the learning-benchmark to time")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4, help="how long each takes in a round, about")
    options = parser.parse_args()
    if options.threads < 1 or options.rounds < 1:
        parser.error("use 1 or more threads and rounds")
    torch.set_num_threads(options.threads)
    print(f"training steps a second; {processor()}, {options.threads} threads, PyTorch {torch.__version__}")
    print(f"median (min to max) of {options.rounds} rounds in turn")
    for name in NETWORKS:
        time_network(name, options)


if __name__ == "__main__":
    main()
