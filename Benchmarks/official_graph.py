"""UniverSeg's graph as published, in PyTorch: supports expanded, concatenations built, every convolution done.

Written from the paper (Butoi et al., ICCV 2023) and the layout of the published state dict; it is the yardstick of
`make bench`, not a part of the program. Checked against the engine's logits by compare.py before it is timed.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F


class Convolution(nn.Module):
    """Named so that the state dict reads `<name>.vmapped.conv.weight`."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.vmapped = nn.Module()
        self.vmapped.conv = nn.Conv2d(inputs, outputs, 3, padding=1)

    def forward(self, features):
        """[B, S, C, H, W] -> [B, S, C', H, W]"""
        batch, count = features.shape[:2]
        return F.leaky_relu(self.vmapped.conv(features.flatten(0, 1)), 0.01).unflatten(0, (batch, count))


class Cross(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.cross_conv = nn.Conv2d(inputs, outputs, 3, padding=1)

    def forward(self, target, support):
        """[B, 1, C, H, W], [B, S, C', H, W] -> [B, S, C'', H, W]"""
        batch, count = support.shape[:2]
        pairs = torch.cat([target.expand(-1, count, -1, -1, -1), support], dim=2)
        return self.cross_conv(pairs.flatten(0, 1)).unflatten(0, (batch, count))


class Block(nn.Module):
    def __init__(self, inputs, features=64):
        super().__init__()
        self.cross = Cross(inputs, features)
        self.target = Convolution(features, features)
        self.support = Convolution(features, features)

    def forward(self, target, support):
        interaction = self.cross(target, support)
        return self.target(interaction.mean(dim=1, keepdim=True)), self.support(interaction)


def resized(function, features):
    batch, count = features.shape[:2]
    return function(features.flatten(0, 1)).unflatten(0, (batch, count))


def pooled(features):
    return resized(lambda x: F.max_pool2d(x, 2), features)


def doubled(features):
    return resized(lambda x: F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True), features)


class UniverSeg(nn.Module):
    def __init__(self, features=64):
        super().__init__()
        self.enc_blocks = nn.ModuleList([Block(3)] + [Block(2 * features) for _ in range(3)])
        self.dec_blocks = nn.ModuleList([Block(4 * features) for _ in range(3)])
        self.out_conv = nn.Module()
        self.out_conv.conv = nn.Conv2d(features, 1, 1)

    def forward(self, target, images, labels):
        """Target [B, 1, H, W], support images and labels [B, S, 1, H, W] -> logits [B, 1, H, W]"""
        target, support = target[:, None], torch.cat([images, labels], dim=2)
        skips = []
        for level, block in enumerate(self.enc_blocks):
            target, support = block(target, support)
            if level < 3:
                skips.append((target, support))
                target, support = pooled(target), pooled(support)
        for block in self.dec_blocks:
            skip_target, skip_support = skips.pop()
            target = torch.cat([doubled(target), skip_target], dim=2)
            support = torch.cat([doubled(support), skip_support], dim=2)
            target, support = block(target, support)
        return self.out_conv.conv(target[:, 0])
