"""Whether a results folder at the end is what an undisturbed run would have left; each violation in words."""

import csv
import pathlib

from .bench import Bench
from .processes import living
from .results import OF_THE_RUN, Results, read_json, steady
from .study import BAD

DONE = ("done", "kept")
# What a failure's log must hold of the case's own standard error.
SAID = {"abort-me": "chaos: abort", "eat-me": "chaos: out of memory"}
# Two runs must agree in every column of summary.csv whose name does not hold one of these.
COSTS = ("second", "memory", "peak", "time", "started", "ended", "finished", "host", "bytes", "mib")


def judge(bench: Bench, results: Results, mark: str) -> list[str]:
    return [
        *cases_told(bench, results),
        *good_cases(bench, results),
        *bad_cases(bench, results),
        *tables(bench, results),
        *strays(bench, results),
        *processes_left(mark),
    ]


def cases_told(bench: Bench, results: Results):
    """cases.json names every case once."""
    ids = [one.get("id") for one in results.cases()]
    if not ids:
        yield "cases.json is not there or tells of no case"
    for case in sorted({case for case in ids if ids.count(case) > 1}):
        yield f"cases.json tells of {case} {ids.count(case)} times"
    for case in sorted(set(ids) - set(bench.ids.values())):
        yield f"cases.json tells of {case}, which is no case of the study"


def good_cases(bench: Bench, results: Results):
    told = {one.get("id"): one for one in results.cases()}
    for name in bench.good:
        case = bench.ids[name]
        if told.get(case, {}).get("status") not in DONE:
            yield f"{case} is good and cases.json says {said(told.get(case))}"
        yield from differences(case, bench.reference.path / case, results.path / case)
        if (results.path / "logs" / f"{case}.log").exists():
            yield f"{case} is done and has a log of a failure"
        if (results.state / "failed" / f"{case}.json").exists():
            yield f"{case} is done and has a record of a failure"


def said(outcome: dict | None) -> str:
    if outcome is None:
        return "nothing of it"
    return f"{outcome.get('status')} ({outcome.get('category')}: {outcome.get('reason')})"


def differences(case: str, expected: pathlib.Path, found: pathlib.Path):
    """Files of a case that are not those of the reference, byte for byte; of case.json what is not of the moment."""
    names = [sorted(str(one.relative_to(root)) for one in root.rglob("*")) for root in (expected, found)]
    if names[0] != names[1]:
        yield f"{case} holds {names[1]}, an undisturbed run {names[0]}"
        return
    for name in names[0]:
        one, other = expected / name, found / name
        if one.is_dir():
            continue
        if name == "case.json":
            if steady(read_json(one)) != steady(read_json(other)):
                yield f"{case}/case.json says other things than an undisturbed run's"
        elif one.read_bytes() != other.read_bytes():
            yield f"{case}/{name} differs from an undisturbed run's"


def bad_cases(bench: Bench, results: Results):
    told = {one.get("id"): one for one in results.cases()}
    for name, kind in bench.bad.items():
        case = bench.ids[name]
        outcome = told.get(case)
        if not outcome or outcome.get("status") != "failed":
            yield f"{case} is bad and cases.json says {said(outcome)}"
            continue
        if outcome.get("category") not in BAD[kind]:
            yield f"{case}: category {outcome.get('category')}, not {' or '.join(sorted(BAD[kind]))}"
        if not outcome.get("reason"):
            yield f"{case}: cases.json gives no reason"
        if (results.path / case).exists():
            yield f"{case} failed and has a folder of results"
        if results.failure(case) is None:
            yield f"{case} failed and has no record in .tomos/failed"
        yield from log(results, case, kind)


def log(results: Results, case: str, kind: str):
    try:
        text = (results.path / "logs" / f"{case}.log").read_text(errors="replace")
    except OSError:
        yield f"{case} failed and logs/{case}.log is not there"
        return
    if not text.strip():
        yield f"logs/{case}.log is empty"
    if "no limit stopped" in text:
        yield f"{case}: no memory limit stopped it"
    elif SAID.get(kind, "") not in text:
        yield f"logs/{case}.log does not hold the case's standard error"


def tables(bench: Bench, results: Results):
    for name in OF_THE_RUN:
        if not (results.path / name).is_file():
            yield f"{name} is not there"
    ours, theirs = (root / "volumes.csv" for root in (results.path, bench.reference.path))
    if ours.is_file() and ours.read_bytes() != theirs.read_bytes():
        yield "volumes.csv differs from an undisturbed run's"
    if without_costs(results.path / "summary.csv") != without_costs(bench.reference.path / "summary.csv"):
        yield "summary.csv differs from an undisturbed run's in more than times and memory"
    for name in ("plan.json", "run.json"):
        if (results.path / name).is_file() and read_json(results.path / name) is None:
            yield f"{name} is no whole JSON"


def without_costs(path: pathlib.Path):
    if not path.is_file():
        return None
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    kept = [
        {key: value for key, value in row.items() if not any(word in (key or "").lower() for word in COSTS)}
        for row in rows
    ]
    # What an earlier run did is called kept.
    return [{key: "done" if value == "kept" else value for key, value in row.items()} for row in kept]


def strays(bench: Bench, results: Results):
    """Whatever lies where nothing should."""
    for name in sorted(results.momentary()):
        yield f".tomos/{name} was left"
    known = {*OF_THE_RUN, "logs", ".tomos", *(bench.ids[name] for name in bench.good)}
    for one in sorted(results.path.iterdir()) if results.path.is_dir() else []:
        if one.name not in known:
            yield f"{one.name} is stray in the results folder"
    for one in sorted(results.path.rglob("*")):
        if one.name.startswith(".") and one != results.state or one.suffix in (".tmp", ".partial"):
            yield f"{one.relative_to(results.path)} is a temporary file"
    for folder in sorted(results.state.iterdir()) if results.state.is_dir() else []:
        if folder.name not in ("plans", "failed", "claims", "runs", "making"):
            yield f".tomos/{folder.name} is stray"
    for folder in (bench.home, bench.temporary):
        for one in sorted(folder.rglob("*")):
            yield f"{one.relative_to(bench.work)} was written"
    if sorted(one.name for one in bench.study.iterdir()) != sorted([*bench.good, *bench.bad]):
        yield "the study holds other files than before"


def processes_left(mark: str):
    for one in living(mark):
        yield f"a {'worker' if one.is_worker else 'process'} is still there: {one.pid}"


def judge_reference(bench: Bench):
    """Whether others can be compared with the undisturbed run: something was found in each case, and no two are alike."""
    maps = {}
    for name in bench.good:
        folder = bench.reference.path / bench.ids[name]
        found = list(folder.glob("*.nii.gz"))
        if not found:
            yield f"{folder.name} has no label map"
        for one in found:
            maps.setdefault(one.read_bytes(), []).append(folder.name)
        structures = (read_json(folder / "case.json") or {}).get("outcome", {}).get("structures", [])
        if not any(structure.get("voxels") for structure in structures):
            yield f"{folder.name}: nothing was found in it"
    for cases in maps.values():
        if len(cases) > 1:
            yield f"{' and '.join(cases)} have the same label map"
