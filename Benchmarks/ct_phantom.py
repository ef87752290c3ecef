"""Trunks in CT with ten organs, of which no two are alike, and their label maps.

Usage: ct_phantom.py FOLDER [COUNT] [SIDE SLICES]    Needs nibabel and numpy. The same arguments give the same bytes.
"""

import pathlib
import sys

import nibabel
import numpy as np

# Middle and half axes along x, y and z as shares of the field, and HU.
ORGANS = {
    "liver": ((-0.30, 0.00, 0.15), (0.28, 0.26, 0.30), 60),
    "spleen": ((0.45, 0.10, 0.20), (0.12, 0.16, 0.20), 50),
    "stomach": ((0.28, -0.15, 0.15), (0.16, 0.14, 0.16), 20),
    "kidney-right": ((-0.28, 0.25, -0.30), (0.09, 0.09, 0.22), 35),
    "kidney-left": ((0.28, 0.25, -0.25), (0.09, 0.09, 0.22), 35),
    "aorta": ((0.04, 0.22, 0.0), (0.04, 0.04, 0.95), 140),
    "spine": ((0.0, 0.38, 0.0), (0.11, 0.10, 0.98), 350),
    "bladder": ((0.0, -0.10, -0.80), (0.16, 0.14, 0.12), 5),
    "colon": ((-0.42, -0.10, -0.45), (0.09, 0.12, 0.30), -30),
    "heart": ((0.10, -0.15, 0.80), (0.20, 0.18, 0.18), 45),
}
AIR, FAT, SOFT = -1000, -100, 40
SPACING = (0.8, 0.8, 1.5)


def draw(rng, side: int, slices: int):
    """A trunk in HU and its labels, 1 to 10, both [x, y, z]."""
    x, y = np.meshgrid(*[np.linspace(-1, 1, side, dtype=np.float32)] * 2, indexing="ij")
    moved = {
        name: (np.add(middle, rng.normal(0, 0.03, 3)), np.multiply(axes, rng.uniform(0.85, 1.15, 3)), hu)
        for name, (middle, axes, hu) in ORGANS.items()
    }
    size = rng.uniform(0.92, 1.05, 2)
    values, labels = np.empty((side, side, slices), np.int16), np.zeros((side, side, slices), np.uint8)
    for k, z in enumerate(np.linspace(-1, 1, slices, dtype=np.float32)):
        body = (x / (0.85 * size[0])) ** 2 + (y / (0.62 * size[1])) ** 2
        plane = np.where(body < 1, np.where(body < 0.86, SOFT, FAT), AIR).astype(np.float32)
        plane[body < 1] += (20 * np.sin(17 * x + 9 * z) * np.sin(13 * y - 7 * z))[body < 1]
        for label, (middle, axes, hu) in enumerate(moved.values(), 1):
            bend = 0.03 * np.sin(4 * z + label)
            ellipse = ((x - middle[0] - bend) / axes[0]) ** 2 + ((y - middle[1]) / axes[1]) ** 2
            inside = (ellipse + ((z - middle[2]) / axes[2]) ** 2 < 1) & (body < 0.86)
            plane[inside] = hu
            labels[:, :, k][inside] = label
        values[:, :, k] = plane + rng.normal(0, 12, plane.shape)
    return values, labels


def write(folder: pathlib.Path, count: int, side: int = 512, slices: int = 300):
    """`images/N.nii` and `labels/N.nii`, not compressed."""
    affine = np.diag([*SPACING, 1])
    for part in ("images", "labels"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for n in range(count):
        values, labels = draw(np.random.default_rng(n), side, slices)
        nibabel.save(nibabel.Nifti1Image(values, affine), folder / "images" / f"{n}.nii")
        nibabel.save(nibabel.Nifti1Image(labels, affine), folder / "labels" / f"{n}.nii")


if __name__ == "__main__":
    folder, *numbers = sys.argv[1:]
    count, *shape = [int(number) for number in numbers] or [1]
    write(pathlib.Path(folder), count, *shape)
