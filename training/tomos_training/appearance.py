"""From label maps to images: contrast, texture, partial volume, bias, noise, the native grid, windows."""
import torch
import torch.nn.functional as F

from .anatomy import AIR
from .draw import Draw

MODALITIES = ("ct", "mr", "mr", "mr", "ultrasound")


def texture(draw: Draw, n: int, size: int, cells: int) -> torch.Tensor:
    """n,1,size,size: noise of unit deviation with about `cells` bumps a side."""
    field = F.interpolate(draw.normal(n, 1, cells + 2, cells + 2), (size, size), mode="bicubic", align_corners=True)
    return field / (field.std(dim=(2, 3), keepdim=True) + 1e-6)


def blur(image: torch.Tensor, sigma: float) -> torch.Tensor:
    """Gaussian, sigma in pixels."""
    if sigma < 0.2:
        return image
    reach = max(1, int(2.5 * sigma))
    steps = torch.arange(-reach, reach + 1, device=image.device).float()
    kernel = torch.exp(-steps * steps / (2 * sigma * sigma))
    kernel = kernel / kernel.sum()
    image = F.conv2d(F.pad(image, (reach, reach, 0, 0), mode="replicate"), kernel.view(1, 1, 1, -1))
    return F.conv2d(F.pad(image, (0, 0, reach, reach), mode="replicate"), kernel.view(1, 1, -1, 1))


def contrasts(draw: Draw, n: int, count: int, modality: str) -> torch.Tensor:
    """n,count: the intensity of every label in every subject."""
    mean = draw.uniform(count)
    if modality == "ct":  # soft tissues lie close together, some structures are bright
        mean = torch.where(mean > 0.85, 0.6 + 0.4 * draw.uniform(count), 0.35 + 0.25 * mean)
    elif draw.chance(0.3):  # neighbours that look alike
        steps = draw.one_of(2, 3, 4, 5)
        mean = (mean * steps).round() / steps
    if draw.chance(0.8):
        mean[AIR] = draw.between(0, 0.08)
    return mean + draw.one_of(0.01, 0.03, 0.06, 0.12) * draw.normal(n, count)


def render(draw: Draw, labels: torch.Tensor, count: int) -> torch.Tensor:
    """n,1,h,w in [0, 1]: images of label maps n,h,w."""
    n, size = labels.shape[0], labels.shape[-1]
    modality = draw.one_of(*MODALITIES)
    image = contrasts(draw, n, count, modality).gather(1, labels.flatten(1)).view(n, 1, size, size)
    strength = draw.one_of(0, 0.02, 0.05, 0.1)
    if strength:
        image = image + (draw.uniform(count) * strength)[labels].unsqueeze(1) * texture(
            draw, n, size, draw.one_of(12, 20, 32, 48))
    image = blur(image, draw.one_of(0, 0.4, 0.6, 0.9, 1.3, 2.0) * size / 128)
    if modality != "ct" and draw.chance(0.6):
        image = image * torch.exp(draw.one_of(0.1, 0.2, 0.35) * texture(draw, n, size, draw.one_of(2, 3)))
    if modality == "ultrasound":  # speckle, finer across than along the beam; shadows
        speckle = blur(draw.normal(n, 1, size, size), draw.between(0.5, 1.2))
        image = image * (1 + draw.between(0.2, 0.5) * speckle / speckle.std())
        image = image * torch.exp(-draw.between(0, 1) * torch.linspace(0, 1, size, device=draw.device).view(1, 1, -1, 1))
    return window(draw, image)


def window(draw: Draw, image: torch.Tensor) -> torch.Tensor:
    """Each image to [0, 1] by its extremes, perhaps bent and inverted."""
    flat = image.flatten(1)
    low = torch.quantile(flat, 0.002, dim=1).view(-1, 1, 1, 1)
    high = torch.quantile(flat, 0.998, dim=1).view(-1, 1, 1, 1)
    image = ((image - low) / (high - low + 1e-6)).clamp(0, 1)
    if draw.chance(0.5):
        image = image ** torch.exp(draw.normal(image.shape[0], 1, 1, 1) * 0.25)
    return 1 - image if draw.chance(0.2) else image


def noise(draw: Draw, image: torch.Tensor) -> torch.Tensor:
    strength = draw.one_of(0, 0.01, 0.02, 0.04, 0.08)
    return (image + strength * torch.randn(image.shape, generator=draw.tensors, device=draw.device)).clamp(0, 1)


def native_grid(draw: Draw, image: torch.Tensor, labels: torch.Tensor):
    """As slices come: taken on a coarser, perhaps oblong grid, padded with zeros to a square and resampled.

    image, labels: n,1,size,size. The labels of a coarse grid are blocky and are resampled as the program does it.
    """
    size = image.shape[-1]
    side = int(size * draw.log_between(0.25, 1))
    other = int(side * draw.between(0.6, 1))
    height, width = (side, other) if draw.chance(0.5) else (other, side)
    image = noise(draw, F.interpolate(image, (height, width), mode="bilinear", antialias=True))
    labels = F.interpolate(labels, (height, width), mode="nearest-exact")
    left, top = (side - width) // 2, (side - height) // 2
    edges = (left, side - width - left, top, side - height - top)
    image = F.interpolate(F.pad(image, edges), (size, size), mode="bilinear", align_corners=False)
    labels = F.interpolate(F.pad(labels, edges), (size, size), mode="bilinear", align_corners=False)
    return image, (labels > 0.5).float()
