"""PCA previews: what is left of a photo when only its strongest components are kept.

    fit = fit_row_pca(photo.rgb)          # once per photo
    preview = fit.at_variance(0.98)       # again at every move of the slider
    print(preview.summary)                # 98 % of the variance in 39 of 256 components: …

The components are learnt from the photo itself. Rows are the samples of the original work; patches
of 8 × 8 pixels keep more of the photo in as many numbers, as neighbouring pixels resemble each
other in both directions.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from colorizer.previews.fidelity import luma_ssim, psnr
from colorizer.previews.pca_samples import Method, PatchSamples, RowSamples, SampleLayout


@dataclass(frozen=True)
class Compression:
    """A photo rebuilt from its first principal components, and what that cost and saved.

    rgb: uint8 (H, W, 3). retained_variance: the share of the variance kept, 0…1, never under the
    share asked for. n_components of n_total: how many were kept. stored_numbers and size_ratio: the
    numbers that rebuild the photo, and their ratio to its 3HW (above 1 = larger than the photo).
    psnr in dB (infinite = identical) and ssim (of the luma, ≤ 1): against the original.
    """

    rgb: NDArray[np.uint8]
    method: Method
    retained_variance: float
    n_components: int
    n_total: int
    stored_numbers: int
    size_ratio: float
    psnr: float
    ssim: float

    @property
    def summary(self) -> str:
        """One sentence for people: "98 % of the variance in 39 of 256 components: …"."""
        fidelity = "identical" if math.isinf(self.psnr) else f"{self.psnr:.1f} dB"
        return (
            f"{percent_kept(self.retained_variance)} of the variance in {self.n_components} of "
            f"{self.n_total} components: {percent_stored(self.size_ratio)} of the numbers, "
            f"{fidelity}"
        )


@dataclass(frozen=True)
class PcaFit:
    """The principal components of one photo, from which any compression of it is rebuilt quickly.

    original: uint8 (H, W, 3). mean: (d,), components: (r, d) of unit length, coefficients: (n, r),
    all float32 in 8-bit levels, for n samples of d values and r = min(n, d). curve: float64 (r,),
    the cumulative share of the variance in the first 1…r components.
    """

    original: NDArray[np.uint8]
    layout: SampleLayout
    mean: NDArray[np.float32]
    components: NDArray[np.float32]
    coefficients: NDArray[np.float32]
    curve: NDArray[np.float64]

    def components_for_variance(self, share: float) -> int:
        """The smallest number of components whose cumulative variance reaches `share`, 0 < … ≤ 1.

        Raises ValueError for any other share.
        """
        if not 0.0 < share <= 1.0:
            raise ValueError(f"The retained variance must be above 0 and at most 1, not {share}.")
        return int(np.searchsorted(self.curve, share)) + 1

    def components_for_size(self, size_ratio: float) -> int:
        """The largest number of components that stores at most `size_ratio` of 3HW, at least 1."""
        budget = size_ratio * self.original.size
        counts = range(1, len(self.curve) + 1)
        return max((k for k in counts if self.layout.stored_numbers(k) <= budget), default=1)

    def reconstruct(self, n_components: int) -> NDArray[np.uint8]:
        """The photo uint8 (H, W, 3) from its first `n_components` components, without figures."""
        kept = slice(n_components)
        with threadpool_limits(1, user_api="blas"):
            samples = self.coefficients[:, kept] @ self.components[kept]
        samples += self.mean
        return self.layout.photo(samples)

    def at_components(self, n_components: int) -> Compression:
        """The compression with `n_components` components, 1…r; ValueError outside of that."""
        if not 1 <= n_components <= len(self.curve):
            raise ValueError(f"This photo has 1 to {len(self.curve)} components: {n_components}.")
        rgb = self.reconstruct(n_components)
        stored_numbers = self.layout.stored_numbers(n_components)
        return Compression(
            rgb=rgb,
            method=self.layout.method,
            retained_variance=float(self.curve[n_components - 1]),
            n_components=n_components,
            n_total=len(self.curve),
            stored_numbers=stored_numbers,
            size_ratio=stored_numbers / self.original.size,
            psnr=psnr(self.original, rgb),
            ssim=luma_ssim(self.original, rgb),
        )

    def at_variance(self, share: float) -> Compression:
        """The smallest compression that keeps `share` (0 < … ≤ 1) of the variance."""
        return self.at_components(self.components_for_variance(share))

    def at_size(self, size_ratio: float) -> Compression:
        """The best compression within `size_ratio` of the photo's 3HW numbers."""
        return self.at_components(self.components_for_size(size_ratio))

    def component_grid(self, *, n_components: int = 64, columns: int = 8) -> NDArray[np.uint8]:
        """The first components as one picture uint8 (h, w, 3): patches in a grid, rows in a pile.

        Each component is scaled by its own largest loading; mid-grey is zero.
        """
        from skimage.util import montage  # scipy: not before the first preview

        tiles = self.layout.tiles(self.components[:n_components])
        largest = np.abs(tiles).max(axis=(1, 2, 3), keepdims=True)
        pictures = np.rint(127.5 + 127.5 * tiles / np.where(largest > 0, largest, 1))
        columns = 1 if self.layout.method == "rows" else min(columns, len(pictures))
        grid: NDArray[np.uint8] = montage(
            pictures.astype(np.uint8),
            fill=(32, 32, 32),
            grid_shape=(-(-len(pictures) // columns), columns),
            padding_width=2,
            channel_axis=-1,
        )
        return grid


def fit_row_pca(rgb: NDArray[np.uint8]) -> PcaFit:
    """PCA on the rows of a photo uint8 (H, W, 3): H samples of 3W values.

    Raises ValueError for an array of another shape or dtype.
    """
    return _fit(_require_photo(rgb), RowSamples.of(rgb))


def fit_patch_pca(rgb: NDArray[np.uint8]) -> PcaFit:
    """PCA on the 8 × 8 patches of a photo uint8 (H, W, 3): N samples of 192 values.

    Raises ValueError for an array of another shape or dtype.
    """
    return _fit(_require_photo(rgb), PatchSamples.of(rgb))


def _require_photo(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.size == 0:
        raise ValueError(f"A photo is uint8 (H, W, 3), not {rgb.dtype} {rgb.shape}.")
    return rgb


def _fit(rgb: NDArray[np.uint8], layout: SampleLayout) -> PcaFit:
    samples = layout.samples(rgb)
    mean = samples.mean(axis=0)
    samples -= mean
    # Matrices of this size are solved faster by one thread: two that wait for each other took 4 to
    # 30 times as long beside other work.
    with threadpool_limits(1, user_api="blas"):
        basis = _principal_basis(samples)
    cumulative = np.cumsum(basis.variances)
    total = cumulative[-1]
    return PcaFit(
        original=rgb,
        layout=layout,
        mean=mean.astype(np.float32),
        components=basis.components.astype(np.float32),
        coefficients=basis.coefficients.astype(np.float32),
        # All samples alike: there is no variance to lose, so that one component keeps all of it.
        curve=cumulative / total if total > 0 else np.ones_like(cumulative),
    )


@dataclass(frozen=True)
class _Basis:
    """Variances (r,) up to a common factor, components (r, d) and coefficients (n, r), float64."""

    variances: NDArray[np.float64]
    components: NDArray[np.float64]
    coefficients: NDArray[np.float64]


def _principal_basis(centred: NDArray[np.float64]) -> _Basis:
    """All principal components of centred samples (n, d), exactly.

    Takes the smaller of two symmetric eigenproblems: for more samples than features the covariance
    (d, d), else the Gram matrix (n, n), whose eigenvectors are the coefficients (linear kernel PCA,
    Schölkopf et al. 1998). This is about three times as fast as a full SVD of the samples.
    """
    from sklearn.decomposition import PCA, KernelPCA  # seconds: not before the first preview

    n_samples, n_features = centred.shape
    rank = min(n_samples, n_features)
    if not centred.any():
        return _Basis(np.zeros(rank), np.zeros((rank, n_features)), np.zeros((n_samples, rank)))
    if n_samples > n_features:
        pca = PCA(svd_solver="covariance_eigh").fit(centred)
        return _Basis(pca.explained_variance_, pca.components_, pca.transform(centred))
    kernel_pca = KernelPCA(n_samples, kernel="linear", eigen_solver="dense").fit(centred)
    norms = np.sqrt(kernel_pca.eigenvalues_)
    loadings = kernel_pca.eigenvectors_.T @ centred
    components = loadings / np.where(norms > 0, norms, np.inf)[:, None]
    return _Basis(kernel_pca.eigenvalues_, components, kernel_pca.eigenvectors_ * norms)


def percent_kept(share: float) -> str:
    """Rounded down to a tenth, so that 99.97 % does not read as everything."""
    return f"{math.floor(share * 1000 + 1e-6) / 10:g} %"


def percent_stored(ratio: float) -> str:
    """A share of the numbers, the small ones with a tenth."""
    return f"{100 * ratio:.0f} %" if ratio >= 0.1 else f"{100 * ratio:.1f} %"
