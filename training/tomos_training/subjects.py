"""Where the pixels of each subject's slice lie in the anatomy that the subjects of a task share.

Slice 0 is the query. Half of the tasks have supports that were registered to it, as the program gives them to the
network: they lie where the query lies but for what a registration leaves, and some of them where one went wrong.
"""

import numpy as np
import torch
import torch.nn.functional as F

from .draw import Draw


def places(draw: Draw, slices: int, size: int, registered: np.ndarray) -> torch.Tensor:
    """tasks,slices,size,size,3: coordinates (x, y, z); z is the slice's depth. registered: tasks, or not."""
    n, shape = draw.tasks, (draw.tasks, slices)
    astray = registered[:, None] & draw.chance(0.08, *shape)
    # A registration goes wrong for one support; the query is what all of them were brought to.
    astray[:, 0] = False
    close = registered[:, None] & ~astray
    spread = np.where(registered, draw.one_of(0, 0.01, 0.03), draw.one_of(0, 0.02, 0.05, 0.15))
    depth = draw.between(-0.7, 0.7)[:, None] + spread[:, None] * draw.between(-1, 1, *shape)
    flat = whole(draw, shape, size, close)
    strong = draw.one_of(0.02, 0.05, 0.1, 0.15, 0.22)[:, None] * draw.between(0.3, 1, *shape)
    weak = draw.one_of(0.005, 0.01, 0.02, 0.04)[:, None] * draw.between(0.3, 1, *shape)
    bend = bends(draw, shape, size, ((2, 0.5), (4, 0.3), (8, 0.15)))
    fine = bends(draw, shape, size, ((4, 0.4), (8, 0.4), (16, 0.2)))
    apart = draw.tensor(np.where(close, 0, strong), 5) * bend + draw.tensor(np.where(close, weak, 0), 5) * fine
    # The query of a registered task is bent as any subject is; what its supports lack of that is the residual.
    own = draw.tensor(np.where(registered, strong[:, 0], 0), 5) * bend[:, :1]
    shared = own.expand(n, slices, size, size, 3) * draw.tensor(close, 5)
    at = torch.cat([flat, draw.tensor(depth, 5).expand(n, slices, size, size, 1)], -1) + apart + shared
    return at * draw.tensor(zoom(draw), 5)


def zoom(draw: Draw) -> np.ndarray:
    """A small structure in a large field, or a crop around it; the rest as it is."""
    kind = draw.numbers.random(draw.tasks)
    return np.where(kind < 0.3, draw.between(1.2, 2), np.where(kind < 0.58, draw.between(0.4, 0.9), 1))


def whole(draw: Draw, shape: tuple[int, int], size: int, close: np.ndarray) -> torch.Tensor:
    """tasks,slices,size,size,2: a slice's plane, turned, scaled and shifted."""
    axis = torch.linspace(-1, 1, size, device=draw.device)
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    turn, grow, shift = (
        np.where(close, 0.03, draw.one_of(*values)[:, None])
        for values in ((0.05, 0.15, 0.35), (0.05, 0.12, 0.25), (0.02, 0.06, 0.15))
    )
    angle = turn * draw.between(-1, 1, *shape)
    scale = np.exp(grow[..., None] * draw.between(-1, 1, *shape, 2))
    c, s = np.cos(angle), np.sin(angle)
    matrix = np.stack([np.stack([c, -s], -1), np.stack([s, c], -1)], -2) * scale[..., None]
    moved = torch.einsum("tnij,hwj->tnhwi", draw.tensor(matrix), torch.stack([x, y], -1))
    return moved + draw.tensor(shift[..., None] * draw.between(-1, 1, *shape, 2), 3)[:, :, None, None]


def bends(draw: Draw, shape: tuple[int, int], size: int, scales) -> torch.Tensor:
    """tasks,slices,size,size,3: a smooth displacement of about unit size, of bumps of several sizes."""
    result = 0
    for cells, weight in scales:
        noise = draw.normal(shape[0] * shape[1], 3, cells + 3, cells + 3)
        result = result + weight * F.interpolate(noise, (size, size), mode="bicubic", align_corners=True)
    return result.unflatten(0, shape).permute(0, 1, 3, 4, 2)
