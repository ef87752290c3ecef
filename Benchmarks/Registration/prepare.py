"""Copies of a pair's volumes as others' programs get them.

Values are clipped to the window that Tomos looks through too, so that nobody has to find contrast between metal and
air; float32, not compressed, one affine in both places of the header, axes along R, A and S.

Run as a process: `python -m Registration.prepare JOB`, a list of image, labels, window, and the files to write. Prints
the ids in each label map.
"""

import re

import nibabel
import numpy

from . import child


def clipped(values, window: str):
    kind, low, high = re.fullmatch(r"(range|percentile)\(([-\d.]+), ([-\d.]+)\)", window).groups()
    low, high = float(low), float(high)
    if kind == "percentile":
        low, high = numpy.percentile(values[values > 0], [low, high])
    return numpy.clip(values, low, high).astype(numpy.float32)


def write(values, affine, path):
    image = nibabel.Nifti1Image(values, affine)
    image.set_sform(affine, 1)
    image.set_qform(affine, 1)
    nibabel.save(image, path)


def prepare(one: dict) -> dict:
    # In one order of axes, since a label map may be stored in another than its image.
    image, labels = (nibabel.as_closest_canonical(nibabel.load(one[name])) for name in ("image", "labels"))
    if labels.shape != image.shape or not numpy.allclose(labels.affine, image.affine, atol=0.1):
        raise SystemExit(f"{one['labels']} is not on the grid of {one['image']}")
    write(clipped(image.get_fdata(dtype=numpy.float32), one["window"]), image.affine, one["image out"])
    ids = numpy.rint(labels.get_fdata(dtype=numpy.float32)).astype(numpy.uint16)
    write(ids, image.affine, one["labels out"])
    return {"ids": [int(number) for number in numpy.unique(ids) if number]}


if __name__ == "__main__":
    child.tell([prepare(one) for one in child.job()])
