"""The ab bins of the classifier: K-means bin centres, their prior, and the decoding of logits.

Zhang, Isola & Efros 2016 ("Colorful Image Colorization") use a fixed 10 × 10 grid of 313 bins; here
the bins are K-means centres, as in the project this one grew out of, so that K is free. How they
are fitted, and the soft labels of the training, are in `train.ab_bins_training`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class AbBins:
    """The colours a classifier can name.

    centres: float32 (Q, 2), ab units. prior: float32 (Q,), their share of all pixels, sums to 1.
    """

    centres: _Array
    prior: _Array

    def __post_init__(self) -> None:
        if self.centres.ndim != 2 or self.centres.shape[1] != 2:
            raise ValueError(f"Centres must be (Q, 2), not {self.centres.shape}.")
        if self.prior.shape != self.centres.shape[:1]:
            raise ValueError("Bins need one prior for each centre.")

    @property
    def n_classes(self) -> int:
        """Q, the number of centres."""
        return len(self.centres)

    def class_weights(self, rebalancing: float) -> _Array:
        """Loss weight of each centre, float32 (Q,), mean 1 under the prior (Zhang et al. eq. 4).

        rebalancing: λ in 0…1, the share of the uniform distribution mixed out of the weights: 0
        leaves every class at weight 1, 1 weighs by the inverse prior alone.
        """
        mixed = rebalancing * self.prior + (1 - rebalancing) / self.n_classes
        weights = 1.0 / mixed if rebalancing > 0 else np.ones_like(self.prior)
        return (weights / (self.prior * weights).sum()).astype(np.float32)

    def calibrate(self, logits: _Array, rebalancing: float, share: float) -> _Array:
        """Take back a `share` (0…1) of the class weights that a classifier was trained with.

        A loss weighted by w teaches the distribution w·p / Σ w·p; dividing by w gives p again.
        logits: float32 (B, Q, H, W).
        """
        weights: _Array = np.log(self.class_weights(rebalancing)) * np.float32(share)
        return logits - weights[:, None, None]

    def annealed_mean(self, logits: _Array, temperature: float) -> _Array:
        """Logits float32 (B, Q, H, W) → ab float32 (B, 2, H, W) (Zhang et al. eq. 5).

        temperature: 1 gives the mean of the distribution, 0 its mode (the original's arg-max).
        """
        if temperature <= 0:
            return np.moveaxis(self.centres[logits.argmax(axis=1)], -1, 1)
        share = np.exp((logits - logits.max(axis=1, keepdims=True)) / np.float32(temperature))
        total = share.sum(axis=1, keepdims=True)
        batch, classes, height, width = logits.shape
        mean = self.centres.T @ share.reshape(batch, classes, height * width)
        return mean.reshape(batch, 2, height, width) / total
