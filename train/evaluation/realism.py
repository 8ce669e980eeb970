"""How real coloured photos look to a pretrained network: Fréchet distance and linear probe.

Both work on pooled features, float (N, D), row i of one set being the same photo as row i of the
other. Values depend on the feature network, the crop and N: they compare rows of one table only.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

N_DIRECTIONS = 64
"""Principal directions of the Fréchet distance: few enough for a covariance of 400 photos."""

PROBE_FOLDS = 5
PROBE_REGULARISATION = 0.01
"""Inverse strength C of the probe's L2 penalty; there are more features than photos."""


@dataclass(frozen=True)
class PrincipalDirections:
    """Main directions of the real photos' features. mean: (D,). axes: (k, D), orthonormal rows."""

    mean: NDArray[np.float64]
    axes: NDArray[np.float64]

    def project(self, features: NDArray[np.floating]) -> NDArray[np.float64]:
        """Features (N, D) → coordinates (N, k)."""
        return np.asarray((features - self.mean) @ self.axes.T, dtype=np.float64)


def fit_directions(
    real: NDArray[np.floating], n_directions: int = N_DIRECTIONS
) -> PrincipalDirections:
    """Principal directions of real features (N, D), at most N − 1 or D of them."""
    n_components = min(n_directions, len(real) - 1, real.shape[1])
    pca = PCA(n_components=n_components, svd_solver="full").fit(np.asarray(real, dtype=np.float64))
    return PrincipalDirections(mean=pca.mean_, axes=pca.components_)


def frechet_distance(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    """Squared Fréchet (Wasserstein-2) distance of the Gaussians fitted to (N, k) and (M, k).

    |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2 (Σ₁ Σ₂)^½) (Heusel et al. 2017, eq. 6). The trace of the root comes
    from the eigenvalues of Σ₁^½ Σ₂ Σ₁^½: that is symmetric, so that singular covariances are safe.
    """
    shift = first.mean(axis=0) - second.mean(axis=0)
    sigma_1, sigma_2 = (np.atleast_2d(np.cov(x, rowvar=False)) for x in (first, second))
    values, vectors = np.linalg.eigh(sigma_1)
    root = (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    cross = np.sqrt(np.clip(np.linalg.eigvalsh(root @ sigma_2 @ root), 0, None)).sum()
    return float(max(0.0, shift @ shift + np.trace(sigma_1) + np.trace(sigma_2) - 2 * cross))


def probe_verdicts(
    real: NDArray[np.floating], ours: NDArray[np.floating], *, folds: int = PROBE_FOLDS
) -> NDArray[np.float64]:
    """Can a straight line tell real from coloured? Share of right answers for each photo, (N,).

    real, ours: features (N, D). Logistic regression on standardised features, cross-validated, both
    versions of a photo always in the same fold. A photo has 0, 0.5 or 1; the mean is the probe's
    accuracy, and 0.5 is as good as real. Raises ValueError for fewer photos than folds.
    """
    n = len(real)
    features = np.concatenate([real, ours])
    is_real = np.repeat([True, False], n)
    photo = np.tile(np.arange(n), 2)
    probe = make_pipeline(
        StandardScaler(), LogisticRegression(C=PROBE_REGULARISATION, max_iter=1000)
    )
    splits = GroupKFold(folds, shuffle=True, random_state=0)
    guess = cross_val_predict(probe, features, is_real, groups=photo, cv=splits)
    return np.asarray((guess == is_real).reshape(2, n).mean(axis=0))
