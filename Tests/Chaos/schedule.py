"""What befalls a run, drawn from a seed: the same seed and number give the same faults at the same times."""

import dataclasses
import random

# Every run meets the next of these first, so that few runs meet all.
FAULTS = (
    "kill-worker",
    "kill-runner",
    "interrupt",
    "full-disk",
    "second-runner",
    "terminate",
    "stop-worker",
    "clock-back",
    "changed-input",
    "other-plan",
    "stop-runner",
    "ask-status",
)
# Those that may come after the first. A changed input and a run with another plan come alone.
MORE = (
    "kill-worker",
    "kill-runner",
    "kill-runner",
    "interrupt",
    "second-runner",
    "terminate",
    "stop-worker",
    "clock-back",
    "ask-status",
)
ALONE = ("changed-input", "other-plan")
# Of runs that do not begin from nothing.
HALF_DONE = 0.6


@dataclasses.dataclass(frozen=True)
class Fault:
    name: str
    # Seconds after the runner's start or the fault before.
    delay: float


@dataclasses.dataclass(frozen=True)
class Schedule:
    number: int
    is_half_done: bool
    # How the program is started again: `run`, or `resume` where a plan is there.
    resumes: bool
    # Whether the clock is right again in the last run.
    clock_is_mended: bool
    faults: tuple[Fault, ...]

    def __str__(self):
        start = "half done" if self.is_half_done else "from nothing"
        return f"{start}: " + ", ".join(f"{fault.name} after {fault.delay:.2f} s" for fault in self.faults)


def chance(*parts) -> random.Random:
    """Always the same luck for the same parts."""
    return random.Random("/".join(map(str, parts)))


def draw(seed: int, number: int, usual: float) -> Schedule:
    """The faults of one run; `usual` is how many seconds an undisturbed one takes."""
    luck = chance(seed, number)
    is_half_done = luck.random() < HALF_DONE
    first = FAULTS[number % len(FAULTS)]
    names = [first]
    if first not in ALONE:
        names += luck.choices(MORE, k=luck.choice((0, 1, 1, 2, 3)))
        luck.shuffle(names)
    # What is to do when half is done takes half the time; the faults share it.
    whole = usual * (0.5 if is_half_done else 1)
    faults = tuple(Fault(name, luck.uniform(0, 0.9 * whole / len(names))) for name in names)
    return Schedule(number, is_half_done, luck.random() < 0.5, luck.random() < 0.5, faults)
