"""What the training minimises, for either head, and how a batch of photos becomes (L, ab)."""

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional as F

from colorizer.colour.ab_bins import AbBins
from colorizer.colour.lab import AB_LIMIT, rgb_to_lab
from train.ab_bins_training import NEIGHBOURS, soft_encode


@dataclass(frozen=True)
class Sample:
    """L float32 (B, 1, H, W), 0…100, and ab float32 (B, 2, h, w) at the network's output stride."""

    L: torch.Tensor
    ab: torch.Tensor


def to_sample(rgb: torch.Tensor, stride: int) -> Sample:
    """uint8 (B, 3, H, W) → Sample; ab is averaged over stride × stride pixels."""
    lab = rgb_to_lab(rgb.permute(0, 2, 3, 1).float() / 255.0).permute(0, 3, 1, 2)
    return Sample(L=lab[:, :1].contiguous(), ab=F.avg_pool2d(lab[:, 1:].contiguous(), stride))


def age(L: torch.Tensor, share: float, *, seed: tuple[int, int, int]) -> torch.Tensor:
    """Fade, grain and blur for a `share` of the batch, so that old photos look familiar.

    L float32 (B, 1, H, W), 0…100 → the same shape. Contrast × 0.45…1.1 around a shifted mean,
    noise of up to 4 L units, half of them softened by a 3 × 3 mean. The same seed, the same ageing.
    """
    random = np.random.default_rng(seed)
    draw = torch.from_numpy(random.random((5, len(L), 1, 1, 1), dtype=np.float32)).to(L.device)
    noise = torch.from_numpy(random.standard_normal(L.shape, dtype=np.float32)).to(L.device)
    mean = L.mean(dim=(2, 3), keepdim=True)
    faded = mean + (L - mean) * (0.45 + 0.65 * draw[0]) + (draw[1] - 0.5) * 20
    softened = torch.where(
        draw[2] < 0.5, F.avg_pool2d(F.pad(faded, [1] * 4, "replicate"), 3, 1), faded
    )
    aged = (softened + noise * 4 * draw[3]).clamp(0, 100)
    return torch.where(draw[4] < share, aged, L)


def regression_loss(ab: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Huber loss on ab / 110, (B, 2, h, w) both; quadratic below 0.1 (11 ab units)."""
    return F.huber_loss(ab / AB_LIMIT, target / AB_LIMIT, delta=0.1)


def squared_loss(ab: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The original's loss: mean squared error of ab / 255."""
    return F.mse_loss(ab / 255.0, target / 255.0)


def classification_loss(
    logits: torch.Tensor,
    target: torch.Tensor,
    ab_bins: AbBins,
    class_weights: torch.Tensor,
    neighbours: int = NEIGHBOURS,
) -> torch.Tensor:
    """Rebalanced soft cross-entropy (Zhang et al. 2016, eq. 2–4).

    logits (B, Q, h, w), target ab (B, 2, h, w), class_weights (Q,); a pixel weighs as the centre
    nearest to its true colour. neighbours: centres that share a pixel; with one, and equal class
    weights, this is the plain cross-entropy.
    """
    indices, weights = soft_encode(ab_bins, target.permute(0, 2, 3, 1), neighbours)
    log_share = F.log_softmax(logits, dim=1)
    chosen = log_share.gather(1, indices.permute(0, 3, 1, 2))
    cross_entropy = -(chosen * weights.permute(0, 3, 1, 2)).sum(dim=1)
    return (cross_entropy * class_weights[indices[..., 0]]).mean()
