"""`tomos.segment`: images in memory and in files give what the program gives."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import nibabel
import numpy
import pytest
from conftest import FAST, direct

import tomos


@pytest.fixture
def scan(work: Path) -> Any:
    return nibabel.load("scan.nii.gz")


def of_program(image: str, *options: str) -> Any:
    """The voxels that the program itself writes."""
    words = ["--task", "packs/phantom", "--fast", "--support", "2", "--side", "64", "-o", "direct.nii", *options]
    ended = direct("segment", "-i", image, *words)
    assert ended.returncode == 0, ended.stderr
    return numpy.asarray(nibabel.load("direct.nii").dataobj)


def test_memory_equals_files(scan: Any, scratch: Path) -> None:
    expected = of_program("scan.nii.gz")
    result = tomos.segment(scan, task="packs/phantom", **FAST)
    assert result.path is None
    assert isinstance(result.image, nibabel.Nifti1Image)
    assert result.image.get_data_dtype() == numpy.uint8
    numpy.testing.assert_array_equal(result, expected)
    numpy.testing.assert_array_equal(result.image.affine, scan.affine)
    assert result.labels == {1: "liver", 2: "spleen", 3: "kidney-right", 4: "kidney-left"}
    volume = abs(numpy.linalg.det(scan.affine[:3, :3]))
    for one in result.structures:
        assert one.voxels == (expected == one.id).sum()
        assert result.volumes[one.name] == pytest.approx(one.voxels * volume)
        assert 0.5 < result.confidence[one.name] <= 1
    assert list(scratch.iterdir()) == []


def test_files(scan: Any, work: Path) -> None:
    result = tomos.segment(
        work / "scan.nii.gz", task=work / "packs/phantom", output=work / "out.nii.gz", probability="p.nii.gz", **FAST
    )
    assert result.path == work / "out.nii.gz"
    numpy.testing.assert_array_equal(result, of_program("scan.nii.gz"))
    assert 0.9 < numpy.asarray(result.probability.dataobj).max() < 1 + 1e-6
    assert result.disagreement is None


def test_maps_in_memory(scan: Any, scratch: Path) -> None:
    # With registration, of which a vote comes that may disagree.
    options: dict[str, Any] = {**FAST, "fast": False, "plane": "axial"}
    result = tomos.segment(scan, task="packs/phantom", probability=True, disagreement=True, **options)
    for one in (result.probability, result.disagreement):
        assert one.shape == scan.shape
        numpy.testing.assert_array_equal(one.affine, scan.affine)
        assert 0 <= one.get_fdata().min() < one.get_fdata().max() < 1 + 1e-6
    assert list(scratch.iterdir()) == []


def test_dicom_and_lists(work: Path) -> None:
    result = tomos.segment("dicom", task="packs/phantom", labels=[1, 3], plane=["axial"], window="ct", **FAST)
    assert result.labels == {1: "liver", 3: "kidney-right"}
    assert result.image.shape == (96, 96, 31)
    assert set(numpy.unique(result)) <= {0, 1, 3}


@pytest.mark.parametrize(
    "name", ["a scan.nii.gz", "-o.nii.gz", "two\nlines.nii.gz", "leber-größe 肝.nii.gz", "$(x)'\".nii.gz"]
)
def test_hostile_names(name: str, scan: Any, work: Path) -> None:
    (work / name).write_bytes((work / "scan.nii.gz").read_bytes())
    for image in (name, nibabel.load(work / name)):
        result = tomos.segment(image, task="packs/phantom", output=f"{name}.out.nii", **FAST)
        assert result.path == Path(f"{name}.out.nii")
        assert result.path.stat().st_size > 0
        result.path.unlink()


def test_kinds_of_voxels(scan: Any) -> None:
    voxels = numpy.asarray(scan.dataobj)
    expected = numpy.asarray(tomos.segment(scan, task="packs/phantom", **FAST))
    for kind in (numpy.float32, numpy.float64, numpy.int32, numpy.int64):
        image = nibabel.Nifti1Image(voxels.astype(kind), scan.affine, dtype=kind)
        numpy.testing.assert_array_equal(tomos.segment(image, task="packs/phantom", **FAST), expected)
    other = nibabel.Nifti2Image(voxels.astype(numpy.int16), scan.affine)
    assert type(tomos.segment(other, task="packs/phantom", **FAST).image) is nibabel.Nifti2Image
    other = nibabel.MGHImage(voxels.astype(numpy.float32), scan.affine)
    numpy.testing.assert_array_equal(tomos.segment(other, task="packs/phantom", **FAST), expected)


def test_affines(scan: Any) -> None:
    voxels = numpy.asarray(scan.dataobj)
    turn = numpy.eye(4)
    turn[:2, :2] = [[numpy.cos(0.1), -numpy.sin(0.1)], [numpy.sin(0.1), numpy.cos(0.1)]]
    oblique = nibabel.Nifti1Image(voxels, turn @ scan.affine)
    result = tomos.segment(oblique, task="packs/phantom", **FAST).image
    numpy.testing.assert_array_equal(result.affine, oblique.affine)
    # Only the quaternion says where it lies.
    quaternion = nibabel.Nifti1Image(voxels, turn @ scan.affine)
    quaternion.set_qform(turn @ scan.affine, code=1)
    quaternion.set_sform(None, code=0)
    result = tomos.segment(quaternion, task="packs/phantom", **FAST).image
    assert int(result.header["sform_code"]) == 0
    numpy.testing.assert_allclose(result.affine, turn @ scan.affine, atol=1e-4)
    # Nothing does: the program says so, and goes by the voxels' sizes.
    lost = nibabel.Nifti1Image(voxels, None)
    result = tomos.segment(lost, task="packs/phantom", **FAST)
    assert result.image.shape == scan.shape


def test_four_dimensions(scan: Any) -> None:
    voxels = numpy.asarray(scan.dataobj)
    both = nibabel.Nifti1Image(numpy.stack([numpy.zeros_like(voxels), voxels], axis=3), scan.affine)
    result = tomos.segment(both, task="packs/phantom", volume_index=1, **FAST)
    numpy.testing.assert_array_equal(result, tomos.segment(scan, task="packs/phantom", **FAST))
    with pytest.raises(tomos.TomosError, match=r"4-D|volume"):
        tomos.segment(both, task="packs/phantom", volume_index=7, **FAST)


def test_values_that_nobody_can_mean(scan: Any, scratch: Path) -> None:
    image = nibabel.Nifti1Image(numpy.full(scan.shape, numpy.nan, numpy.float32), scan.affine)
    with pytest.raises(tomos.BadDataError):
        tomos.segment(image, task="packs/phantom", **FAST)
    image = nibabel.Nifti1Image(numpy.ones(scan.shape, numpy.complex64), scan.affine)
    with pytest.raises(tomos.BadDataError, match="complex"):
        tomos.segment(image, task="packs/phantom", **FAST)
    assert list(scratch.iterdir()) == []


def test_arrays_are_refused_with_the_way_out(scan: Any) -> None:
    with pytest.raises(TypeError, match=r"nibabel\.Nifti1Image\(array, affine\)"):
        tomos.segment(scan.get_fdata(), task="packs/phantom")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="not int"):
        tomos.segment(3, task="packs/phantom")  # type: ignore[arg-type]


def test_without_nibabel(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nibabel", None)
    result = tomos.segment("scan.nii.gz", task="packs/phantom", output="out.nii.gz", **FAST)
    assert result.volumes["liver"] > 0
    with pytest.raises(ImportError, match=r"pip install 'tomos-seg\[nibabel\]'"):
        tomos.segment("scan.nii.gz", task="packs/phantom", **FAST)
    with pytest.raises(ImportError, match=r"pip install 'tomos-seg\[nibabel\]'"):
        _ = result.image
