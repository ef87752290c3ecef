"""`tomos.task`: packs from files and from images in memory."""

from __future__ import annotations

from pathlib import Path

import nibabel
import numpy
import pytest
from conftest import FAST, direct

import tomos

NAMES = ["phantom-a", "phantom-b", "phantom-c"]


def test_memory_equals_files(work: Path, scratch: Path) -> None:
    images = [nibabel.load(f"labelled/images/{name}.nii.gz") for name in NAMES]
    labels = [nibabel.load(f"labelled/labels/{name}.nii.gz") for name in NAMES]
    # Label maps need no names: they are those of the images in the same order.
    labels = [nibabel.Nifti1Image(numpy.asarray(one.dataobj), one.affine) for one in labels]
    pack = tomos.task.create("mine", name="mine", images=images, labels=labels, label={1: "liver"}, window="ct")
    words = ["--images", "labelled/images", "--labels", "labelled/labels", "--label", "1=liver", "--window", "ct"]
    assert direct("task", "create", "-o", "direct", "--name", "mine", *words).returncode == 0
    assert pack == Path("mine")
    for kind in ("images", "labels"):
        ours, theirs = (sorted((Path(one) / kind).iterdir()) for one in ("mine", "direct"))
        assert [file.name.split(".")[0] for file in ours] == [file.name.split(".")[0] for file in theirs] == NAMES
        for a, b in zip(ours, theirs):
            numpy.testing.assert_array_equal(nibabel.load(a).dataobj, nibabel.load(b).dataobj)
    assert list(scratch.iterdir()) == []
    results = [tomos.segment("scan.nii.gz", task=one, **FAST) for one in ("mine", "direct")]
    numpy.testing.assert_array_equal(*results)


def test_add_and_remove(work: Path) -> None:
    image, labels = (nibabel.load(f"labelled/{kind}/phantom-a.nii.gz") for kind in ("images", "labels"))
    names = ["1=liver", "2=spleen", "3=kidney-right", "4=kidney-left"]
    pack = tomos.task.create("mine", name="mine", images=[image], labels=[labels], label=names)
    tomos.task.add(pack, image="labelled/images/phantom-b.nii.gz", labels="labelled/labels/phantom-b.nii.gz")
    unnamed = nibabel.Nifti1Image(numpy.asarray(image.dataobj), image.affine)
    tomos.task.add(pack, image=unnamed, labels=labels, name="third")
    assert "third" in direct("task", "list", "mine").stdout
    tomos.task.remove(pack, "third")
    assert "third" not in direct("task", "list", "mine").stdout
    with pytest.raises(tomos.TomosError, match="third"):
        tomos.task.remove(pack, "third")


def test_check_and_learn(work: Path) -> None:
    # The three, and two that were moved a little.
    # All are made coarser, which saves time.
    images, labels = (
        [nibabel.load(f"labelled/{kind}/{name}.nii.gz").slicer[::2, ::2] for name in NAMES]
        for kind in ("images", "labels")
    )
    for n in (0, 1):
        for group in (images, labels):
            group.append(nibabel.Nifti1Image(numpy.roll(numpy.asarray(group[n].dataobj), 1, axis=0), group[n].affine))
    pack = tomos.task.create("mine", name="mine", images=images, labels=labels, label={1: "liver"})
    found = tomos.task.check(pack, plane="axial", support=2, side=64, no_learn=True)
    assert found == tomos.task.Check.read(pack)
    # Slices of an image have no file, and so no name.
    assert sorted(found.dice) == [f"volume-{n}" for n in range(1, 6)]
    assert found.mean == pytest.approx(numpy.mean([one[1] for one in found.dice.values()]))
    assert found.learned is None
    assert found.options["support"] == 2
    # From then on results say what Dice to expect.
    (liver,) = tomos.segment("scan.nii.gz", task=pack, support=2, side=64, plane="axial").structures
    assert liver.predicted_dice is not None
    assert liver.predicted_dice.lower <= liver.predicted_dice.dice <= liver.predicted_dice.upper
    learned = tomos.task.learn(pack, steps=2)
    assert learned.learned is not None
    assert (pack / "learned.safetensors").is_file()
