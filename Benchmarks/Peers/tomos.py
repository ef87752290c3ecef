"""Tomos on a pack: as Benchmarks/accuracy makes, checks and runs it, and its first case alone besides."""

import shutil
import time

from Accuracy import rows
from Accuracy.measure import Bench
from Accuracy.process import run


def measure(bench: Bench, row: rows.Row) -> dict:
    """`first` and `preparing` are seconds by the clock, the latter of making and checking the pack."""
    bench.work.mkdir(parents=True, exist_ok=True)
    # So that the pack is made now, and timed.
    bench.forget()
    start = time.monotonic()
    bench.make_pack(row)
    preparing = time.monotonic() - start
    images, _ = bench.study_folders(row)
    one, out = bench.work / "first", bench.work / "first-results"
    for folder in (one, out):
        shutil.rmtree(folder, ignore_errors=True)
    one.mkdir()
    name = bench.split.study[0]
    (one / name).symlink_to(images / name)
    told = run(bench.tomos, "run", bench.work / "pipeline.yaml", one, "-o", out, "--quiet", accepted=(0, 1))
    found = bench.measure(row)
    check = found["check"]
    return {
        "preparing": {
            "seconds": preparing,
            "cpu": check["cpu"] if check else None,
            "memory": check["memory"] if check else None,
        },
        "first": preparing + told.seconds,
        "seconds": found["seconds"],
        "cpu": found["cpu"],
        "memory": max(found["memory"], check["memory"] if check else 0),
        "results": bench.work / "results",
    }
