"""greedy (Yushkevich et al.; PyPI picsl-greedy) of every volume of the pack to a case, and the vote of their labels.

Run as a process: `python -m Peers.greedy JOB`.
"""

import pathlib
import tempfile

import nibabel
import numpy
from picsl_greedy import Greedy3D

from Registration.greedy import affine_radius, metric, schedule

from . import child


def carried(fixed: str, atlas: dict, settings: dict, threads: int, folder: pathlib.Path):
    """An atlas's ids on the grid of the fixed volume."""
    header = nibabel.load(fixed).header
    shape, spacing = header.get_data_shape(), header.get_zooms()
    common = f"-d 3 -threads {threads} -float -seed 1 -i {fixed} {atlas['clipped']}"
    affine, warp, out = (folder / name for name in ("affine.mat", "warp.nii", "carried.nii"))
    greedy = Greedy3D()
    commands = [
        f"{common} -a -dof 12 -m {metric(affine_radius(shape, spacing), spacing)} -ia-image-centers "
        f"-n {schedule(settings['affine'], shape)} -o {affine}",
        f"{common} -m {metric(settings['radius'], spacing)} -n {schedule(settings['deformable'], shape)} "
        f"-it {affine} -o {warp}",
        f"-d 3 -rf {fixed} -ri LABEL 0.2vox -rt ushort -rm {atlas['label map']} {out} -r {warp} {affine}",
    ]
    with open("/dev/null", "w") as nowhere:
        for command in commands:
            greedy.execute(command, out=nowhere, err=nowhere)
    return numpy.asarray(nibabel.load(out).dataobj)


def vote(maps: list, labels: list):
    """The most frequent id of each voxel, of equally frequent ones the first of background and `labels`."""
    ids = numpy.array([0, *labels], numpy.uint16)
    best = numpy.zeros(maps[0].shape, numpy.uint8)
    winner = numpy.zeros(maps[0].shape, numpy.uint16)
    for label in ids:
        votes = sum((one == label).astype(numpy.uint8) for one in maps)
        winner[votes > best] = label
        best = numpy.maximum(best, votes)
    return winner


def main():
    job = child.job()

    def segment(case):
        with tempfile.TemporaryDirectory() as folder:
            maps = [
                carried(case["clipped"], atlas, job["settings"], job["threads"], pathlib.Path(folder))
                for atlas in job["pack"]
            ]
        child.write_labels(vote(maps, job["labels"]), case["clipped"], case["out"])

    child.tell(child.each(job["study"], segment))


if __name__ == "__main__":
    main()
