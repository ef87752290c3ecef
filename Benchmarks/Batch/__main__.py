"""Measures what a batch run costs beside its cases, on a generated study of small phantoms (24 slices of 64 x 64).

Usage: Benchmarks/batch TOMOS [--cases N] [--series N] [--rounds N]
"""

import argparse
import os
import pathlib
import shutil
import signal
import sys
import tempfile

from . import measure
from .watch import Failed

# Cases of which each crew does all, every round.
SHARED = 12


def arguments():
    parser = argparse.ArgumentParser(
        prog="Benchmarks/batch",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=__doc__.split("\n")[0],
        epilog="Figures that must hold are shown with their bound. Exit status 1: one does not, or a run failed.\n"
        "The fixed cost of a run is shared by its cases: the bounds are meant for thousands.",
    )
    parser.add_argument("tomos", metavar="TOMOS", type=pathlib.Path, help="the program")
    parser.add_argument("--cases", type=int, default=3000, help="NIfTI files of the study (default: 3000; 0: none)")
    parser.add_argument("--series", type=int, help="DICOM series to find (default: as many as cases; 0: none)")
    parser.add_argument("--rounds", type=int, default=3, help="of the throughput (default: 3; 0: none)")
    parser.add_argument("--folder", type=pathlib.Path, help="where studies are made (default: the temporary folder)")
    told = parser.parse_args()
    if not told.tomos.is_file():
        parser.error(f"{told.tomos}: there is no such program; 'make build' makes it")
    return told


def parts(told):
    tomos = str(told.tomos.resolve())
    if told.cases:
        title = f"{told.cases} NIfTI files, one label, 1 support slice"
        yield title, lambda work: measure.many(tomos, work, told.cases)
    series = told.cases if told.series is None else told.series
    if series:
        yield f"{series} DICOM series", lambda work: measure.discovery(tomos, work, series)
    if told.rounds:
        title = f"{SHARED} NIfTI files, four labels, 16 support slices; median of {told.rounds} rounds in turn"
        yield title, lambda work: measure.throughput(tomos, work, SHARED, told.rounds)


def show(title: str, rows: list[measure.Row]):
    print(f"\n{title}")
    width = max(len(row.name) for row in rows)
    for row in rows:
        line = f"  {row.name:<{width}}  {row.value:9.2f} {row.unit:<7}"
        if row.bound is not None:
            asked = f"{'at least' if row.is_least else 'at most'} {row.bound:g}"
            line += f"  {asked}{'' if row.holds else ': MISSED'}"
        print(line.rstrip(), flush=True)


def stop(*_):
    raise KeyboardInterrupt


def main():
    told = arguments()
    for stopped in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(stopped, stop)
    work = pathlib.Path(tempfile.mkdtemp(prefix="tomos-batch-", dir=told.folder))
    status = 0
    print(f"{len(os.sched_getaffinity(0))} processors", flush=True)
    try:
        for title, part in parts(told):
            folder = work / "part"
            folder.mkdir()
            rows = part(folder)
            show(title, rows)
            status |= not all(row.holds for row in rows)
            shutil.rmtree(folder)
    except (Failed, AssertionError) as failure:
        print(failure, file=sys.stderr)
        status = 1
    except KeyboardInterrupt:
        status = "stopped"
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        shutil.rmtree(work, ignore_errors=True)
    sys.exit(status)


if __name__ == "__main__":
    main()
