"""Registration pair by pair: Tomos beside greedy, ANTs and elastix, by the labels that each carries over, and its cost.

Usage: Benchmarks/registration TOMOS REGISTRATION [--pairs N] [--set SET ...] [--resume] [--document] [METHOD ...]
"""

import os
import sys

from Accuracy import command, sets
from Accuracy.found import Found

from . import methods, page, pairs
from .measure import Bench, limit_threads

# Pairs of which thorough settings are measured, which take hours for more.
PAIRS, SLOW_PAIRS = 10, 3


def arguments():
    parser = command.parser(
        "registration",
        __doc__,
        "Results are kept below out/registration; docs/registration.md is written of what is kept, unless only\n"
        "the pack was looked at.\n"
        + "\n".join((command.listed("Sets", pairs.ALL), command.listed("Methods", methods.ALL))),
    )
    parser.add_argument("registration", metavar="REGISTRATION", help="the program registration-benchmark")
    parser.add_argument("methods", metavar="METHOD", nargs="*", help="measure these methods only")
    parser.add_argument("--pairs", type=int, default=PAIRS, help=f"pairs of each set ({PAIRS})")
    parser.add_argument("--slow-pairs", type=int, default=SLOW_PAIRS, help=f"of thorough settings ({SLOW_PAIRS})")
    parser.add_argument("--threads", type=int, default=1, help="threads of each program (1)")
    parser.add_argument("--resume", action="store_true", help="take what the same programs have measured before")
    parser.add_argument("--document", action="store_true", help="measure nothing: write the page of what is kept")
    parser.add_argument(
        "--in-pack", action="store_true", help="pairs within the pack, to choose settings by; no page is written"
    )
    told = parser.parse_intermixed_args()
    command.require_known(parser, (told.sets, pairs.ALL), (told.methods, methods.ALL))
    return told


def wanted_sets(told) -> dict:
    """The pairs of the sets that are there, by set; those that are absent are said once."""
    result = {}
    for one in pairs.ALL:
        if told.sets and one.name not in told.sets:
            continue
        try:
            result[one.name] = pairs.of_set(one, max(told.pairs, told.slow_pairs), told.in_pack)
        except sets.Absent as absent:
            print(f"not measured: {absent}", file=sys.stderr)
    return result


def wanted_methods(told, cost: int):
    for method in methods.ALL:
        if method.cost == cost and (not told.methods or method.name in told.methods):
            yield method


def rounds(told, of_sets: dict):
    """Pair after pair with the methods that are measured on it side by side; what is thorough comes last."""
    for costs, count in (((methods.QUICK, methods.USUAL), told.pairs), ((methods.SLOW,), told.slow_pairs)):
        chosen = [method for cost in costs for method in wanted_methods(told, cost)]
        for n in range(count):
            for of_set in of_sets.values():
                if chosen and n < len(of_set):
                    yield of_set[n], chosen


def row(pair, method, threads: int) -> str:
    return f"{pair.name}/{method.name}" + (f"@{threads}" if threads > 1 else "")


def tell(pair, method, found):
    if "failure" in found:
        print(f"{pair.set.name} {pair.name} {method.name}: {found['failure']}", file=sys.stderr, flush=True)
        return
    dice = [label["dice"] for label in found["labels"].values()]
    print(
        f"{pair.set.name} {pair.name} {method.name}: Dice {sum(dice) / max(1, len(dice)):.3f}, "
        f"{found['cpu']:.2f} CPU s, {found['seconds']:.2f} s, {found['memory']:.2f} GiB",
        flush=True,
    )


def measure(bench: Bench, told, of_sets: dict, kept: Found) -> int:
    """Measures what is wanted and returns how many failed."""
    failures = 0
    for pair, chosen in rounds(told, of_sets):
        prepared = None
        for method in chosen:
            setup, name = bench.setup(pair, method, told.threads), row(pair, method, told.threads)
            found = kept.get(pair.set.name, name, setup) if told.resume else None
            if not found:
                prepared = prepared or bench.prepare(pair)
                found = bench.measure(prepared, method, told.threads)
                kept.keep(pair.set.name, name, setup, found)
                tell(pair, method, found)
            failures += "failure" in found
    return failures


def collected(bench: Bench, of_sets: dict, kept: Found) -> dict:
    """Everything found, by set, threads, method and pair, with this program or another: the page says which."""
    result = {}
    for name, of_set in of_sets.items():
        for threads in page.THREADS:
            for method in methods.ALL:
                found = {
                    pair.name: kept.by_any_program(
                        name, row(pair, method, threads), bench.setup(pair, method, threads)
                    )
                    for pair in of_set
                }
                result[name, threads, method.name] = {pair: one for pair, one in found.items() if one}
    return result


def main():
    told = arguments()
    command.stop_on_termination()
    work = sets.ROOT / "out/registration"
    bench = Bench(os.path.abspath(told.tomos), os.path.abspath(told.registration), work)
    os.chdir(sets.ROOT)
    limit_threads(told.threads)
    of_sets = wanted_sets(told)
    if not of_sets:
        sys.exit(3)
    kept = Found(work / ("found-in-pack" if told.in_pack else "found"))
    try:
        failures = 0 if told.document else measure(bench, told, of_sets, kept)
    except KeyboardInterrupt:
        sys.exit("stopped: --resume goes on from here")
    if told.in_pack:
        print("\n".join(page.tables(of_sets, collected(bench, of_sets, kept))))
    else:
        # All that is kept, whichever of it this run was for.
        told.sets, told.pairs = [], max(told.pairs, PAIRS)
        every = wanted_sets(told)
        page.write(sets.ROOT / "docs/registration.md", every, collected(bench, every, kept), bench.versions)
        print("docs/registration.md written")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
