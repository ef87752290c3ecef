"""Random 3-D anatomies, and the label maps of slices through deformed copies of them, of a group of tasks at once.

Coordinates are (x, y, z) in [-1, 1]; z runs through the plane. A subject is a deformation of the coordinates, so a
structure bends and ends through the plane as it does in the plane. `at` is tasks,slices,height,width,3.
"""

import numpy as np
import torch
import torch.nn.functional as F

from .draw import Draw

AIR = 0
REGIONS = 12


def smooth_field(draw: Draw, tasks: int, channels: int, cells: int, depth_cells: int) -> torch.Tensor:
    """tasks,channels,d,h,w: noise with about `cells` bumps a side, smooth enough to be sampled linearly."""
    coarse = draw.normal(tasks, channels, depth_cells + 3, cells + 3, cells + 3)
    fine = F.interpolate(coarse, scale_factor=4, mode="trilinear", align_corners=False)
    fine = F.avg_pool3d(F.avg_pool3d(fine, 5, 1), 3, 1)
    return fine / (fine.std(dim=(2, 3, 4), keepdim=True) + 1e-6)


def sample(field: torch.Tensor, at: torch.Tensor) -> torch.Tensor:
    """tasks,channels,slices,height,width: a field at coordinates."""
    return F.grid_sample(field, at, padding_mode="reflection", align_corners=True)


class Anatomy:
    """The labels of slices through one anatomy a task; 0 is air.

    labels: tasks,slices,height,width. Every kind of structure has labels of its own, which tasks without it lack.
    alike: pairs of labels that may look the same in the tasks given, as the two pools of blood of a heart.
    """

    def __init__(self, draw: Draw, at: torch.Tensor):
        self.draw, self.at = draw, at
        self.alike: list[tuple[np.ndarray, int, int]] = []
        self.labels, self.count = self._mosaic(), REGIONS + 1
        organs = draw.one_of(0, 1, 1, 2, 3, 4, 6)
        for number in range(organs.max()):
            self._organ(np.flatnonzero(organs > number))
        self._sheet(draw.some(0.25))
        self._vessels(draw.some(0.25))
        self._body(draw.some(0.6))

    def _put(self, tasks: np.ndarray, where: torch.Tensor) -> int:
        """A new label where it is in these tasks; the label."""
        label = self.count
        if len(tasks):
            chosen = self.draw.tensor(tasks, 1)
            self.labels[chosen] = self.labels[chosen].masked_fill(where, label)
        self.count += 1
        return label

    def _here(self, tasks: np.ndarray) -> torch.Tensor:
        return self.at[self.draw.tensor(tasks, 1)]

    def _mosaic(self) -> torch.Tensor:
        """Adjoining regions that fill the field."""
        draw, at = self.draw, self.at
        regions = draw.numbers.integers(2, REGIONS + 1, draw.tasks)
        most, cells = int(regions.max()), draw.group_one_of(2, 3, 4, 5, 6, 8)
        noise = sample(smooth_field(draw, draw.tasks, most, cells, draw.group_one_of(2, 3, 5)), at)
        mirrored = draw.some(0.35)  # left and right alike
        if len(mirrored):
            half = torch.cat([self._here(mirrored)[..., :1].abs(), self._here(mirrored)[..., 1:]], -1)
            noise[draw.tensor(mirrored, 1)] += sample(smooth_field(draw, len(mirrored), most, cells, 3), half)
        beyond = torch.arange(most, device=draw.device) >= draw.tensor(regions, 2)
        return noise.masked_fill(beyond[:, :, None, None, None], -torch.inf).argmax(1) + 1

    def _organ(self, tasks: np.ndarray):
        """A compact structure that ends through the plane: whole, hollow, in halves, in shells, or as a heart is."""
        draw, at, n = self.draw, self._here(tasks), len(tasks)
        radius = draw.log_between(0.06, 0.45, n)
        centre = draw.between((-0.6, -0.6, -0.5), (0.6, 0.6, 0.5), n, 3)
        distance = self._ellipsoid(at, radius, centre, draw.log_between(0.5, 2, n))
        self._put(tasks, distance < 1)
        kind = draw.numbers.random(n)
        for chosen, low, high in ((kind < 0.3, 0.5, 0.85), (kind < 0.08, 0.2, 0.45)):  # a cavity, and one in it
            self._put(tasks[chosen], within(distance, chosen) < draw.tensor(draw.between(low, high, chosen.sum())))
        halves = (kind >= 0.3) & (kind < 0.5)  # along an axis, as head and tail
        axis = draw.numbers.integers(3, size=n)
        beyond = at.gather(-1, draw.tensor(axis, 5).expand(*at.shape[:4], 1))[..., 0]
        border = centre[np.arange(n), axis] + draw.between(-0.4, 0.4, n) * radius
        self._put(tasks[halves], within((distance < 1) & (beyond > draw.tensor(border)), halves))
        self._chambers(tasks, (kind >= 0.5) & (kind < 0.7), distance, radius, centre)

    def _chambers(self, tasks: np.ndarray, chosen: np.ndarray, distance: torch.Tensor, radius, centre):
        """A thin wall around a cavity, and a crescent that leans on it, perhaps with a wall of its own."""
        draw, n, tasks = self.draw, int(chosen.sum()), tasks[chosen]
        if not n:
            self.count += 3
            return
        distance, radius, centre = within(distance, chosen), radius[chosen], centre[chosen].copy()
        pool = self._put(tasks, distance < draw.tensor(draw.between(0.6, 0.9, n)))
        turn = draw.between(0, 2 * np.pi, n)
        away = radius * draw.between(0.7, 1.3, n)
        centre[:, 0] += away * np.cos(turn)
        centre[:, 1] += away * np.sin(turn)
        beside = self._ellipsoid(
            self._here(tasks), radius * draw.between(0.8, 1.3, n), centre, draw.log_between(0.7, 1.4, n)
        )
        self._put(tasks, (beside < 1) & (distance >= 1))
        inner = draw.tensor(np.where(draw.chance(0.5, n), draw.between(0.8, 0.92, n), 1))
        crescent = self._put(tasks, (beside < inner) & (distance >= 1))
        self.alike.append((tasks[draw.chance(0.7, n)], pool, crescent))

    def _ellipsoid(self, at: torch.Tensor, radius, centre, stretch) -> torch.Tensor:
        """n,slices,height,width: distance from wobbly, slanting ellipsoids' centres, 1 on their surface."""
        draw, n = self.draw, len(radius)
        turn = draw.between(0, np.pi, n)
        c, s = draw.tensor(np.cos(turn)), draw.tensor(np.sin(turn))
        x, y, z = (at[..., axis] - draw.tensor(centre[:, axis]) for axis in range(3))
        slant = draw.between(-0.6, 0.6, n, 2) * draw.chance(0.5, n, 1)
        x, y = x - draw.tensor(slant[:, 0]) * z, y - draw.tensor(slant[:, 1]) * z
        u = (c * x + s * y) / draw.tensor(radius * stretch)
        v = (c * y - s * x) * draw.tensor(stretch / radius)
        depth = np.maximum(radius * draw.between(1, 3, n), 0.15)
        distance = torch.sqrt(u * u + v * v + (z / draw.tensor(depth)) ** 2)
        wobble = draw.numbers.choice([0, 0.1, 0.2, 0.3], n)
        return (
            distance + draw.tensor(wobble) * sample(smooth_field(draw, n, 1, draw.group_one_of(3, 4, 5), 3), at)[:, 0]
        )

    def _sheet(self, tasks: np.ndarray):
        draw, n = self.draw, len(tasks)
        if n:
            level = sample(smooth_field(draw, n, 1, draw.group_one_of(3, 4, 6), 3), self._here(tasks))[:, 0]
            self._put(tasks, level.abs() < draw.tensor(draw.between(0.04, 0.12, n)))

    def _vessels(self, tasks: np.ndarray):
        """Tubes: where two level sets cross."""
        draw, n = self.draw, len(tasks)
        if n:
            pair = sample(smooth_field(draw, n, 2, draw.group_one_of(3, 4, 6), 3), self._here(tasks))
            self._put(tasks, pair.square().sum(1).sqrt() < draw.tensor(draw.between(0.12, 0.3, n)))

    def _body(self, tasks: np.ndarray):
        """Air around, perhaps behind a skin or a skull."""
        draw, n = self.draw, len(tasks)
        if not n:
            return
        centre = draw.between((-0.1, -0.1, 0), (0.1, 0.1, 0), n, 3)
        distance = self._ellipsoid(
            self._here(tasks), draw.between(0.7, 1.05, n), centre, draw.log_between(0.8, 1.25, n)
        )
        for share in (0.5, 0.25):
            chosen = draw.chance(share, n)
            self._put(tasks[chosen], within(distance, chosen) > draw.tensor(draw.between(0.8, 0.97, chosen.sum())))
        chosen = draw.tensor(tasks, 1)
        self.labels[chosen] = self.labels[chosen].masked_fill(distance > 1, AIR)


def within(values: torch.Tensor, chosen: np.ndarray) -> torch.Tensor:
    """Of tensors for several tasks, those chosen."""
    return values[torch.from_numpy(np.flatnonzero(chosen)).to(values.device, non_blocking=True)]
