"""`tomos.run`: progress, partial failures, interruption, two at a time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy
import pytest
from conftest import PIPELINE, cut_off, direct, processes, script

import tomos


def test_results_are_the_programs(work: Path) -> None:
    result = tomos.run("fast.yaml", "study", "results")
    assert direct("run", "fast.yaml", "study", "-o", "direct").returncode == 0
    case = result["case-1"]
    assert (case.status, case.folder, case.reason) == ("done", Path("results/case-1"), None)
    assert case.path is not None
    assert case.path.read_bytes() == Path("direct/case-1/case-1_labels.nii.gz").read_bytes()
    assert all(file.is_file() for file in case.outputs)
    rows = Path("results/case-1/volumes.csv").read_text().splitlines()
    titles = rows[0].split(",")
    for row, one in zip(rows[1:], case.structures):
        cells = dict(zip(titles, row.split(",")))
        assert (int(cells["label"]), cells["name"], int(cells["voxels"])) == (one.id, one.name, one.voxels)
        assert float(cells["mm3"]) == pytest.approx(case.volumes[one.name])
        assert (numpy.asarray(case.image.dataobj) == one.id).sum() == one.voxels
    assert result.made["pipeline"] == "fast"
    assert os.fspath(result) == "results"
    with pytest.raises(KeyError):
        result["other"]


def test_settings_and_cases(work: Path) -> None:
    (work / "study" / "other.nii.gz").write_bytes((work / "scan.nii.gz").read_bytes())
    values = {"outputs": ["nifti", "itk-snap"], "segment.labels": [1, 2], "clean": [{"keep-largest": {"parts": 1}}]}
    result = tomos.run(
        "fast.yaml", "study", "results", set={**values, "segment.skip-empty": True}, case=["other"], jobs=1
    )
    assert [(one.id, one.status) for one in result.cases] == [("case-1", "waiting"), ("other", "done")]
    assert result["other"].labels == {1: "liver", 2: "spleen"}
    assert result.made["options"]["segment.skip-empty"] == "true"
    assert Path("results/other/other_labels.label") in result["other"].outputs
    assert [one.id for one in result.waiting] == ["case-1"]
    status = tomos.status("results")
    assert (status.planned, status.done, status.waiting) == (2, 1, 1)
    assert len(tomos.resume("results").done) == 2


def test_some_fail(work: Path, caplog: pytest.LogCaptureFixture) -> None:
    cut_off(work / "scan.nii.gz", work / "study" / "bad.nii.gz")
    seen: list[tomos.Progress] = []
    result = tomos.run("fast.yaml", "study", "results", progress=seen.append)
    assert [one.id for one in result.done] == ["case-1"]
    (bad,) = result.failed
    assert (bad.id, bad.category, bad.stage, bad.path, bad.image) == ("bad", "badData", "reading", None, None)
    assert bad.reason is not None
    assert "bad.nii.gz: cut off" in bad.reason
    # Nobody who looks at the log alone takes it for a success.
    warnings = [one.message for one in caplog.records if one.levelname == "WARNING"]
    assert any(bad.reason in one for one in warnings)
    last = seen[-1]
    assert (last.done, last.failed, last.total) == (1, 1, 2)
    assert [(one.case, one.reason) for one in seen if one.stage == "failed"] == [("bad", bad.reason)]
    # The same as an exception, with what is done.
    with pytest.raises(tomos.CasesFailed) as caught:
        tomos.run("fast.yaml", "study", "results", check=True, redo="failed")
    again = direct("run", "fast.yaml", "study", "-o", "results", "--redo", "failed", "-q")
    assert (caught.value.code, again.returncode) == (1, 1)
    assert again.stderr in caught.value.text
    assert isinstance(caught.value.result, tomos.RunResult)
    assert [one.id for one in caught.value.result.done] == ["case-1"]
    # What failed stays so until it is asked for, and counts as nothing to do.
    seen.clear()
    assert len(tomos.run("fast.yaml", "study", "results", progress=seen.append).failed) == 1
    assert [(one.stage, one.total) for one in seen] == [("began", 0)]


def test_stale(work: Path) -> None:
    assert tomos.run("fast.yaml", "study", "results").stale == {}
    result = tomos.run("fast.yaml", "study", "results", set={"segment.support": 3})
    assert result.stale == {"case-1": ["segment.support was 2, is 3"]}
    with pytest.raises(tomos.CasesFailed, match="the results are stale"):
        tomos.run("fast.yaml", "study", "results", set={"segment.support": 3}, check=True)
    assert tomos.run("fast.yaml", "study", "results", set={"segment.support": 3}, redo="stale").stale == {}


def test_hostile_names(work: Path) -> None:
    name = "-two\nlines of $(names)"
    (work / "study").rename(work / name)
    result = tomos.run("fast.yaml", name, f"{name} results", check=True)
    assert result.output.is_dir()
    assert len(result.done) == 1
    assert tomos.status(f"{name} results").done == 1


#: Takes minutes.
SLOW = PIPELINE.replace("support: 2, side: 64, fast: true", "support: 64, side: 256, ensemble: 4")


def test_interruption_leaves_no_orphan(work: Path) -> None:
    (work / "slow.yaml").write_text(SLOW)
    program = """
import signal, tomos
# Who started the tests may have had it ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
tomos.run("slow.yaml", "study", "results of the interrupted", progress=lambda p: print(p.stage, flush=True))
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, stderr=subprocess.PIPE
    ) as us:
        assert us.stdout is not None
        while us.stdout.readline() != "segmenting\n":
            assert us.poll() is None
        assert len(processes("results of the interrupted")) >= 2
        # To this process alone, as a notebook's "interrupt" does.
        us.send_signal(signal.SIGINT)
        _, errors = us.communicate(timeout=60)
        assert us.returncode in (-signal.SIGINT, 130)
    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert processes("results of the interrupted") == []
    status = tomos.status("results of the interrupted")
    assert (status.done, status.waiting, status.running, status.failed) == (0, 1, (), ())
    assert not (work / "results of the interrupted" / "case-1").exists()
    assert list((work / "results of the interrupted").glob(".*case-1*")) == []


@pytest.mark.parametrize("handler", [signal.default_int_handler, signal.SIG_IGN], ids=["heard", "ignored"])
def test_what_a_callback_raises_ends_the_run(handler: Any, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (work / "slow.yaml").write_text(SLOW)
    before = signal.signal(signal.SIGINT, handler)

    def enough(progress: tomos.Progress) -> None:
        if progress.stage == "segmenting":
            raise RuntimeError("enough")

    # It ends by itself, and not by force.
    monkeypatch.delattr("subprocess.Popen.kill")
    try:
        with pytest.raises(RuntimeError, match="enough"):
            tomos.run("slow.yaml", "study", "results of the ended", progress=enough)
    finally:
        signal.signal(signal.SIGINT, before)
    assert processes("results of the ended") == []


def test_who_does_not_listen_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tomos._process._GRACE", 1.0)
    deaf = 'trap "" INT TERM; echo \'{"message":"began","cases":"1"}\' >&2; while :; do sleep 1; done'
    monkeypatch.setenv("TOMOS_PROGRAM", str(script(tmp_path / "deaf tomos", deaf)))

    def enough(progress: tomos.Progress) -> None:
        raise RuntimeError("enough")

    began = time.monotonic()
    with pytest.raises(RuntimeError, match="enough"):
        tomos.run("p.yaml", "study", "results", progress=enough)
    assert time.monotonic() - began < 10
    assert processes("deaf tomos") == []


def test_busy(work: Path) -> None:
    (work / "slow.yaml").write_text(SLOW)

    class Done(Exception):
        pass

    def other(progress: tomos.Progress) -> None:
        if progress.stage == "segmenting":
            ended = direct("run", "fast.yaml", "study", "-o", "results")
            with pytest.raises(tomos.BusyError) as caught:
                tomos.run("fast.yaml", "study", "results")
            assert (caught.value.code, ended.returncode) == (75, 75)
            assert caught.value.text == ended.stderr
            raise Done

    with pytest.raises(Done):
        tomos.run("slow.yaml", "study", "results", progress=other)


def test_two_at_a_time(work: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        calls = [
            pool.submit(tomos.segment, f"{folder}/case-1.nii.gz", task="packs/phantom", fast=True, support=2, side=64)
            for folder in ("study", "study")
        ]
        runs = [pool.submit(tomos.run, "fast.yaml", "study", f"results-{n}") for n in (1, 2)]
        first, second = (numpy.asarray(one.result()) for one in calls)
    numpy.testing.assert_array_equal(first, second)
    maps = [one.result()["case-1"].path for one in runs]
    assert all(file is not None for file in maps)
    assert maps[0].read_bytes() == maps[1].read_bytes()  # type: ignore[union-attr]
