"""What pairs say together: means of a method, and how it stands to Tomos on the same pairs."""

from dataclasses import dataclass

from . import methods
from .judge import METRICS


def mean(values):
    values = [value for value in values if value is not None]
    return sum(values) / len(values) if values else None


def of_pair(found: dict, metric: str):
    """A metric's mean over the labels of one pair; None where none has a value."""
    return mean(label[metric] for label in found["labels"].values())


@dataclass
class Summary:
    """Means over the pairs that a method has done."""

    pairs: int
    failed: int
    # By metric, and of Dice by label too.
    metrics: dict
    labels: dict
    # Labels that both maps hold and the result does not.
    lost: int
    cpu: float
    seconds: float
    # GiB: the largest peak, and what there was of it before registration began.
    memory: float
    before: float


def summary(found: dict) -> Summary | None:
    """found: what was found, by pair. None where nothing was done."""
    done = [one for one in found.values() if "failure" not in one]
    if not done:
        return None
    every = [(label, scores) for one in done for label, scores in one["labels"].items()]
    labels = list(dict.fromkeys(label for label, _ in every))
    return Summary(
        pairs=len(done),
        failed=len(found) - len(done),
        metrics={metric: mean(of_pair(one, metric) for one in done) for metric in METRICS},
        labels={label: mean(scores["dice"] for known, scores in every if known == label) for label in labels},
        lost=sum(scores["assd"] is None for _, scores in every),
        cpu=mean(one["cpu"] for one in done),
        seconds=mean(one["seconds"] for one in done),
        memory=max(one["memory"] for one in done),
        before=max(one["before"] for one in done),
    )


@dataclass
class Standing:
    """A method against Tomos on the pairs that both have done: Dice more than Tomos', CPU seconds as a multiple."""

    method: str
    dice: float
    cpu: float

    @property
    def word(self) -> str:
        """Who is ahead."""
        if self.dice <= 0 and self.cpu >= 1:
            return "Tomos"
        return "the other" if self.dice >= 0 and self.cpu <= 1 else "neither"


def standing(method: str, found: dict, ours: dict) -> Standing | None:
    both = [pair for pair in found if pair in ours and "failure" not in found[pair] and "failure" not in ours[pair]]
    if not both:
        return None
    return Standing(
        method,
        mean(of_pair(found[pair], "dice") - of_pair(ours[pair], "dice") for pair in both),
        sum(found[pair]["cpu"] for pair in both) / sum(ours[pair]["cpu"] for pair in both),
    )


def standings(name: str, found: dict) -> list:
    """Every other program's settings against Tomos' own on a set."""
    ours = found[name, 1, methods.TOMOS]
    every = (
        standing(method.name, found[name, 1, method.name], ours)
        for method in methods.ALL
        if method.tool != methods.named(methods.TOMOS).tool
    )
    return [one for one in every if one]


def at_equal_time(of_tool: list) -> str:
    """The Dice that a program's settings reach in no more CPU seconds than Tomos."""
    fast = [one for one in of_tool if one.cpu <= 1]
    if not fast:
        quickest = min(of_tool, key=lambda one: one.cpu)
        return f"none is so quick: {quickest.method} takes {quickest.cpu:.1f} times as long for {quickest.dice:+.3f}"
    best = max(fast, key=lambda one: one.dice)
    return f"{best.dice:+.3f} ({best.method}, {best.cpu:.2f} of the time)"


def at_equal_dice(of_tool: list) -> str:
    """The CPU seconds that a program's settings need for no less Dice than Tomos."""
    right = [one for one in of_tool if one.dice >= 0]
    if not right:
        best = max(of_tool, key=lambda one: one.dice)
        return f"none is so good: {best.method} {best.dice:+.3f} in {best.cpu:.1f} times the time"
    quickest = min(right, key=lambda one: one.cpu)
    return f"{quickest.cpu:.1f} times ({quickest.method}, {quickest.dice:+.3f})"
