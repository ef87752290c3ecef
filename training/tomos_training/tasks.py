"""Synthetic tasks: one structure in slices of many subjects. A task is a query and S labelled support slices."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from .anatomy import AIR, REGIONS, Anatomy
from .appearance import MODALITIES, fan, native_grid, noise, render, texture
from .draw import Draw
from .subjects import places

# Raised whenever a seed no longer gives the tasks it gave.
GENERATOR_VERSION = 3


@dataclass
class Tasks:
    """query, truth: tasks,1,size,size; images, labels: tasks,S,1,size,size; weight: tasks, 0 for those of no use."""

    query: torch.Tensor
    truth: torch.Tensor
    images: torch.Tensor
    labels: torch.Tensor
    weight: torch.Tensor


def generate(seed: int, tasks: int, supports: int, size: int = 128, device: str = "cpu") -> Tasks:
    """The tasks of a seed, all with so many supports."""
    draw = Draw(seed, tasks, device)
    slices = supports + 1
    registered = draw.chance(0.5)
    at = places(draw, slices, size, registered)
    depths = draw.group_one_of(1, 1, 3)
    if depths > 1:
        at = thickened(draw, at)
    anatomy = Anatomy(draw, at)
    asked = choose(draw, anatomy, slices)
    mask = (anatomy.labels.unsqueeze(-1) == asked).any(-1)
    change_surroundings(draw, anatomy, mask, at)
    modality = draw.group_one_of(*MODALITIES)
    if modality == "ultrasound":
        seen = fan(draw, size)
        anatomy.labels, mask = anatomy.labels.masked_fill(~seen, AIR), mask & seen
    mask = mask[:, :slices]
    missing_in_query(draw, anatomy, mask, asked)
    weight = usable(draw, mask, size)
    image, truth = render(draw, anatomy, depths, modality), mask.float()
    if draw.group_chance(0.6):
        image, truth = native_grid(draw, image, truth, modality)
    else:
        image = noise(draw, image, modality)
    image, truth = augment(draw, image, truth)
    image, truth = image.contiguous(), truth.contiguous()
    labels = mistaken(draw, truth[:, 1:])
    return Tasks(image[:, :1], truth[:, :1], image[:, 1:, None], labels[:, :, None], weight)


def thickened(draw: Draw, at: torch.Tensor) -> torch.Tensor:
    """The slices, then again a little above, then a little below: slices of some thickness."""
    half = torch.zeros(draw.tasks, 1, 1, 1, 3, device=draw.device)
    half[..., 2] = draw.tensor(draw.between(0.01, 0.08))
    return torch.cat([at, at + half, at - half], 1)


def choose(draw: Draw, anatomy: Anatomy, slices: int) -> torch.Tensor:
    """tasks,1,1,1,2: the label of one structure, small ones sooner, and of one asked for with it, or its own."""
    labels, count = anatomy.labels, anatomy.count
    few = labels[:, :slices, ::4, ::4].flatten(1)
    share = torch.zeros(draw.tasks, count, device=draw.device)
    share = share.scatter_add_(1, few, torch.ones_like(few, dtype=torch.float)) / few.shape[1]
    fit = ((share > 0.0015) & (share < 0.5)).float() / (share + 0.05)
    fit[:, 0] = 0
    fit[:, REGIONS + 1 :] *= 2.5  # what a person asks for is an organ more often than a share of the mosaic
    first = torch.multinomial(fit + 1e-6, 1, generator=draw.tensors)
    # Labels that follow one another are often parts of one organ.
    other = torch.where(
        draw.tensor(draw.chance(0.5), 2), first + 1, torch.multinomial(fit + 1e-6, 1, generator=draw.tensors)
    )
    other = torch.where(draw.tensor(draw.chance(0.18), 2), other, first)
    return torch.cat([first, other], 1)[:, None, None, None]


def change_surroundings(draw: Draw, anatomy: Anatomy, mask: torch.Tensor, at: torch.Tensor):
    """Another anatomy beyond the structure's neighbourhood, different from subject to subject, in some groups."""
    if not draw.group_chance(0.35):
        return
    labels, size = anatomy.labels, anatomy.labels.shape[-1]
    reach = max(1, int(size * draw.group_between(0.02, 0.12)))
    near = F.max_pool2d(mask.float(), 2 * reach + 1, 1, reach) > 0
    apart = (draw.uniform(draw.tasks, labels.shape[1], 1, 1, 3) * 2 - 1) * 0.8  # elsewhere in that anatomy
    other = Anatomy(draw, at + apart)
    where = texture(draw, *labels.shape[:3], draw.group_one_of(2, 3, 5)) > draw.tensor(draw.between(-1, 0.8))
    anatomy.labels = torch.where(~near & where & (labels > 0), other.labels + anatomy.count, labels)
    anatomy.count += other.count


def missing_in_query(draw: Draw, anatomy: Anatomy, mask: torch.Tensor, asked: torch.Tensor):
    """In some tasks another label stands in the structure's place in the query, at every depth of its slice."""
    gone = draw.tensor(draw.chance(0.04))
    another = draw.tensor(draw.numbers.integers(1, 4, draw.tasks)[:, None, None, None])
    for _ in range(2):
        another = another + (another.unsqueeze(-1) == asked).any(-1).long()
    for first in range(0, anatomy.labels.shape[1], mask.shape[1]):
        query = anatomy.labels[:, first : first + 1]
        query.copy_(torch.where(gone & mask[:, :1], another, query))
    mask[:, :1] &= ~gone


def usable(draw: Draw, mask: torch.Tensor, size: int) -> torch.Tensor:
    """1 for tasks whose structure is there in enough supports and the query, and for some of the others."""
    enough = mask.flatten(2).sum(2) > 8 * (size / 128) ** 2
    supports = enough[:, 1:].float().mean(1)
    spared, unasked = (draw.tensor(draw.chance(0.4), 1) for _ in range(2))
    return ((supports > 0) & ((supports >= 0.5) | spared) & (enough[:, 0] | unasked)).float()


def augment(draw: Draw, image: torch.Tensor, truth: torch.Tensor):
    """Task augmentation: the same change for the query and every support slice, so that it is another task."""
    for axis in (-1, -2):
        flipped = draw.tensor(draw.chance(0.5))
        image, truth = (torch.where(flipped, part.flip(axis), part) for part in (image, truth))
    turned = draw.tensor(draw.chance(0.5))
    image, truth = (torch.where(turned, part.transpose(-1, -2), part) for part in (image, truth))
    # The outline instead of the structure.
    inner = -F.max_pool2d(-truth, 5, 1, 2)
    truth = truth - inner * draw.tensor(draw.chance(0.05).astype(np.float32))
    # Edges instead of intensities.
    corner = image[..., :-1, :-1]
    steps = F.pad((image[..., 1:, :-1] - corner).abs() + (image[..., :-1, 1:] - corner).abs(), (0, 1, 0, 1))
    steps = steps / (steps.amax((-1, -2), keepdim=True) + 1e-6)
    return torch.where(draw.tensor(draw.chance(0.05)), steps, image), truth


def mistaken(draw: Draw, labels: torch.Tensor) -> torch.Tensor:
    """Labels of supports, some empty, shifted or of another slice, in some tasks: packs have such slices too."""
    size, shape = labels.shape[-1], labels.shape[:2]
    wrong = draw.chance(0.12)[:, None] & (draw.numbers.random(shape) < draw.between(0.05, 0.3)[:, None])
    kind = draw.numbers.integers(3, size=shape)
    shifts = tuple(int(size * draw.group_between(-0.1, 0.1)) for _ in range(2))
    for number, other in enumerate((torch.zeros_like(labels), labels.roll(shifts, (2, 3)), labels.roll(1, 1))):
        labels = torch.where(draw.tensor(wrong & (kind == number)), other, labels)
    return labels
