"""Times `tomos infer` against the published graph in PyTorch, OpenVINO and ONNX Runtime, in turn, in one run.

Needs requirements.txt; `make bench` sets up an environment for it. Everyone gets the same weights and slices, and
everyone's logits are compared with PyTorch's before anything is timed.
"""
import argparse
import pathlib
import statistics
import tempfile

import numpy as np

from engines import ONNXRuntime, OpenVINO, PyTorch, Tomos, export_onnx, logit_difference
from engines import published_graph, random_slices, ratio_summary
from machine import describe_cpu

TOLERANCE = 1e-5
COMPETITORS = ("pytorch", "openvino", "openvino-bf16", "onnxruntime")


def checked(competitor, expected):
    """The competitor's difference from the expected logits; ends the run if one that should be exact is not."""
    difference = logit_difference(competitor.logits(), expected)
    assert not competitor.exact or difference < TOLERANCE, f"{competitor.name}: off by {difference} of the range"
    return difference


def compare(program, folder, network, support, rounds, names):
    slices = random_slices(support, np.random.default_rng(support))
    graph = str(folder / f"graph-{support}.onnx")
    if names != ["pytorch"]:
        export_onnx(network, slices, graph)
    pytorch, tomos = PyTorch(network, slices), Tomos(program, folder, slices)
    expected = pytorch.logits()
    ours = logit_difference(tomos.logits(), expected)
    assert ours < TOLERANCE, f"tomos: off by {ours} of the range"
    makers = {
        "pytorch": lambda: pytorch,
        "openvino": lambda: OpenVINO(graph, slices, "f32"),
        "openvino-bf16": lambda: OpenVINO(graph, slices, "bf16"),
        "onnxruntime": lambda: ONNXRuntime(graph, slices),
    }
    competitors = [makers[name]() for name in names]
    differences = [f"{checked(c, expected):.1e}" if c is not pytorch else "-" for c in competitors]

    pairs = [[] for _ in competitors]
    for _ in range(rounds):
        for competitor, measured in zip(competitors, pairs):
            measured.append((competitor.seconds(), tomos.seconds()))

    milliseconds = statistics.median(pair[1] for measured in pairs for pair in measured) * 1000
    print(f"\nS = {support}: tomos {milliseconds:.1f} ms, logits off PyTorch's by {ours:.1e}; rounds in turn: {rounds}")
    print(f"  {'published graph in':56} {'ms':>8}  {'times tomos (min to max)':26}  logits off by, of the range")
    for competitor, measured, difference in zip(competitors, pairs, differences):
        theirs = statistics.median(pair[0] for pair in measured) * 1000
        print(f"  {competitor.name:56} {theirs:8.0f}  {ratio_summary(measured):26}  {difference}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="the tomos to time")
    parser.add_argument("--support", type=int, nargs="+", default=[1, 16, 64], help="numbers of support slices")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--against", nargs="+", choices=COMPETITORS, default=list(COMPETITORS))
    options = parser.parse_args()
    if min(options.support) < 1 or options.rounds < 1:
        parser.error("use 1 or more support slices and rounds")
    print(describe_cpu())
    network = published_graph()
    for support in options.support:
        with tempfile.TemporaryDirectory() as folder:
            compare(options.program, pathlib.Path(folder), network, support, options.rounds, options.against)


if __name__ == "__main__":
    main()
