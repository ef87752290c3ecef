"""Batch runs over a study of 30 cases with faults at random times; each must end as an undisturbed one does.

Usage: scripts/test-chaos TOMOS [--runs N] [--short] [--seed S] [--only K ...]
"""

import argparse
import collections
import pathlib
import resource
import shutil
import signal
import sys
import tempfile
import time

from . import schedule
from .bench import SHORT, WHOLE, Bench
from .chaos_run import ChaosRun
from .judge import judge, judge_reference
from .witness import Witness

KEPT = pathlib.Path(__file__).resolve().parents[2] / "out/chaos"
RUNS, SHORT_RUNS = 100, 8
# The undisturbed run's number in the names of what it says.
REFERENCE = -1


def arguments():
    parser = argparse.ArgumentParser(
        prog="scripts/test-chaos",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=__doc__.split("\n")[0],
        epilog=f"Faults: {', '.join(schedule.FAULTS)}.\n"
        "Exit status 1: a run did not end as it should; what it left is kept in out/chaos.",
    )
    parser.add_argument("tomos", metavar="TOMOS", type=pathlib.Path, help="the program")
    parser.add_argument("--runs", type=int, help=f"how many (default: {RUNS}, {SHORT_RUNS} with --short)")
    parser.add_argument("--short", action="store_true", help="few runs over smaller images, in minutes")
    parser.add_argument("--seed", type=int, default=1, help="other faults at other times (default: 1)")
    parser.add_argument("--only", type=int, action="append", metavar="K", help="only the run of this number")
    parser.add_argument("--early", action="store_true", help="bad cases play their faults while the plan is made, too")
    told = parser.parse_args()
    if not told.tomos.is_file():
        parser.error(f"{told.tomos}: there is no such program; 'make build' makes it")
    return told


def main():
    told = arguments()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # SIGINT too: behind a shell it is ignored, by this program and by all that it starts, which then rightly do not answer.
    for stopped in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(stopped, stop)
    work = pathlib.Path(tempfile.mkdtemp(prefix="tomos-chaos-"))
    bench = None
    try:
        bench = Bench(told.tomos, work, SHORT if told.short else WHOLE, told.early)
        numbers = told.only or range(told.runs or (SHORT_RUNS if told.short else RUNS))
        status = play(bench, numbers, told)
    except KeyboardInterrupt:
        status = "stopped"
    finally:
        # A second Ctrl-C must not break off the tidying.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if bench:
            bench.close()
        shutil.rmtree(work, ignore_errors=True)
    sys.exit(status)


def stop(*_):
    raise KeyboardInterrupt


def play(bench: Bench, numbers, told) -> int:
    if complaints := undisturbed(bench):
        report("the undisturbed run", complaints)
        keep(bench, "undisturbed", bench.reference.path)
        print("0 passed, 1 failed: without an undisturbed run nothing can be compared")
        return 1
    print(f"an undisturbed run: {len(bench.good)} good cases in {bench.usual:.1f} s", flush=True)
    passed, failed = 0, 0
    happened, left_out = collections.Counter(), collections.Counter()
    for number in numbers:
        drawn = schedule.draw(told.seed, number, bench.usual)
        run = ChaosRun(bench, drawn, told.seed)
        began = time.monotonic()
        complaints = run.play()
        happened.update(run.happened)
        left_out.update(run.left_out)
        took = time.monotonic() - began
        print(f"run {number}: {'FAILED' if complaints else 'passed'}, {took:.0f} s, {drawn}", flush=True)
        if complaints:
            report(f"run {number}", complaints)
            keep(bench, f"run-{number}", bench.results.path)
            print(
                f"  again: scripts/test-chaos {told.tomos} --seed {told.seed} --only {number}"
                + " --short" * told.short
                + " --early" * told.early,
                flush=True,
            )
        passed, failed = passed + (not complaints), failed + bool(complaints)
        bench.clear()
    print("\nbefell runs: " + ", ".join(f"{name} {count}" for name, count in sorted(happened.items())))
    for reason, count in sorted(left_out.items()):
        print(f"  left out {count}: {reason}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def undisturbed(bench: Bench) -> list[str]:
    """Makes the results that all others are compared with, and judges them too."""
    runner = bench.start(bench.run_command(), REFERENCE)
    witness = Witness(bench.results)
    if witness.wait(lambda: len(bench.results.done()) >= len(bench.good) or not runner.is_alive, bench.longest()):
        bench.usual = time.monotonic() - runner.started
    if not witness.wait(lambda: not runner.is_alive, bench.longest()):
        return ["it does not end: " + runner.words[-2000:]]
    bench.results.path.mkdir(exist_ok=True)
    shutil.move(bench.results.path, bench.reference.path)
    complaints = [] if runner.status == 1 else [f"exit status {runner.status}, not 1 (some cases are bad)"]
    told = bench.reference.cases()
    for name in [*bench.good, *bench.bad]:
        ids = [one["id"] for one in told if name in one.get("source", "")]
        # A name that leads nowhere stands for a case that is not told of.
        bench.ids[name] = ids[0] if len(ids) == 1 else name
    complaints += [
        *witness.complaints,
        *judge(bench, bench.reference, bench.mark_of(REFERENCE)),
        *judge_reference(bench),
    ]
    if complaints:
        complaints.append("it said: " + runner.words[-2000:])
    return complaints


def report(what: str, complaints: list[str]):
    for complaint in complaints:
        print(f"  {what}: {complaint}")


def keep(bench: Bench, name: str, results: pathlib.Path):
    """Keeps what a run left and said, for a look at it."""
    kept = KEPT / name
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    if results.exists():
        shutil.copytree(results, kept / "results", symlinks=True)
    for one in bench.said.iterdir():
        if one.name.startswith(f"{name}-") or name == "undisturbed":
            shutil.copy(one, kept)
    print(f"  kept: {kept}")


if __name__ == "__main__":
    main()
