"""Low-resolution ab → full-resolution ab that follows the edges of L.

The fast guided filter (He & Sun 2015, "Fast Guided Filter", alg. 2) fits ab as a local linear
function of L at the network's size; its two smooth coefficient maps are all that has to be
enlarged: ab = slope · L + offset with the full-size L, for any strip of rows on its own.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d
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


def fit_ab_field(L: torch.Tensor, ab: torch.Tensor) -> AbField:
    """Guided fit of ab float (1, 2, h', w') on L float (1, 1, h, w); ab may be smaller than L."""
    if ab.shape[-2:] != L.shape[-2:]:
        ab = F.interpolate(ab, L.shape[-2:], mode="bicubic", align_corners=False)
    means = _box(torch.cat([L, ab, L * L, L * ab], dim=1))
    mean_L, mean_ab, mean_LL, mean_Lab = means.split([1, 2, 1, 2], dim=1)
    variance = (mean_LL - mean_L * mean_L).clamp(min=0)
    slope = (mean_Lab - mean_L * mean_ab) / (variance + EPSILON)
    slope, offset = _box(torch.cat([slope, mean_ab - slope * mean_L], dim=1)).chunk(2, dim=1)
    return AbField(slope=slope, offset=offset)


class BilinearGrid(NamedTuple):
    """Maps of the network's size, and how the photo's pixels lie between theirs: bilinear.

    A tuple, because Numba takes it as it is. maps: float64 (C, h, w). above: intp (H,), the row of
    the maps over each row of the photo. down: float64 (H,), 0…1, how far that row is towards the
    next row of the maps, if there is one. left, along: the same for the columns, (W,).
    """

    maps: NDArray[np.float64]
    above: NDArray[np.intp]
    down: NDArray[np.float64]
    left: NDArray[np.intp]
    along: NDArray[np.float64]


def bilinear_grid(maps: torch.Tensor, height: int, width: int) -> BilinearGrid:
    """Lay float64 (C, h, w) under a photo of that height and width."""
    rows, columns = _places(maps.shape[1], height), _places(maps.shape[2], width)
    return BilinearGrid(maps.numpy(), *rows, *columns)


def _places(number: int, enlarged: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """For each of `enlarged` places along a side: which of `number` is before it, and how far."""
    place = ((np.arange(enlarged) + 0.5) * number / enlarged - 0.5).clip(0, number - 1)
    before = place.astype(np.intp)
    return before, place - before


def _box(x: torch.Tensor) -> torch.Tensor:
    """Mean over a (2 RADIUS + 1)² window, the border's own pixels only, one axis at a time."""
    means = x.numpy()
    window = 2 * RADIUS + 1
    for axis in (-1, -2):
        inside = uniform_filter1d(np.ones(means.shape[axis]), window, mode="constant")
        means = uniform_filter1d(means, window, axis=axis, mode="constant")
        means /= inside.astype(np.float32).reshape((-1,) if axis == -1 else (-1, 1))
    return torch.from_numpy(means)
