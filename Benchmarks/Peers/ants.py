"""ANTs (Avants et al.; PyPI antspyx): SyN of every volume of the pack to a case, then joint label fusion (Wang et al.).

Run as a process: `python -m Peers.ants JOB`.
"""

import pathlib
import tempfile

import ants
import numpy

from Registration.ants import SEED

from . import child


def carried(fixed, atlas: dict, settings: dict, folder: str):
    """An atlas's image and labels on the grid of the fixed volume."""
    moving, labels = (ants.image_read(atlas[name]) for name in ("clipped", "label map"))
    found = ants.registration(fixed, moving, type_of_transform=settings["transform"], outprefix=f"{folder}/found")
    maps = found["fwdtransforms"]
    return (
        ants.apply_transforms(fixed, moving, transformlist=maps),
        ants.apply_transforms(fixed, labels, transformlist=maps, interpolator="genericLabel"),
    )


def fused(fixed, atlases: list, settings: dict, folder: str):
    """Ids on the fixed volume's grid. Along an axis of long voxels patches and search reach one voxel."""
    maps = [labels for _, labels in atlases]
    mask = fixed.new_image_like(numpy.any([one.numpy() > 0 for one in maps], axis=0).astype(numpy.float32))
    if not mask.numpy().any():
        return mask.numpy()
    thick = child.is_thick(fixed.spacing)
    radius, search = ([1 if flat else settings[name] for flat in thick] for name in ("radius", "search"))
    # Patches are compared by their values: volumes of one set may have them on scales that differ a hundredfold.
    target, *images = (ants.iMath(image, "Normalize") for image in (fixed, *(image for image, _ in atlases)))
    told = ants.joint_label_fusion(
        target,
        mask,
        images,
        label_list=maps,
        # Without it the background is none of the labels that the mask is divided among.
        max_lab_plus_one=True,
        beta=settings["beta"],
        rho=settings["rho"],
        rad=radius,
        r_search="x".join(map(str, search)),
        output_prefix=f"{folder}/fused",
    )
    return told["segmentation"].numpy() * mask.numpy()


def main():
    job = child.job()

    def segment(case):
        ants.config._random_seed = SEED
        fixed = ants.image_read(case["clipped"])
        with tempfile.TemporaryDirectory() as folder:
            atlases = [carried(fixed, atlas, job["settings"], folder) for atlas in job["pack"]]
            # Nothing that was found before may be taken for a probability of this case.
            fusion = pathlib.Path(folder) / "fusion"
            fusion.mkdir()
            child.write_labels(fused(fixed, atlases, job["settings"], str(fusion)), case["clipped"], case["out"])

    child.tell(child.each(job["study"], segment))


if __name__ == "__main__":
    main()
