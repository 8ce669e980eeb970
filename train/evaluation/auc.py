"""AuC of Zhang et al. 2016: the share of pixels near their true ab, over all meanings of near.

The share of pixels whose ab lies within t of the truth is swept over t = 0 … 150 ab units and
integrated. With d the distance of one pixel, the area under its step is max(0, 1 − d / 150), so the
integral needs no sweep. In the class-rebalanced form each pixel weighs 1 / p of its *true* colour's
bin (the paper's eq. 4 with λ = 0): a vivid red pixel then counts as much as all the grey of a road.

Everything is kept by bin, so that p, which needs all photos, can be applied after one pass.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_DISTANCE = 150.0
"""End of the sweep, ab units."""

BIN_SIDE = 10.0
"""Side of a square ab bin; centres at −110, −100 … 110, the paper's 313 among them."""

SMOOTHING = 5.0
"""σ of the Gaussian over p, ab units (Zhang et al. 2016, sec. 2.2)."""

_BINS = 23  # along each axis
N_BINS = _BINS * _BINS


@dataclass(frozen=True)
class BinnedCloseness:
    """One photo's pixels by the bin of their true colour.

    share: float64 (529,), share of the pixels, sums to 1. closeness: float64 (529,), the same
    pixels' max(0, 1 − d / 150), summed and divided by the number of all pixels.
    """

    share: NDArray[np.float64]
    closeness: NDArray[np.float64]


def bin_closeness(real_ab: NDArray[np.floating], ab: NDArray[np.floating]) -> BinnedCloseness:
    """Compare ab with the truth, both float (..., 2) in ab units."""
    distance = np.linalg.norm(ab - real_ab, axis=-1).ravel()
    closeness = np.clip(1.0 - distance / MAX_DISTANCE, 0.0, None)
    bins = ab_bins(real_ab).ravel()
    return BinnedCloseness(
        share=np.bincount(bins, minlength=N_BINS) / bins.size,
        closeness=np.bincount(bins, weights=closeness, minlength=N_BINS) / bins.size,
    )


def ab_bins(ab: NDArray[np.floating]) -> NDArray[np.intp]:
    """Bin number (...), 0 … 528, of ab float (..., 2): the nearest of the grid's centres."""
    cells = np.clip(np.rint(ab / BIN_SIDE) + _BINS // 2, 0, _BINS - 1).astype(np.intp)
    return np.asarray(cells[..., 0] * _BINS + cells[..., 1])


def rebalancing_weights(share: NDArray[np.floating]) -> NDArray[np.float64]:
    """Share of all photos' pixels in each bin, float (529,) → 1 / p, float64 (529,).

    p is the share smoothed by a Gaussian of 5 ab units; bins far from every colour weigh nothing.
    """
    from scipy.ndimage import gaussian_filter  # scipy: a second, and the page needs none of it

    grid = np.asarray(share, dtype=np.float64).reshape(_BINS, _BINS)
    p = gaussian_filter(grid, SMOOTHING / BIN_SIDE, mode="constant").ravel()
    p /= p.sum()
    weights: NDArray[np.float64] = np.divide(1.0, p, out=np.zeros_like(p), where=p > 0)
    return weights


def auc(photo: BinnedCloseness, weights: NDArray[np.floating] | None = None) -> float:
    """AuC in percent, 100 = every pixel exact; rebalanced with `weights` (529,), raw without."""
    if weights is None:
        return float(100.0 * photo.closeness.sum())
    return float(100.0 * (photo.closeness @ weights) / (photo.share @ weights))
