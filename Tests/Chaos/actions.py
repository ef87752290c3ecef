"""The faults themselves, each a function of the run that it befalls."""

import json
import pathlib
import signal
import subprocess
import time

from .phantoms import phantom
from .processes import some_worker, tell
from .study import SLICES

# Seconds to wait for a worker, or for a runner to be at work, before a fault is left out.
PATIENCE = 5.0
# Another plan over the same study.
OTHER = ("--set", "segment.threshold=0.6")
TRY_LATER = 75


def kill_worker(run):
    worker = some_worker(run.mark, run.luck, PATIENCE)
    if worker is None or not tell(worker, signal.SIGKILL):
        return run.left_out.append("kill-worker (no worker)")
    run.happened.append("kill-worker")


def stop_worker(run):
    """Well below the time limit, after which a worker that stands still is taken for one that hangs."""
    worker = some_worker(run.mark, run.luck, PATIENCE)
    if worker is None or not tell(worker, signal.SIGSTOP):
        return run.left_out.append("stop-worker (no worker)")
    run.pass_time(run.luck.uniform(0.2, run.bench.sizes.timeout / 6))
    tell(worker, signal.SIGCONT)
    run.happened.append("stop-worker")


def stop_runner(run):
    runner = run.one_runner()
    if not runner:
        return run.left_out.append("stop-runner (it ended)")
    runner.tell(signal.SIGSTOP)
    run.pass_time(run.luck.uniform(0.2, run.bench.sizes.timeout / 6))
    runner.tell(signal.SIGCONT)
    run.happened.append("stop-runner")


def kill_runner(run):
    runner = run.one_runner()
    if not runner:
        return run.left_out.append("kill-runner (it ended)")
    runner.tell(signal.SIGKILL)
    run.judge_killed(runner)
    run.happened.append("kill-runner")


def interrupt(run):
    ask_to_end(run, "interrupt", signal.SIGINT)


def terminate(run):
    ask_to_end(run, "terminate", signal.SIGTERM)


def ask_to_end(run, name: str, what: signal.Signals):
    runner = run.one_runner()
    if not runner:
        return run.left_out.append(f"{name} (it ended)")
    was_at_work = run.results.is_at_work(runner.pid)
    at = time.monotonic()
    runner.tell(what, as_terminal=run.luck.random() < 0.5)
    run.judge_answer(runner, what, at, was_at_work)
    run.happened.append(name)


def full_disk(run):
    """Only where the run's disk is a small one, which is seen to before it starts."""
    if not run.bench.disk.is_mounted:
        return run.left_out.append("full-disk (mounting a tmpfs is not permitted)")
    run.allowed |= {73, 74}
    run.bench.disk.fill(run.luck.choice((0, 4096, 20000, 60000)))
    run.happened.append("full-disk")
    run.pass_time(run.luck.uniform(0.1, run.bench.usual / 2))
    # Free again while this run goes on, or only for the next.
    if run.luck.random() < 0.5:
        run.bench.disk.free()
    else:
        run.mend = run.bench.disk.free


def clock_back(run):
    """It is set back by the library of faults in all processes, at the time with which the run was started."""
    run.happened.append("clock-back")


def second_runner(run):
    """Of the same plan: it shares the work."""
    if len(run.runners) < 3:
        run.start(run.command())
        run.happened.append("second-runner")


def other_plan(run):
    """It must be told to come again later, and change nothing."""
    runner = run.one_runner()
    if not runner or not run.witness.wait(lambda: run.results.is_at_work(runner.pid) or not runner.is_alive, PATIENCE):
        return run.left_out.append("other-plan (no run was at work)")
    rival = run.bench.start(run.bench.run_command(*OTHER), run.number)
    run.witness.wait(lambda: not rival.is_alive or not runner.is_alive, run.bench.longest())
    if rival.is_alive or (not runner.is_alive and rival.status != TRY_LATER):
        # The first ended meanwhile, so that the other has the right to begin; what it made is stale.
        rival.tell(signal.SIGINT)
        run.witness.wait(lambda: not rival.is_alive, PATIENCE)
        run.redo = "stale"
        return run.left_out.append("other-plan (too late)")
    if rival.status != TRY_LATER:
        run.complain(f"another plan beside a run: exit status {rival.status}, not {TRY_LATER}", rival)
    if str(run.results.path) not in rival.words:
        run.complain("another plan beside a run is refused without the name of the folder", rival)
    run.happened.append("other-plan")


def changed_input(run):
    """A file of the plan becomes another image before its turn: refused by name, and never taken for the first."""
    runner = run.one_runner()
    if not runner or not run.witness.wait(lambda: run.results.is_at_work(runner.pid) or not runner.is_alive, PATIENCE):
        return run.left_out.append("changed-input (no run was at work)")
    done = run.results.done()
    names = [name for name in run.bench.good if run.bench.ids[name] not in done]
    if not names:
        return run.left_out.append("changed-input (every good case is done)")
    name = run.luck.choice(names[-6:])
    path = run.bench.study / name
    content = path.read_bytes()
    other = phantom(500 + run.number, (run.bench.sizes.side, run.bench.sizes.side, SLICES))
    put(path, other.compressed() if name.endswith(".gz") else other.file(), run.luck.random() < 0.5)
    run.mend = lambda: put(path, content, True)
    run.witness.wait(lambda: not run.alive(), run.bench.longest())
    case = run.bench.ids[name]
    if case in run.results.done():
        # It was read before; that it was read whole is seen at the end.
        return run.left_out.append("changed-input (its case had begun)")
    reason = (run.results.failure(case) or {}).get("reason") or ""
    if name not in reason:
        run.complain(f"{name} was changed and the failure does not name it: '{reason}'")
    run.redo = "failed"
    run.happened.append("changed-input")


def put(path: pathlib.Path, content: bytes, at_once: bool):
    """Replaces a file by one rename, or writes over what is in it."""
    if not at_once:
        path.write_bytes(content)
        return
    draft = path.with_name(path.name + ".draft")
    draft.write_bytes(content)
    draft.replace(path)


def ask_status(run):
    command = [str(run.bench.tomos), "status", str(run.results.path), "--json"]
    environment = run.bench.environment(run.number)
    asked = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    run.happened.append("ask-status")
    # Before the plan is there, there is nothing to tell.
    if asked.returncode not in (0, 1) and run.results.done():
        run.complain(f"tomos status: exit status {asked.returncode}: {asked.stderr.strip()[-300:]}")
    elif asked.returncode in (0, 1):
        try:
            json.loads(asked.stdout)
        except ValueError:
            run.complain(f"tomos status --json is no JSON: {asked.stdout[:200]}")


ALL = {
    "kill-worker": kill_worker,
    "kill-runner": kill_runner,
    "interrupt": interrupt,
    "full-disk": full_disk,
    "second-runner": second_runner,
    "terminate": terminate,
    "stop-worker": stop_worker,
    "stop-runner": stop_runner,
    "clock-back": clock_back,
    "changed-input": changed_input,
    "other-plan": other_plan,
    "ask-status": ask_status,
}
