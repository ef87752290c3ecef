"""`tomos.evaluate`: the program's numbers, and numpy's."""

from __future__ import annotations

import csv
from pathlib import Path

import nibabel
import numpy
import pytest
from conftest import direct

import tomos
from tomos._evaluate import METRICS


def test_dice_is_numpys(work: Path) -> None:
    truth = nibabel.load("truth/case-1.nii.gz")
    result = nibabel.Nifti1Image(numpy.roll(numpy.asarray(truth.dataobj), 1, axis=0), truth.affine)
    evaluation = tomos.evaluate(result, truth, task="packs/phantom")
    assert [row.name for row in evaluation.rows] == ["liver", "spleen", "kidney-right", "kidney-left"]
    volume = abs(numpy.linalg.det(truth.affine[:3, :3]))
    for row in evaluation.rows:
        a, b = (numpy.asarray(one.dataobj) == row.label for one in (result, truth))
        assert row.intersection == (a & b).sum()
        assert row.dice == pytest.approx(2 * (a & b).sum() / (a.sum() + b.sum()))
        assert row.iou == pytest.approx((a & b).sum() / (a | b).sum())
        assert (row.result_mm3, row.truth_mm3) == pytest.approx((a.sum() * volume, b.sum() * volume))
        assert row.hd95 is not None
        assert row.hd95 > 0
    values = evaluation.array("dice")
    assert values.shape == (1, 4)
    assert evaluation.mean == pytest.approx(values.mean())
    with pytest.raises(ValueError, match="use one of dice, iou"):
        evaluation.array("dise")


def test_all_that_the_program_says(work: Path) -> None:
    run = tomos.run("fast.yaml", "study", "results")
    evaluation = tomos.evaluate(run, "truth", csv="direct.csv", labels=[1, 2], tolerance=2, surface="contour")
    with Path("direct.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(evaluation.rows) == 2
    for written, row in zip(rows, evaluation.rows):
        assert (written["case"], int(written["label"])) == (row.case, row.label)
        for name in ("dice", "iou", "hd_mm", "hd95_mm", "assd_mm", "nsd", "result_mm3"):
            value = getattr(row, name if name == "result_mm3" else name.removesuffix("_mm"))
            assert float(written[name]) == pytest.approx(value, abs=1e-5)
    assert evaluation.without_result == ("case-2",)
    assert set(evaluation.all) == set(METRICS.values())
    assert evaluation.labels[0].metrics["dice"].cases == 1


def test_labels_beyond_range(work: Path) -> None:
    truth = nibabel.load("truth/case-1.nii.gz")
    for value in (-1, 70000, 0.5):
        kind = numpy.float32 if value == 0.5 else numpy.int32
        wrong = numpy.asarray(truth.dataobj).astype(kind)
        wrong[0, 0, 0] = value
        nibabel.save(nibabel.Nifti1Image(wrong, truth.affine), "image.nii")
        ended = direct("evaluate", "image.nii", "truth/case-1.nii.gz")
        with pytest.raises(tomos.BadDataError) as caught:
            tomos.evaluate(nibabel.load("image.nii"), truth)
        assert ended.returncode == 65
        # The same but for where the file lies.
        assert caught.value.text.split("image.nii", 1)[1] == ended.stderr.split("image.nii", 1)[1]


def test_what_has_no_value(work: Path) -> None:
    truth = nibabel.load("truth/case-1.nii.gz")
    voxels = numpy.asarray(truth.dataobj).copy()
    voxels[voxels == 2] = 0
    evaluation = tomos.evaluate(nibabel.Nifti1Image(voxels, truth.affine), truth)
    assert [row.hd95 is None for row in evaluation.rows] == [False, True, False, False]
    assert numpy.isnan(evaluation.array("hd95")).tolist() == [[False, True, False, False]]
    assert evaluation.array("dice")[0, 1] == 0
