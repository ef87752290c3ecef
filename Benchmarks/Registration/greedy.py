"""greedy (Yushkevich et al.; PyPI picsl-greedy): affine, then deformable, by correlation.

Run as a process: `python -m Registration.greedy JOB`.
"""

import pathlib
import tempfile

import nibabel
from picsl_greedy import Greedy3D

from . import child

PACKAGE = "picsl-greedy"
# A stack of fewer slices has none left of which to make a third level.
FEWEST = 16


def schedule(iterations, shape) -> str:
    """Iterations level by level; with thin stacks without the coarsest."""
    return "x".join(map(str, iterations if min(shape) >= FEWEST else iterations[1:]))


def affine_radius(shape, spacing) -> int:
    """A twelfth of the shortest side, 2 to 8 voxels: what did best on pairs within the packs, small volumes and large."""
    sides = [count for count, thick in zip(shape, child.is_thick(spacing)) if not thick]
    return min(8, max(2, min(sides) // 12))


def metric(radius: int, spacing) -> str:
    return "NCC " + "x".join(str(1 if thick else radius) for thick in child.is_thick(spacing))


def main():
    job = child.job()
    settings, fixed, moving = job["settings"], job["fixed"], job["moving"]
    header = nibabel.load(fixed).header
    shape, spacing = header.get_data_shape(), header.get_zooms()
    common = f"-d 3 -threads {job['threads']} -float -seed 1 -i {fixed} {moving}"
    greedy = Greedy3D()
    with tempfile.TemporaryDirectory() as folder, open("/dev/null", "w") as nowhere:
        affine, warp = pathlib.Path(folder) / "affine.mat", pathlib.Path(folder) / "warp.nii"

        def run(command):
            greedy.execute(command, out=nowhere, err=nowhere)

        with child.Stopwatch() as watch:
            run(
                f"{common} -a -dof 12 -m {metric(affine_radius(shape, spacing), spacing)} -ia-image-centers "
                f"-n {schedule(settings['affine'], shape)} -o {affine}"
            )
            run(
                f"{common} -m {metric(settings['radius'], spacing)} -n {schedule(settings['deformable'], shape)} "
                f"-it {affine} -o {warp}"
            )
        run(f"-d 3 -rf {fixed} -ri LABEL 0.2vox -rt ushort -rm {job['labels']} {job['out']} -r {warp} {affine}")
    child.tell(watch.told())


if __name__ == "__main__":
    main()
