"""Measures one row of one set: makes and checks the pack, runs the study, compares with the truth."""

import json
import os
import pathlib
import re
import shutil
from dataclasses import dataclass

from . import sets
from .process import run
from .rows import Row

# Default options: nothing is said but the task. The network is named since a person may have chosen another default.
PIPELINE = """\
version: 1
name: {name}
task: pack
segment: {{ weights: bundled }}
outputs: [ nifti, volumes ]
"""


def promise(output: str) -> dict:
    """What `tomos task check` prints of leave-one-out: means and intervals, threshold, planes."""
    line = re.compile(r"^ *(\d*) +(\S+) +([\d.]+) +([\d.]+) to ([\d.]+) +(\d+)$", re.M)
    labels = {
        label or "all": {"mean": float(mean), "low": float(low), "high": float(high)}
        for label, _, mean, low, high, _ in line.findall(output)
    }
    if len(labels) == 1:
        # The mean over one label has no line of its own.
        labels["all"] = next(iter(labels.values()))
    said = re.search(r"^threshold (\S+), planes (.+)$", output, re.M)
    return {
        "labels": labels,
        "threshold": said and said.group(1),
        "planes": said and said.group(2),
    }


@dataclass
class Bench:
    """A set on this machine and the folder in which its rows are measured."""

    set: sets.Set
    split: sets.Split
    tomos: str
    program: str
    work: pathlib.Path

    def create(self, names):
        """What `tomos task create` is told besides the volumes."""
        labels = [part for label, name in self.set.labels.items() for part in ("--label", f"{label}={name}")]
        return ["--name", self.set.name, "--plane", self.set.plane, "--window", self.set.window, *labels]

    def names(self, row: Row):
        return self.split.pack[: row.pack]

    def pack_setup(self, row: Row) -> dict:
        """All that a pack and its check depend on."""
        names = self.names(row)
        return {
            "version": 1,
            "program": self.program,
            "create": self.create(names),
            "pipeline": PIPELINE.format(name=self.set.name),
            "volumes": sets.digest(self.split.files(names)),
            "check": row.check,
            "field": row.field if row.is_pack_enlarged else None,
        }

    def setup(self, row: Row) -> dict:
        """All that a row's result depends on."""
        return {
            "pack": self.pack_setup(row),
            "study": sets.digest(self.split.files(self.split.study)),
            "settings": row.settings,
            "field": row.field,
            "tolerance": self.set.tolerance,
            # Nothing of it in other rows: they were measured before there was such a row.
            **({"taught": True} if row.is_taught else {}),
        }

    @property
    def kept_check(self):
        return self.work / "check.json"

    def make_pack(self, row: Row):
        """Makes the pack and checks it, unless it is there as the row needs it; returns what the check told."""
        asked = json.loads(json.dumps(self.pack_setup(row)))
        if self.kept_check.exists():
            kept = json.loads(self.kept_check.read_text())
            if kept["setup"] == asked and (self.work / "pack").is_dir():
                return kept["check"]
        self.kept_check.unlink(missing_ok=True)
        shutil.rmtree(self.work / "pack", ignore_errors=True)
        pipeline = self.work / "pipeline.yaml"
        pipeline.write_text(asked["pipeline"])
        names = self.names(row)
        images, labels = (self.split.folder / part for part in ("images", "labels"))
        if asked["field"]:
            images, labels = (self.enlarged(part, row.field, names) for part in (images, labels))
        run(
            self.tomos, "task", "create", "-o", self.work / "pack", *self.create(names),
            "--images", *(images / name for name in names), "--labels", *(labels / name for name in names),
        )  # fmt: skip
        check = None
        if row.check is not None:
            told = run(self.tomos, "task", "check", self.work / "pack", "--pipeline", pipeline, *row.check)
            # What is kept is committed: it holds no path of a machine.
            output = told.output.replace(f"{sets.ROOT}/", "")
            check = {"seconds": told.seconds, "cpu": told.cpu, "memory": told.memory, "output": output}
            check["promise"] = promise(output)
        self.kept_check.write_text(json.dumps({"setup": asked, "check": check}))
        return check

    def forget(self):
        """So that the next pack is made and checked anew."""
        self.kept_check.unlink(missing_ok=True)

    def enlarged(self, folder, field, names):
        """Copies of some of a folder's volumes in a larger field."""
        out = self.work / "field" / f"{field[0]}{field[1]}-{folder.name}"
        shutil.rmtree(out, ignore_errors=True)
        run("Benchmarks/enlarge-field.py", out, *field, *(folder / name for name in names))
        return out

    def study_folders(self, row: Row | None = None):
        """Folders of the study's images and label maps, in the field that a row asks for."""
        folders = [self.split.folder / part for part in ("images", "labels")]
        if row and row.field:
            return [self.enlarged(folder, row.field, self.split.study) for folder in folders]
        result = []
        for folder in folders:
            result.append(self.work / "study" / folder.name)
            shutil.rmtree(result[-1], ignore_errors=True)
            result[-1].mkdir(parents=True)
            for name in self.split.study:
                (result[-1] / name).symlink_to(folder / name)
        return result

    def teach(self, results, images, settings):
        """Lets the study's results teach the pack, and segments the study anew."""
        run(self.tomos, "task", "learn", self.work / "pack", "--study", results)
        run(
            self.tomos, "run", self.work / "pipeline.yaml", images, "-o", results, "--quiet", "--redo", "stale",
            *settings, accepted=(0, 1),
        )  # fmt: skip
        # The pack is not what it was checked as.
        self.forget()

    def evaluate(self, results, truth) -> dict:
        labels = ",".join(map(str, self.set.labels))
        told = run(
            self.tomos, "evaluate", results, truth, "--labels", labels, "--tolerance", self.set.tolerance, "--json"
        )
        return scores(json.loads(told.output), self.set.labels)

    def measure(self, row: Row) -> dict:
        self.work.mkdir(parents=True, exist_ok=True)
        check = self.make_pack(row)
        images, truth = self.study_folders(row)
        results = self.work / "results"
        shutil.rmtree(results, ignore_errors=True)
        settings = [f"--set={setting}" for setting in row.settings]
        # 1: some cases failed. What is left is compared, and how many are missing is told.
        told = run(
            self.tomos, "run", self.work / "pipeline.yaml", images, "-o", results, "--quiet", *settings, accepted=(0, 1)
        )
        before = None
        if row.is_taught:
            before = self.evaluate(results, truth)["dice"]
            self.teach(results, images, settings)
        found = self.evaluate(results, truth)
        return {
            "pack": len(self.names(row)),
            "study": len(self.split.study),
            "processors": len(os.sched_getaffinity(0)),
            "seconds": told.seconds / len(self.split.study),
            "cpu": told.cpu / len(self.split.study),
            "memory": told.memory,
            "check": check,
            "untaught": before,
            "pairs": predictions(results, found["rows"]),
            **found,
        }


def scores(told: dict, labels) -> dict:
    """What the tables need of `tomos evaluate --json`."""
    of_label = {str(entry["label"]): entry["dice"] for entry in told["labels"]}
    every = told["all"]
    rows = told["rows"]
    return {
        "labels": {str(label): of_label.get(str(label)) for label in labels},
        "dice": every["dice"],
        # Where one of two maps holds a label there is no distance: such cases are left out of HD95.
        "hd95": every.get("hd95", {}).get("mean"),
        "nsd": every.get("nsd", {}).get("mean"),
        "present": sum(entry["truthVoxels"] > 0 for entry in rows),
        "emptied": sum(entry["truthVoxels"] > 0 and entry["resultVoxels"] == 0 for entry in rows),
        "invented": sum(entry["truthVoxels"] == 0 and entry["resultVoxels"] > 0 for entry in rows),
        "failed": len(told["withoutResult"]),
        "rows": [
            {"case": entry["id"], "label": entry["label"], **{key: entry.get(key) for key in ("dice", "hd95", "nsd")}}
            for entry in rows
        ],
    }


def predictions(results, rows):
    """The predicted Dice of every case and label beside the true one."""
    true = {(entry["case"], entry["label"]): entry["dice"] for entry in rows}
    pairs = []
    for path in sorted(results.glob("*/case.json")):
        outcome = json.loads(path.read_text())["outcome"]
        for structure in outcome["structures"]:
            dice, told = true.get((outcome["id"], structure["id"])), structure.get("predictedDice")
            if told and dice is not None:
                pairs.append(
                    {
                        "case": outcome["id"],
                        "label": structure["id"],
                        "dice": dice,
                        "predicted": told["dice"],
                        "lower": told["lower"],
                        "upper": told["upper"],
                    }
                )
    return pairs
