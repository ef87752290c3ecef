"""The U-Net that Sources/Learning trains, and its loss, in PyTorch: for scripts/learning-reference and learning.py."""
import dataclasses

import torch
import torch.nn.functional as F
from torch import nn


@dataclasses.dataclass
class Level:
    channels: int
    taps: int
    halves_depth: bool

    @property
    def step(self):
        return (2 if self.halves_depth else 1, 2, 2)


@dataclasses.dataclass
class Shape:
    """NetworkShape of the Swift sources."""

    inputs: int
    classes: int
    levels: list

    @property
    def heads(self):
        return min(3, len(self.levels) - 1)

    @property
    def is_plane(self):
        """Whether images are [N, C, H, W]: nothing looks along the depth."""
        return all(level.taps == 1 and not level.halves_depth for level in self.levels)


class Block(nn.Module):
    """Convolution without a bias, instance norm, LeakyReLU."""

    def __init__(self, taps, inputs, outputs, is_plane):
        super().__init__()
        if is_plane:
            self.conv = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
            self.norm = nn.InstanceNorm2d(outputs, eps=1e-5, affine=True)
        else:
            self.conv = nn.Conv3d(inputs, outputs, (taps, 3, 3), padding=(taps // 2, 1, 1), bias=False)
            self.norm = nn.InstanceNorm3d(outputs, eps=1e-5, affine=True)

    def forward(self, x):
        return F.leaky_relu(self.norm(self.conv(x)), 0.01)


class UNet(nn.Module):
    """Logits of the finest levels' heads, from the finest on."""

    def __init__(self, shape):
        super().__init__()
        self.shape, levels, plane = shape, shape.levels, shape.is_plane
        point = nn.Conv2d if plane else nn.Conv3d

        def pair(level, inputs):
            first = Block(level.taps, inputs, level.channels, plane)
            return nn.ModuleList([first, Block(level.taps, level.channels, level.channels, plane)])

        inputs = [shape.inputs] + [level.channels for level in levels]
        self.down = nn.ModuleList(pair(level, n) for level, n in zip(levels, inputs))
        self.up = nn.ModuleList(pair(level, 2 * level.channels) for level in levels[:-1])
        self.reduce = nn.ModuleList(
            point(below.channels, level.channels, 1, bias=False) for level, below in zip(levels, levels[1:]))
        self.head = nn.ModuleList(point(level.channels, shape.classes, 1) for level in levels[:shape.heads])

    def forward(self, x):
        levels, plane = self.shape.levels, self.shape.is_plane
        pool, mode = (F.max_pool2d, "bilinear") if plane else (F.max_pool3d, "trilinear")
        steps = [level.step[1:] if plane else level.step for level in levels]
        kept = []
        for n, (first, second) in enumerate(self.down):
            x = second(first(x if n == 0 else pool(x, steps[n - 1])))
            kept.append(x)
        logits = [None] * len(self.head)
        for n in reversed(range(len(self.up))):
            x = F.interpolate(self.reduce[n](x), scale_factor=steps[n], mode=mode, align_corners=False)
            first, second = self.up[n]
            x = second(first(torch.cat([x, kept[n]], 1)))
            if n < len(self.head):
                logits[n] = self.head[n](x)
        return logits


def halved(labels, step):
    """Every second voxel along the axes that a level halves: [N, ...]."""
    return labels[(slice(None),) + tuple(slice(None, None, n) for n in step[-(labels.dim() - 1):])]


def loss(shape, logits, labels):
    """BatchLoss of the Swift sources: cross-entropy and one less the labels' mean Dice, over a batch and all heads."""
    weights = [0.5**n for n in range(len(logits))]
    total = 0
    for n, (weight, head) in enumerate(zip(weights, logits)):
        if n > 0:
            labels = halved(labels, shape.levels[n - 1].step)
        p = head.softmax(1)
        truth = F.one_hot(labels, shape.classes).movedim(-1, 1).to(p.dtype)
        axes = [0] + list(range(2, p.dim()))
        dice = (2 * (p * truth).sum(axes) + 1) / (p.sum(axes) + truth.sum(axes) + 1)
        total = total + weight * (F.cross_entropy(head, labels) + 1 - dice[1:].mean())
    return total / sum(weights)
