"""A small U-Net, 2-D or 3-D, and its loss."""

import torch
import torch.nn.functional as F
from torch import nn

# 2-D slices are small and many details lie in them: one level more, of fewer channels.
WIDTHS = {2: (12, 24, 48, 96, 96), 3: (16, 32, 64, 128)}


def block(dimensions: int, entering: int, leaving: int) -> nn.Sequential:
    """Two rounds of convolution, instance norm and leaky ReLU."""
    convolution, norm = {2: (nn.Conv2d, nn.InstanceNorm2d), 3: (nn.Conv3d, nn.InstanceNorm3d)}[dimensions]
    layers = []
    for channels in (entering, leaving):
        layers += [convolution(channels, leaving, 3, padding=1), norm(leaving, affine=True), nn.LeakyReLU(0.01, True)]
    return nn.Sequential(*layers)


class UNet(nn.Module):
    """Logits [batch, classes, space...] of images [batch, 1, space...], each side a multiple of `stride`."""

    def __init__(self, dimensions: int, classes: int):
        super().__init__()
        widths = WIDTHS[dimensions]
        self.dimensions, self.stride = dimensions, 2 ** (len(widths) - 1)
        self.down = nn.ModuleList(block(dimensions, a, b) for a, b in zip((1, *widths), widths))
        self.up = nn.ModuleList(
            block(dimensions, below + level, level) for below, level in zip(widths[:0:-1], widths[-2::-1])
        )
        self.last = (nn.Conv2d if dimensions == 2 else nn.Conv3d)(widths[0], classes, 1)
        self.pool = F.max_pool2d if dimensions == 2 else F.max_pool3d
        self.mode = "bilinear" if dimensions == 2 else "trilinear"

    def forward(self, x):
        levels = []
        for n, layers in enumerate(self.down):
            x = layers(self.pool(x, 2) if n else x)
            levels.append(x)
        for layers, level in zip(self.up, levels[-2::-1]):
            larger = F.interpolate(x, size=level.shape[2:], mode=self.mode, align_corners=False)
            x = layers(torch.cat([larger, level], 1))
        return self.last(x)


def loss(logits, labels):
    """Cross-entropy plus one less the soft Dice of each label, over the batch as a whole."""
    classes = logits.shape[1]
    probabilities = logits.softmax(1).transpose(0, 1).flatten(1)[1:]
    truth = F.one_hot(labels.flatten(), classes).T[1:].to(probabilities.dtype)
    overlap = (probabilities * truth).sum(1)
    dice = (2 * overlap + 1) / (probabilities.sum(1) + truth.sum(1) + 1)
    return F.cross_entropy(logits, labels) + 1 - dice.mean()
