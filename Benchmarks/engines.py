"""What the benchmarks time: the program, and the published graph in PyTorch, OpenVINO and ONNX Runtime.

Every one takes the same weights and slices, answers with its logits and times one query.
"""
import contextlib
import io
import logging
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time
import warnings

import numpy as np
import onnxruntime
import openvino
import torch
from safetensors.torch import load_file

from official_graph import UniverSeg

SIDE = 128
WEIGHTS = pathlib.Path(__file__).parent.parent / "Sources/CTomosWeights/tomos-1.safetensors"
INPUTS = ("target", "images", "labels")


def published_graph():
    network = UniverSeg().eval()
    network.load_state_dict(load_file(WEIGHTS))
    return network


def random_slices(support, rng):
    """Target [1, 1, H, W], images and labels [1, S, 1, H, W]: blocks and noise, so that the logits are not flat."""
    blocks = np.kron(rng.random((support + 1, 16, 16)), np.ones((SIDE // 16, SIDE // 16)))
    planes = (0.8 * blocks + 0.2 * rng.random((support + 1, SIDE, SIDE))).astype(np.float32)
    images = planes[None, 1:, None]
    return planes[None, :1], images, (images > 0.6).astype(np.float32)


def logit_difference(logits, expected):
    """The largest difference, in parts of the expected logits' range."""
    return np.abs(logits - expected).max() / np.ptp(expected)


def ratio_summary(pairs):
    """Median, minimum and maximum of theirs over ours."""
    ratios = [theirs / ours for theirs, ours in pairs]
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def run(command):
    """What a command prints; ends the run with what it complains of if it fails."""
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nexit code {result.returncode}: {result.stderr}")
    return result.stdout


class Competitor:
    """The published graph, run in this process."""

    exact = True

    def seconds(self):
        start = time.perf_counter()
        self.logits()
        return time.perf_counter() - start


class PyTorch(Competitor):
    def __init__(self, network, slices):
        self.network = network
        self.slices = [torch.from_numpy(values) for values in slices]
        threads = self.faster_thread_count()
        torch.set_num_threads(threads)
        self.name = f"PyTorch {torch.__version__} float32, {threads} thread{'s' if threads > 1 else ''}"

    def logits(self):
        with torch.inference_mode():
            return self.network(*self.slices).numpy()

    def faster_thread_count(self):
        """1 or all, judged on at most 8 of the support slices."""
        target, images, labels = self.slices
        times = {1: [], len(os.sched_getaffinity(0)): []}
        for attempt in range(3):
            for threads, measured in times.items():
                torch.set_num_threads(threads)
                with torch.inference_mode():
                    start = time.perf_counter()
                    self.network(target, images[:, :8], labels[:, :8])
                if attempt > 0:  # the first warms up
                    measured.append(time.perf_counter() - start)
        return min(times, key=lambda threads: min(times[threads]))


def export_onnx(network, slices, path):
    """The graph as it stands, for slices of these shapes."""
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network, tuple(map(torch.from_numpy, slices)), path, dynamo=True, external_data=False,
            input_names=INPUTS, output_names=["logits"],
        )


class OpenVINO(Competitor):
    def __init__(self, path, slices, precision):
        self.slices = list(slices)
        core = openvino.Core()
        self.compiled = core.compile_model(
            path, "CPU", {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": precision})
        self.name = f"OpenVINO {openvino.__version__.split('-')[0]} {precision}"
        if precision == "bf16":
            self.exact = False
            if self.compiled.get_property("INFERENCE_PRECISION_HINT") != openvino.Type.bf16:
                self.name += " (hint without effect)"
            elif "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
                self.name += " (emulated: no bf16 in this CPU)"

    def logits(self):
        return self.compiled(self.slices)[0]


class ONNXRuntime(Competitor):
    def __init__(self, path, slices):
        self.inputs = dict(zip(INPUTS, slices))
        self.session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        self.name = f"ONNX Runtime {onnxruntime.__version__} float32"

    def logits(self):
        return self.session.run(None, self.inputs)[0]


class Tomos:
    """The program, run as a child; it times its own queries and leaves reading files out."""

    def __init__(self, program, folder, slices):
        self.output = folder / "logits.npy"
        paths = [folder / f"{name}.npy" for name in INPUTS]
        for path, values in zip(paths, slices):
            np.save(path, values[0])
        self.command = [program, "infer", "--target", paths[0], "--support-images", paths[1]]
        self.command += ["--support-labels", paths[2], "-o", self.output, "--repeat", "5"]

    def seconds(self):
        return float(re.search(r"median ([0-9.]+)", run(self.command)).group(1)) / 1000

    def logits(self):
        self.seconds()
        return np.load(self.output)
