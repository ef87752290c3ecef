"""Writes docs/registration.md of what was found. A cell that was not measured shows "-"."""

import os
import pathlib

from Accuracy.cells import NONE, number, table

from . import methods, pairs
from .summary import at_equal_dice, at_equal_time, standings, summary

# The page has CPU seconds of one thread, and seconds by the clock with as many as these too.
THREADS = (1, 2)

INTRO = """\
# Registration

Written by `make bench-registration`, which registers volumes of the development sets beside the checkout, pair by
pair, with Tomos and with three programs that its users know, and judges each by the labels that it carries over.
`Benchmarks/registration TOMOS REGISTRATION --resume` goes on where a run was stopped; "-" was not measured.

The fixed image is a volume of a set's study, the moving one a volume of its pack: pair n has the study's volume n
and, in round r through the study, the pack's volume n + r. Labels are those that both label maps hold.
"""

MEASURED = """\
## What is measured

* Dice, mean surface distance (ASSD) and its 95th percentile (HD95) between the moving label map carried over and the
  fixed volume's own, by `tomos evaluate` (docs/evaluation.md): means over labels, then over pairs. A lost label has
  no distance, so that losing some flatters distances; Dice counts them as 0.
* CPU seconds of the registration alone by one thread, affine and deformable together, after the images were read and
  before the label map is carried over. For Tomos that is what a run does for a case and each volume of its pack, the
  case's own preparation included; the pack's volumes are prepared once a pack, which is not counted. greedy reads its
  two files and writes its warp within that time, a small part of it. On a machine that does other work too CPU
  seconds vary by a tenth and more; those of one pair are measured one after the other. What takes more than an hour of
  them is ended and counts as failed.
* Seconds by the clock of the same, with one thread and with two. Tomos registers the volumes of a pack side by side,
  one a thread, and no single pair faster.
* Memory: the peak of the process; in brackets what it held before registration began (Python and its libraries; for
  Tomos the weights of its network and the slices of the pack).

Others' programs get the images with their values clipped to the window that Tomos looks through, so that no one has
to find contrast between metal and air. All of them begin at the middles or the centres of mass of the volumes. Labels
are carried over as each program recommends for label maps: greedy `-ri LABEL 0.2vox`, ANTs `genericLabel`; elastix by
the label of the largest linear weight, Tomos by the label of more than half of the linear weights, as its vote reads
them.
"""


def cell_of_labels(one, found) -> str:
    return ", ".join(f"{name} {number(found.labels.get(str(label)))}" for label, name in one.labels.items())


def remarks(found) -> str:
    return ", ".join(f"{n} {what}" for n, what in ((found.failed, "failed"), (found.lost, "labels lost")) if n)


def seconds(one: dict, two: dict) -> str:
    """By the clock with one thread and with two, on the same pairs where there are any of both."""
    both = {pair: found for pair, found in one.items() if pair in two}
    with_two = summary({pair: two[pair] for pair in both})
    with_one = summary(both if with_two else one)
    return f"{number(with_one and with_one.seconds, 2)} / {number(with_two and with_two.seconds, 2)}"


def lines_of_set(one, found) -> list:
    against = {standing.method: standing for standing in standings(one.name, found)}
    lines = []
    for method in methods.ALL:
        here = summary(found[one.name, 1, method.name])
        failed = sum("failure" in result for result in found[one.name, 1, method.name].values())
        if not here:
            if failed:
                lines.append([method.name, f"0; {failed} failed"] + [NONE] * 9)
            continue
        stands = against.get(method.name)
        lines.append(
            [method.name, "; ".join(filter(None, (str(here.pairs), remarks(here)))), number(here.metrics["dice"])]
            + [f"{stands.dice:+.3f}" if stands else "", cell_of_labels(one, here)]
            + [number(here.metrics["assd"], 2), number(here.metrics["hd95"], 2)]
            + [number(here.cpu, 2), f"{stands.cpu:.1f}" if stands else ""]
            + [seconds(found[one.name, 1, method.name], found[one.name, 2, method.name])]
            + [f"{here.memory:.2f} ({here.before:.2f})"]
        )
    return lines


HEAD = ["method", "pairs", "Dice", "more than Tomos on the same", "Dice of labels", "ASSD, mm", "HD95, mm", "CPU s"]
HEAD += ["times Tomos'", "s with 1 / 2 threads", "GiB (before)"]


def tables(of_sets: dict, found: dict) -> list:
    """A table of every set with all methods."""
    text = []
    for one in pairs.ALL:
        if one.name in of_sets:
            lines = lines_of_set(one, found)
            text += [f"### {one.name}", "", f"{one.what[0].upper()}{one.what[1:]}.", ""]
            text += table(HEAD, lines or [[NONE] * len(HEAD)])
    return text


def of_tools(name: str, found: dict):
    """The standings of a set by program."""
    every = standings(name, found)
    for tool in methods.TOOLS:
        if of_tool := [one for one in every if methods.named(one.method).tool == tool]:
            yield tool, of_tool


def table_of_equals(of_sets: dict, found: dict) -> list:
    lines = [
        [name, tool, at_equal_time(of_tool), at_equal_dice(of_tool)]
        for name in of_sets
        for tool, of_tool in of_tools(name, found)
    ]
    head = ["set", "program", "Dice more than Tomos in no more CPU time", "CPU time for no less Dice, times Tomos'"]
    return table(head, lines or [[NONE] * len(head)])


def who_is_ahead(of_sets: dict, found: dict) -> list:
    """For each set the settings that Tomos beats in both, those that beat it in both, and those that trade."""
    lines = []
    for name in of_sets:
        words = {"Tomos": [], "neither": [], "the other": []}
        for one in standings(name, found):
            words[one.word].append(f"{one.method} ({one.dice:+.3f}, {one.cpu:.1f})")
        if any(words.values()):
            lines.append([name, *(", ".join(words[word]) or "none" for word in words)])
    head = ["set", "behind Tomos in Dice and time", "ahead in one of them", "ahead of Tomos in both"]
    return table(head, lines or [[NONE] * len(head)])


def list_of_methods(versions: dict) -> list:
    lines = []
    for method in methods.ALL:
        settings = ", ".join(f"{key} {value}" for key, value in method.settings.items())
        version = f", {versions[method.tool]}" if method.tool in versions else ""
        lines.append([method.name, f"{method.tool}{version}", f"`{settings}`", method.what])
    return table(["method", "program", "settings", ""], lines)


SETTINGS = """\
Along an axis whose voxels are more than twice as long as the shortest side (the heart's slices) greedy's metric
reaches one voxel and elastix makes nothing coarser; of stacks of fewer than 16 slices greedy leaves out its coarsest
level. greedy: affine with 12 degrees of freedom and a metric that reaches a twelfth of the shortest side, 2 to 8
voxels (with 2 it loses hearts and atria, with 8 the hippocampus; chosen on pairs within the packs), `-float`, else as
it comes. elastix: the default maps `affine` and `bspline`, `samples` in each step, `grid` in mm. The rooms in
Benchmarks/Registration have every word.
"""


def programs(found: dict) -> str:
    """The programs that Tomos' rows were measured with."""
    hashes = {one["program"][:12] for of_pair in found.values() for one in of_pair.values() if one.get("program")}
    return " and ".join(sorted(hashes)) or "nothing"


def text(of_sets: dict, found: dict, versions: dict) -> str:
    return "\n".join(
        [
            INTRO,
            f"Measured with `registration-benchmark` whose SHA-256 begins {programs(found)}, on a machine of "
            f"{os.cpu_count()} processors.",
            "",
            "## Who is ahead",
            "",
            "Each setting against `tomos` on the pairs that both have done: Dice more than Tomos', CPU time as a "
            "multiple of Tomos'.",
            "",
            *who_is_ahead(of_sets, found),
            "Dice at equal time, and time at equal Dice, by the best of each program's settings:",
            "",
            *table_of_equals(of_sets, found),
            MEASURED,
            "## Settings",
            "",
            *list_of_methods(versions),
            SETTINGS,
            "## Sets",
            "",
            *tables(of_sets, found),
        ]
    )


def write(path: pathlib.Path, of_sets: dict, found: dict, versions: dict):
    path.write_text(text(of_sets, found, versions))
