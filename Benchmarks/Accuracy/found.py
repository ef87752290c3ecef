"""Results as they were found, each kept by what it was measured with."""

import hashlib
import json
import os
import pathlib

from . import sets

# What docs/accuracy.md is made of, kept with the code: to measure all of it takes longer than anybody's afternoon.
FOUND = pathlib.Path(__file__).parent / "found"


def key(setup: dict) -> str:
    return hashlib.sha256(json.dumps(setup, sort_keys=True).encode()).hexdigest()


def without_program(setup):
    """A set-up without the hashes of the program that stand in it."""
    if not isinstance(setup, dict):
        return setup
    return {name: without_program(value) for name, value in setup.items() if name != "program"}


def programs(setup):
    """The hashes of programs in a set-up."""
    for name, value in setup.items():
        if name == "program":
            yield value
        elif isinstance(value, dict):
            yield from programs(value)


class Found:
    """A folder with one JSON a set and row: `made` (the key of its set-up), `setup`, `found`."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder

    def path(self, name: str, row: str) -> pathlib.Path:
        return self.folder / name / f"{row}.json"

    def get(self, name: str, row: str, setup: dict):
        """What was found with this very set-up; None where nothing was."""
        try:
            kept = json.loads(self.path(name, row).read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        return kept["found"] if kept["made"] == key(setup) else None

    def by_any_program(self, name: str, row: str, setup: dict):
        """The same whatever program it was found with; its SHA-256 is put beside it."""
        try:
            kept = json.loads(self.path(name, row).read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        if without_program(kept["setup"]) != without_program(json.loads(json.dumps(setup))):
            return None
        return kept["found"] | {"program": next(programs(kept["setup"]), None)}

    def keep(self, name: str, row: str, setup: dict, found: dict):
        path = self.path(name, row)
        path.parent.mkdir(parents=True, exist_ok=True)
        # Renamed when it is whole, so that a stop leaves the old one or the new one.
        draft = path.with_suffix(".draft")
        draft.write_text(json.dumps({"made": key(setup), "setup": setup, "found": found}, indent=1))
        os.replace(draft, path)


def baseline_setup(split: sets.Split) -> dict:
    """What a U-Net's result depends on; the minutes of its training are part of the result."""
    source = pathlib.Path(__file__).parent
    return {
        "code": sets.digest(sorted(source.glob("unet*.py"))),
        "pack": sets.digest(split.files(split.pack)),
        "study": sets.digest(split.files(split.study)),
    }
