"""Cells and tables of the pages that benchmarks write. What was not measured shows "-"."""

NONE = "-"


def number(value, digits=3, suffix=""):
    return NONE if value is None else f"{value:.{digits}f}{suffix}"


def interval(dice, digits=4):
    if not dice:
        return NONE
    return f"{dice['mean']:.{digits}f} ({dice['low']:.3f} to {dice['high']:.3f})"


def mean(values):
    """None unless every value is there."""
    return sum(values) / len(values) if values and None not in values else None


def table(head, lines):
    cells = [head, ["---"] * len(head), *lines]
    return ["| " + " | ".join(map(str, line)) + " |" for line in cells] + [""]


def label_scores(labels, found):
    return ", ".join(f"{name} {number(found['labels'][str(label)])}" for label, name in labels.items())


def emptied(found):
    return f"{found['emptied']} of {found['present']}" + (f"; {found['failed']} failed" if found["failed"] else "")


def told_programs(measured: dict) -> str:
    """Programs by their SHA-256, and what each of several has measured."""
    if not measured:
        return "a program"
    if len(measured) == 1:
        return f"the program whose SHA-256 begins {next(iter(measured))[:12]}"
    return "the programs whose SHA-256 begins " + "; ".join(
        f"{program[:12]} ({', '.join(rows)})" for program, rows in measured.items()
    )
