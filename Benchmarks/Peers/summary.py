"""How Tomos stands to each of the others on the same packs and cases."""

import random
from dataclasses import dataclass

from . import methods

# Cases of the study whose hours are told.
STUDY = 100
DRAWS, SEED = 2000, 1


def hours(found: dict) -> float | None:
    """From the pack to the last case of a study of 100; None where no case was done."""
    if found["first"] is None or found["seconds"] is None:
        return None
    return (found["first"] + (STUDY - 1) * found["seconds"]) / 3600


def by_case(found: dict) -> dict:
    """The mean Dice of each case over its labels."""
    cases = {}
    for row in found["rows"]:
        if row["dice"] is not None:
            cases.setdefault(row["case"], []).append(row["dice"])
    return {case: sum(dice) / len(dice) for case, dice in cases.items()}


@dataclass
class Standing:
    """Tomos beside another on the cases that both have done."""

    name: str
    pack: int
    # Tomos' Dice less the other's, and the interval that holds 95 % of its means over cases drawn anew.
    dice: float
    low: float
    high: float
    # The other's as multiples of Tomos'; None where one of them is not known.
    first: float | None
    hours: float | None
    memory: float | None

    @property
    def is_sure(self) -> bool:
        return self.low > 0 or self.high < 0


def ratio(other, ours):
    return other / ours if other and ours else None


def standing(name: str, pack: int, ours: dict, other: dict) -> Standing | None:
    mine, theirs = by_case(ours), by_case(other)
    more = [mine[case] - theirs[case] for case in sorted(mine) if case in theirs]
    if not more:
        return None
    draw = random.Random(SEED)
    means = sorted(sum(draw.choices(more, k=len(more))) / len(more) for _ in range(DRAWS))
    return Standing(
        name,
        pack,
        sum(more) / len(more),
        means[int(0.025 * DRAWS)],
        means[int(0.975 * DRAWS) - 1],
        ratio(other["first"], ours["first"]),
        ratio(hours(other), hours(ours)),
        ratio(other["memory"], ours["memory"]),
    )


def standings(found: dict, method: str, against: str = methods.TOMOS) -> list:
    """A method's standings on every set and size of pack that both were measured on; found: by set, pack and method."""
    result = []
    for (name, pack, one), other in found.items():
        ours = found.get((name, pack, against))
        if one == method and ours and (stands := standing(name, pack, ours, other)):
            result.append(stands)
    return result
