"""Tomos beside greedy, ANTs, MONAI and nnU-Net on the same packs and studies: Dice, the time to it and the memory.

Usage: Benchmarks/peers TOMOS [--pack N ...] [--study N] [--set SET ...] [--minutes M] [OPTION ...] [METHOD ...]
"""

import os
import pathlib
import sys

from Accuracy import cells, command, sets
from Accuracy.process import Failed

from . import methods, page
from .kept import Kept
from .measure import Bench, Options, limit_processors, machine, python

# CPU minutes of a network's training.
MINUTES = 30
# What the page shows: kept with the code, because all of it takes longer than anybody's afternoon.
FOUND = pathlib.Path(__file__).parent / "found"
# Single cases of a method that is not done yet.
CASES = sets.ROOT / "out/peers/found"


def arguments():
    processors = len(os.sched_getaffinity(0))
    parser = command.parser(
        "peers",
        __doc__,
        "Results are kept in Benchmarks/Peers/found, one of each set, method and size of pack; docs/peers.md is "
        "written of what is kept.\n"
        + "\n".join((command.listed("Sets", sets.SETS), command.listed("Methods", methods.ALL))),
    )
    parser.add_argument("methods", metavar="METHOD", nargs="*", help="measure these methods only")
    parser.add_argument(
        "--pack", dest="packs", action="append", default=[], type=int, metavar="N", help="its first N volumes (all)"
    )
    parser.add_argument("--study", type=int, metavar="N", help="its first N cases (all)")
    parser.add_argument(
        "--minutes", type=float, default=MINUTES, help=f"CPU minutes of a network's training ({MINUTES})"
    )
    parser.add_argument("--processors", type=int, default=processors, help=f"that every program may use ({processors})")
    parser.add_argument("--resume", action="store_true", help="take what was measured before with the same programs")
    parser.add_argument("--document", action="store_true", help="measure nothing: write the page of what is kept")
    told = parser.parse_intermixed_args()
    command.require_known(parser, (told.sets, sets.SETS), (told.methods, methods.ALL))
    if min([*told.packs, told.study or 1, told.processors]) < 1 or not told.minutes > 0:
        parser.error("--pack, --study, --minutes and --processors: more than 0")
    if told.processors > processors:
        parser.error(f"--processors: there are {processors}")
    if any(pack < 2 for pack in told.packs):
        parser.error("--pack: 2 or more, since neither a check nor joint fusion can do with one volume")
    return told


def benches(told) -> list:
    """The sets that are there; those that are absent are said once."""
    tomos, result = os.path.abspath(told.tomos), []
    for one in sets.SETS:
        try:
            result.append(Bench(one, sets.split(one), tomos, sets.ROOT / "out/peers" / one.name))
        except sets.Absent as absent:
            print(f"not measured: {absent}", file=sys.stderr)
    return result


def is_there(method: methods.Method) -> bool:
    return method.is_tomos or python(method.tool).exists()


def wanted_methods(told) -> list:
    wanted = [method for method in methods.ALL if not told.methods or method.name in told.methods]
    for tool in sorted({method.tool for method in wanted if not is_there(method)} | missing_for_copies()):
        print(f"not measured: .venv-peers-{tool} is absent (make .venv-peers-{tool}/requirements.txt)", file=sys.stderr)
    # Its environment makes the copies of all.
    return [] if missing_for_copies() else [method for method in wanted if is_there(method)]


def missing_for_copies() -> set:
    return set() if python("greedy").exists() else {"greedy"}


def options_of(bench: Bench, told) -> list:
    """Each size of pack that the set has, the smallest first."""
    whole = len(bench.whole.pack)
    study = min(told.study or len(bench.whole.study), len(bench.whole.study))
    packs = sorted({min(pack, whole) for pack in told.packs or [whole]})
    return [Options(pack, study, told.minutes, told.processors) for pack in packs]


def row(method: methods.Method, pack: int) -> str:
    return f"{method.name}@{pack}"


def tell(bench: Bench, method, options: Options, found: dict):
    number = cells.number
    print(
        f"{bench.set.name} {method.name}, pack of {options.pack}: Dice {page.told_dice(found)} of "
        f"{options.study} cases, first result after {number(found['first'], 1)} s, {number(found['seconds'], 2)} s a "
        f"case ({number(found['cpu'], 2)} CPU s), {number(found['memory'], 2)} GiB"
        + (f", {found['failed']} failed: {found['failure']}" if found.get("failure") else ""),
        flush=True,
    )


def measure(every: list, told, kept: Kept) -> int:
    """Measures what is wanted and returns how many failed."""
    failures, wanted = 0, wanted_methods(told)
    for bench in every:
        if told.sets and bench.set.name not in told.sets:
            continue
        bench.work.mkdir(parents=True, exist_ok=True)
        for options in options_of(bench, told):
            for method in wanted:
                name, setup = row(method, options.pack), bench.setup(method, options)
                found = kept.get(bench.set.name, name, setup) if told.resume else None
                if not found:
                    try:
                        found = bench.measure(method, options, Kept(CASES), told.resume)
                    except Failed as failure:
                        print(f"{bench.set.name} {method.name}: {failure}", file=sys.stderr, flush=True)
                        failures += 1
                        continue
                    kept.keep(bench.set.name, name, setup, found | {"machine": machine()})
                    tell(bench, method, options, found)
                failures += found["failed"] > 0
    return failures


def collected(every: list, kept: Kept) -> dict:
    """Everything found, by set, size of pack and method, with this program or another: the page says which."""
    result = {}
    for bench in every:
        for method in methods.ALL:
            for pack in range(2, len(bench.whole.pack) + 1):
                asked = kept.asked(bench.set.name, row(method, pack))
                if not asked:
                    continue
                options = Options(**{"minutes": 0.0} | asked["options"])
                setup = bench.setup(method, options)
                if found := kept.by_any_program(bench.set.name, row(method, pack), setup):
                    result[bench.set.name, pack, method.name] = found
    return result


def main():
    told = arguments()
    command.stop_on_termination()
    every = benches(told)
    os.chdir(sets.ROOT)
    limit_processors(told.processors)
    if not every:
        sys.exit(3)
    kept = Kept(FOUND)
    try:
        failures = 0 if told.document else measure(every, told, kept)
    except KeyboardInterrupt:
        sys.exit("stopped: --resume goes on from here")
    page.write(sets.ROOT / "docs/peers.md", every, collected(every, kept))
    print("docs/peers.md written")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
