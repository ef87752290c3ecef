"""Slices of the development sets' packs, as the network sees them: what weights are judged by, never trained on.

A query is a slice of one volume of a pack; its supports are the slices of the pack's other volumes at the nearest
relative positions, as many of each volume. The studies are not read: Benchmarks/accuracy alone judges by them.
"""

import itertools
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

SIZE = 128
SUPPORTS = 16
# Of each volume: slices that are kept, and how many of them are asked for.
KEPT, ASKED = 27, 9


@dataclass
class Volume:
    """images: slices,128,128 of uint8, 255 the window's top; labels: the same of ids; places: of each slice, 0 to 1."""

    images: np.ndarray
    labels: np.ndarray
    places: np.ndarray

    def asked(self) -> list[int]:
        """The slices that are queries, evenly through the volume."""
        count = min(ASKED, len(self.places))
        return [int((n + 0.5) * len(self.places) / count) for n in range(count)]


def few(packs: dict) -> dict:
    """Three slices of two volumes of one set: enough to see that all of it runs."""
    name, (ids, volumes) = next(iter(packs.items()))
    return {name: (ids, [Volume(one.images[4::9], one.labels[4::9], one.places[4::9]) for one in volumes[:2]])}


def read_pack(chosen, split) -> list[Volume]:
    """The volumes of a set's pack (Benchmarks/Accuracy/sets.py)."""
    return [read(split.folder, name, chosen) for name in split.pack]


def read(folder: Path, name: str, chosen) -> Volume:
    import nibabel  # not there where slices come from a file

    voxels, ids = (
        np.asarray(nibabel.as_closest_canonical(nibabel.load(folder / part / name)).dataobj)
        for part in ("images", "labels")
    )
    voxels, ids = voxels.astype(np.float32), ids.round().astype(int)
    axis = {"sagittal": 0, "coronal": 1, "axial": 2}[chosen.plane]
    count = voxels.shape[axis]
    kept = np.unique(((np.arange(KEPT) + 0.5) * count / KEPT).astype(int)) if count > KEPT else np.arange(count)
    low, high = limits(voxels, chosen.window)
    images = fitted(np.clip((voxels - low) / (high - low), 0, 1).take(kept, axis), axis)
    found = np.zeros(images.shape, np.uint8)
    for label in chosen.labels:
        found[fitted((ids.take(kept, axis) == label).astype(np.float32), axis) > 0.5] = label
    return Volume((images * 255).round().astype(np.uint8), found, (kept + 0.5) / count)


def limits(voxels: np.ndarray, window: str) -> tuple[float, float]:
    kind, low, high = re.fullmatch(r"(\w+)\((.+), (.+)\)", window).groups()
    if kind == "range":
        return float(low), float(high)
    low, high = np.percentile(voxels[voxels > 0], [float(low), float(high)])
    return float(low), float(high)


def fitted(voxels: np.ndarray, axis: int) -> np.ndarray:
    """slices,128,128 along an axis, padded to a square with zeros."""
    slices = torch.from_numpy(np.ascontiguousarray(np.moveaxis(voxels, axis, 0))).unsqueeze(1)
    height, width = slices.shape[-2:]
    side = max(height, width)
    left, top = (side - width) // 2, (side - height) // 2
    slices = F.pad(slices, (left, side - width - left, top, side - height - top))
    return F.interpolate(slices, (SIZE, SIZE), mode="bilinear", antialias=True)[:, 0].clamp(0, 1).numpy()


def supports(volumes: list[Volume], query: int, place: float) -> list[tuple[int, int]]:
    """(volume, slice) of the nearest slices of the others, as many of each volume, the nearest first."""
    others = [n for n in range(len(volumes)) if n != query]
    each = -(-SUPPORTS // len(others))
    near = []
    for n in others:
        away = np.abs(volumes[n].places - place)
        near += [(away[k], n, int(k)) for k in np.argsort(away, kind="stable")[:each]]
    return [(n, k) for _, n, k in sorted(near)[:SUPPORTS]]


def questions(volumes: list[Volume], labels):
    """(volume, image, images of supports, their masks, truth) of every label that a query holds, in numpy's arrays."""
    for n, volume in enumerate(volumes):
        for k in volume.asked():
            near = supports(volumes, n, volume.places[k])
            images, ids = (np.stack([getattr(volumes[v], part)[z] for v, z in near]) for part in ("images", "labels"))
            for label in labels:
                if (truth := volume.labels[k] == label).any():
                    yield n, volume.images[k], images, ids == label, truth


@torch.no_grad()
def scores(network, volumes: list[Volume], labels, device: str = "cpu", batch: int = 8) -> list[list[float]]:
    """2-D Dice at threshold 0.5 of every label that a query holds, by volume."""
    result = [[] for _ in volumes]
    every = questions(volumes, labels)
    while asked := list(itertools.islice(every, batch)):
        parts = (np.stack([one[part] for one in asked]) for part in range(1, 5))
        image, images, masks, truth = (torch.from_numpy(part).to(device).float() for part in parts)
        found = network(image[:, None] / 255, images[:, :, None] / 255, masks[:, :, None])[:, 0] > 0
        both = 2 * (found * truth).sum((1, 2)) / (found.sum((1, 2)) + truth.sum((1, 2)))
        for one, dice in zip(asked, both.tolist()):
            result[one[0]].append(dice)
    return result


def write(path: Path, packs: dict[str, tuple[list[int], list[Volume]]]):
    """All sets in one file, for a machine that has neither the data nor a reader."""
    arrays = {}
    for name, (labels, volumes) in packs.items():
        arrays[f"{name}/ids"] = np.array(labels)
        for n, volume in enumerate(volumes):
            for part in ("images", "labels", "places"):
                arrays[f"{name}/{n:03d}/{part}"] = getattr(volume, part)
    np.savez_compressed(path, **arrays)


def load(path: Path) -> dict[str, tuple[list[int], list[Volume]]]:
    """What `write` wrote: ids and volumes by the set's name."""
    with np.load(path) as file:
        packs: dict[str, tuple[list[int], list[Volume]]] = {}
        for key in file.files:
            name, *rest = key.split("/")
            if rest == ["ids"]:
                packs[name] = (file[key].tolist(), [])
            elif rest[1] == "images":
                packs[name][1].append(
                    Volume(*(file[f"{name}/{rest[0]}/{part}"] for part in ("images", "labels", "places")))
                )
        return packs
