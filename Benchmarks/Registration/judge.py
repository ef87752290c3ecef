"""How right carried-over labels are, by `tomos evaluate`, which `make evaluation-reference` proves."""

import json

from Accuracy.process import run

METRICS = ("dice", "assd", "hd95")


def judge(tomos: str, found, truth, labels) -> dict:
    """Dice, mean and 95th percentile of the surface distances in mm, by label; distances are None where one is lost."""
    told = run(tomos, "evaluate", found, truth, "--labels", ",".join(map(str, labels)), "--json")
    return {
        str(row["label"]): {metric: row.get(metric) for metric in METRICS} for row in json.loads(told.output)["rows"]
    }
