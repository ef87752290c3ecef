"""What corrections bring: rounds of them in the order of `tomos next`, against as many cases drawn at random.

Usage: Benchmarks/loop TOMOS [--set SET ...] [--seeds N] [--resume]

A pack of a set's first two volumes segments the others. Every second one of these may be corrected, which is to say that
its truth is put in place of its label map; the rest are never corrected and judge. The walk is the one that a person
takes: `tomos run`, `tomos next -o`, `tomos next --add`, `tomos run --redo stale`. Packs are not checked, and segment by
registration and vote, in one plane, so that this takes minutes.
"""

import dataclasses
import hashlib
import json
import os
import pathlib
import random
import shutil
import sys

from . import command, sets
from .found import FOUND, Found
from .measure import PIPELINE, Bench
from .process import Failed, run

SETS = ("hippocampus", "heart")
# Volumes of the pack at the start, rounds, corrections a round, and the most cases that may be corrected and that judge.
START, ROUNDS, COUNT, MOST = 2, 2, 2, 14
ROW = "loop"
SEEDS = 3
NEXT = "tomos next"


def settings(one: sets.Set):
    return [
        f"--set={setting}"
        for setting in (f"prepare.plane={one.plane}", "segment.side=64", "segment.support=4", "segment.fusion=1")
    ]


@dataclasses.dataclass
class Parts:
    """Names of a set's volumes by what they are here for."""

    start: list
    candidates: list
    judges: list

    @classmethod
    def of(cls, split: sets.Split):
        names = split.pack + split.study
        rest = names[START:]
        return cls(names[:START], rest[0::2][:MOST], rest[1::2][:MOST])


def setup(bench: Bench, seeds: int) -> dict:
    """All that the figures depend on."""
    parts = Parts.of(bench.split)
    return {
        "version": 2,
        "program": bench.program,
        "create": bench.create(parts.start),
        "settings": settings(bench.set),
        "volumes": {
            name: sets.digest(bench.split.files(names)) for name, names in dataclasses.asdict(parts).items()
        },
        "rounds": [ROUNDS, COUNT],
        "seeds": seeds,
    }


class Walk:
    """One pack that grows, and what it makes of the judges."""

    def __init__(self, bench: Bench, parts: Parts, name: str):
        self.bench, self.parts = bench, parts
        self.work = bench.work / ROW / name
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        self.pack, self.pipeline = self.work / "pack", self.work / "pipeline.yaml"
        self.pipeline.write_text(PIPELINE.format(name=bench.set.name))
        images, labels = self.truth("images"), self.truth("labels")
        run(
            bench.tomos, "task", "create", "-o", self.pack, *bench.create(parts.start),
            "--images", *(images / one for one in parts.start), "--labels", *(labels / one for one in parts.start),
        )  # fmt: skip

    def truth(self, part: str) -> pathlib.Path:
        return self.bench.split.folder / part

    def segment(self, what: str, names) -> pathlib.Path:
        """Results of some of the volumes with the pack as it is now."""
        study, results = self.work / f"study-{what}", self.work / what
        if not study.is_dir():
            study.mkdir()
            for name in names:
                (study / name).symlink_to(self.truth("images") / name)
        run(
            self.bench.tomos, "run", self.pipeline, study, "-o", results, "--quiet", "--redo", "stale",
            *settings(self.bench.set),
        )  # fmt: skip
        return results

    def judge(self) -> dict:
        """Mean Dice of each judge."""
        results = self.segment("judges", self.parts.judges)
        rows = self.bench.evaluate(results, self.truth("labels"))["rows"]
        dice = {}
        for row in rows:
            if row["dice"] is not None:
                dice.setdefault(row["case"], []).append(row["dice"])
        return {case: sum(values) / len(values) for case, values in dice.items()}


def case_name(file: str) -> str:
    return file.removesuffix(".gz").removesuffix(".nii")


def by_doubt(bench: Bench, parts: Parts, first: dict):
    """Rounds in the order of `tomos next`; `first` is what the judges were before any."""
    walk = Walk(bench, parts, "next")
    rounds, chosen = [first], []
    for number in range(ROUNDS):
        results = walk.segment("candidates", parts.candidates)
        worklist = walk.work / f"worklist-{number + 1}"
        run(bench.tomos, "next", results, "--count", COUNT, "-o", worklist)
        listed = json.loads((worklist / "worklist.json").read_text())["cases"]
        for entry in listed:
            case = entry["chosen"]["id"]
            file = next(name for name in parts.candidates if case_name(name) == case)
            shutil.copyfile(walk.truth("labels") / file, worklist / entry["folder"] / entry["labels"])
            chosen.append({"case": case, "doubt": entry["chosen"]["doubt"], "why": entry["chosen"]["why"]})
        run(bench.tomos, "next", results, "--add", worklist)
        rounds.append(walk.judge())
        tell(bench, NEXT, number + 1, rounds[-1])
    return rounds, chosen


def at_random(bench: Bench, parts: Parts, first: dict, seed: int):
    """As many corrections, drawn at random."""
    walk = Walk(bench, parts, f"random-{seed}")
    order = random.Random(seed).sample(parts.candidates, ROUNDS * COUNT)
    rounds = [first]
    for number in range(ROUNDS):
        for name in order[number * COUNT : (number + 1) * COUNT]:
            run(
                bench.tomos, "task", "add", walk.pack, "--image", walk.truth("images") / name,
                "--labels", walk.truth("labels") / name,
            )  # fmt: skip
        rounds.append(walk.judge())
        tell(bench, f"random {seed}", number + 1, rounds[-1])
    return rounds, [case_name(name) for name in order]


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def tell(bench: Bench, order: str, number: int, dice: dict):
    print(f"{bench.set.name} {order}, round {number}: mean Dice {mean(dice.values()):.4f}", flush=True)


def measure(bench: Bench, seeds: int) -> dict:
    parts = Parts.of(bench.split)
    first = Walk(bench, parts, "first").judge()
    tell(bench, "start", 0, first)
    found = {
        "start": len(parts.start),
        "count": COUNT,
        "candidates": len(parts.candidates),
        "judges": len(parts.judges),
        "orders": {},
    }
    rounds, chosen = by_doubt(bench, parts, first)
    found["orders"][NEXT] = {"rounds": rounds, "chosen": chosen}
    for seed in range(1, seeds + 1):
        rounds, chosen = at_random(bench, parts, first, seed)
        found["orders"][f"random {seed}"] = {"rounds": rounds, "chosen": chosen}
    return found


def means(found: dict) -> dict:
    """Mean Dice a round: of `tomos next`, and of the random orders their mean, the least and the most."""
    orders = {name: [mean(dice.values()) for dice in order["rounds"]] for name, order in found["orders"].items()}
    drawn = [rounds for name, rounds in orders.items() if name != NEXT]
    by_round = list(zip(*drawn))
    return {
        "next": orders[NEXT],
        "random": [mean(values) for values in by_round],
        "least": [min(values) for values in by_round],
        "most": [max(values) for values in by_round],
    }


def benches(tomos: str, chosen, work: pathlib.Path):
    tomos = os.path.abspath(tomos)
    program = hashlib.sha256(pathlib.Path(tomos).read_bytes()).hexdigest()
    for one in sets.SETS:
        if one.name not in (chosen or SETS):
            continue
        try:
            yield Bench(one, sets.split(one), tomos, program, work / one.name)
        except sets.Absent as absent:
            print(f"not measured: {absent}", file=sys.stderr)


def main():
    parser = command.parser("loop", __doc__, command.listed("Sets", sets.SETS) + f" Without --set: {', '.join(SETS)}.")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="random orders (default: %(default)s)")
    parser.add_argument("--resume", action="store_true", help="take what the same program has measured before")
    told = parser.parse_args()
    command.require_known(parser, (told.sets, sets.SETS))
    command.stop_on_termination()
    work = sets.ROOT / "out/accuracy"
    kept, failures, count = Found(FOUND), 0, 0
    os.chdir(sets.ROOT)
    try:
        for bench in benches(told.tomos, told.sets, work):
            count += 1
            asked = setup(bench, told.seeds)
            found = kept.get(bench.set.name, ROW, asked) if told.resume else None
            if not found:
                try:
                    found = measure(bench, told.seeds)
                except Failed as failure:
                    print(f"{bench.set.name}: {failure}", file=sys.stderr, flush=True)
                    failures += 1
                    continue
                kept.keep(bench.set.name, ROW, asked, found)
            for name, rounds in means(found).items():
                print(f"{bench.set.name} {name}: {', '.join(f'{dice:.4f}' for dice in rounds)}")
    except KeyboardInterrupt:
        sys.exit("stopped")
    sys.exit(3 if not count else 1 if failures else 0)
