"""From label maps to images: contrast, texture, partial volume, bias, ghosts, noise, the native grid, windows.

Images are tasks,slices,height,width. All tasks of a group are of one modality and one native grid.
"""

import numpy as np
import torch
import torch.nn.functional as F

from .anatomy import AIR, Anatomy
from .draw import Draw

MODALITIES = ("ct", "mr", "mr", "mr", "mr", "ultrasound")
REACH = 5


def texture(draw: Draw, n: int, slices: int, size: int, cells: int) -> torch.Tensor:
    """n,slices,size,size: noise of unit deviation with about `cells` bumps a side."""
    coarse = draw.normal(n, slices, cells + 2, cells + 2)
    field = F.interpolate(coarse, (size, size), mode="bicubic", align_corners=True)
    return field / (field.std(dim=(2, 3), keepdim=True) + 1e-6)


def blur(image: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
    """Gaussian; sigma: a number of pixels for each task, at most two fifths of the kernel's reach."""
    steps = torch.arange(-REACH, REACH + 1, device=image.device).float()
    kernel = torch.exp(-steps.square() / (2 * sigma.view(-1, 1).clamp(min=0.1).square()))
    kernel = (kernel / kernel.sum(1, keepdim=True)).view(-1, 1, 1, 2 * REACH + 1)
    image, tasks = image.transpose(0, 1), image.shape[0]
    image = F.conv2d(F.pad(image, (REACH, REACH, 0, 0), mode="replicate"), kernel, groups=tasks)
    image = F.conv2d(F.pad(image, (0, 0, REACH, REACH), mode="replicate"), kernel.transpose(2, 3), groups=tasks)
    return image.transpose(0, 1)


def contrasts(draw: Draw, slices: int, count: int, modality: str, alike) -> torch.Tensor:
    """tasks,slices,count: the intensity of every label in every subject."""
    mean = draw.uniform(draw.tasks, count)
    if modality == "ct":  # soft tissues lie close together, some structures are bright
        mean = torch.where(mean > 0.85, 0.6 + 0.4 * draw.uniform(draw.tasks, count), 0.35 + 0.25 * mean)
    else:  # neighbours that look alike
        steps = draw.tensor(draw.one_of(2, 3, 4, 5), 2)
        mean = torch.where(draw.tensor(draw.chance(0.3), 2), (mean * steps).round() / steps, mean)
    is_dark = draw.chance(1 if modality == "ultrasound" else 0.8)
    mean[:, AIR] = torch.where(draw.tensor(is_dark, 1), 0.08 * draw.uniform(draw.tasks), mean[:, AIR])
    for tasks, one, other in alike:
        chosen = draw.tensor(tasks, 1)
        mean[chosen, one] = mean[chosen, other]
    between_subjects = draw.tensor(draw.one_of(0.01, 0.03, 0.06, 0.12), 3)
    return mean[:, None] + between_subjects * draw.normal(draw.tasks, slices, count)


def render(draw: Draw, anatomy: Anatomy, depths: int, modality: str) -> torch.Tensor:
    """Images in [0, 1] of an anatomy's slices, each the mean of so many depths that follow one another in its labels.

    What lies aslant is smeared, as in a slice of some thickness.
    """
    labels, count, size = anatomy.labels, anatomy.count, anatomy.labels.shape[-1]
    slices = labels.shape[1] // depths
    look = contrasts(draw, slices, count, modality, anatomy.alike).repeat(1, depths, 1)
    image = look.gather(2, labels.flatten(2)).view_as(labels)
    strength = draw.tensor(draw.one_of(0, 0.02, 0.05, 0.1), 2) * draw.uniform(draw.tasks, count)
    grain = texture(draw, draw.tasks, slices, size, draw.group_one_of(12, 20, 32, 48)).repeat(1, depths, 1, 1)
    image = image + strength[:, None].expand(look.shape).gather(2, labels.flatten(2)).view_as(labels) * grain
    image = image.unflatten(1, (depths, slices)).mean(1)
    image = blur(image, draw.tensor(draw.one_of(0, 0.4, 0.6, 0.9, 1.3, 2.0) * size / 128, 1))
    if modality != "ct":
        bias = draw.one_of(0.1, 0.2, 0.35) * draw.chance(0.6)
        image = image * torch.exp(draw.tensor(bias) * texture(draw, draw.tasks, slices, size, draw.group_one_of(2, 3)))
    if modality == "mr":
        image = ghosts(draw, image)
    if modality == "ultrasound":
        image = speckled(draw, image)
    return window(draw, image)


def ghosts(draw: Draw, image: torch.Tensor) -> torch.Tensor:
    """Faint copies along one axis, as of what moved while it was taken."""
    size, axis = image.shape[-1], draw.group_one_of(-1, -2)
    step = int(size * draw.group_between(0.15, 0.5))
    strength = draw.tensor(draw.chance(0.15) * draw.between(0.03, 0.15))
    return image + strength * (image.roll(step, axis) + image.roll(-step, axis))


def fan(draw: Draw, size: int) -> torch.Tensor:
    """tasks,1,size,size: what an ultrasound probe sees; all, in half of the tasks."""
    down = torch.linspace(0, 1, size, device=draw.device).view(1, 1, -1, 1)
    across = torch.linspace(-1, 1, size, device=draw.device).view(1, 1, 1, -1)
    inside = (across.abs() < draw.tensor(draw.between(0.5, 1.2)) * (down + 0.1)) & (across**2 + down**2 < 1.1)
    return inside | draw.tensor(draw.chance(0.5))


def speckled(draw: Draw, image: torch.Tensor) -> torch.Tensor:
    """Ultrasound: speckle, weaker with depth."""
    tasks, slices, size = image.shape[:3]
    speckle = blur(draw.normal(tasks, slices, size, size), draw.tensor(draw.between(0.5, 1.2), 1))
    image = image * (1 + draw.tensor(draw.between(0.2, 0.5)) * speckle / speckle.std(dim=(2, 3), keepdim=True))
    down = torch.linspace(0, 1, size, device=draw.device).view(1, 1, -1, 1)
    return image * torch.exp(-draw.tensor(draw.between(0, 1)) * down)


def window(draw: Draw, image: torch.Tensor) -> torch.Tensor:
    """Each image to [0, 1] by its extremes, wider at times as a volume's are, perhaps bent and inverted."""
    shape = image.shape[:2]
    flat = image[..., ::2, ::2].flatten(2)
    low, high = torch.quantile(flat, torch.tensor([0.002, 0.998], device=image.device), dim=2)[..., None, None]
    wider = draw.tensor(draw.chance(0.3)[:, None] * draw.between(0, 0.6, *shape))
    image = ((image - low) / ((high - low) * (1 + wider) + 1e-6)).clamp(0, 1)
    bent = draw.tensor(np.exp(draw.chance(0.5)[:, None] * 0.25 * draw.numbers.standard_normal(shape)))
    image = (image + 1e-6) ** bent
    return torch.where(draw.tensor(draw.chance(0.2)), 1 - image, image)


def noise(draw: Draw, image: torch.Tensor, modality: str) -> torch.Tensor:
    """Gaussian, or Rician where magnitudes are shown; one size for each task."""
    strength = draw.tensor(draw.one_of(0, 0.01, 0.02, 0.04, 0.08))
    image = image + strength * torch.randn(image.shape, generator=draw.tensors, device=draw.device)
    if modality == "mr":
        other = strength * torch.randn(image.shape, generator=draw.tensors, device=draw.device)
        image = torch.sqrt(image.square() + other.square())
    return image.clamp(0, 1)


def native_grid(draw: Draw, image: torch.Tensor, labels: torch.Tensor, modality: str):
    """As slices come: taken on a coarser, perhaps oblong grid, padded with zeros to a square and resampled.

    The labels of a coarse grid are blocky and are resampled as the program does it.
    """
    size = image.shape[-1]
    side = int(size * np.exp(draw.group_between(np.log(0.25), 0)))
    other = int(side * draw.group_between(0.6, 1))
    height, width = (side, other) if draw.group_chance(0.5) else (other, side)
    image = noise(draw, F.interpolate(image, (height, width), mode="bilinear", antialias=True), modality)
    labels = F.interpolate(labels, (height, width), mode="nearest-exact")
    left, top = (side - width) // 2, (side - height) // 2
    edges = (left, side - width - left, top, side - height - top)
    image = F.interpolate(F.pad(image, edges), (size, size), mode="bilinear", align_corners=False)
    labels = F.interpolate(F.pad(labels, edges), (size, size), mode="bilinear", align_corners=False)
    return image, (labels > 0.5).float()
