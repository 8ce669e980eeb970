"""What time and bad copies do to black-and-white photos, done to the L of a training batch.

Faded paper, hard or soft contrast, other film, grain, blur, dark corners, the blocks of strong
JPEG compression, borders of paper. All of it is cheap, random, and the same for the same seed.
"""

import math
from collections.abc import Callable

import numpy as np
import torch
from torch.nn import functional as F

Seed = tuple[int, int, int]
Draw = torch.Tensor
"""Random numbers in 0…1, float32 (B, 1, 1, 1), one for each photo."""

_LOW, _HIGH = 0.01, 0.99
"""Shares of the pixels that are darker than black and darker than white after a stretch."""


def degrade(L: torch.Tensor, share: float, *, seed: Seed) -> torch.Tensor:
    """Degrade a `share` (0…1) of the batch; L float32 (B, 1, H, W), 0…100 → the same shape.

    Half of those are stretched to the full range afterwards, as the pipeline does with faded ones.
    """
    random = np.random.default_rng((*seed, 0))
    aged = np.flatnonzero(random.random(len(L)) < share)
    if not len(aged):
        return L
    chosen = L[torch.from_numpy(aged).to(L.device)]

    def draw() -> Draw:
        numbers = random.random((len(aged), 1, 1, 1), dtype=np.float32)
        return torch.from_numpy(numbers).to(L.device)

    for effect, chance in _EFFECTS:
        chosen = torch.where(draw() < chance, effect(chosen, draw), chosen)
    source = torch.Generator(L.device).manual_seed(int(random.integers(2**62)))
    noise = torch.randn(chosen.shape, generator=source, device=L.device)
    chosen = _fade(chosen + noise * 5 * draw() ** 2, draw)
    chosen = torch.where(draw() < 0.5, stretch(chosen), chosen).clamp(0, 100)
    result = L.clone()
    result[torch.from_numpy(aged).to(L.device)] = chosen
    return result


def add_borders(rgb: torch.Tensor, share: float, *, seed: Seed) -> torch.Tensor:
    """Borders of grey paper around a `share` of a batch uint8 (B, 3, H, W): they have no colour."""
    random = np.random.default_rng((*seed, 1))
    framed = np.flatnonzero(random.random(len(rgb)) < share)
    if not len(framed):
        return rgb
    rgb = rgb.clone()
    height, width = rgb.shape[2:]
    for number in framed:
        level = int(random.choice([0, 20, 235, 255])) + int(random.integers(-20, 21))
        level = min(255, max(0, level))
        top, bottom = (int(height * part) for part in random.uniform(0, 0.1, 2))
        left, right = (int(width * part) for part in random.uniform(0, 0.1, 2))
        photo = rgb[int(number)]
        photo[:, :top] = level
        photo[:, height - bottom :] = level
        photo[:, :, :left] = level
        photo[:, :, width - right :] = level
    return rgb


def stretch(L: torch.Tensor) -> torch.Tensor:
    """Each photo's first and 99th percentile become 0 and 100, what lies beyond is cut off.

    L float32 (B, 1, H, W) → the same shape.
    """
    flat = L.flatten(1)
    ranks = [max(1, round(share * flat.shape[1])) for share in (_LOW, _HIGH)]
    low, high = (flat.kthvalue(rank, dim=1).values.view(-1, 1, 1, 1) for rank in ranks)
    return ((L - low) * (100.0 / (high - low).clamp(min=10.0))).clamp(0, 100)


def _fade(L: torch.Tensor, draw: Callable[[], Draw]) -> torch.Tensor:
    """Black turns grey and white dull, in most photos a little, in some nearly all contrast."""
    lost = draw() ** 2 * 0.75
    black = 100 * lost * draw()
    return black + L * (1 - lost)


def _gamma(L: torch.Tensor, draw: Callable[[], Draw]) -> torch.Tensor:
    exponent = torch.exp((draw() - 0.5) * 1.2)
    return 100 * (L.clamp(0, 100) / 100) ** exponent


def _harden(L: torch.Tensor, draw: Callable[[], Draw]) -> torch.Tensor:
    """More contrast around a shifted mean: shadows and lights run into black and white."""
    mean = L.mean(dim=(2, 3), keepdim=True)
    return (mean + (L - mean) * (1 + 0.6 * draw()) + (draw() - 0.5) * 20).clamp(0, 100)


def _blur(L: torch.Tensor, draw: Callable[[], Draw]) -> torch.Tensor:
    soft = F.avg_pool2d(F.pad(L, [1] * 4, "replicate"), 3, 1)
    softer = F.avg_pool2d(F.pad(soft, [1] * 4, "replicate"), 3, 1)
    return torch.where(draw() < 0.5, soft, softer)


def _darken_corners(L: torch.Tensor, draw: Callable[[], Draw]) -> torch.Tensor:
    height, width = L.shape[2:]
    y = torch.linspace(-1, 1, height, device=L.device).view(1, 1, -1, 1)
    x = torch.linspace(-1, 1, width, device=L.device).view(1, 1, 1, -1)
    return L * (1 - 0.5 * draw() * (x**2 + y**2) / math.sqrt(2))


def _block(L: torch.Tensor, draw: Callable[[], Draw]) -> torch.Tensor:
    """Squares of 8 × 8 pixels lose their fine steps, as under strong JPEG compression."""
    if L.shape[2] % 8 or L.shape[3] % 8:
        return L
    level = F.interpolate(F.avg_pool2d(L, 8), scale_factor=8.0, mode="nearest")
    step = 4 + 10 * draw()
    return level + ((L - level) / step).round() * step


_EFFECTS = (
    (_blur, 0.3),
    (_gamma, 0.5),
    (_harden, 0.25),
    (_darken_corners, 0.2),
    (_block, 0.15),
)
"""What happens before grain and fading, with its chance."""
