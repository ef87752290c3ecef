"""The module of Nextflow, without Nextflow: its blocks are rendered by Groovy and run by bash; nf-core's own linter
compares it with its description."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from nf_core.components.nfcore_component import NFCoreComponent
from nf_core.modules.lint import ModuleLint
from nf_core.modules.lint.main_nf import main_nf

HERE = Path(__file__).resolve().parent
MODULE = HERE.parent / "modules" / "local" / "tomos" / "segment"
SAMPLES = HERE.parents[2] / "sample-data"
FAST = "--fast --support 2 --side 64"


def render(section: str, **values: object) -> str:
    """The commands of a block."""
    ended = subprocess.run(
        ["groovy", HERE / "render.groovy", MODULE / "main.nf", section],
        input=json.dumps(values),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def nextflow_path(name: str) -> str:
    """How Nextflow writes the name of an input file into a script (its class Escape)."""
    return re.sub(r"""(['"\s\\()\[\]{}&|<>`!;$*?#~])""", r"\\\1", name)


def bash(commands: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs commands as Nextflow's `.command.sh` does."""
    (folder / ".command.sh").write_text(f"#!/bin/bash -euo pipefail\n{commands}\n")
    return subprocess.run(
        ["bash", "-euo", "pipefail", ".command.sh"], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture
def component() -> NFCoreComponent:
    module = NFCoreComponent("tomos/segment", None, MODULE, "modules", HERE.parent, "modules", remote_component=False)
    module.get_inputs_from_main_nf()
    module.get_outputs_from_main_nf()
    module.get_topics_from_main_nf()
    return module


@pytest.mark.parametrize("image", ["case-1.nii.gz", "a case's (first) scan.nii.gz"])
def test_script(image: str, tmp_path: Path, program_on_path: Path) -> None:
    (tmp_path / image).symlink_to(SAMPLES / "study" / "case-1.nii.gz")
    (tmp_path / "phantom").symlink_to(SAMPLES / "packs" / "phantom")
    task = {"cpus": 1, "memory": 4096, "ext": {"args": FAST}}
    commands = render("script", meta={"id": "one"}, image=nextflow_path(image), pack="phantom", task=task)
    ended = bash(commands, tmp_path)
    assert ended.returncode == 0, ended.stderr
    found = json.loads((tmp_path / "one_labels.json").read_text())
    assert [one["name"] for one in found["structures"]] == ["liver", "spleen", "kidney-right", "kidney-left"]
    words = ["segment", "-i", image, "--task", "phantom", "-o", "direct.nii.gz", *FAST.split()]
    subprocess.run([program_on_path, *words], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "one_labels.nii.gz").read_bytes() == (tmp_path / "direct.nii.gz").read_bytes()
    assert "--memory 4096MiB" in commands


def test_failure_is_told(tmp_path: Path, program_on_path: Path) -> None:
    (tmp_path / "cut.nii.gz").write_bytes((SAMPLES / "study" / "case-1.nii.gz").read_bytes()[:5000])
    task = {"cpus": 1, "memory": None, "ext": {}}
    commands = render("script", meta={"id": "one"}, image="cut.nii.gz", pack=str(SAMPLES / "packs/phantom"), task=task)
    ended = bash(commands, tmp_path)
    assert ended.returncode == 65
    assert "tomos: error: cut.nii.gz: cut off" in ended.stderr
    assert not (tmp_path / "one_labels.nii.gz").exists()


def test_stub(tmp_path: Path) -> None:
    commands = render("stub", meta={"id": "one"}, task={"cpus": 1, "ext": {"prefix": "other", "args": FAST}})
    ended = bash(commands, tmp_path)
    assert (ended.returncode, ended.stdout) == (0, f"{FAST}\n")
    assert gzip.decompress((tmp_path / "other_labels.nii.gz").read_bytes()) == b"\n"
    assert json.loads((tmp_path / "other_labels.json").read_text()) == {"structures": []}


def test_version(component: NFCoreComponent, program_on_path: Path) -> None:
    # What `eval` of the output block runs.
    (command,) = re.findall(r'eval\("(.*?)"\)', (MODULE / "main.nf").read_text())
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert re.match(r"^\d+\.\d+\.\d+", ended.stdout)


def test_description_is_of_the_process(component: NFCoreComponent) -> None:
    meta = yaml.safe_load((MODULE / "meta.yml").read_text())
    lint = ModuleLint
    assert lint.obtain_inputs(None, meta["input"]) == lint.obtain_inputs(None, component.inputs) != []
    assert lint.obtain_outputs(None, meta["output"]) == lint.obtain_outputs(None, component.outputs) != []
    assert lint.obtain_topics(None, meta["topics"]) == lint.obtain_topics(None, component.topics) != []
    assert meta["name"].upper() == "TOMOS_SEGMENT"


def test_linter(component: NFCoreComponent, monkeypatch: pytest.MonkeyPatch) -> None:
    # This one asks Nextflow, which is not here.
    monkeypatch.setattr(component, "get_container_with_inspect", lambda profile=None: "localhost/tomos:latest")
    main_nf(None, component, fix_version=False, registry=("quay.io",), progress_bar=None)
    assert component.failed == []
    assert len(component.passed) >= 8
    told = {name for _, name, _, _ in component.warned}
    # The container is one that a site builds, and no biocontainer.
    assert told == set(), component.warned


def snippets() -> list[str]:
    """What is written for Nextflow and nf-test, and not run here."""
    page = (HERE.parent / "README.md").read_text()
    files = [MODULE / "main.nf", MODULE / "tests" / "main.nf.test", MODULE / "tests" / "nextflow.config"]
    return [
        *(file.read_text() for file in files),
        *re.findall(r"^```(?:nextflow|groovy)\n(.*?)^```", page, re.M | re.S),
    ]


def parsed(text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["groovy", HERE / "parse.groovy"], input=text, capture_output=True, text=True, check=False)


def test_syntax() -> None:
    texts = snippets()
    assert len(texts) == 5
    for text in texts:
        ended = parsed(text)
        assert ended.returncode == 0, ended.stderr
    # And what is wrong is seen.
    assert parsed(texts[0].rstrip().removesuffix("}")).returncode != 0


def test_environment() -> None:
    environment = yaml.safe_load((MODULE / "environment.yml").read_text())
    assert environment["dependencies"][-1]["pip"][0].startswith("tomos-seg==")
