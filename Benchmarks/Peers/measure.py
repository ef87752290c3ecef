"""Measures one method on one pack of one set: others' programs each in a process of its own and its own environment."""

import hashlib
import json
import os
import pathlib
import re
import shutil
import time
from dataclasses import dataclass

from Accuracy import measure, rows, sets
from Accuracy.found import Found
from Accuracy.process import Failed, run

from . import tomos
from .methods import PACKAGES, Method

HERE = pathlib.Path(__file__).parent
REGISTRATION = HERE.parent / "Registration"
# Rooms next door that a room reads.
BESIDE = {"greedy": ["greedy.py"], "ants": ["ants.py"], "monai": [], "nnunet": []}
# What each room is given of a volume beside its labels.
IMAGE = {"greedy": "clipped", "ants": "clipped", "monai": "raw", "nnunet": "raw"}
VECTORS = {"avx512f": "AVX-512", "avx2": "AVX2"}
TRUTH = {"greedy": "label map", "ants": "label map", "monai": "classes", "nnunet": "classes"}


def version(tool: str) -> str:
    """That of the program which is asked for."""
    text = (HERE / f"requirements-{tool}.txt").read_text()
    return re.search(rf"^{PACKAGES[tool]}==(.+)$", text, re.M).group(1)


def python(tool: str) -> pathlib.Path:
    return sets.ROOT / f".venv-peers-{tool}/bin/python"


def is_sided(labels: dict) -> bool:
    """Whether some labels are told from others by their side only."""
    return any("left" in name or "right" in name for name in labels.values())


def stem(name: str) -> str:
    return name.removesuffix(".gz").removesuffix(".nii")


@dataclass(frozen=True)
class Options:
    """How much of a set is measured, and with what."""

    pack: int
    study: int
    minutes: float
    processors: int

    def told(self, method: Method) -> dict:
        result = {"pack": self.pack, "study": self.study, "processors": self.processors}
        return result | ({"minutes": self.minutes} if method.is_trained else {})


@dataclass
class Bench:
    """A set on this machine and the folder in which it is measured."""

    set: sets.Set
    whole: sets.Split
    tomos: str
    work: pathlib.Path

    def __post_init__(self):
        self.program = hashlib.sha256(pathlib.Path(self.tomos).read_bytes()).hexdigest()
        # Volumes whose copies were written since.
        self.prepared = set()

    def split(self, options: Options) -> sets.Split:
        """The first so many volumes of pack and study: for all methods the same."""
        return sets.Split(self.whole.folder, self.whole.pack[: options.pack], self.whole.study[: options.study])

    def accuracy(self, options: Options) -> measure.Bench:
        return measure.Bench(self.set, self.split(options), self.tomos, self.program, self.work / "tomos")

    def setup(self, method: Method, options: Options) -> dict:
        """All that a result depends on."""
        told = {"version": 1, "settings": method.settings, "options": options.told(method)}
        if method.is_tomos:
            row = self.accuracy(options).setup(rows.named(method.settings["row"]))
            return told | {"row": row, "code": sets.digest([HERE / "tomos.py"])}
        split = self.split(options)
        code = [HERE / name for name in (f"{method.tool}.py", "child.py", "prepare.py")]
        code += [REGISTRATION / name for name in ("child.py", "prepare.py", *BESIDE[method.tool])]
        return told | {
            "package": version(method.tool),
            "code": sets.digest(code),
            "volumes": sets.digest(split.files(split.pack + split.study)),
            "labels": [str(label) for label in self.set.labels],
            "window": self.set.window,
            "tolerance": self.set.tolerance,
        }

    def measure(self, method: Method, options: Options, kept: Found, is_resumed: bool) -> dict:
        """What a method took and how right its results are. Cases that failed are judged as empty."""
        self.prepare(options)
        results = self.work / "results" / f"{method.name}@{options.pack}"
        if method.is_tomos:
            found = tomos.measure(self.accuracy(options), rows.named(method.settings["row"]))
            results = found.pop("results")
        elif method.is_trained:
            found = self.trained(method, options, results)
        else:
            found = self.fused(method, options, results, kept, is_resumed)
        failed = self.fill(options, results, method)
        _, truth = self.accuracy(options).study_folders()
        scores = self.accuracy(options).evaluate(results, truth)
        return found | {"options": options.told(method)} | scores | {"failed": failed}

    # Volumes as others' programs get them

    def copies(self, name: str) -> dict:
        folder = self.work / "copies"
        kinds = {"clipped": "nii", "raw": "nii.gz", "label map": "nii", "classes": "nii.gz", "empty": "nii.gz"}
        return {kind: str(folder / kind.replace(" ", "-") / f"{stem(name)}.{end}") for kind, end in kinds.items()}

    def prepare(self, options: Options):
        """Writes the copies of the volumes that are looked at; nobody's time."""
        split = self.split(options)
        asked = []
        for name in split.pack + split.study:
            if name in self.prepared:
                continue
            out = self.copies(name)
            for path in out.values():
                pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
            volume = {part: str(split.folder / f"{part}s" / name) for part in ("image", "label")}
            asked.append(
                {"image": volume["image"], "labels": volume["label"], "window": self.set.window}
                | {"ids": list(self.set.labels), "out": out}
            )
        if asked:
            self.child("greedy", "Peers.prepare", (), asked)
        self.prepared |= {*split.pack, *split.study}

    def child(self, tool: str, room: str, verb: tuple, job):
        path = self.work / "job.json"
        path.write_text(json.dumps(job))
        return run(python(tool), "-m", room, *verb, path)

    # Others' programs

    def job(self, method: Method, options: Options) -> dict:
        kinds = (IMAGE[method.tool], TRUTH[method.tool])
        pack = [{kind: self.copies(name)[kind] for kind in kinds} for name in self.split(options).pack]
        return {
            "pack": pack,
            "settings": method.settings,
            "threads": options.processors,
            "labels": list(self.set.labels),
            "is sided": is_sided(self.set.labels),
            "window": self.set.window,
            "minutes": options.minutes,
        }

    def case(self, method: Method, name: str, results: pathlib.Path) -> dict:
        image = IMAGE[method.tool]
        return {"name": stem(name), image: self.copies(name)[image], "out": str(results / f"{stem(name)}.nii.gz")}

    def fused(self, method: Method, options: Options, results: pathlib.Path, kept: Found, is_resumed: bool) -> dict:
        """Case by case, each kept: what looks at the whole pack anew for each may take hours for a study."""
        if not is_resumed:
            shutil.rmtree(results, ignore_errors=True)
        results.mkdir(parents=True, exist_ok=True)
        setup = self.setup(method, options)
        # A case is the same whatever others there are.
        del setup["options"]["study"], setup["volumes"]
        told, split = [], self.split(options)
        for name in split.study:
            of_case = setup | {"case": sets.digest(split.files([*split.pack, name]))}
            row = f"cases/{method.name}@{options.pack}/{stem(name)}"
            case = self.case(method, name, results)
            found = kept.get(self.set.name, row, of_case) if is_resumed else None
            if not found or not pathlib.Path(case["out"]).exists():
                pathlib.Path(case["out"]).unlink(missing_ok=True)
                found = self.fuse(method, self.job(method, options) | {"study": [case]})
                kept.keep(self.set.name, row, of_case, found)
            told.append(found)
        return totals(told, None) | {"first": told[0]["first"]}

    def fuse(self, method: Method, job: dict) -> dict:
        start = time.monotonic()
        try:
            ran = self.child(method.tool, f"Peers.{method.tool}", (), job)
        except Failed as failure:
            return {"failure": reason(failure), "first": time.monotonic() - start}
        told = last_line(ran.output)
        case = next(iter(told["cases"].values()))
        return case | {"memory": ran.memory, "first": told["first"] - start}

    def trained(self, method: Method, options: Options, results: pathlib.Path) -> dict:
        """Trains once, then segments the study in one process."""
        folder = self.work / "trained" / method.name
        for path in (folder, results):
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir(parents=True)
        job = self.job(method, options) | {"folder": str(folder)}
        job["study"] = [self.case(method, name, results) for name in self.split(options).study]
        room, start = f"Peers.{method.tool}", time.monotonic()
        try:
            training = self.child(method.tool, room, ("train",), job)
            preparing = {"seconds": training.seconds, "cpu": training.cpu, "memory": training.memory}
            preparing |= last_line(training.output)
            ran = self.child(method.tool, room, ("segment",), job)
        except Failed as failure:
            return totals([{"failure": reason(failure)}], None) | {"first": None}
        told = last_line(ran.output)
        cases = [case | {"memory": ran.memory} for case in told["cases"].values()]
        # Volumes and what was learned of them are large, and the figures are all that is asked for.
        shutil.rmtree(folder, ignore_errors=True)
        return totals(cases, preparing) | {"first": told["first"] - start}

    def fill(self, options: Options, results: pathlib.Path, method: Method) -> int:
        """Puts an empty label map where a case has none, so that it counts as 0; returns how many."""
        missing = 0
        for name in self.split(options).study:
            out = results / f"{stem(name)}.nii.gz"
            if method.is_tomos:
                out = results / stem(name) / f"{stem(name)}_labels.nii.gz"
            if not out.exists():
                out.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(self.copies(name)["empty"], out)
                missing += 1
        return missing


def reason(failure: Failed | str) -> str:
    """The last line of what a program said, without the paths of this machine."""
    lines = str(failure).strip().splitlines() or ["no word"]
    return re.sub(r"/\S*/", "", lines[-1])[:300]


def machine() -> str:
    """What the processor is called, and the widest vectors that it has."""
    told = pathlib.Path("/proc/cpuinfo").read_text()
    name = re.search(r"^model name\s*: (.+)$", told, re.M)
    vectors = next((shown for flag, shown in VECTORS.items() if re.search(rf"\b{flag}\b", told)), "128-bit vectors")
    return f"{name.group(1) if name else 'unknown processor'}, {vectors}"


def last_line(output: str) -> dict:
    return json.loads(output.splitlines()[-1])


def totals(cases: list, preparing: dict | None) -> dict:
    """Means over the cases that were done, the largest peak, and the first failure's text."""
    done = [case for case in cases if "failure" not in case]
    failures = [case["failure"] for case in cases if "failure" in case]
    peaks = [case["memory"] for case in done] + ([preparing["memory"]] if preparing else [])
    return {
        "preparing": preparing,
        "seconds": sum(case["seconds"] for case in done) / len(done) if done else None,
        "cpu": sum(case["cpu"] for case in done) / len(done) if done else None,
        "memory": max(peaks, default=None),
        "failure": reason(failures[0]) if failures else None,
    }


def limit_processors(count: int):
    """Holds every process that is started from here to so many processors, and its libraries to as many threads."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:count])
    for name in ("ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(count)
    os.environ["PYTHONPATH"] = str(HERE.parent)
