"""Writes docs/accuracy.md of what was found. A cell that was not measured shows "-"."""

import pathlib

from . import loop, rows
from .cells import NONE, emptied, interval, label_scores, mean, number, table, told_programs
from .statistics import prediction

HISTORY = pathlib.Path(__file__).with_name("history.md")
UNETS = ("unet-2", "unet-3")


def cost(found):
    """Seconds a case by the clock and of the processors, seconds of the check, peaks of check and run in GiB."""
    check = found["check"]
    return [
        f"{found['seconds']:.1f} ({found['cpu']:.1f})",
        f"{check['seconds']:.0f} ({check['cpu']:.0f})" if check else NONE,
        number(check["memory"] if check else None, 2),
        number(found["memory"], 2),
    ]


COST = ["s a case (CPU s)", "check, s (CPU s)", "check, GiB", "run, GiB"]


class Results:
    """What the tables are made of: found[set][row] with rows as in rows.ALL, `unet-2` and others beside them."""

    def __init__(self, benches, found):
        self.sets = [bench.set for bench in benches]
        self.sizes = {bench.set.name: (len(bench.split.pack), len(bench.split.study)) for bench in benches}
        self.found = found

    def get(self, name, row):
        return self.found.get(name, {}).get(row)

    def rows(self, name):
        return [(row, self.get(name, row.name)) for row in rows.ALL if self.get(name, row.name)]


def table_of_sets(results: Results):
    lines = []
    for one in results.sets:
        found = results.get(one.name, "default")
        pack, study = results.sizes[one.name]
        line = [one.name, f"{pack} / {study}"]
        if found:
            line += [
                label_scores(one.labels, found),
                interval(found["dice"]),
                number(found["hd95"], 2),
                f"{number(found['nsd'])} ({one.tolerance:g} mm)",
                emptied(found),
                *cost(found),
            ]
        else:
            line += [NONE] * (5 + len(COST))
        lines.append(line + [baseline(better_unet(results, one.name))])
    means = [results.get(one.name, "default") for one in results.sets]
    every = mean([found and found["dice"]["mean"] for found in means])
    hd95 = mean([found and found["hd95"] for found in means])
    nsd = mean([found and found["nsd"] for found in means])
    nets = [better_unet(results, one.name) for one in results.sets]
    net = number(mean([found and found["dice"]["mean"] for found in nets]))
    lines.append(["mean over sets", "", "", number(every, 4), number(hd95, 2), number(nsd)] + [""] * 5 + [net])
    head = ["set", "pack / study", "Dice of labels", "mean Dice (95 %)", "HD95, mm", "NSD (within)", "emptied labels"]
    return table(head + COST + ["U-Net (CPU min)"], lines)


def better_unet(results: Results, name):
    """What the better of the U-Nets that were trained on a set's pack gave; None where none was."""
    found = [found for unet in UNETS if (found := results.get(name, unet))]
    return max(found, key=lambda one: one["dice"]["mean"], default=None)


def baseline(found):
    return f"{found['dice']['mean']:.3f} ({found['cpu minutes']:.0f})" if found else NONE


def matrix(results: Results):
    """Mean Dice of every row that some set has, set beside set."""
    lines = []
    for row in rows.STANDARD + rows.SIZES + rows.TAUGHT:
        # A pack's whole size is the row default.
        of_set = {
            one.name: results.get(one.name, "default" if row.pack == results.sizes[one.name][0] else row.name)
            for one in results.sets
        }
        values = [found and found["dice"]["mean"] for found in of_set.values()]
        lines.append([row.name, row.what, *(number(value) for value in values), number(mean(values))])
    return table(["row", "", *(one.name for one in results.sets), "mean over sets"], lines)


def table_of_rows(results: Results):
    lines = []
    for one in results.sets:
        for row, found in results.rows(one.name):
            lines.append(
                [one.name, row.name, found["pack"], label_scores(one.labels, found), interval(found["dice"])]
                + [number(found["hd95"], 2), number(found["nsd"]), emptied(found), *cost(found)]
            )
    head = ["set", "row", "pack", "Dice of labels", "mean Dice (95 %)", "HD95, mm", "NSD", "emptied labels"]
    return table(head + COST, lines or [[NONE] * (len(head) + len(COST))])


def commands(results: Results):
    """What each row is told beside the defaults."""
    lines = []
    for row in rows.ALL:
        if any(results.get(one.name, row.name) for one in results.sets):
            check = "not checked" if row.check is None else "checked" + "".join(f" `{part}`" for part in row.check)
            run = ", ".join(f"`--set '{setting}'`" for setting in row.settings)
            lines.append(f"* {row.name}: {row.what} ({check}{'; run ' + run if run else ''})")
    return lines


def taught_cell(found):
    """Mean Dice before and after, and what was gained."""
    before, after = found["untaught"]["mean"], found["dice"]["mean"]
    return f"{number(before)} to {number(after)} ({after - before:+.3f})"


def table_of_taught(results: Results):
    lines = []
    for row in rows.TAUGHT:
        of_set = [results.get(one.name, row.name) for one in results.sets]
        gains = [found and found["dice"]["mean"] - found["untaught"]["mean"] for found in of_set]
        gain = mean(gains)
        cells = [taught_cell(found) if found else NONE for found in of_set]
        lines.append([row.pack, *cells, NONE if gain is None else f"{gain:+.3f}"])
    return table(["pack", *(one.name for one in results.sets), "mean gain"], lines)


def promise_line(name, row, found):
    told, study = (found["check"] or {}).get("promise"), found["dice"]
    promised = told["labels"].get("all") if told else None
    more = study["mean"] - promised["mean"] if promised else None
    return [name, row, interval(promised), interval(study), NONE if more is None else f"{more:+.4f}"]


def prediction_cells(pairs):
    met = prediction(pairs)
    if not met:
        return [NONE] * 6
    return [
        met["pairs"],
        number(met["spearman"], 2),
        number(met["spearman of means"], 2),
        number(met["error"]),
        f"{met['bias']:+.3f}",
        f"{100 * met['covered']:.0f} %",
    ]


def table_of_promises(results: Results):
    lines, pooled = [], {}
    for one in results.sets:
        for row, found in results.rows(one.name):
            # A pack that was taught promises nothing: its check is of before.
            if row.is_taught or not found["check"]:
                continue
            lines.append(promise_line(one.name, row.name, found) + prediction_cells(found["pairs"]))
            # Ids may be the same in two sets.
            named = [{**pair, "case": f"{one.name}/{pair['case']}"} for pair in found["pairs"]]
            pooled.setdefault(row.name, []).append(named)
    for row, parts in pooled.items():
        if len(parts) > 1:
            cells = prediction_cells([pair for part in parts for pair in part])
            lines.append([f"{len(parts)} sets pooled", row, NONE, NONE, NONE, *cells])
    head = ["set", "row", "leave-one-out in the pack (95 %)", "study (95 %)", "study less promise"]
    head += ["predictions", "Spearman", "of the cases' means", "mean error", "bias", "in the interval (of 90 %)"]
    return table(head, lines or [[NONE] * len(head)])


def table_of_gate(results: Results):
    of_sets = {one.name: (results.get(one.name, "gate") or {}).get("kinds", {}) for one in results.sets}
    kinds = list(dict.fromkeys(kind for found in of_sets.values() for kind in found))
    lines = []
    for kind in kinds:
        counts = [found.get(kind) for found in of_sets.values()]
        known = [count for count in counts if count]
        total = f"{sum(some for some, _ in known)} of {sum(every for _, every in known)}"
        lines.append([kind, *(f"{count[0]} of {count[1]}" if count else NONE for count in counts), total])
    head = ["cases", *of_sets, "all"]
    return table(head, lines or [[NONE] * len(head)])


def table_of_losses(results: Results):
    lines = []
    for one in results.sets:
        if found := results.get(one.name, "account"):
            kinds = found["kinds"]
            lines.append([one.name, *(number(loss) for loss in kinds.values()), number(sum(kinds.values()))])
    head = ["set", "another label", "ends", "border", "further off", "1 less Dice"]
    return table(head, lines or [[NONE] * len(head)])


def table_of_baselines(results: Results):
    lines = []
    for one in results.sets:
        for found in filter(None, (results.get(one.name, unet) for unet in UNETS)):
            curve = ", ".join(f"{dice:.3f} at {seconds:.0f} s" for seconds, dice in found["curve"])
            lines.append(
                [one.name, found["network"], found["steps"], label_scores(one.labels, found), interval(found["dice"])]
                + [number(found["hd95"], 2), number(found["nsd"]), f"{found['cpu minutes']:.1f}", curve]
                + [number(found["memory"], 2)]
            )
    head = ["set", "network", "steps", "Dice of labels", "mean Dice (95 %)", "HD95, mm", "NSD"]
    head += ["CPU min of training", "on the way, CPU s", "GiB"]
    return table(head, lines or [[NONE] * len(head)])


def table_of_loop(results: Results):
    lines = []
    for one in results.sets:
        if not (found := results.get(one.name, loop.ROW)):
            continue
        told = loop.means(found)
        for number, dice in enumerate(told["next"]):
            drawn, seeds = told["random"][number], len(found["orders"]) - 1
            spread = f"{told['least'][number]:.3f} to {told['most'][number]:.3f}"
            lines.append(
                [one.name, number, found["start"] + number * found["count"]]
                + [f"{found['candidates']} / {found['judges']}"]
                + [number_of(dice), number_of(drawn), spread if number else NONE, seeds]
                + [f"{dice - drawn:+.4f}" if number else NONE]
            )
    head = ["set", "round", "pack", "may be corrected / judge", "in the order of `tomos next`", "at random"]
    head += ["least to most", "draws", "more by `tomos next`"]
    return table(head, lines or [[NONE] * len(head)])


def number_of(dice):
    return number(dice, 4)


INTRO = """\
# Accuracy

Written by `make bench-accuracy`, which reads the development sets beside the checkout and measures with default
options and the bundled weights. Nothing is tuned on a study: what a pack is checked with, and all that it learns,
comes from leave-one-out in the pack. `Benchmarks/accuracy TOMOS --resume` goes on where a run was stopped; "-" was
not measured.
"""

SETS = """\
## Sets

Row `default`: the pack checked (`tomos task check PACK --pipeline FILE`), then run (`tomos run`). Dice, HD95 and NSD
are those of `tomos evaluate` (docs/evaluation.md), means over cases and labels; the interval is a bootstrap over
cases. NSD counts surfaces within about one voxel of the plane, as said. HD95 knows no distance where result or truth
is empty, so that emptied labels, which the truth holds and the result does not, flatter it; Dice and NSD count them
as 0. Times are by the clock, loading the pack included, in brackets of the processors; memory is the process's peak.
"""

ROWS = """\
## Rows

Mean Dice. A pack of its set's whole size is `default`.
"""

TAUGHT = """\
## When the study teaches its pack

Mean Dice of the study as segmented with a small pack, and then with the pack that the surest cases of that result
have taught (`tomos task learn PACK --study RESULTS`, then `tomos run --redo stale`; docs/batch.md), no case by itself.
The pack is checked first, one volume alone is not. Learning takes about as long as a check; times and memory of rows
`taught` are those of the check and of the first run, before anything was taught.
"""

PROMISES = """\
## Promises

What leave-one-out in the pack promises for a study, and what the study gave; what the checked pack predicts of each
case and label against the truth: rank correlation, over cases and labels and over the cases' means, mean absolute
error, mean of prediction less truth, and how many lie in the predicted interval, meant to hold nine of ten.
"""

LOSSES = """\
## Where Dice is lost

What wrong voxels take from the mean Dice of the row `default`, by their place (`make bench-losses`): those that the truth
or the result gives to another label; those of slices, along the axis of the longest voxels, in which only one of the two
shows the label; those within one voxel of the truth's surface; all others.
"""

GATE = """\
## Input gate

How many cases a run with the checked pack calls unlike the pack's volumes, of how many: the study's own as they are; the
same whose headers say another orientation; ten of them with other values. Those that are refused count as flagged. Cases
of the other four sets are told by their headers, every one (KnownFramesTests).
"""

LOOP = """\
## Rounds of corrections

What corrections bring to cases that are never corrected (`make bench-loop`): mean Dice after each round of a walk as
docs/loop.md has it, in which truth stands for a person's work, in the order that `tomos next` names, against as many cases
drawn at random. The pack begins with a set's first two volumes; every second one of the others may be corrected, the rest
judge, the same in all orders. Packs are not checked and segment by registration and vote in one plane
(`segment.side=64`, `segment.support=4`, `segment.fusion=1`), which is fast and less accurate than the defaults.
"""

BASELINE = """\
## A U-Net trained on the same packs

A small U-Net in PyTorch (`Benchmarks/Accuracy/unet.py`, `make bench-unet`), of slices (2-D) or of blocks (3-D; slow on
a processor), trained from nothing on the pack alone for the CPU minutes that are said, and compared with the same truth
by the same program; the table of sets shows the better. What it reached on the way is with a learning rate that still
falls. No option was chosen for a set but the minutes and the patch's sides.
"""


def programs(results: Results) -> str:
    """The programs that rows and gates were measured with, and which those are where there are several."""
    measured = {}
    for one in results.sets:
        for row, found in results.found.get(one.name, {}).items():
            if program := found.get("program"):
                measured.setdefault(program, []).append(f"{one.name} {row}")
    return told_programs(measured)


def text(results: Results, processors) -> str:
    machine = f"{processors} processor{'' if processors == 1 else 's'}" if processors else "a machine"
    return "\n".join(
        [
            INTRO,
            f"Measured with {programs(results)}, on {machine}.",
            "",
            SETS,
            *table_of_sets(results),
            *(f"* {one.name}: {one.what}" for one in results.sets),
            "",
            ROWS,
            *matrix(results),
            "All that was measured:",
            "",
            *table_of_rows(results),
            *commands(results),
            "",
            TAUGHT,
            *table_of_taught(results),
            PROMISES,
            *table_of_promises(results),
            LOSSES,
            *table_of_losses(results),
            GATE,
            *table_of_gate(results),
            LOOP,
            *table_of_loop(results),
            BASELINE,
            *table_of_baselines(results),
            "## Measured before",
            "",
            HISTORY.read_text(),
        ]
    )


def stated_processors(results: Results):
    """How many the results were measured with; "2 or 16" where they differ."""
    counts = {
        found["processors"] for of_set in results.found.values() for found in of_set.values() if "processors" in found
    }
    return " or ".join(map(str, sorted(counts))) if len(counts) > 1 else next(iter(counts), None)


def write(path: pathlib.Path, benches, found):
    results = Results(benches, found)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text(results, stated_processors(results)))
