"""What a checked pack says of cases before the work: how many right ones, and how many wrong ones, are called unlike it."""

import json
import shutil

from . import copies
from .measure import Bench
from .process import run

UNLIKE = "unlike the task's volumes"
# So many cases of the study are shown with other values. Those of other sets are told by their headers: a test sees to it.
CHANGED = 10


def flagged(bench: Bench, folder) -> list:
    """How many cases of a folder are flagged, and how many there are."""
    results = bench.work / "gate-results"
    shutil.rmtree(results, ignore_errors=True)
    # The gate goes by all labels, whichever are asked for, and it is the gate that is measured: one is the quickest.
    one = f"--set=segment.labels=[{min(bench.set.labels)}]"
    run(bench.tomos, "run", bench.work / "pipeline.yaml", folder, "-o", results, "--quiet", one, accepted=(0, 1))
    cases = json.loads((results / "cases.json").read_text())["cases"]
    unlike = [any(notice.startswith(UNLIKE) for notice in case.get("notices", [])) for case in cases]
    # One that is refused does not pass either.
    failed = [case["status"] != "done" for case in cases]
    return [sum(a or b for a, b in zip(unlike, failed)), len(cases)]


def measure(bench: Bench) -> dict:
    """By kind of case how many are flagged of how many. The pack must be the one of the row `default`, checked."""
    folder = bench.work / "gate"
    source = bench.split.folder / "images"
    found = {"right": flagged(bench, bench.study_folders()[0])}
    for name, make in copies.kinds(bench.set.window.startswith("range")).items():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        names = bench.split.study if name in copies.LINES else bench.split.study[:CHANGED]
        for file in names:
            data = copies.read(source / file)
            make(data)
            copies.write(folder / file, data)
        found[name] = flagged(bench, folder)
    shutil.rmtree(folder)
    return {"kinds": found}
