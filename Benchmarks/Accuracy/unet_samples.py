"""Volumes as a U-Net is trained on them, and patches of them that are varied."""

import math
from dataclasses import dataclass

import nibabel
import numpy as np
import torch
import torch.nn.functional as F

# Patch sides that are not the usual ones, by dimensions: the hippocampus's volumes are hardly larger than this.
PATCHES = {2: {"hippocampus": (48, 64)}, 3: {"hippocampus": (40, 56, 40)}}


@dataclass
class Volume:
    """An image [i, j, k], mean 0 and deviation 1, and its classes; `path` is that of the image."""

    path: object
    image: torch.Tensor
    classes: torch.Tensor
    spacing: tuple


def load(folder, name, labels, window) -> Volume:
    """Reads a volume; the set's labels become 1, 2, ... in their order. A window (low, high) clips the values of CT."""
    file = nibabel.load(folder / "images" / name)
    image = np.asarray(file.dataobj, dtype=np.float32)
    if window:
        image = image.clip(*window)
    ids = np.asarray(nibabel.load(folder / "labels" / name).dataobj)
    classes = np.zeros(ids.shape, np.uint8)
    for n, label in enumerate(labels, 1):
        classes[ids == label] = n
    image = (image - image.mean()) / (image.std() + 1e-6)
    return Volume(
        folder / "images" / name,
        torch.from_numpy(image),
        torch.from_numpy(classes),
        tuple(float(side) for side in file.header.get_zooms()[:3]),
    )


def patch_sides(name, dimensions) -> tuple:
    """The sides [i, j] or [i, j, k] of a set's patches: multiples of what the network's pools halve."""
    return PATCHES[dimensions].get(name, (128, 128) if dimensions == 2 else (64, 64, 64))


def is_flat(volumes) -> bool:
    """Whether slices are so thick that a network had better look at one at a time."""
    return volumes[0].spacing[2] > 2 * max(volumes[0].spacing[:2])


class Samples:
    """Patches drawn from volumes, or from their slices [i, j] where `dimensions` is 2."""

    def __init__(self, volumes, dimensions, sides, seed=0):
        self.dimensions, self.sides = dimensions, sides
        self.random = np.random.default_rng(seed)
        self.images = [volume.image for volume in volumes]
        self.classes = [volume.classes for volume in volumes]
        self.places = [volume.classes.nonzero() for volume in volumes]

    def batch(self, count):
        """Images [count, 1, sides...] and classes [count, sides...]."""
        drawn = [self.draw() for _ in range(count)]
        return torch.stack([image for image, _ in drawn])[:, None], torch.stack([classes for _, classes in drawn])

    def draw(self):
        n = int(self.random.integers(len(self.images)))
        image, classes, center = self.images[n], self.classes[n], self.center(n)
        if self.dimensions == 2:
            k = int(center[2])
            image, classes, center = image[:, :, k], classes[:, :, k], center[:2]
        grid = self.grid(image.shape, center)
        # "bilinear" is linear along all axes, three too.
        patch = F.grid_sample(image[None, None], grid, "bilinear", padding_mode="border", align_corners=False)[0, 0]
        truth = F.grid_sample(classes[None, None].float(), grid, "nearest", padding_mode="zeros", align_corners=False)
        return self.varied(patch), truth[0, 0].long()

    def center(self, n):
        """A voxel's place: two times in three near one of a label, else anywhere."""
        places, shape = self.places[n], np.array(self.images[n].shape)
        if len(places) and self.random.random() < 0.67:
            at = places[int(self.random.integers(len(places)))].numpy().astype(float)
            jitter = np.zeros(3)
            jitter[: self.dimensions] = self.random.normal(0, np.array(self.sides) / 10)
            at = at + jitter
        else:
            at = self.random.uniform(0.2, 0.8, 3) * shape
        return np.clip(at, 0, shape - 1)

    def turn(self):
        """A rotation with a change of size, as a matrix [axis, axis]."""
        if self.dimensions == 2:
            is_any = self.random.random() < 0.2
            angle = self.random.uniform(-math.pi, math.pi) if is_any else self.random.normal(0, 0.25)
            turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
        else:
            drawn = torch.tensor(self.random.normal(0, 0.15, (3, 3)))
            turn = torch.matrix_exp(drawn - drawn.T).numpy()
        return turn * math.exp(self.random.normal(0, 0.15))

    def grid(self, shape, center):
        """Where a patch's voxels lie, as grid_sample wants it: [1, sides..., axis], last axis first, -1 to 1."""
        steps = [torch.arange(side, dtype=torch.float32) - (side - 1) / 2 for side in self.sides]
        places = torch.stack(torch.meshgrid(*steps, indexing="ij"), -1)
        places = places @ torch.tensor(self.turn().T, dtype=torch.float32)
        if self.random.random() < 0.6:
            places = places + self.bent()
        places = places + torch.tensor(center, dtype=torch.float32)
        places = (2 * places + 1) / torch.tensor(shape, dtype=torch.float32) - 1
        return places.flip(-1)[None]

    def bent(self):
        """A smooth random displacement [sides..., axis], in voxels."""
        axes = self.dimensions
        coarse = self.random.normal(0, 0.035, (1, axes, *(6,) * axes)) * np.reshape(self.sides, (1, axes) + (1,) * axes)
        mode = "bicubic" if axes == 2 else "trilinear"
        coarse = torch.tensor(coarse, dtype=torch.float32)
        return F.interpolate(coarse, size=self.sides, mode=mode, align_corners=False)[0].movedim(0, -1)

    def varied(self, patch):
        """Other brightness, contrast, gamma, noise and sharpness, each now and then."""
        random = self.random
        if random.random() < 0.4:
            patch = patch * float(random.uniform(0.65, 1.5)) + float(random.normal(0, 0.25))
        if random.random() < 0.4:
            low = patch.min()
            span = patch.max() - low + 1e-6
            patch = ((patch - low) / span) ** float(np.exp(random.normal(0, 0.3))) * span + low
        if random.random() < 0.3:
            noise = torch.from_numpy(random.standard_normal(patch.shape, np.float32))
            patch = patch + noise * float(random.uniform(0, 0.25))
        if random.random() < 0.2:
            blur = F.avg_pool2d if self.dimensions == 2 else F.avg_pool3d
            patch = blur(patch[None, None], 3, 1, 1)[0, 0]
        return patch
