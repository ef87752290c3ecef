"""ANTs' SyN (Avants et al.; PyPI antspyx): rigid, affine and symmetric diffeomorphic, from the centres of mass.

Run as a process: `python -m Registration.ants JOB`.
"""

import tempfile

import ants

from . import child

PACKAGE = "antspyx"
SEED = 1


def main():
    job = child.job()
    ants.config._random_seed = SEED
    fixed, moving, labels = (ants.image_read(job[name]) for name in ("fixed", "moving", "labels"))
    with tempfile.TemporaryDirectory() as folder:
        with child.Stopwatch() as watch:
            found = ants.registration(
                fixed, moving, type_of_transform=job["settings"]["transform"], outprefix=f"{folder}/found"
            )
        carried = ants.apply_transforms(
            fixed, labels, transformlist=found["fwdtransforms"], interpolator="genericLabel"
        )
    child.write_labels(carried.numpy(), job["fixed"], job["out"])
    child.tell(watch.told())


if __name__ == "__main__":
    main()
