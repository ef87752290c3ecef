"""Tomos: `registration-benchmark`, which registers a pack of one volume to a case as a run does."""

import json

from Accuracy.process import run


def command(program: str, pair, files: dict, settings: dict, threads: int):
    """files: fixed, moving, labels and out."""
    labels = ",".join(map(str, pair.set.labels))
    return [
        program, files["fixed"], files["moving"], files["labels"], files["out"],
        "--window", pair.set.window, "--plane", pair.set.plane, "--labels", labels, "--threads", threads,
        *([] if settings["crop"] else ["--whole"]),
    ]  # fmt: skip


def measure(*told) -> dict:
    ran = run(*command(*told))
    return json.loads(ran.output.splitlines()[-1]) | {"memory": ran.memory}
