"""Writes docs/peers.md of what was found. A cell that was not measured shows "-"."""

import pathlib

from Accuracy.cells import NONE, emptied, interval, label_scores, number, table, told_programs

from . import methods
from .measure import version
from .summary import STUDY, Standing, hours, standings

INTRO = """\
# Tomos beside its peers

Written by `make bench-peers`, which gives the same packs and studies of the development sets beside the checkout
(docs/accuracy.md says what they are) to Tomos and to what its users would take in its place, each from PyPI in an
environment of its own. `Benchmarks/peers TOMOS --resume` goes on where a run was stopped, `--pack N`, `--study N`,
`--minutes M` and names of methods measure a part; "-" was not measured. What was found stands in
Benchmarks/Peers/found, a file for each set, method and size of pack.
"""

BOXED = """\
## What is measured

* Dice: mean over cases and labels with a bootstrap's 95 % interval over cases, by `tomos evaluate` for all
  (docs/evaluation.md). A case that failed counts as empty. A label that the truth holds and the result does
  not has a Dice of 0; how many there are, and how many cases failed, is said.
* First result: seconds by the clock from the pack to the first segmented case. Making and checking the pack, planning,
  preparing and training of a network, and the start of each program are part of it.
* Study of 100: hours by the clock, that and 99 times the seconds of a case. A case of greedy and of ANTs is registered
  to all of the pack; of the networks it is read, segmented and written by a process that goes on. Tomos' seconds a
  case are those of the whole run, its start included, with several cases side by side where there are processors.
* CPU seconds: of all threads; made ready: what is done once for a pack. Memory: the largest peak of any process,
  training or check included.
* Every program may use as many processors and threads as are said, and runs alone.

The networks are time-boxed: training ends after the CPU minutes that are said, of all threads together, wherever it is,
and the learning rate falls towards that end. That is a lot less than their authors ask for: nnU-Net's training is 1000
epochs of 250 steps, made for a GPU, and the steps that were reached are in the tables. What these programs reach in
their own time on a GPU was not measured here and may well be more.
"""

SETTINGS = """\
greedy and ANTs get values clipped to the window that Tomos looks through, as in docs/registration.md; registration
begins, and treats thick stacks, as there. Joint label fusion has antspyx's defaults, but that along an axis whose
voxels are more than twice as long as the shortest side patches and search reach one voxel; it is asked where any of
the carried-over maps has a label. MONAI's U-Net: volumes at the pack's median spacing, CT scaled from the window to 0
to 1 and MR to mean 0 and deviation 1, blocks half of which lie around labels, turned by 15 degrees and scaled by 15 %
now and then, other brightness, contrast and noise, Dice and cross-entropy, AdamW, windows that overlap by half; no
strides along an axis whose voxels are twice as long. nnU-Net: as it plans itself, values as they are, its own
augmentation, mirrored copies in prediction; where labels differ by their side alone nothing is mirrored across it, as
its authors' `nnUNetTrainer_onlyMirror01` has it. The rooms in Benchmarks/Peers have every word.
"""

COMMANDS = """\
## Commands

```sh
make bench-peers                                         # whole packs
make bench-peers OPTIONS="--resume --pack 3 --pack 5 --pack 10"
make bench-peers OPTIONS="--resume --set heart --minutes 60 nnunet-2d"
```
"""

HEAD = ["pack", "method", "cases", "mean Dice (95 %)", "Dice of labels", "emptied labels"]
HEAD += ["first result, s", f"study of {STUDY}, h", "s a case (CPU s)", "made ready, CPU s", "GiB", "training"]


def ready(found: dict):
    """CPU seconds of what is done once for a pack: a check, or planning and training."""
    return (found["preparing"] or {}).get("cpu")


def training(found: dict) -> str:
    """Minutes and steps of a network's training."""
    minutes = found["options"].get("minutes")
    if minutes is None:
        return ""
    told = found["preparing"] or {}
    steps = f", {told['steps']} steps, {told['network']}" if "steps" in told else ""
    return f"{minutes:g} CPU min{steps}"


def line(labels: dict, pack: int, method: str, found: dict) -> list:
    return [
        pack,
        method,
        found["options"]["study"],
        told_dice(found),
        label_scores(labels, found),
        emptied(found),
        number(found["first"], 1),
        number(hours(found), 2),
        f"{number(found['seconds'], 2)} ({number(found['cpu'], 2)})",
        number(ready(found), 0),
        number(found["memory"], 2),
        training(found),
    ]


def told_dice(found: dict) -> str:
    """The mean and its interval, which a single case has not."""
    told = found["dice"]
    return interval(told, 3) if not told or "low" in told else number(told["mean"])


def packs_of(name: str, found: dict) -> list:
    return sorted({pack for one, pack, _ in found if one == name})


def tables(benches: list, found: dict) -> list:
    """All that was measured of every set, by size of pack."""
    text = []
    for bench in benches:
        one = bench.set
        lines = [
            line(one.labels, pack, method.name, found[one.name, pack, method.name])
            for pack in packs_of(one.name, found)
            for method in methods.ALL
            if (one.name, pack, method.name) in found
        ]
        sizes = f"Whole pack {len(bench.whole.pack)}, study {len(bench.whole.study)}."
        text += [f"### {one.name}", "", f"{one.what[0].upper()}{one.what[1:]}. {sizes}", ""]
        text += table(HEAD, lines or [[NONE] * len(HEAD)])
    return text


def ahead(found: dict, name: str, pack: int, value, best) -> str:
    """The method with the best value on a set and pack, of those that did the most cases; Tomos in bold."""
    here = {method.name: found[name, pack, method.name] for method in methods.ALL if (name, pack, method.name) in found}
    cases = max(one["options"]["study"] for one in here.values())
    every = {method: value(one) for method, one in here.items() if one["options"]["study"] == cases}
    known = {method: one for method, one in every.items() if one is not None}
    if len(known) < 2:
        return NONE
    first = best(known, key=known.get)
    told = f"{first} {number(known[first], 3 if value is dice else 2)}"
    return f"**{told}**" if methods.named(first).is_tomos else told


def dice(found: dict):
    return found["dice"]["mean"] if found["dice"] else None


def winners(benches: list, found: dict) -> list:
    """Who wins at which size of pack, and at what cost."""
    lines = []
    for bench in benches:
        name = bench.set.name
        for pack in packs_of(name, found):
            ours = found.get((name, pack, methods.TOMOS))
            lines.append(
                [name, pack, number(ours and dice(ours)), ahead(found, name, pack, dice, max)]
                + [ahead(found, name, pack, value, min) for value in (lambda one: one["first"], hours)]
                + [ahead(found, name, pack, lambda one: one["memory"], min)]
            )
    head = ["set", "pack", "Tomos' Dice", "most Dice", "first result first, s", f"study of {STUDY} first, h"]
    head.append("least memory, GiB")
    return table(head, lines or [[NONE] * len(head)])


def told_of(stands: Standing) -> str:
    sure = "" if stands.is_sure else ", within chance"
    return f"{stands.name} with {stands.pack} ({stands.dice:+.3f}{sure})"


def times(value) -> str:
    return NONE if value is None else f"{value:.1f}" if value >= 0.1 else f"{value:.2f}"


def span(values: list) -> str:
    """The least and the most of what is known."""
    known = [value for value in values if value is not None]
    if not known:
        return NONE
    least, most = times(min(known)), times(max(known))
    return least if least == most else f"{least} to {most}"


def wins_and_losses(found: dict) -> list:
    """Every method against Tomos with its pack checked, over all sets and sizes of pack."""
    lines = []
    for method in methods.ALL:
        every = standings(found, method.name)
        if method.name == methods.TOMOS or not every:
            continue
        groups = ([one for one in every if one.dice > 0], [one for one in every if one.dice <= 0])
        lines.append(
            [method.name, *("; ".join(map(told_of, group)) or "none" for group in groups)]
            + [f"{sum(one.dice for one in every) / len(every):+.3f}"]
            + [span([getattr(one, name) for one in every]) for name in ("first", "hours", "memory")]
        )
    head = ["method", "Tomos has more Dice", "Tomos has no more", "mean difference"]
    head += ["its first result, times Tomos' time", f"its study of {STUDY}", "its memory"]
    return table(head, lines or [[NONE] * len(head)])


def list_of_methods() -> list:
    lines = []
    for method in methods.ALL:
        settings = ", ".join(f"{key} {value}" for key, value in method.settings.items())
        program = method.tool
        if not method.is_tomos:
            program = f"{methods.PACKAGES[method.tool]} {version(method.tool)}"
        lines.append([method.name, program, f"`{settings}`", method.what])
    return table(["method", "program", "settings", ""], lines)


def programs(found: dict) -> str:
    """The programs that Tomos' rows were measured with, and which those are where there are several."""
    measured = {}
    for (name, pack, method), one in found.items():
        if program := one.get("program"):
            measured.setdefault(program, []).append(f"{method} on {name} with {pack}")
    return told_programs(measured)


def processors(found: dict) -> str:
    counts = sorted({one["options"]["processors"] for one in found.values()})
    if not counts:
        return "no machine"
    machines = sorted({one["machine"] for one in found.values() if "machine" in one})
    noun = "processor" if counts == [1] else "processors"
    return f"{' or '.join(map(str, counts))} {noun}" + (f" ({'; '.join(machines)})" if machines else "")


def text(benches: list, found: dict) -> str:
    return "\n".join(
        [
            INTRO,
            f"Measured with {programs(found)}, on {processors(found)}.",
            "",
            "## Who wins",
            "",
            "The best of all methods that were measured on a set and size of pack (on as many cases); Tomos in bold.",
            "",
            *winners(benches, found),
            f"Each method against `{methods.TOMOS}` on the cases that both have done: Tomos' Dice less the other's, "
            '"within chance" where its 95 % interval over cases holds 0; times and memory of the other as multiples '
            "of Tomos'.",
            "",
            *wins_and_losses(found),
            BOXED,
            "## Settings",
            "",
            *list_of_methods(),
            SETTINGS,
            COMMANDS,
            "## Sets",
            "",
            *tables(benches, found),
        ]
    )


def write(path: pathlib.Path, benches: list, found: dict):
    path.write_text(text(benches, found))
