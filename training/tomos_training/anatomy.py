"""Random 3-D anatomies, and the label maps of slices through deformed copies of them.

Coordinates are (x, y, z) in [-1, 1]; z runs through the plane. A subject is a deformation of the coordinates, so a
structure bends and ends through the plane as it does in the plane.
"""
import math

import torch
import torch.nn.functional as F

from .draw import Draw

AIR = 0


def smooth_field(draw: Draw, channels: int, cells: int, depth_cells: int) -> torch.Tensor:
    """1,channels,d,h,w: noise with about `cells` bumps a side, smooth enough to be sampled linearly."""
    coarse = draw.normal(1, channels, depth_cells + 3, cells + 3, cells + 3)
    fine = F.interpolate(coarse, scale_factor=4, mode="trilinear", align_corners=False)
    fine = F.avg_pool3d(F.avg_pool3d(fine, 5, 1), 3, 1)
    return fine / (fine.std(dim=(2, 3, 4), keepdim=True) + 1e-6)


def sample(field: torch.Tensor, at: torch.Tensor) -> torch.Tensor:
    """channels,n,h,w: a field at coordinates n,h,w,3."""
    return F.grid_sample(field, at.unsqueeze(0), padding_mode="reflection", align_corners=True)[0]


def plane(draw: Draw, size: int) -> torch.Tensor:
    """size,size,2: the coordinates (x, y) of a slice's pixels."""
    axis = torch.linspace(-1, 1, size, device=draw.device)
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    return torch.stack([x, y], -1)


def subjects(draw: Draw, depths: torch.Tensor, size: int) -> torch.Tensor:
    """n,size,size,3: where each subject's pixels lie in the shared anatomy."""
    n = len(depths)
    turn = (draw.uniform(n) * 2 - 1) * draw.one_of(0.05, 0.15, 0.35)
    scale = torch.exp((draw.uniform(n, 2) * 2 - 1) * draw.one_of(0.05, 0.12, 0.25))
    shift = (draw.uniform(n, 2) * 2 - 1) * draw.one_of(0.02, 0.06, 0.15)
    c, s = torch.cos(turn), torch.sin(turn)
    matrix = torch.stack([torch.stack([c, -s], -1), torch.stack([s, c], -1)], 1) * scale.unsqueeze(-1)
    flat = torch.einsum("nij,hwj->nhwi", matrix, plane(draw, size)) + shift[:, None, None]
    at = torch.cat([flat, depths.view(n, 1, 1, 1).expand(n, size, size, 1)], -1)
    amplitude = draw.one_of(0.02, 0.05, 0.1, 0.15, 0.22) * (0.3 + 0.7 * draw.uniform(n))
    bend = 0
    for cells, weight in ((2, 0.5), (4, 0.3), (8, 0.15)):
        noise = draw.normal(n, 3, cells + 3, cells + 3)
        bend = bend + weight * F.interpolate(noise, (size, size), mode="bicubic", align_corners=True)
    return at + amplitude.view(n, 1, 1, 1) * bend.permute(0, 2, 3, 1)


def ellipsoid(draw: Draw, at: torch.Tensor, radius: float, centre: tuple, stretch: float, wobble: float):
    """n,h,w: distance from a wobbly ellipsoid's centre, 1 on its surface."""
    turn = draw.between(0, math.pi)
    c, s = math.cos(turn), math.sin(turn)
    x, y, z = (at[..., axis] - centre[axis] for axis in range(3))
    u, v = (c * x + s * y) / (radius * stretch), (c * y - s * x) * stretch / radius
    distance = torch.sqrt(u * u + v * v + (z / max(radius * draw.between(1, 3), 0.15)) ** 2)
    if wobble:
        distance = distance + wobble * sample(smooth_field(draw, 1, draw.one_of(3, 4, 5), 3), at)[0]
    return distance


class Anatomy:
    """The labels of slices through one anatomy; 0 is air."""

    def __init__(self, draw: Draw, at: torch.Tensor):
        self.draw, self.at = draw, at
        self.labels, self.count = self._mosaic()
        for _ in range(draw.one_of(0, 1, 1, 2, 3, 4, 6)):
            self._organ()
        if draw.chance(0.25):
            self._sheet()
        if draw.chance(0.25):
            self._vessels()
        if draw.chance(0.6):
            self._body()

    def _put(self, where: torch.Tensor):
        self.labels = torch.where(where, self.count, self.labels)
        self.count += 1

    def _mosaic(self):
        """Adjoining regions that fill the field."""
        draw, regions = self.draw, self.draw.numbers.randint(2, 12)
        at, cells = self.at, self.draw.one_of(2, 3, 4, 5, 6, 8)
        noise = sample(smooth_field(draw, regions, cells, draw.one_of(2, 3, 5)), at)
        if draw.chance(0.35):  # left and right alike
            mirrored = torch.cat([at[..., :1].abs(), at[..., 1:]], -1)
            noise = noise + sample(smooth_field(draw, regions, cells, 3), mirrored)
        return noise.argmax(0) + 1, regions + 1

    def _organ(self):
        """A compact structure that ends through the plane; perhaps with a cavity, or split into adjoining parts."""
        draw = self.draw
        radius = draw.log_between(0.06, 0.45)
        centre = (draw.between(-0.6, 0.6), draw.between(-0.6, 0.6), draw.between(-0.5, 0.5))
        distance = ellipsoid(draw, self.at, radius, centre, draw.log_between(0.5, 2), draw.one_of(0, 0.1, 0.2, 0.3))
        self._put(distance < 1)
        kind = draw.numbers.random()
        if kind < 0.3:
            self._put(distance < draw.between(0.5, 0.85))
        elif kind < 0.6:  # halves along an axis, as head and tail
            axis = draw.one_of(0, 1, 2)
            self._put((distance < 1) & (self.at[..., axis] > centre[axis] + draw.between(-0.4, 0.4) * radius))

    def _sheet(self):
        level = sample(smooth_field(self.draw, 1, self.draw.one_of(3, 4, 6), 3), self.at)[0]
        self._put(level.abs() < self.draw.between(0.04, 0.12))

    def _vessels(self):
        """Tubes: where two level sets cross."""
        pair = sample(smooth_field(self.draw, 2, self.draw.one_of(3, 4, 6), 3), self.at)
        self._put(pair.square().sum(0).sqrt() < self.draw.between(0.12, 0.3))

    def _body(self):
        """Air around, perhaps behind a skin or a skull."""
        draw = self.draw
        centre = (draw.between(-0.1, 0.1), draw.between(-0.1, 0.1), 0)
        distance = ellipsoid(draw, self.at, draw.between(0.7, 1.05), centre, draw.log_between(0.8, 1.25),
                             draw.one_of(0, 0.05, 0.1))
        for _ in range(draw.one_of(0, 0, 1, 2)):
            self._put(distance > draw.between(0.8, 0.97))
        self.labels = torch.where(distance > 1, AIR, self.labels)
