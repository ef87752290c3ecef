"""The interfaces in a workflow of nipype."""

from __future__ import annotations

from pathlib import Path

import nibabel
import numpy
import pytest
from conftest import cut_off, direct
from nipype import Node, Workflow
from nipype.interfaces.utility import Function

import tomos
from tomos.nipype import Convert, Run, Segment


def count(in_file: str) -> int:
    import nibabel
    import numpy

    return int((numpy.asarray(nibabel.load(in_file).dataobj) == 1).sum())


def test_workflow(work: Path) -> None:
    name = work / "a series; echo $(x)"
    (work / "dicom").rename(name)
    convert = Node(Convert(in_file=str(name), out_file="ct.nii.gz"), name="convert")
    segment = Node(
        Segment(
            task=str(work / "packs/phantom"), fast=True, support=2, side=64, labels=[1, 2], probability_file="p.nii"
        ),
        name="segment",
    )
    counted = Node(Function(["in_file"], ["voxels"], count), name="count")
    flow = Workflow("flow", base_dir=str(work / "nipype"))
    flow.config["execution"] = {"remove_unnecessary_outputs": "false"}
    flow.connect([(convert, segment, [("out_file", "in_file")]), (segment, counted, [("out_file", "in_file")])])
    nodes = {node.name: node for node in flow.run().nodes}
    converted = Path(nodes["convert"].result.outputs.out_file)
    assert converted.name == "ct.nii.gz"
    assert [Path(one).name for one in nodes["convert"].result.outputs.json_files] == ["ct.json"]
    outputs = nodes["segment"].result.outputs
    assert Path(outputs.out_file).name == "ct_labels.nii.gz"
    assert Path(outputs.probability_file).is_file()
    words = ["--task", "packs/phantom", "--fast", "--support", "2", "--side", "64", "--labels", "1,2"]
    assert direct("segment", "-i", str(converted), "-o", "direct.nii.gz", *words).returncode == 0
    expected = numpy.asarray(nibabel.load("direct.nii.gz").dataobj)
    numpy.testing.assert_array_equal(nibabel.load(outputs.out_file).dataobj, expected)
    voxels = nodes["count"].result.outputs.voxels
    assert voxels == (expected == 1).sum() > 1000
    assert outputs.volumes["liver"] == pytest.approx(voxels * 3.9 * 3.9 * 6.2, rel=1e-4)


def test_run(work: Path) -> None:
    cut_off(work / "scan.nii.gz", work / "study" / "bad.nii.gz")
    values = {"outputs": ["nifti", "volumes"], "segment.labels": [1]}
    run = Run(pipeline_file="fast.yaml", study="study", out_dir="results", set=values, allow_failures=True)
    outputs = run.run().outputs
    assert [Path(one).name for one in outputs.label_files] == ["case-1_labels.nii.gz"]
    assert outputs.failed == ["bad"]
    assert "liver" in Path(outputs.volumes_file).read_text()
    with pytest.raises(tomos.CasesFailed, match=r"bad\.nii\.gz: cut off"):
        Run(pipeline_file="fast.yaml", study="study", out_dir="results", set=values, redo="failed").run()


def test_convert_several(work: Path) -> None:
    (work / "dicom" / "scan.nii.gz").write_bytes((work / "scan.nii.gz").read_bytes())
    outputs = Convert(in_file="dicom", out_dir="out", pattern="%s").run().outputs
    assert sorted(Path(one).name for one in outputs.out_files) == ["2.nii.gz", "scan.nii.gz"]
    assert [Path(one).name for one in outputs.json_files] == ["2.json"]


def test_errors_are_told(work: Path) -> None:
    cut_off(work / "scan.nii.gz", work / "cut.nii.gz")
    with pytest.raises(tomos.BadDataError, match="cut off"):
        Segment(in_file="cut.nii.gz", task="packs/phantom").run()
