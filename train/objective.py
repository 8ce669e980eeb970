"""What the training minimises, for each head, and how a batch of photos becomes (L, ab)."""

from dataclasses import dataclass

import torch
from torch.nn import functional as F

from colorizer.colour.ab_bins import AbBins
from colorizer.colour.lab import rgb_to_lab
from train.ab_bins_training import NEIGHBOURS, soft_encode

_BEND = 11.0
"""ab units; a larger error counts in proportion, a smaller one by its square."""


@dataclass(frozen=True)
class Sample:
    """L float32 (B, 1, H, W), 0…100, and ab float32 (B, 2, h, w) at the network's output stride."""

    L: torch.Tensor
    ab: torch.Tensor


def to_sample(rgb: torch.Tensor, stride: int) -> Sample:
    """uint8 (B, 3, H, W) → Sample; ab is averaged over stride × stride pixels."""
    lab = rgb_to_lab(rgb.permute(0, 2, 3, 1).float() / 255.0).permute(0, 3, 1, 2)
    return Sample(L=lab[:, :1].contiguous(), ab=F.avg_pool2d(lab[:, 1:].contiguous(), stride))


def regression_loss(ab: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Huber loss on ab / 11, (B, 2, h, w) both: quadratic up to an error of 11 ab units."""
    return F.huber_loss(ab / _BEND, target / _BEND, delta=1.0)


def mood_loss(ab: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """How wrong the colours are on average: in the whole photo and in the squares of a 4 × 4 grid.

    Nearly half of a classifier's squared error is one shift of the whole photo. (B, 2, h, w) both.
    """
    losses = [
        regression_loss(F.adaptive_avg_pool2d(ab, cells), F.adaptive_avg_pool2d(target, cells))
        for cells in (1, 4)
    ]
    return torch.stack(losses).mean()


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
    log_share = F.log_softmax(logits.float(), dim=1)
    chosen = log_share.gather(1, indices.permute(0, 3, 1, 2))
    cross_entropy = -(chosen * weights.permute(0, 3, 1, 2)).sum(dim=1)
    return (cross_entropy * class_weights[indices[..., 0]]).mean()
