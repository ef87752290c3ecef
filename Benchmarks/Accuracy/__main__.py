"""Accuracy on the development sets, each with a pack of labelled volumes and a study of others that only judges.

Usage: Benchmarks/accuracy TOMOS [--resume] [--set SET ...] [--levers] [--document] [ROW ...]
"""

import argparse
import hashlib
import os
import pathlib
import sys

from . import cells, command, document, gate, loop, rows, sets
from .copies import Unreadable
from .found import FOUND, Found, baseline_setup
from .measure import Bench
from .process import Failed, run

# The row whose checked pack is also asked what it says of cases that are unlike it, and how that is kept.
DEFAULT, GATE = "default", "gate"


def arguments():
    parser = command.parser(
        "accuracy",
        __doc__,
        "Without --set and ROW all sets are measured and docs/accuracy.md is written; with them, results are "
        "printed and kept (Benchmarks/Accuracy/found),\nand --document writes the page of what is kept.\n"
        + "\n".join((command.listed("Sets", sets.SETS), command.listed("Rows", rows.ALL))),
    )
    parser.add_argument("rows", metavar="ROW", nargs="*", help="measure these rows only")
    parser.add_argument(
        "--resume", action="store_true", help="take checks and rows that the same program has measured before"
    )
    parser.add_argument("--levers", action="store_true", help="also rows of the hippocampus with single options")
    parser.add_argument(
        "--document", action="store_true", help="measure nothing: write docs/accuracy.md of what is kept"
    )
    # To try this code: packs of 3, studies of 2, everything below out/accuracy-smoke.
    parser.add_argument("--smoke", action="store_true", help=argparse.SUPPRESS)
    told = parser.parse_intermixed_args()
    command.require_known(parser, (told.sets, sets.SETS), (told.rows, rows.ALL))
    return told


def benches(told, work: pathlib.Path):
    """The sets that are there, all of them; those that are absent are said once."""
    tomos = os.path.abspath(told.tomos)
    program = hashlib.sha256(pathlib.Path(tomos).read_bytes()).hexdigest()
    result = []
    for one in sets.SETS:
        try:
            split = sets.split(one, told.smoke)
            result.append(Bench(one, split, tomos, program, work / one.name))
        except sets.Absent as absent:
            print(f"not measured: {absent}", file=sys.stderr)
    return result


def is_known(option: str, tomos: str) -> bool:
    """Whether `tomos task check` takes an option."""
    return option in run(tomos, "task", "check", "--help").output.split()


def wanted_rows(bench: Bench, told):
    # A lever that is named is meant, --levers or not.
    chosen = rows.of_set(bench.set.name, len(bench.split.pack), told.levers or bool(told.rows))
    for row in chosen:
        if told.rows and row.name not in told.rows:
            continue
        if row.needs and not is_known(row.needs, bench.tomos):
            print(f"{bench.set.name} {row.name}: left out, the program does not know {row.needs}", flush=True)
            continue
        yield row


def tell(bench: Bench, row, found):
    check = found["check"]
    print(
        f"{bench.set.name} {row.name}: Dice {cells.interval(found['dice'])} "
        f"[{cells.label_scores(bench.set.labels, found)}], HD95 {cells.number(found['hd95'], 2)}, "
        f"NSD {cells.number(found['nsd'])}, emptied {cells.emptied(found)}, {found['seconds']:.1f} s a case"
        + (f", check {check['seconds']:.0f} s" if check else "")
        + (f", untaught {found['untaught']['mean']:.4f}" if found.get("untaught") else ""),
        flush=True,
    )


def measure(bench: Bench, told, kept: Found) -> int:
    """Measures a set's rows and returns how many failed."""
    failures = 0
    if not told.resume:
        bench.forget()
    for row in wanted_rows(bench, told):
        setup = bench.setup(row)
        found = kept.get(bench.set.name, row.name, setup) if told.resume else None
        if not found:
            try:
                found = bench.measure(row)
            except Failed as failure:
                print(f"{bench.set.name} {row.name}: {failure}", file=sys.stderr, flush=True)
                failures += 1
                continue
            kept.keep(bench.set.name, row.name, setup, found)
        tell(bench, row, found)
        if row.name == DEFAULT:
            failures += measure_gate(bench, row, told, kept)
    return failures


def measure_gate(bench: Bench, row, told, kept: Found) -> int:
    """What a checked pack says of right and wrong cases, while it is there; returns 1 where that failed."""
    setup = gate_setup(bench, row)
    found = kept.get(bench.set.name, GATE, setup) if told.resume else None
    if not found:
        try:
            bench.make_pack(row)
            found = gate.measure(bench)
        except (Failed, Unreadable) as failure:
            print(f"{bench.set.name} {GATE}: {failure}", file=sys.stderr, flush=True)
            return 1
        kept.keep(bench.set.name, GATE, setup, found)
    flags = ", ".join(f"{name} {some} of {count}" for name, (some, count) in found["kinds"].items())
    print(f"{bench.set.name} {GATE}: flagged {flags}", flush=True)
    return 0


def gate_setup(bench: Bench, row) -> dict:
    return {"version": 2, "row": bench.setup(row)}


def collected(all_benches, kept: Found):
    """Everything found, by set and row, with this program or another: the page says which."""
    result = {}
    for bench in all_benches:
        name = bench.set.name
        of_set = {
            row.name: kept.by_any_program(name, row.name, bench.setup(row))
            for row in rows.of_set(name, len(bench.split.pack), levers=True)
        }
        of_set[GATE] = kept.by_any_program(name, GATE, gate_setup(bench, rows.named(DEFAULT)))
        of_set["account"] = kept.by_any_program(name, "account", {"row": bench.setup(rows.named(DEFAULT))})
        of_set[loop.ROW] = kept.by_any_program(name, loop.ROW, loop.setup(bench, loop.SEEDS))
        for unet in document.UNETS:
            of_set[unet] = kept.get(name, unet, baseline_setup(bench.split))
        result[name] = {row: found for row, found in of_set.items() if found}
    return result


def main():
    told = arguments()
    command.stop_on_termination()
    work = sets.ROOT / ("out/accuracy-smoke" if told.smoke else "out/accuracy")
    page = work / "accuracy.md" if told.smoke else sets.ROOT / "docs/accuracy.md"
    every = benches(told, work)
    os.chdir(sets.ROOT)
    chosen = [bench for bench in every if not told.sets or bench.set.name in told.sets]
    if not chosen:
        sys.exit(3)
    kept = Found(work / "found" if told.smoke else FOUND)
    try:
        failures = 0 if told.document else sum(measure(bench, told, kept) for bench in chosen)
    except KeyboardInterrupt:
        sys.exit("stopped: --resume goes on from here")
    if told.document or not (told.sets or told.rows) or told.smoke:
        document.write(page, every, collected(every, kept))
        print(f"{page.relative_to(sets.ROOT)} written")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
