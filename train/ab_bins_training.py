"""What only training does with ab bins: K-means centres of photos' colours, and soft labels."""

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from sklearn.cluster import KMeans

from colorizer.colour.ab_bins import AbBins
from colorizer.colour.lab import AB_LIMIT

NEIGHBOURS = 5
SIGMA = 5.0
"""Soft labels: the five nearest centres under a Gaussian of 5 ab units (Zhang et al. sec. 2.2)."""

_CELL = 2.0  # ab units; the side of a histogram cell, under one just noticeable difference


def soft_encode(
    ab_bins: AbBins, ab: torch.Tensor, neighbours: int = NEIGHBOURS
) -> tuple[torch.Tensor, torch.Tensor]:
    """ab float (..., 2) → (indices int64, weights float32), both (..., neighbours).

    Nearest centre first; weights sum to 1, so that one neighbour makes a hard label.
    """
    near = _distances(ab_bins, ab).topk(min(neighbours, ab_bins.n_classes), dim=1, largest=False)
    weights = torch.softmax(-(near.values**2) / (2 * SIGMA**2), dim=1)
    return near.indices.reshape(*ab.shape[:-1], -1), weights.reshape(*ab.shape[:-1], -1)


def nearest(ab_bins: AbBins, ab: torch.Tensor) -> torch.Tensor:
    """ab float (..., 2) → index of the nearest centre, int64 (...)."""
    return _distances(ab_bins, ab).argmin(dim=1).reshape(ab.shape[:-1])


def class_weights(ab_bins: AbBins, rebalancing: float) -> torch.Tensor:
    """`AbBins.class_weights` as a tensor."""
    return torch.from_numpy(ab_bins.class_weights(rebalancing))


def annealed_mean(ab_bins: AbBins, logits: torch.Tensor, temperature: float) -> torch.Tensor:
    """`AbBins.annealed_mean` of a tensor; the answer is on the same device."""
    centres = torch.from_numpy(ab_bins.centres).to(logits.device)
    if temperature <= 0:
        return centres[logits.argmax(dim=1)].movedim(-1, 1)
    share = torch.softmax(logits.float() / temperature, dim=1)
    return torch.einsum("bqhw,qc->bchw", share, centres)


def _distances(ab_bins: AbBins, ab: torch.Tensor) -> torch.Tensor:
    return torch.cdist(ab.reshape(-1, 2), torch.from_numpy(ab_bins.centres).to(ab.device))


def ab_histogram(ab: NDArray[np.floating]) -> NDArray[np.int64]:
    """ab float (N, 2) → counts int64 (110, 110) in square cells of 2 ab units over ±110."""
    bins = int(2 * AB_LIMIT / _CELL)
    cells = np.clip((ab + AB_LIMIT) / _CELL, 0, bins - 1).astype(np.int64)
    return np.bincount(cells[:, 0] * bins + cells[:, 1], minlength=bins * bins).reshape(bins, bins)


def fit_ab_bins(
    histogram: NDArray[np.int64], n_classes: int, *, flatten: float, seed: int = 0
) -> AbBins:
    """K-means centres of the colours counted in `histogram` (see `ab_histogram`).

    flatten: 0 clusters pixels as they come, so that most centres crowd around grey (the original's
    way); 1 clusters the occupied cells alike, so that rare vivid colours get centres as well.
    """
    counts = gaussian_filter(histogram.astype(np.float64), sigma=1.0)
    counts[histogram == 0] = 0
    occupied = np.argwhere(counts > counts.sum() * 1e-7)
    if len(occupied) < n_classes:
        raise ValueError(f"{len(occupied)} distinct colours are too few for {n_classes} classes.")
    mass = counts[occupied[:, 0], occupied[:, 1]]
    colours = (occupied + 0.5) * _CELL - AB_LIMIT
    kmeans = KMeans(n_clusters=n_classes, n_init=4, random_state=seed)
    labels = kmeans.fit_predict(colours, sample_weight=mass ** (1.0 - flatten))
    prior = np.bincount(labels, weights=mass, minlength=n_classes)
    return AbBins(
        centres=kmeans.cluster_centers_.astype(np.float32),
        prior=(prior / prior.sum()).astype(np.float32),
    )
