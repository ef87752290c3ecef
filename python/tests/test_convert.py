"""`tomos.convert`: files as the program writes them, or images in memory."""

from __future__ import annotations

import json
from pathlib import Path

import nibabel
import numpy
import pytest
from conftest import direct

import tomos


def test_memory_equals_files(work: Path, scratch: Path) -> None:
    assert direct("convert", "dicom", "-o", "direct.nii.gz").returncode == 0
    expected = nibabel.load("direct.nii.gz")
    conversion = tomos.convert("dicom")
    image = conversion.image
    numpy.testing.assert_array_equal(image.dataobj, expected.dataobj)
    numpy.testing.assert_array_equal(image.affine, expected.affine)
    assert image.header == expected.header
    (one,) = conversion.images
    assert (one.path, one.sidecars) == (None, ())
    assert one.sidecar == json.loads(Path("direct.json").read_text())
    assert one.details["shape"] == [96, 96, 31]
    assert sum(file.files for file in conversion.files if file.fate == "used") == 31
    assert list(scratch.iterdir()) == []
    # And nothing was written beside the input.
    assert all(file.name.startswith("IM") for file in (work / "dicom").iterdir())


def test_files(work: Path) -> None:
    (one,) = tomos.convert("dicom", "out", f="%s_%M", z="n", b="n").images
    assert one.path == Path("out/2_CT.nii")
    assert (one.sidecars, one.sidecar) == ((), {})
    assert one.image.shape == (96, 96, 31)
    with pytest.raises(tomos.CannotCreateError):
        tomos.convert("dicom", "out", f="%s_%M", z="n", b="n")
    tomos.convert("dicom", "out", f="%s_%M", z="n", b="n", overwrite=True)
    assert tomos.convert("dicom", "out", f="%s_%M", z="n", b="n", w=2).images[0].path != one.path
    large = tomos.convert("dicom", "large.nii.gz", level=1).images[0].path
    small = tomos.convert("dicom", "small.nii.gz", level=9).images[0].path
    assert large is not None
    assert small is not None
    assert large.stat().st_size > small.stat().st_size


def test_images_in_memory_go_in(work: Path) -> None:
    scan = nibabel.load("scan.nii.gz")
    turned = tomos.convert(scan, orient="LPS").image
    assert nibabel.aff2axcodes(turned.affine) == ("L", "P", "S")
    numpy.testing.assert_array_equal(nibabel.as_closest_canonical(turned).dataobj, scan.dataobj)


def test_keep_going(work: Path, caplog: pytest.LogCaptureFixture) -> None:
    (work / "dicom" / "IM0010").unlink()
    (work / "dicom" / "scan.nii.gz").write_bytes((work / "scan.nii.gz").read_bytes())
    with pytest.raises(tomos.CasesFailed, match="1 slice is missing") as caught:
        tomos.convert("dicom", "out")
    assert not Path("out").exists()
    assert isinstance(caught.value.result, tomos.Conversion)
    assert (len(caught.value.result.images), len(caught.value.result.refused)) == (0, 2)
    conversion = tomos.convert("dicom", "out", keep_going=True)
    assert [one.path for one in conversion.images] == [Path("out/scan.nii.gz")]
    (refused,) = conversion.refused
    assert refused.error is not None
    assert "1 slice is missing" in refused.error
    assert refused.image is None
    assert any("1 slice is missing" in one.message for one in caplog.records if one.levelname == "WARNING")
    with pytest.raises(tomos.CasesFailed) as caught:
        tomos.convert("dicom", keep_going=True, check=True)
    assert isinstance(caught.value.result, tomos.Conversion)
    assert len(caught.value.result.images) == 1
    assert len(tomos.convert("dicom", gaps="resample").images) == 2
    with pytest.raises(ValueError, match="there are 2 images"):
        _ = tomos.convert("dicom", gaps="resample").image
