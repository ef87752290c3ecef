"""The wrapper in a real Snakemake, on the sample study."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parents[2] / "sample-data"
FAST = ["--fast", "--support", "2", "--side", "64"]


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A folder whose name needs quotes, with the sample study and pack."""
    folder = tmp_path / "a folder's (name)"
    shutil.copytree(SAMPLES / "study", folder / "study")
    shutil.copytree(SAMPLES / "packs", folder / "packs")
    return folder


def snakemake(work: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "snakemake", "--snakefile", HERE / "Snakefile", "--directory", work, "--cores", "1"]
    return subprocess.run([*words, *arguments], capture_output=True, text=True, check=False)


def test_study(work: Path, program_on_path: Path) -> None:
    ended = snakemake(work)
    assert ended.returncode == 0, ended.stderr
    for case, image in (("case-1", "study/case-1.nii.gz"), ("case-2", "study/case-2")):
        words = ["segment", "-i", image, "--task", "packs/phantom", "-o", "direct.nii.gz", *FAST]
        subprocess.run([program_on_path, *words], cwd=work, check=True, capture_output=True)
        assert (work / f"{case}_labels.nii.gz").read_bytes() == (work / "direct.nii.gz").read_bytes()
        found = json.loads((work / f"{case}.json").read_text())
        assert [one["name"] for one in found["structures"]] == ["liver", "spleen", "kidney-right", "kidney-left"]
        assert (work / f"{case}_probability.nii.gz").is_file()
        assert "tomos: segmenting" in (work / "logs" / f"{case}.log").read_text()
    # What is there is not done again.
    again = snakemake(work)
    assert "Nothing to be done" in again.stderr + again.stdout


def test_failure_is_told(work: Path, program_on_path: Path) -> None:
    image = work / "study" / "case-1.nii.gz"
    image.write_bytes(image.read_bytes()[:5000])
    ended = snakemake(work, "case-1_labels.nii.gz")
    assert ended.returncode != 0
    assert "cut off" in (work / "logs" / "case-1.log").read_text()
    assert not (work / "case-1_labels.nii.gz").exists()


def test_description() -> None:
    meta = yaml.safe_load((HERE.parent / "meta.yaml").read_text())
    text = (HERE.parent / "wrapper.py").read_text()
    for kind in ("input", "output", "params"):
        for one in meta[kind]:
            (name,) = one
            assert f"{name}" in text, f"{kind}.{name} is described and not used"
    assert yaml.safe_load((HERE.parent / "environment.yaml").read_text())["dependencies"][-1]["pip"]
