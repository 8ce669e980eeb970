"""Row and patch PCA against scikit-learn's own, their promises as properties, and odd photos."""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from skimage import data
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from sklearn.decomposition import PCA

from colorizer.previews.fidelity import luma_ssim, psnr
from colorizer.previews.pca import PcaFit, fit_patch_pca, fit_row_pca

pytestmark = pytest.mark.filterwarnings("error")

Fit = Callable[[NDArray[np.uint8]], PcaFit]
METHODS = pytest.mark.parametrize("fit", [fit_row_pca, fit_patch_pca])

photos = st.tuples(st.integers(1, 20), st.integers(1, 20)).flatmap(
    lambda size: arrays(np.uint8, (*size, 3))
)
shares = st.floats(0.01, 1.0)


@pytest.fixture(scope="module")
def cat() -> NDArray[np.uint8]:
    return np.ascontiguousarray(data.chelsea()[40:168, 100:260])


def test_row_pca_agrees_with_scikit_learn(cat: NDArray[np.uint8]) -> None:
    reference = PCA(svd_solver="full").fit(cat.reshape(128, 480).astype(float))
    fit = fit_row_pca(cat)
    np.testing.assert_allclose(fit.curve, np.cumsum(reference.explained_variance_ratio_))
    kept = PCA(39, svd_solver="full").fit(cat.reshape(128, 480).astype(float))
    rows = kept.inverse_transform(kept.transform(cat.reshape(128, 480).astype(float)))
    difference = fit.reconstruct(39).astype(float) - np.clip(rows, 0, 255).reshape(cat.shape)
    assert np.abs(difference).max() < 0.51


@pytest.mark.parametrize("shape", [(16, 24), (128, 160)], ids=["6 patches", "320 patches"])
def test_patch_pca_agrees_with_scikit_learn(cat: NDArray[np.uint8], shape: tuple[int, int]) -> None:
    photo = cat[: shape[0], : shape[1]]
    patches = [
        photo[top : top + 8, left : left + 8].ravel()
        for top in range(0, shape[0], 8)
        for left in range(0, shape[1], 8)
    ]
    reference = PCA(svd_solver="full").fit(np.array(patches, dtype=float))
    curve = np.cumsum(reference.explained_variance_ratio_)
    np.testing.assert_allclose(fit_patch_pca(photo).curve, curve)


@METHODS
def test_fewest_components_that_reach_the_share_are_kept(fit: Fit, cat: NDArray[np.uint8]) -> None:
    fitted = fit(cat)
    for share in (0.5, 0.9, 0.98, 0.999):
        n_components = fitted.components_for_variance(share)
        assert fitted.curve[n_components - 1] >= share
        assert n_components == 1 or fitted.curve[n_components - 2] < share
    assert fitted.components_for_variance(float(fitted.curve[4])) == 5


@METHODS
@given(photo=photos, share=shares)
@settings(max_examples=60, deadline=None)
def test_any_photo_keeps_its_size_and_the_share(
    fit: Fit, photo: NDArray[np.uint8], share: float
) -> None:
    compression = fit(photo).at_variance(share)
    assert compression.rgb.shape == photo.shape
    assert compression.rgb.dtype == np.uint8
    assert compression.retained_variance >= share
    assert 1 <= compression.n_components <= compression.n_total
    assert compression.ssim <= 1.0


@METHODS
@given(photo=photos)
@settings(max_examples=40, deadline=None)
def test_all_of_the_variance_is_all_of_the_photo(fit: Fit, photo: NDArray[np.uint8]) -> None:
    compression = fit(photo).at_variance(1.0)
    np.testing.assert_array_equal(compression.rgb, photo)
    assert compression.psnr == math.inf
    assert compression.ssim == 1.0
    assert "identical" in compression.summary


@METHODS
@given(photo=photos)
@settings(max_examples=40, deadline=None)
def test_more_components_retain_more_and_cost_more(fit: Fit, photo: NDArray[np.uint8]) -> None:
    fitted = fit(photo)
    assert np.all(np.diff(fitted.curve) >= 0)
    assert fitted.curve[-1] == 1.0
    sizes = [fitted.layout.stored_numbers(k) for k in range(1, len(fitted.curve) + 1)]
    assert sizes == sorted(set(sizes))


@METHODS
def test_more_components_come_closer_to_the_photo(fit: Fit, cat: NDArray[np.uint8]) -> None:
    steps = [fit(cat).at_components(k) for k in (1, 4, 16, 64, 120)]
    assert all(a.psnr < b.psnr for a, b in pairwise(steps))
    assert all(a.ssim < b.ssim for a, b in pairwise(steps))


@given(photo=photos, share=shares)
@settings(max_examples=40, deadline=None)
def test_row_size_ratio_is_the_originals_formula(photo: NDArray[np.uint8], share: float) -> None:
    height, width, _ = photo.shape
    compression = fit_row_pca(photo).at_variance(share)
    k = compression.n_components
    expected = k * (1 + height + 3 * width) / (3 * height * width)
    assert compression.size_ratio == pytest.approx(expected)


def test_patch_size_counts_mean_coefficients_and_components(cat: NDArray[np.uint8]) -> None:
    compression = fit_patch_pca(cat[:100, :50]).at_components(3)
    n_patches = 13 * 7
    assert compression.stored_numbers == 192 + 3 * (n_patches + 192)
    assert compression.size_ratio == compression.stored_numbers / (3 * 100 * 50)


@METHODS
def test_compression_to_a_size_is_the_largest_that_fits(fit: Fit, cat: NDArray[np.uint8]) -> None:
    fitted = fit(cat)
    compression = fitted.at_size(0.2)
    assert compression.size_ratio <= 0.2
    assert fitted.at_components(compression.n_components + 1).size_ratio > 0.2
    assert fitted.at_size(0.0).n_components == 1


def test_patches_beat_rows_at_equal_size(cat: NDArray[np.uint8]) -> None:
    rows = fit_row_pca(cat).at_variance(0.98)
    patches = fit_patch_pca(cat).at_size(rows.size_ratio)
    assert patches.size_ratio <= rows.size_ratio
    assert patches.psnr > rows.psnr
    assert patches.ssim > rows.ssim


def test_summary_is_one_plain_sentence(cat: NDArray[np.uint8]) -> None:
    compression = fit_row_pca(cat).at_variance(0.98)
    k, percent = compression.n_components, round(100 * compression.size_ratio)
    assert compression.summary == (
        f"98 % of the variance in {k} of 128 components: {percent} % of the numbers, "
        f"{compression.psnr:.1f} dB"
    )


@METHODS
@pytest.mark.parametrize("level", [0, 77, 255])
@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (33, 50)])
def test_one_colour_needs_one_component(fit: Fit, level: int, size: tuple[int, int]) -> None:
    photo = np.full((*size, 3), level, dtype=np.uint8)
    compression = fit(photo).at_variance(0.5)
    np.testing.assert_array_equal(compression.rgb, photo)
    assert compression.n_components == 1
    assert compression.retained_variance == 1.0


@METHODS
def test_grey_photo_stays_grey(fit: Fit, cat: NDArray[np.uint8]) -> None:
    grey = np.repeat(cat[:, :, 1:2], 3, axis=2)
    rgb = fit(grey).at_variance(0.9).rgb.astype(int)
    assert np.abs(rgb - rgb[:, :, :1]).max() <= 1


def test_component_grid_shows_patches_in_columns_and_rows_in_a_pile(cat: NDArray[np.uint8]) -> None:
    patches = fit_patch_pca(cat).component_grid(n_components=10, columns=4)
    assert patches.shape == (3 * 34 + 2, 4 * 34 + 2, 3)
    rows = fit_row_pca(cat).component_grid(n_components=5)
    assert rows.shape == (5 * 10 + 2, 160 + 4, 3)
    assert patches.dtype == rows.dtype == np.uint8
    first = fit_patch_pca(cat).components[0].reshape(8, 8, 3)
    shown = patches[2:34:4, 2:34:4].astype(float)
    np.testing.assert_allclose(shown, 127.5 + 127.5 * first / np.abs(first).max(), atol=0.51)


@METHODS
@pytest.mark.parametrize("share", [0.0, -0.1, 1.01, math.nan])
def test_impossible_share_is_refused(fit: Fit, cat: NDArray[np.uint8], share: float) -> None:
    with pytest.raises(ValueError, match="retained variance"):
        fit(cat).at_variance(share)


@METHODS
def test_impossible_number_of_components_is_refused(fit: Fit, cat: NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match="components"):
        fit(cat).at_components(0)


@METHODS
@pytest.mark.parametrize(
    "array",
    [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)],
    ids=["grey plane", "float", "empty"],
)
def test_what_is_no_photo_is_refused(fit: Fit, array: NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match="uint8"):
        fit(array)


def test_psnr_and_ssim_agree_with_scikit_image(cat: NDArray[np.uint8]) -> None:
    worse = fit_row_pca(cat).reconstruct(10)
    assert psnr(cat, worse) == pytest.approx(peak_signal_noise_ratio(cat, worse), abs=1e-4)
    weights = np.array([0.2125, 0.7154, 0.0721])
    expected = structural_similarity(cat @ weights, worse @ weights, data_range=255)
    assert luma_ssim(cat, worse) == pytest.approx(expected, abs=1e-4)


def test_ssim_of_one_pixel_compares_its_brightness() -> None:
    dark, light = (np.full((1, 1, 3), level, dtype=np.uint8) for level in (51, 102))
    luminance = (2 * 0.2 * 0.4 + 1e-4) / (0.2**2 + 0.4**2 + 1e-4)
    assert luma_ssim(dark, light) == pytest.approx(luminance, abs=1e-5)
