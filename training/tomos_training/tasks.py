"""Synthetic tasks: one structure in slices of many subjects. A task is a query and S labelled support slices."""
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from .anatomy import Anatomy, subjects
from .appearance import native_grid, noise, render, texture
from .draw import Draw

# Raised whenever a seed no longer gives the task it gave.
GENERATOR_VERSION = 1


@dataclass
class Task:
    """query, truth: 1,1,size,size; images, labels: 1,S,1,size,size."""

    query: torch.Tensor
    truth: torch.Tensor
    images: torch.Tensor
    labels: torch.Tensor


def generate(seed: int, supports: int, size: int = 128, device: str = "cpu") -> Task:
    """The task of a seed."""
    draw = Draw(seed, device)
    while True:
        if (task := attempt(draw, supports, size)) is not None:
            return task


def attempt(draw: Draw, supports: int, size: int) -> Task | None:
    """A task, or None where the anatomy showed no structure worth asking for."""
    n = supports + 1
    depths = draw.between(-0.7, 0.7) + draw.one_of(0, 0.02, 0.05, 0.15) * (draw.uniform(n) * 2 - 1)
    at = subjects(draw, depths, size)
    if draw.chance(0.3):  # a small structure in a large field
        at = at * draw.between(1.2, 2.4)
    elif draw.chance(0.4):  # a crop around it
        at = at * draw.between(0.4, 0.9)
    anatomy = Anatomy(draw, at)
    labels, count = anatomy.labels, anatomy.count
    if (chosen := choose(draw, labels, count)) is None:
        return None
    mask = torch.isin(labels, torch.tensor(chosen, device=draw.device))
    if draw.chance(0.35):
        labels, count = change_surroundings(draw, labels, count, mask, at)
    if draw.chance(0.04):  # missing in the query
        labels[0] = torch.where(mask[0], draw.numbers.randrange(count), labels[0])
        mask[0] = False
    enough = mask.flatten(1).sum(1) > 8 * (size / 128) ** 2
    if not enough[1:].any() or (enough[1:].sum() < supports / 2 and not draw.chance(0.4)):
        return None
    if not enough[0] and not draw.chance(0.4):
        return None
    image, truth = render(draw, labels, count), mask.unsqueeze(1).float()
    if draw.chance(0.6):
        image, truth = native_grid(draw, image, truth)
    else:
        image = noise(draw, image)
    image, truth = augment(draw, image, truth)
    return Task(image[:1].clone(), truth[:1].clone(), image[None, 1:].clone(), truth[None, 1:].clone())


def choose(draw: Draw, labels: torch.Tensor, count: int) -> list[int] | None:
    """One structure, small ones sooner; at times several as one."""
    share = torch.bincount(labels.flatten(), minlength=count).float().div(labels.numel()).tolist()
    fit = [label for label in range(1, count) if 0.0015 < share[label] < 0.5]
    if not fit:
        return None
    chosen = draw.numbers.choices(fit, [1 / (share[label] + 0.05) for label in fit])
    if draw.chance(0.15) and len(fit) > 2:
        chosen += draw.numbers.sample(fit, 2)
    return chosen


def change_surroundings(draw: Draw, labels, count: int, mask, at):
    """Another anatomy beyond the structure's neighbourhood, different from subject to subject."""
    size, n = labels.shape[-1], labels.shape[0]
    reach = max(1, int(size * draw.between(0.02, 0.12)))
    near = F.max_pool2d(mask.unsqueeze(1).float(), 2 * reach + 1, 1, reach)[:, 0] > 0
    apart = (draw.uniform(n, 1, 1, 3) * 2 - 1) * 0.8  # each subject elsewhere in that anatomy
    other = Anatomy(draw, at + apart)
    where = ~near & (texture(draw, n, size, draw.one_of(2, 3, 5))[:, 0] > draw.between(-1, 0.8)) & (labels > 0)
    return torch.where(where, other.labels + count, labels), count + other.count


def augment(draw: Draw, image: torch.Tensor, truth: torch.Tensor):
    """Task augmentation: the same change for the query and every support slice, so that it is another task."""
    if draw.chance(0.5):
        image, truth = image.flip(-1), truth.flip(-1)
    if draw.chance(0.5):
        image, truth = image.flip(-2), truth.flip(-2)
    if draw.chance(0.5):
        image, truth = image.transpose(-1, -2), truth.transpose(-1, -2)
    if draw.chance(0.05):  # the outline instead of the structure
        inner = -F.max_pool2d(-truth, 5, 1, 2)
        truth = truth - inner
    if draw.chance(0.05):  # edges instead of intensities
        steps = (image[..., 1:, :-1] - image[..., :-1, :-1]).abs() + (image[..., :-1, 1:] - image[..., :-1, :-1]).abs()
        image = F.pad(steps, (0, 1, 0, 1))
        image = image / (image.amax((-1, -2), keepdim=True) + 1e-6)
    return image, truth
