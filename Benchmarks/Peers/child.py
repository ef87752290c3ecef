"""What the processes have in common in which others' programs run: a job comes as JSON, what it took goes back so."""

import json
import sys
import time
import traceback

from Registration.child import Stopwatch, is_thick, tell, write_labels

__all__ = ["Stopwatch", "each", "is_thick", "job", "tell", "write_labels"]


def job() -> dict:
    with open(sys.argv[-1]) as file:
        return json.load(file)


def each(study: list, segment) -> dict:
    """Calls `segment` for each case of a study, and returns what each took; `first`: when the first one was done.

    A case that fails costs itself alone. The clock is the one that is common to all processes of a machine.
    """
    cases, first = {}, None
    for case in study:
        try:
            with Stopwatch() as watch:
                segment(case)
            cases[case["name"]] = {"seconds": watch.seconds, "cpu": watch.cpu}
        except Exception:
            cases[case["name"]] = {"failure": traceback.format_exc()[-1000:]}
        first = first or time.monotonic()
    return {"cases": cases, "first": first}
