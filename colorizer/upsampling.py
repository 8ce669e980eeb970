"""Low-resolution ab → full-resolution ab that follows the edges of L.

The fast guided filter (He & Sun 2015, "Fast Guided Filter", alg. 2) fits ab as a local linear
function of L at the network's size; its two smooth coefficient maps are all that has to be
enlarged: ab = slope · L + offset with the full-size L, for any strip of rows on its own.
"""

from dataclasses import dataclass

import torch
from torch.nn import functional as F

RADIUS = 6
"""Half the side of the filter's window, in pixels at the network's size."""

EPSILON = 30.0
"""Regularisation in squared L units: detail of L below about √30 leaves no trace in ab."""


@dataclass(frozen=True)
class AbField:
    """ab of a photo as a linear function of its L.

    slope, offset: float32 (1, 2, h, w) each, h × w the network's size.
    """

    slope: torch.Tensor
    offset: torch.Tensor

    def rows(self, L: torch.Tensor, top: int, height: int) -> torch.Tensor:
        """ab float32 (rows, W, 2) for the rows of a photo of `height` rows that begin at `top`.

        L: float32 (rows, W), 0…100, those rows' own lightness.
        """
        rows, width = L.shape
        slope = _enlarge(self.slope, top, rows, height, width)
        offset = _enlarge(self.offset, top, rows, height, width)
        return (slope * L + offset).permute(1, 2, 0)


def fit_ab_field(L: torch.Tensor, ab: torch.Tensor) -> AbField:
    """Guided fit of ab float (1, 2, h', w') on L float (1, 1, h, w); ab may be smaller than L."""
    ab = F.interpolate(ab, L.shape[-2:], mode="bicubic", align_corners=False)
    mean_L, mean_ab = _box(L), _box(ab)
    variance = _box(L * L) - mean_L * mean_L
    covariance = _box(L * ab) - mean_L * mean_ab
    slope = covariance / (variance.clamp(min=0) + EPSILON)
    return AbField(slope=_box(slope), offset=_box(mean_ab - slope * mean_L))


def _box(x: torch.Tensor) -> torch.Tensor:
    """Mean over a (2 RADIUS + 1)² window, the border's own pixels only, one axis at a time."""
    window = 2 * RADIUS + 1
    for kernel, padding in (((window, 1), (RADIUS, 0)), ((1, window), (0, RADIUS))):
        x = F.avg_pool2d(x, kernel, stride=1, padding=padding, count_include_pad=False)
    return x


def _enlarge(x: torch.Tensor, top: int, rows: int, height: int, width: int) -> torch.Tensor:
    """`rows` rows from `top` of x (1, C, h, w) enlarged to (height, width): (C, rows, width)."""
    source = x.shape[-2] / height
    y = ((torch.arange(top, top + rows) + 0.5) * source - 0.5).clamp(0, x.shape[-2] - 1)
    below = y.floor().long()
    above = (below + 1).clamp(max=x.shape[-2] - 1)
    share = (y - below)[:, None]
    picked = x[0, :, below] * (1 - share) + x[0, :, above] * share
    return F.interpolate(picked, size=width, mode="linear", align_corners=False)
