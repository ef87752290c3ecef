"""Measures one method on one pair: each in a process of its own, whose peak of memory the kernel counts."""

import hashlib
import importlib.metadata
import json
import os
import pathlib
import sys
from dataclasses import dataclass

from Accuracy import sets
from Accuracy.process import Failed, run

from . import judge, tomos
from .methods import Method
from .pairs import Labelled, Pair

HERE = pathlib.Path(__file__).parent
PACKAGES = {"greedy": "picsl-greedy", "ants": "antspyx", "elastix": "itk-elastix"}


def limit_threads(threads: int):
    """Holds the libraries of every process that is started from here to so many threads."""
    for name in ("ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = str(threads)
    os.environ["PYTHONPATH"] = str(HERE.parent.resolve())


def sha256(path) -> str:
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


@dataclass
class Bench:
    """The programs, and the folder in which pairs are measured."""

    tomos: str
    registration: str
    work: pathlib.Path

    def __post_init__(self):
        self.program = sha256(self.registration)
        self.versions = {tool: importlib.metadata.version(package) for tool, package in PACKAGES.items()}

    def setup(self, pair: Pair, method: Method, threads: int) -> dict:
        """All that a result depends on."""
        common = {"version": 1, "settings": method.settings, "pair": pair.digest(), "threads": threads}
        common |= {"labels": [str(label) for label in pair.set.labels], "window": pair.set.window}
        if method.tool == "tomos":
            beside = {"beside": pair.digest_beside()} if method.settings.get("pack") else {}
            return common | beside | {"plane": pair.set.plane, "program": self.program}
        code = [HERE / name for name in (f"{method.tool}.py", "child.py", "prepare.py")]
        return common | {"package": self.versions[method.tool], "code": sets.digest(code)}

    def prepare(self, pair: Pair) -> "Prepared":
        """Files of a pair as every program gets them."""
        folder = self.work / pair.set.name / "pair"
        folder.mkdir(parents=True, exist_ok=True)
        volumes = {"fixed": self.readable(pair.fixed), "moving": self.readable(pair.moving)}
        asked = [
            {
                "image": str(volume.image),
                "labels": str(volume.labels),
                "window": pair.set.window,
                "image out": str(folder / f"{name}.nii"),
                "labels out": str(folder / f"{name}-labels.nii"),
            }
            for name, volume in volumes.items()
        ]
        told = self.child("prepare", asked, folder).output.splitlines()[-1]
        both = set.intersection(*(set(one["ids"]) for one in json.loads(told)))
        return Prepared(pair, folder, volumes, [label for label in pair.set.labels if label in both])

    def readable(self, volume: Labelled) -> Labelled:
        """The same in one file, where the image is a series of DICOM files."""
        if not volume.image.is_dir():
            return volume
        file = self.work / "converted" / f"{volume.name}.nii.gz"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            run(self.tomos, "convert", "--input", volume.image, "--output", file)
        return Labelled(file, volume.labels)

    def child(self, room: str, job, folder: pathlib.Path):
        """A program of this module, in the pair's folder: elastix leaves a file wherever it is run."""
        return run(sys.executable, "-m", f"Registration.{room}", json.dumps(job), folder=folder)

    def measure(self, prepared: "Prepared", method: Method, threads: int) -> dict:
        """What registration took, and how right the carried-over labels are; `failure` where a program failed."""
        out = prepared.folder / f"{method.name}.nii.gz"
        out.unlink(missing_ok=True)
        try:
            found = self.register(prepared, method, threads, out)
            truth = prepared.volumes["fixed"].labels
            return found | {"labels": judge.judge(self.tomos, out, truth, prepared.labels)}
        except Failed as failure:
            return {"failure": str(failure)[-1000:]}

    def register(self, prepared: "Prepared", method: Method, threads: int, out: pathlib.Path) -> dict:
        if method.tool == "tomos":
            return tomos.measure(
                self.registration, prepared.pair, prepared.originals(out), method.settings, threads
            )
        job = prepared.copies(out) | {"settings": method.settings, "threads": threads}
        ran = self.child(method.tool, job, prepared.folder)
        return json.loads(ran.output.splitlines()[-1]) | {"memory": ran.memory}


@dataclass
class Prepared:
    """A pair whose copies for others' programs lie in a folder."""

    pair: Pair
    folder: pathlib.Path
    # `fixed` and `moving`.
    volumes: dict
    # Those that both label maps hold: others cannot be carried over.
    labels: list

    def copies(self, out) -> dict:
        names = {"fixed": "fixed.nii", "moving": "moving.nii", "labels": "moving-labels.nii"}
        return {key: str(self.folder / name) for key, name in names.items()} | {"out": str(out)}

    def originals(self, out) -> dict:
        fixed, moving = self.volumes["fixed"], self.volumes["moving"]
        return {"fixed": fixed.image, "moving": moving.image, "labels": moving.labels, "out": out}
