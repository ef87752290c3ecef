"""UniverSeg with 64 features a layer, in the restructured form of the engine; official state-dict names.

The cross convolution of every (query, support) pair is linear, so its two halves are computed once each and added:
the concatenation of query and support features is never built.
"""

import torch
import torch.nn.functional as F
from torch import nn

FEATURES = 64


class ConvOp(nn.Module):
    def __init__(self, inputs: int, outputs: int, kernel: int = 3):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2)
        nn.init.kaiming_normal_(self.conv.weight, a=0.01)
        nn.init.zeros_(self.conv.bias)

    def forward(self, x):
        return self.conv(x)


class Vmapped(nn.Module):
    """Only a name on the way to the tensors, as the official state dict has it."""

    def __init__(self, module: nn.Module):
        super().__init__()
        self.vmapped = module


class CrossConv(nn.Module):
    def __init__(self, query: int, support: int, outputs: int):
        super().__init__()
        self.query_channels = query
        self.cross_conv = nn.Conv2d(query + support, outputs, 3, padding=1)
        nn.init.kaiming_normal_(self.cross_conv.weight, a=1.0)
        nn.init.zeros_(self.cross_conv.bias)

    def query_half(self, x):
        return F.conv2d(x, self.cross_conv.weight[:, : self.query_channels], self.cross_conv.bias, padding=1)

    def support_half(self, x):
        return F.conv2d(x, self.cross_conv.weight[:, self.query_channels :], None, padding=1)


class CrossBlock(nn.Module):
    def __init__(self, query: int, support: int):
        super().__init__()
        self.cross = CrossConv(query, support, FEATURES)
        self.target = Vmapped(ConvOp(FEATURES, FEATURES))
        self.support = Vmapped(ConvOp(FEATURES, FEATURES))

    def forward(self, query, support, supports: int):
        """query: B,C,H,W; support: B*S,C,H,W. Both halves after LeakyReLU."""
        pairs = each(self.cross.support_half(support), supports) + self.cross.query_half(query).unsqueeze(1)
        target = F.leaky_relu(self.target.vmapped(pairs.mean(1)), 0.01)
        return target, F.leaky_relu(self.support.vmapped(pairs.flatten(0, 1)), 0.01)

    def last(self, query, support, supports: int):
        """As forward, where nothing reads the support features any more: only their mean matters."""
        mean = self.cross.support_half(each(support, supports).mean(1))
        return F.leaky_relu(self.target.vmapped(self.cross.query_half(query) + mean), 0.01)


def each(x, supports: int):
    """B*S,C,H,W as B,S,C,H,W."""
    return x.unflatten(0, (-1, supports))


def upsample(x):
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)


class UniverSeg(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc_blocks = nn.ModuleList([CrossBlock(1, 2)] + [CrossBlock(FEATURES, FEATURES) for _ in range(3)])
        self.dec_blocks = nn.ModuleList([CrossBlock(2 * FEATURES, 2 * FEATURES) for _ in range(3)])
        self.out_conv = ConvOp(FEATURES, 1, 1)

    def forward(self, query, images, labels):
        """query: B,1,H,W in [0,1]; images, labels: B,S,1,H,W. Logits B,1,H,W."""
        supports = images.shape[1]
        support = torch.cat([images, labels], 2).flatten(0, 1)
        skips = []
        for level, block in enumerate(self.enc_blocks):
            query, support = block(query, support, supports)
            if level < 3:
                skips.append((query, support))
                query, support = F.max_pool2d(query, 2), F.max_pool2d(support, 2)
        for level, block in enumerate(self.dec_blocks):
            query_skip, support_skip = skips.pop()
            query = torch.cat([upsample(query), query_skip], 1)
            support = torch.cat([upsample(support), support_skip], 1)
            if level == 2:
                query = block.last(query, support, supports)
            else:
                query, support = block(query, support, supports)
        return self.out_conv(query)
