"""Copies of volumes as others' programs get them, axes along R, A and S, one affine in both places of the header.

For greedy and ANTs the values are clipped to the window that Tomos looks through too (Registration/prepare.py). MONAI
and nnU-Net, which have their own ways with values, get them as they are.

Run as a process: `python -m Peers.prepare JOB`; what is written of a volume is what it names.
"""

import nibabel
import numpy

from Registration.prepare import clipped, write

from . import child


def prepare(one: dict):
    # In one order of axes, since a label map may be stored in another than its image.
    image, labels = (nibabel.as_closest_canonical(nibabel.load(one[name])) for name in ("image", "labels"))
    if labels.shape != image.shape or not numpy.allclose(labels.affine, image.affine, atol=0.1):
        raise SystemExit(f"{one['labels']} is not on the grid of {one['image']}")
    values = image.get_fdata(dtype=numpy.float32)
    ids = numpy.rint(labels.get_fdata(dtype=numpy.float32)).astype(numpy.uint16)
    wanted = {
        "clipped": lambda: clipped(values, one["window"]),
        "raw": lambda: values,
        "label map": lambda: numpy.where(numpy.isin(ids, one["ids"]), ids, 0).astype(numpy.uint16),
        # nnU-Net wants labels 1, 2, ...
        "classes": lambda: classes(ids, one["ids"]),
        # What a case that failed is judged as.
        "empty": lambda: numpy.zeros(ids.shape, numpy.uint8),
    }
    for name, make in wanted.items():
        if name in one["out"]:
            write(make(), image.affine, one["out"][name])


def classes(ids, labels):
    result = numpy.zeros(ids.shape, numpy.uint8)
    for n, label in enumerate(labels, 1):
        result[ids == label] = n
    return result


if __name__ == "__main__":
    for one in child.job():
        prepare(one)
