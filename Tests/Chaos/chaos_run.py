"""One run with its faults, restarted until it ends by itself, and judged at every stage."""

import random
import signal
import time

from . import actions
from .bench import Bench
from .judge import judge
from .processes import MOMENT, Runner, end_all, living
from .schedule import Schedule, chance
from .witness import Witness

# Seconds in which Ctrl-C must be answered, and in which orphaned workers must be gone.
ANSWER, ORPHANS = 2.0, 5.0
NATURAL = (0, 1)
WAYS_ON = ("resume", "again", "goes on", "go on")


class ChaosRun:
    def __init__(self, bench: Bench, schedule: Schedule, seed: int):
        self.bench, self.schedule, self.number = bench, schedule, schedule.number
        self.results = bench.results
        self.mark = bench.mark_of(self.number)
        # Faults draw from here what they need beside their time.
        self.luck: random.Random = chance(seed, self.number, "faults")
        self.witness = Witness(self.results)
        self.runners: list[Runner] = []
        self.complaints: list[str] = []
        self.happened: list[str] = []
        self.left_out: list[str] = []
        # Exit statuses beside 0 and 1 that what happened allows.
        self.allowed: set[int] = set()
        self.debris: set[str] = set()
        self.starts = 0
        self.ended_by_itself = False
        self.clock_at: float | None = None
        # What the last run is asked to do again, because a fault made it necessary.
        self.redo: str | None = None
        # Undoes a lasting fault; called when the runs it befell have ended.
        self.mend = lambda: None

    def play(self) -> list[str]:
        try:
            self.begin()
            for fault in self.schedule.faults:
                self.pass_time(fault.delay)
                if not self.runners:
                    self.left_out.append(f"{fault.name} (too late)")
                    continue
                actions.ALL[fault.name](self)
                if not self.runners:
                    self.repair()
                    self.start(self.command())
            self.end_by_itself()
            self.last_run()
            self.complaints += self.witness.complaints
            self.complaints += judge(self.bench, self.results, self.mark)
        finally:
            end_all(self.mark)
            self.repair()
        return self.complaints

    def begin(self):
        names = [fault.name for fault in self.schedule.faults]
        if "full-disk" in names and (reason := self.bench.disk.mount()):
            self.left_out.append(f"a small disk ({reason})")
        if "clock-back" in names:
            until = names.index("clock-back") + 1
            self.clock_at = time.time() + sum(fault.delay for fault in self.schedule.faults[:until])
        if self.schedule.is_half_done:
            self.bench.half_done(self.luck)
        self.witness.begin()
        self.start(self.bench.run_command())

    def command(self) -> list:
        is_planned = (self.results.path / "plan.json").exists()
        return self.bench.resume_command() if self.schedule.resumes and is_planned else self.bench.run_command()

    def start(self, command) -> Runner:
        if not self.runners:
            self.debris = self.results.momentary()
        self.starts += 1
        self.ended_by_itself = False
        runner = self.bench.start(command, self.number, self.clock_at)
        self.runners.append(runner)
        return runner

    def pass_time(self, seconds: float):
        """Looks on for a while, or until no runner is left."""
        self.witness.wait(lambda: not self.alive(), seconds)

    def alive(self) -> list[Runner]:
        """The living runners; those that have ended meanwhile are judged and leave the list."""
        for runner in [one for one in self.runners if not one.is_alive]:
            self.runners.remove(runner)
            self.judge_natural(runner)
        return self.runners

    def one_runner(self) -> Runner | None:
        return self.luck.choice(self.alive()) if self.alive() else None

    def judge_natural(self, runner: Runner):
        """A runner that nobody ended must say by its status that it did its work."""
        self.ended_by_itself = True
        if runner.status not in {*NATURAL, *self.allowed}:
            self.complain(f"exit status {runner.status}, not {sorted({*NATURAL, *self.allowed})}", runner)
        self.judge_rest(runner)

    def judge_rest(self, runner: Runner):
        """After an end that is no kill -9, nothing of the moment is left but what a killed run had left before."""
        if self.runners:
            return
        rest = self.results.momentary() - self.debris
        if rest:
            self.complain(f"ended with {runner.status} and left {', '.join(sorted(rest))}", runner)
        if not self.witness.wait(lambda: not living(self.mark), MOMENT * 25):
            self.complain(f"ended with {runner.status} and left {len(living(self.mark))} processes", runner)

    def judge_answer(self, runner: Runner, asked: signal.Signals, at: float, was_at_work: bool):
        """After SIGINT or SIGTERM: in time, by the signal, with the words how to go on."""
        self.witness.wait(lambda: not runner.is_alive, ANSWER + 20)
        took = time.monotonic() - at
        self.runners.remove(runner)
        if runner.is_alive:
            self.complain(f"{asked.name} is not answered", runner)
            end_all(self.mark)
            self.runners.clear()
            return
        if runner.status in NATURAL:
            # It had ended by itself just before, and did not go on as if nothing had been said.
            if took > ANSWER:
                self.complain(f"{asked.name} is not answered: it ended by itself after {took:.1f} s", runner)
            self.judge_natural(runner)
            return
        if took > ANSWER:
            self.complain(f"{asked.name} is answered after {took:.1f} s", runner)
        if runner.status not in (-asked, 128 + asked):
            self.complain(f"{asked.name}: exit status {runner.status}", runner)
        if was_at_work and not any(word in runner.words for word in WAYS_ON):
            self.complain(f"{asked.name} is answered without the words how to go on", runner)
        self.judge_rest(runner)

    def judge_killed(self, runner: Runner):
        """What a killed runner left is not for others that are at work to answer for, but for the next."""
        runner.process.wait()
        self.runners.remove(runner)
        self.debris |= self.results.momentary()

    def end_by_itself(self):
        """Mends what can be mended and waits for the end; another start where the last fault ended the run."""
        if not self.runners and not self.ended_by_itself:
            self.start(self.command())
        if not self.witness.wait(lambda: not self.alive(), self.bench.longest()):
            for runner in self.runners:
                self.complain("does not end", runner)
            end_all(self.mark)
            self.runners.clear()
        self.repair()

    def last_run(self):
        """Nothing befalls it, so that it must end with everything done but the bad cases, which is status 1."""
        if not self.witness.wait(lambda: not living(self.mark), ORPHANS):
            self.complain(f"{len(living(self.mark))} processes are left when no runner is")
            end_all(self.mark)
        if self.schedule.clock_is_mended:
            self.clock_at = None
        self.allowed = set()
        command = self.bench.run_command("--redo", self.redo) if self.redo else self.command()
        runner = self.start(command)
        look_on = (lambda *_: None) if self.redo == "stale" else self.witness.look
        end = time.monotonic() + self.bench.longest()
        while runner.is_alive and time.monotonic() < end:
            look_on()
            time.sleep(MOMENT)
        self.runners.clear()
        if runner.is_alive:
            self.complain("the last run does not end", runner)
        elif runner.status != 1:
            self.complain(f"the last run: exit status {runner.status}, not 1 (some cases are bad)", runner)
        self.witness.wait(lambda: not living(self.mark), MOMENT * 25)

    def repair(self):
        mend, self.mend = self.mend, lambda: None
        mend()

    def complain(self, text: str, runner: Runner | None = None):
        if runner:
            text += f"\n      {runner.command[1]} said: " + runner.words.strip()[-600:].replace("\n", "\n      ")
        self.complaints.append(text)
