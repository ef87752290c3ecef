"""What every run is made with: the program, the study, the place for results, the library of faults."""

import dataclasses
import os
import pathlib
import random
import shutil
import subprocess

from . import study
from .disk import Disk
from .processes import MARK, Runner, end_all
from .results import Results

HERE = pathlib.Path(__file__).resolve().parent
# Where a case that eats memory is stopped when no limit does it.
MOST_EATEN_MIB = 3072


@dataclasses.dataclass(frozen=True)
class Sizes:
    """How large the study is, and how long its cases may take."""

    good: int
    side: int
    support: int
    labels: tuple[int, ...]
    timeout: int
    memory: str = "1 GiB"


WHOLE = Sizes(good=24, side=64, support=8, labels=(1, 2), timeout=15)
SHORT = Sizes(good=24, side=40, support=2, labels=(1,), timeout=8)


class Bench:
    def __init__(self, tomos: pathlib.Path, work: pathlib.Path, sizes: Sizes, is_early=False):
        self.tomos, self.work, self.sizes = tomos.resolve(), work, sizes
        self.is_early = is_early
        self.mark = f"{work.name}."
        self.study = work / "study"
        self.pipeline = work / "pipeline.yaml"
        self.reference = Results(work / "reference")
        self.disk = Disk(work / "disk")
        self.results = Results(work / "disk" / "results")
        self.home, self.temporary = work / "home", work / "temporary"
        self.said = work / "said"
        for folder in (self.home, self.temporary, self.said):
            folder.mkdir()
        self.good, self.bad = study.write_mixed(self.study, sizes.good, sizes.side)
        study.write_pipeline(self.pipeline, "chaos", sizes.support, sizes.labels)
        # Case ids by the names of their files, as the reference says them.
        self.ids: dict[str, str] = {}
        # Seconds that an undisturbed run took.
        self.usual = 0.0
        self.library = self.compiled()

    def compiled(self) -> pathlib.Path:
        library = self.work / "faults.so"
        command = [os.environ.get("CC", "cc"), "-O2", "-shared", "-fPIC", "-pthread", "-o", str(library)]
        subprocess.run([*command, str(HERE / "faults.c"), "-ldl"], check=True)
        return library

    def environment(self, number: int, clock_at: float | None = None) -> dict[str, str]:
        """Homes and temporary files where they are seen, the mark of the run, the library of faults."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SLURM_", "JOB_COMPLETION"))}
        kept |= {"HOME": str(self.home), "TMPDIR": str(self.temporary), MARK: f"{self.mark}{number}."}
        kept |= {"LD_PRELOAD": str(self.library), "CHAOS_EAT_MIB": str(MOST_EATEN_MIB)}
        kept |= {"XDG_CACHE_HOME": str(self.home), "XDG_CONFIG_HOME": str(self.home)}
        if self.is_early:
            kept["CHAOS_EARLY"] = "1"
        if clock_at is not None:
            kept["CHAOS_CLOCK_AT"] = str(int(clock_at))
        return kept

    def mark_of(self, number: int) -> str:
        return f"{self.mark}{number}."

    def run_command(self, *options) -> list:
        limits = ["--timeout", f"{self.sizes.timeout} s", "--memory", self.sizes.memory]
        return [self.tomos, "run", self.pipeline, self.study, "-o", self.results.path, *self.crew(), *limits, *options]

    def resume_command(self, *options) -> list:
        return [self.tomos, "resume", self.results.path, *self.crew(), *options]

    def crew(self) -> list[str]:
        return ["--jobs", "2", "--workers", "2"]

    def start(self, command, number: int, clock_at: float | None = None) -> Runner:
        earlier = len(list(self.said.glob(f"run-{number}-*.err")))
        says = self.said / f"run-{number}-{earlier}.err"
        return Runner(command, self.environment(number, clock_at), says)

    def clear(self):
        """Takes away what the run before left."""
        self.disk.free()
        self.disk.unmount()
        shutil.rmtree(self.results.path, ignore_errors=True)
        for folder in (self.home, self.temporary):
            for one in folder.iterdir():
                shutil.rmtree(one) if one.is_dir() else one.unlink()

    def close(self):
        end_all(self.mark)
        self.disk.unmount()

    def longest(self) -> float:
        """Seconds after which a run does not end any more: several times what it takes with every case that hangs."""
        return 60 + 10 * self.usual + 4 * self.sizes.timeout

    def half_done(self, chance: random.Random):
        """Puts the reference in place; some of its cases look as if never begun, and some failures as if not met."""
        shutil.copytree(self.reference.path, self.results.path)
        good = [self.ids[name] for name in self.good]
        for case in chance.sample(good, chance.randint(len(good) // 2, len(good))):
            self.results.forget(case)
        for name, kind in self.bad.items():
            # A case that hangs costs its whole time limit: not every time.
            if chance.random() < (0.25 if kind == "hang-me" else 0.6):
                self.results.forget(self.ids[name])
        if chance.random() < 0.5:
            for name in ("cases.json", "summary.csv", "volumes.csv", "run.json"):
                (self.results.path / name).unlink(missing_ok=True)
