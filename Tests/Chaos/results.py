"""A results folder as the program documents it: what is in it, and what of it differs between equal runs."""

import json
import pathlib
import shutil

# In .tomos: whose names are of the moment, and must be gone after every run.
OF_THE_MOMENT = ("claims", "runs", "making")
OF_THE_RUN = ("plan.json", "cases.json", "summary.csv", "volumes.csv", "run.json")
# Keys of case.json that say when, where and at what cost a case was done.
VOLATILE = {"seconds", "memory", "started", "ended", "finished", "machine", "host", "run", "worker", "attempts", "when"}


def read_json(path: pathlib.Path):
    """The content, or None while there is no whole file."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return None


def steady(value):
    """A JSON value without what may differ between equal runs."""
    if isinstance(value, dict):
        return {key: steady(inner) for key, inner in value.items() if key not in VOLATILE}
    if isinstance(value, list):
        return [steady(inner) for inner in value]
    return value


class Results:
    """One results folder."""

    def __init__(self, path: pathlib.Path):
        self.path = path
        self.state = path / ".tomos"

    def case_folders(self) -> list[pathlib.Path]:
        if not self.path.is_dir():
            return []
        return sorted(
            one for one in self.path.iterdir() if one.is_dir() and one.name != "logs" and not one.name.startswith(".")
        )

    def done(self) -> dict[str, tuple]:
        """The identity of every done case's case.json: another one is another making."""
        marks = {}
        for folder in self.case_folders():
            try:
                status = (folder / "case.json").stat()
            except OSError:
                continue
            marks[folder.name] = (status.st_ino, status.st_mtime_ns)
        return marks

    def cases(self) -> list[dict]:
        """What cases.json says of each case."""
        whole = read_json(self.path / "cases.json")
        return whole["cases"] if isinstance(whole, dict) and "cases" in whole else []

    def ignored(self) -> list[dict]:
        whole = read_json(self.path / "cases.json")
        return whole.get("ignored", []) if isinstance(whole, dict) else []

    def failure(self, case: str) -> dict | None:
        """The record of a case that failed."""
        whole = read_json(self.state / "failed" / f"{case}.json")
        return whole.get("outcome", whole) if isinstance(whole, dict) else None

    def momentary(self) -> set[str]:
        """What lies in the folders of claims, runs and drafts."""
        return {
            f"{name}/{one.name}"
            for name in OF_THE_MOMENT
            if (self.state / name).is_dir()
            for one in (self.state / name).iterdir()
        }

    def is_at_work(self, pid: int) -> bool:
        """Whether a runner has told its identity, which names its plan: from then on the plan is frozen."""
        folder = self.state / "runs"
        if not folder.is_dir():
            return False
        return any((read_json(one) or {}).get("pid") == pid for one in folder.glob("*.id"))

    def forget(self, case: str):
        """Makes a case one that was never begun."""
        shutil.rmtree(self.path / case, ignore_errors=True)
        (self.state / "failed" / f"{case}.json").unlink(missing_ok=True)
        (self.path / "logs" / f"{case}.log").unlink(missing_ok=True)
