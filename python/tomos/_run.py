"""``tomos run``, ``resume`` and ``status``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

from ._arguments import StrPath, options, path, repeated, settings
from ._options import Redo
from ._process import call
from ._results import RunResult


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Attributes
    ----------
    done, failed, total : int
        Cases that are done, that failed, and that this run has to do; what was done before does not count.
    case : str or None
        The case of which this tells; None before the first.
    stage : str
        What is going on: ``began`` (of the run), ``started``, ``reading``, ``segmenting``, ``writing``, ``done`` or
        ``failed`` (of the case).
    reason : str or None
        Why the case failed.
    """

    done: int
    failed: int
    total: int
    case: str | None
    stage: str
    reason: str | None = None


#: Is called, in the thread that called `run`, whenever something happens. What it raises ends the run.
ProgressCallback = Callable[[Progress], None]


def run(
    pipeline: StrPath,
    study: StrPath,
    output: StrPath,
    *,
    set: Mapping[str, Any] | None = None,
    fast: bool = False,
    jobs: int | None = None,
    workers: int | None = None,
    timeout: str | None = None,
    memory: str | None = None,
    allow_reduce: bool = False,
    redo: Redo | None = None,
    case: str | Iterable[str] | None = None,
    shard: str | None = None,
    minutes: float | None = None,
    steps: int | None = None,
    progress: ProgressCallback | None = None,
    check: bool = False,
) -> RunResult:
    """Run a pipeline over a study.

    The options are those of ``tomos run``, spelled alike; ``tomos help run`` says what they do.

    Parameters
    ----------
    pipeline : path
        The pipeline file.
    study : path
        The study: a folder, an image file or a DICOM file.
    output : path
        The folder for results; made when missing. Running again takes up where it stopped.
    set : mapping, optional
        Overrides of values of the pipeline, by their keys: ``{"segment.support": 32, "outputs": ["nifti"]}``.
    case : str or iterable of str, optional
        These cases only.
    progress : callable, optional
        Gets a `Progress` whenever something happens.
    check : bool
        Raise `CasesFailed` where some cases failed or are stale (its ``result`` is what would have been returned).
        Otherwise a warning is logged and `RunResult.failed` says which.

    Returns
    -------
    RunResult
        Every case with its files and what was found.

    Raises
    ------
    TomosError
        What the program refused, with its exit code and text.

    Examples
    --------
    >>> import tomos
    >>> result = tomos.run("fast.yaml", "study", "results", progress=lambda p: print(p.case, p.stage, p.done, p.total))
    None began 0 1
    case-1 started 0 1
    case-1 reading 0 1
    case-1 segmenting 0 1
    case-1 writing 0 1
    case-1 done 1 1
    >>> result["case-1"].path
    PosixPath('results/case-1/case-1_labels.nii.gz')
    >>> result["case-1"].image.shape
    (92, 72, 32)
    >>> len(result.done), result.failed
    (1, ())
    """
    arguments = ["run", *settings(set), *options(output=output, fast=fast, minutes=minutes, steps=steps)]
    arguments += _batch(jobs, workers, timeout, memory, allow_reduce, redo, case, shard)
    return _launch([*arguments, path(pipeline), path(study)], Path(output), progress, check)


def resume(
    results: StrPath,
    *,
    plan: str | None = None,
    jobs: int | None = None,
    workers: int | None = None,
    timeout: str | None = None,
    memory: str | None = None,
    allow_reduce: bool = False,
    redo: Redo | None = None,
    case: str | Iterable[str] | None = None,
    shard: str | None = None,
    progress: ProgressCallback | None = None,
    check: bool = False,
) -> RunResult:
    """Go on with the plan of a results folder, with the options of ``tomos resume``.

    Parameters
    ----------
    results : path
        The results folder of an earlier `run`.
    progress, check
        As of `run`.

    Returns
    -------
    RunResult
        Every case with its files and what was found.

    Examples
    --------
    >>> import tomos
    >>> _ = tomos.run("fast.yaml", "study", "earlier")
    >>> [(case.id, case.status) for case in tomos.resume("earlier").cases]
    [('case-1', 'kept')]
    """
    arguments = ["resume", *options(plan=plan)]
    arguments += _batch(jobs, workers, timeout, memory, allow_reduce, redo, case, shard)
    return _launch([*arguments, path(results)], Path(results), progress, check)


@dataclass(frozen=True)
class Status:
    """How a results folder stands.

    Attributes
    ----------
    plan : str
        The plan's hash.
    planned, done, waiting : int
        How many cases there are, are done, and are still to be done.
    running, failed : tuple of dict
        Those that are being done (``id``, ``host``, ``stage``, ...), and those that failed (``id``, ``category``,
        ``reason``).
    stale : dict
        By case what has changed since its results were made.
    """

    plan: str
    planned: int
    done: int
    waiting: int
    running: tuple[dict[str, Any], ...]
    failed: tuple[dict[str, Any], ...]
    stale: dict[str, list[str]]


def status(results: StrPath) -> Status:
    """Look at a results folder, while it is being worked on and after, from any machine.

    Examples
    --------
    >>> import tomos
    >>> _ = tomos.run("fast.yaml", "study", "results")
    >>> status = tomos.status("results")
    >>> status.planned, status.done, status.waiting
    (1, 1, 0)
    """
    values = call(["status", "--json", path(results)]).json()
    return Status(
        values["plan"],
        values["planned"],
        values["done"],
        values["waiting"],
        tuple(values["running"]),
        tuple(values["failed"]),
        values["stale"],
    )


def _batch(
    jobs: int | None,
    workers: int | None,
    timeout: str | None,
    memory: str | None,
    allow_reduce: bool,
    redo: Redo | None,
    case: str | Iterable[str] | None,
    shard: str | None,
) -> list[str]:
    """The options that `run` and `resume` share."""
    return [
        *options(
            jobs=jobs,
            workers=workers,
            timeout=timeout,
            memory=memory,
            allow_reduce=allow_reduce,
            redo=redo,
            shard=shard,
            log_json=True,
            json=True,
        ),
        *repeated("--case", case),
    ]


def _launch(arguments: list[str], results: Path, progress: ProgressCallback | None, check: bool) -> RunResult:
    ended = call(arguments, listener=_Listener(progress), also=[1])
    stale = status(results).stale if ended.code else {}
    result = RunResult.read(results, stale)
    if ended.code and check:
        raise ended.cases_failed(result)
    return result


class _Listener:
    """Counts the events of a run, and tells them."""

    def __init__(self, progress: ProgressCallback | None) -> None:
        self._progress = progress
        self._done = self._failed = self._total = 0

    def __call__(self, event: dict[str, str]) -> None:
        kind, case, stage, reason = event["message"], event.get("case"), event["message"], None
        if kind == "began":
            # A run whose study teaches its pack begins twice.
            self._done, self._failed, self._total = 0, 0, int(event["cases"])
        elif kind == "stage":
            stage = event["stage"]
        elif kind == "finished":
            stage, reason = event["status"], event.get("reason")
            if stage == "failed":
                self._failed += 1
            else:
                self._done += 1
        elif kind != "started":
            return
        if self._progress is not None:
            self._progress(Progress(self._done, self._failed, self._total, case, stage, reason))
