"""The measurements, each a few rows of the table."""

import json
import pathlib
import shutil
import statistics
from dataclasses import dataclass

from Chaos import study

from .watch import Watched, watch

# The small images that the figures are stated for: 24 slices of so many rows and columns.
SIDE = 64
WORKERS = 2


@dataclass
class Row:
    name: str
    value: float
    unit: str
    # What it must not exceed or, where `is_least`, not fall below; None where nothing is asked.
    bound: float | None = None
    is_least: bool = False

    @property
    def holds(self) -> bool:
        if self.bound is None:
            return True
        return self.value >= self.bound if self.is_least else self.value <= self.bound


def case_seconds(results: pathlib.Path) -> list[float]:
    """Seconds that the workers report for each case that is done."""
    records = [json.loads(path.read_text()) for path in results.glob("*/case.json")]
    return [record["outcome"]["seconds"] for record in records]


def many(tomos: str, work: pathlib.Path, cases: int) -> list[Row]:
    """A study of many small cases: dry run, run, and a run when all is done."""
    study.write_good(work / "study", cases, SIDE)
    study.write_pipeline(work / "pipeline.yaml", "many", support=1)
    results = work / "results"
    command = [tomos, "run", work / "pipeline.yaml", work / "study", "-o", results, "--quiet"]
    command += ["--workers", WORKERS, "--jobs", WORKERS]
    planned = watch(*command, "--dry-run")
    whole = watch(*command)
    seconds = case_seconds(results)
    if len(seconds) != cases:
        raise AssertionError(f"{len(seconds)} of {cases} cases are done")
    again, resumed = watch(*command), watch(tomos, "resume", results, "--quiet")
    beside = whole.seconds - sum(seconds) / WORKERS
    return [
        Row("run, dry", planned.seconds, "s", 20),
        Row("run, dry: memory", planned.memory, "MiB", 100),
        Row("run, dry: memory of the process that plans", planned.worker_memory, "MiB"),
        Row(f"run, {WORKERS} workers", whole.seconds, "s"),
        Row("  time of a case, as its worker says", 1000 * statistics.mean(seconds), "ms"),
        Row("  time beside the cases' own, a case", 1000 * beside / cases, "ms", 20),
        Row("  runner's processor time, a case", 1000 * whole.cpu / cases, "ms", 20),
        Row("  runner's memory", whole.memory, "MiB", 100),
        Row("  a worker's memory", whole.worker_memory, "MiB"),
        Row("run again, all done", again.seconds, "s", 5),
        Row("run again, all done: memory", again.memory, "MiB", 100),
        Row("resume, all done", resumed.seconds, "s", 5),
        Row("resume, all done: memory", resumed.memory, "MiB", 100),
    ]


def discovery(tomos: str, work: pathlib.Path, series: int) -> list[Row]:
    """A dry run over DICOM series of 24 files each."""
    study.write_good(work / "study", series, SIDE, is_dicom=True)
    study.write_pipeline(work / "pipeline.yaml", "series", support=1)
    found = watch(tomos, "run", work / "pipeline.yaml", work / "study", "-o", work / "results", "--dry-run", "--quiet")
    return [
        Row(f"run, dry, {series} DICOM series", found.seconds, "s", 20),
        Row("run, dry: memory", found.memory, "MiB", 100),
        Row("run, dry: memory of the process that plans", found.worker_memory, "MiB"),
    ]


# Workers and threads in all, by what the table calls them.
CREWS = {
    "2 workers, 1 thread each": (2, 2),
    "1 worker, 2 threads": (1, 2),
    "1 worker, 1 thread": (1, 1),
}
ONE, OTHER, LONE = CREWS


def throughput(tomos: str, work: pathlib.Path, cases: int, rounds: int) -> list[Row]:
    """The same cases by crews of workers, round by round in turn, at settings under which a case takes about a second.

    The engine alone is what the cases of one worker with two threads took by their own account: no process was started,
    no plan made and nothing waited for in that time.
    """
    study.write_good(work / "study", cases, SIDE)
    study.write_pipeline(work / "pipeline.yaml", "throughput", support=16, labels=(1, 2, 3, 4))
    rates: dict[str, list[float]] = {name: [] for name in (*CREWS, "engine alone")}
    for _ in range(rounds):
        for name, (workers, jobs) in CREWS.items():
            results = work / "results"
            shutil.rmtree(results, ignore_errors=True)
            command = [tomos, "run", work / "pipeline.yaml", work / "study", "-o", results, "--quiet"]
            done: Watched = watch(*command, "--workers", workers, "--jobs", jobs)
            rates[name].append(cases / done.seconds)
            if name == OTHER:
                rates["engine alone"].append(cases / sum(case_seconds(results)))

    def ratio(name: str) -> float:
        return statistics.median(ours / theirs for ours, theirs in zip(rates[ONE], rates[name]))

    return [
        *(Row(f"{name}", statistics.median(values), "cases/s") for name, values in rates.items()),
        Row(f"{ONE}, beside the engine alone", ratio("engine alone"), "times", 0.9, is_least=True),
        Row(f"{ONE}, beside {OTHER}", ratio(OTHER), "times"),
        Row(f"{ONE}, beside {LONE}", ratio(LONE), "times"),
    ]
