"""Trains the U-Nets that docs/accuracy.md shows, as many side by side as there are processors.

Usage: PYTHONPATH=Benchmarks PYTHON -m Accuracy.baselines TOMOS [--resume]
PYTHON is that of Accuracy.unet. With --resume those are taken that were trained before on the same data by the same code.
"""

import argparse
import concurrent.futures
import os
import subprocess
import sys

from . import sets
from .found import FOUND, Found, baseline_setup

# A set, the dimensions of its U-Net and CPU minutes: until more of them brought no more. Of slices where blocks would
# take hours.
NETWORKS = (("hippocampus", 3, 12), ("heart", 2, 20), ("atrium", 2, 30), ("headneck", 2, 30), ("brain", 2, 30))


def is_trained(name: str, dimensions: int, minutes: float, kept: Found) -> bool:
    """Whether such a network was trained, with the code and the data that are here now."""
    chosen = next(one for one in sets.SETS if one.name == name)
    try:
        found = kept.get(name, f"unet-{dimensions}", baseline_setup(sets.split(chosen, False)))
    except sets.Absent:
        return False
    return found is not None and found["cpu minutes"] >= minutes


def train(tomos: str, name: str, dimensions: int, minutes: float) -> int:
    """Trains one and returns the exit status."""
    options = ["--dimensions", str(dimensions), "--minutes", str(minutes)]
    # With the least right of way, so that a person can go on working.
    return subprocess.run(["nice", sys.executable, "-m", "Accuracy.unet", tomos, name, *options]).returncode


def main():
    parser = argparse.ArgumentParser(prog="python -m Accuracy.baselines", description=__doc__.split("\n")[0])
    parser.add_argument("tomos", metavar="TOMOS", help="the program, which compares")
    parser.add_argument("--resume", action="store_true", help="take those that were trained before")
    told = parser.parse_args()
    kept = Found(FOUND)
    wanted = [network for network in NETWORKS if not (told.resume and is_trained(*network, kept))]
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        statuses = list(pool.map(lambda network: train(told.tomos, *network), wanted))
    sys.exit(max(statuses, default=0))


if __name__ == "__main__":
    main()
