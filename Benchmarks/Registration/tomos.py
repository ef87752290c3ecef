"""Tomos: `registration-benchmark`, which registers a pack to a case as a run does."""

import json

from Accuracy.process import run


def command(program: str, pair, files: dict, settings: dict, threads: int):
    """files: fixed, moving, labels and out."""
    labels = ",".join(map(str, pair.set.labels))
    return [
        program, files["fixed"], files["moving"], files["labels"], files["out"],
        "--window", pair.set.window, "--plane", pair.set.plane, "--labels", labels, "--threads", threads,
        *([] if settings["crop"] else ["--whole"]), *beside(pair, settings),
    ]  # fmt: skip


def beside(pair, settings: dict) -> list:
    """The rest of the pack, where it is registered too and there is any."""
    paths = [path for volume in pair.beside for path in (volume.image, volume.labels)] if settings.get("pack") else []
    return ["--beside", *paths] if paths else []


def measure(*told) -> dict:
    """Times are those of one volume, as a mean over all that were registered."""
    ran = run(*command(*told))
    found = json.loads(ran.output.splitlines()[-1])
    volumes = found.pop("volumes")
    return found | {"memory": ran.memory} | {time: found[time] / volumes for time in ("cpu", "seconds")}
