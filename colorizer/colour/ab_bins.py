"""The ab bins of the classifier: K-means bin centres, their prior, soft labels and decoding.

Zhang, Isola & Efros 2016 ("Colorful Image Colorization") use a fixed 10 × 10 grid of 313 bins; here
the bins are K-means centres, as in the project this one grew out of, so that K is free.
"""

from dataclasses import dataclass

import numpy as np
import torch
from scipy.ndimage import gaussian_filter

from colorizer.colour.lab import AB_LIMIT

NEIGHBOURS = 5
SIGMA = 5.0
"""Soft labels: the five nearest centres under a Gaussian of 5 ab units (Zhang et al. sec. 2.2)."""

_CELL = 2.0  # ab units; the side of a histogram cell, under one just noticeable difference


@dataclass(frozen=True)
class AbBins:
    """The colours a classifier can name.

    centres: float32 (Q, 2), ab units. prior: float32 (Q,), their share of all pixels, sums to 1.
    """

    centres: torch.Tensor
    prior: torch.Tensor

    def __post_init__(self) -> None:
        if self.centres.ndim != 2 or self.centres.shape[1] != 2:
            raise ValueError(f"Centres must be (Q, 2), not {tuple(self.centres.shape)}.")
        if self.prior.shape != self.centres.shape[:1]:
            raise ValueError("Bins need one prior for each centre.")

    @property
    def n_classes(self) -> int:
        """Q, the number of centres."""
        return len(self.centres)

    def nearest(self, ab: torch.Tensor) -> torch.Tensor:
        """ab float (..., 2) → index of the nearest centre, int64 (...)."""
        distances = torch.cdist(ab.reshape(-1, 2), self.centres.to(ab.device))
        return distances.argmin(dim=1).reshape(ab.shape[:-1])

    def soft_encode(
        self, ab: torch.Tensor, neighbours: int = NEIGHBOURS
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """ab float (..., 2) → (indices int64, weights float32), both (..., neighbours).

        Nearest centre first; weights sum to 1, so that one neighbour makes a hard label.
        """
        distances = torch.cdist(ab.reshape(-1, 2), self.centres.to(ab.device))
        near = distances.topk(min(neighbours, self.n_classes), dim=1, largest=False)
        weights = torch.softmax(-(near.values**2) / (2 * SIGMA**2), dim=1)
        return near.indices.reshape(*ab.shape[:-1], -1), weights.reshape(*ab.shape[:-1], -1)

    def class_weights(self, rebalancing: float) -> torch.Tensor:
        """Loss weight of each centre, float32 (Q,), mean 1 under the prior (Zhang et al. eq. 4).

        rebalancing: λ in 0…1, the share of the uniform distribution mixed out of the weights: 0
        leaves every class at weight 1, 1 weighs by the inverse prior alone.
        """
        mixed = rebalancing * self.prior + (1 - rebalancing) / self.n_classes
        weights = 1.0 / mixed if rebalancing > 0 else torch.ones_like(self.prior)
        return weights / (self.prior * weights).sum()

    def calibrate(self, logits: torch.Tensor, rebalancing: float, share: float) -> torch.Tensor:
        """Take back a `share` (0…1) of the class weights that a classifier was trained with.

        A loss weighted by w teaches the distribution w·p / Σ w·p; dividing by w gives p again.
        logits: float (B, Q, H, W).
        """
        weights = self.class_weights(rebalancing).to(logits.device)
        return logits - share * weights.log().view(1, -1, 1, 1)

    def annealed_mean(self, logits: torch.Tensor, temperature: float) -> torch.Tensor:
        """Logits float (B, Q, H, W) → ab float32 (B, 2, H, W) (Zhang et al. eq. 5).

        temperature: 1 gives the mean of the distribution, 0 its mode (the original's arg-max).
        """
        centres = self.centres.to(logits.device)
        if temperature <= 0:
            return centres[logits.argmax(dim=1)].movedim(-1, 1)
        share = torch.softmax(logits.float() / temperature, dim=1)
        return torch.einsum("bqhw,qc->bchw", share, centres)


def ab_histogram(ab: np.ndarray) -> np.ndarray:
    """ab float (N, 2) → counts int64 (110, 110) in square cells of 2 ab units over ±110."""
    bins = int(2 * AB_LIMIT / _CELL)
    cells = np.clip((ab + AB_LIMIT) / _CELL, 0, bins - 1).astype(np.int64)
    return np.bincount(cells[:, 0] * bins + cells[:, 1], minlength=bins * bins).reshape(bins, bins)


def fit_ab_bins(histogram: np.ndarray, n_classes: int, *, flatten: float, seed: int = 0) -> AbBins:
    """K-means centres of the colours counted in `histogram` (see `ab_histogram`).

    flatten: 0 clusters pixels as they come, so that most centres crowd around grey (the original's
    way); 1 clusters the occupied cells alike, so that rare vivid colours get centres as well.
    """
    from sklearn.cluster import KMeans  # seconds, and only the training fits bins

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
        centres=torch.tensor(kmeans.cluster_centers_, dtype=torch.float32),
        prior=torch.tensor(prior / prior.sum(), dtype=torch.float32),
    )
