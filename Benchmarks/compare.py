"""Times `tomos infer` against the published graph in PyTorch (float32), in turn, in one run.

Usage: compare.py TOMOS [ROUNDS]    Needs torch and numpy; `make bench` sets up an environment for it.
Both get the same weights and slices, and their logits are compared before anything is timed.
"""
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch

from official_graph import UniverSeg

SIDE = 128
WEIGHTS = pathlib.Path(__file__).parent.parent / "Sources/CTomosWeights/tomos-1.safetensors"


def load_weights(path):
    """The tensors of a float32 .safetensors file."""
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = (8 + size + offset for offset in entry["data_offsets"])
            values = np.frombuffer(data[begin:end], "<f4").reshape(entry["shape"])
            tensors[name] = torch.from_numpy(values.copy())
    return tensors


def slices(count, rng):
    """Images with blocks and noise, so that the logits are not flat."""
    blocks = np.kron(rng.random((count, 16, 16)), np.ones((SIDE // 16, SIDE // 16)))
    return (0.8 * blocks + 0.2 * rng.random((count, SIDE, SIDE))).astype(np.float32)


class Engine:
    """The program, run as a child; it times its own queries and leaves reading files out."""

    def __init__(self, program, folder, query, images, labels):
        self.output = folder / "logits.npy"
        paths = [folder / name for name in ("query.npy", "images.npy", "labels.npy")]
        for path, values in zip(paths, (query, images, labels)):
            np.save(path, values)
        self.command = [program, "infer", "--target", paths[0], "--support-images", paths[1]]
        self.command += ["--support-labels", paths[2], "-o", self.output, "--repeat", "5"]

    def seconds(self):
        text = subprocess.run(self.command, check=True, capture_output=True, text=True).stdout
        return float(re.search(r"median ([0-9.]+)", text).group(1)) / 1000


def main():
    program, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
    network = UniverSeg().eval()
    network.load_state_dict(load_weights(WEIGHTS))
    rng = np.random.default_rng(0)
    print(f"published graph in PyTorch {torch.__version__}, float32, {torch.get_num_threads()} threads; {rounds} rounds in turn")
    for support in (1, 16, 64):
        query, images = slices(1, rng)[0], slices(support, rng)
        labels = (images > 0.6).astype(np.float32)
        arguments = [torch.from_numpy(a) for a in (query[None, None], images[None, :, None], labels[None, :, None])]
        with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
            engine = Engine(program, pathlib.Path(folder), query, images, labels)
            engine.seconds()
            expected = network(*arguments)[0, 0].numpy()
            difference = np.abs(np.load(engine.output) - expected).max() / np.ptp(expected)
            assert difference < 1e-5, f"logits differ by {difference} of their range"
            pairs = []
            for _ in range(rounds):
                start = time.perf_counter()
                network(*arguments)
                pairs.append((time.perf_counter() - start, engine.seconds()))
        ratios = sorted(a / b for a, b in pairs)
        theirs, ours = (statistics.median(column) * 1000 for column in zip(*pairs))
        print(
            f"S = {support:2}: {theirs:8.0f} ms against {ours:6.1f} ms, {statistics.median(ratios):.1f} times "
            f"({ratios[0]:.1f} to {ratios[-1]:.1f}); logits within {difference:.1e} of their range",
            flush=True,
        )


if __name__ == "__main__":
    main()
