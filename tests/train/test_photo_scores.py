"""Metrics of colorizer.metrics, .auc and .realism against other implementations and by hand."""

import numpy as np
import pytest
from scipy.linalg import sqrtm
from scipy.ndimage import gaussian_filter
from skimage import color, data
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from colorizer.metrics import colorfulness, compare_colours
from train.evaluation.auc import N_BINS, ab_bins, auc, bin_closeness, rebalancing_weights
from train.evaluation.photo_scores import PSNR_LIMIT, score_photo
from train.evaluation.realism import fit_directions, frechet_distance, probe_verdicts


@pytest.fixture(scope="module")
def pair():
    """A real photo and a duller, warmer copy."""
    real = data.astronaut()[100:180, 150:270]
    lab = color.rgb2lab(real)
    lab[..., 1:] = lab[..., 1:] * 0.4 + [0.0, 6.0]
    return real, np.round(color.lab2rgb(lab) * 255).astype(np.uint8)


def ab_of(rgb):
    return color.rgb2lab(rgb)[..., 1:]


def test_ab_error_is_the_mean_square_over_both_channels(pair):
    expected = ((ab_of(pair[0]) - ab_of(pair[1])) ** 2).mean()
    assert score_photo(*pair).ab_error == pytest.approx(expected, rel=1e-4)


def test_places_of_one_photo_are_told_apart():
    real = np.full((40, 40, 3), 128, np.uint8)
    real[:, 20:] = [200, 30, 30]  # strong colour beyond an edge of L
    ours = np.full_like(real, 128)
    scores = score_photo(real, ours)
    parts, red = scores.parts, np.hypot(*ab_of(real)[0, -1])
    assert (parts.neutral, parts.neutral_error) == (0.5, pytest.approx(0.0, abs=1e-3))
    assert parts.strong_chroma_real == pytest.approx(red / 2, rel=1e-3)
    assert parts.strong_chroma == pytest.approx(0.0, abs=0.1)
    assert parts.edge == 0.0  # the step of L is less than 15
    real[:, :20] = 255
    parts = score_photo(real, ours).parts
    assert parts.edge == pytest.approx(10 / 40)  # two columns with a step, four more on each side
    assert parts.edge_error == pytest.approx(scores.ab_error * 5 / 20, rel=1e-2)


def test_psnr_and_ssim_agree_with_scikit_image_on_rgb(pair):
    scores = score_photo(*pair)
    assert scores.psnr == pytest.approx(peak_signal_noise_ratio(*pair), abs=1e-4)
    by_channel = [
        structural_similarity(pair[0][..., c], pair[1][..., c], data_range=255) for c in range(3)
    ]
    assert scores.ssim == pytest.approx(np.mean(by_channel), abs=1e-9)


def test_identical_photos_have_finite_scores(pair):
    scores = score_photo(pair[0], pair[0])
    assert (scores.ab_error, scores.psnr, scores.ssim) == (0.0, PSNR_LIMIT, 1.0)
    assert auc(scores.closeness) == pytest.approx(100.0)


def test_photos_of_different_size_are_refused(pair):
    with pytest.raises(ValueError, match="Sizes differ"):
        score_photo(pair[0], pair[1][:-1])


def test_colorfulness_of_two_hand_computed_photos():
    red = np.full((4, 4, 3), [200, 0, 0], dtype=np.uint8)
    # rg = 200 and yb = 100 everywhere: no spread, 0.3 · √(200² + 100²)
    assert colorfulness(red) == pytest.approx(0.3 * np.hypot(200, 100))
    halves = red.copy()
    halves[:, :2] = [0, 0, 200]  # rg 0, yb −200: means 100 and −50, deviations 100 and 150
    assert colorfulness(halves) == pytest.approx(np.hypot(100, 150) + 0.3 * np.hypot(100, 50))
    assert colorfulness(np.repeat(red[..., :1], 3, axis=-1)) == 0.0


def test_raw_auc_is_the_area_of_the_swept_curve(pair):
    real, ours = (ab_of(rgb) for rgb in pair)
    distance = np.sqrt(((real - ours) ** 2).sum(axis=-1)).ravel()
    thresholds = np.linspace(0, 150, 3001)
    curve = [(distance <= t).mean() for t in thresholds]
    area = np.trapezoid(curve, thresholds) / 150
    assert auc(score_photo(*pair).closeness) == pytest.approx(100 * area, abs=0.02)


def test_rebalanced_auc_agrees_with_a_loop_over_pixels(pair):
    real, ours = (ab_of(rgb).reshape(-1, 2)[::7] for rgb in pair)
    grid = np.zeros((23, 23))
    for a, b in real:
        grid[round(a / 10) + 11, round(b / 10) + 11] += 1
    p = gaussian_filter(grid, 0.5, mode="constant")
    total = weighted = 0.0
    for (a, b), (ours_a, ours_b) in zip(real, ours, strict=True):
        weight = 1 / p[round(a / 10) + 11, round(b / 10) + 11]
        distance = np.hypot(a - ours_a, b - ours_b)
        total += weight
        weighted += weight * sum(distance <= t for t in np.arange(0.5, 150)) / 150
    photo = bin_closeness(real, ours)
    weights = rebalancing_weights(photo.share)
    assert auc(photo, weights) == pytest.approx(100 * weighted / total, abs=0.1)
    assert auc(photo, weights) < auc(photo)  # vivid pixels are rare and badly hit here


def test_rebalancing_gives_rare_colours_the_say_of_common_ones():
    real = np.zeros((100, 2))
    real[:10] = [80.0, 0.0]  # a tenth is vivid and far from the grey guess
    photo = bin_closeness(real, np.zeros((100, 2)))
    assert auc(photo) == pytest.approx(100 * (0.9 + 0.1 * (1 - 80 / 150)))
    weights = rebalancing_weights(photo.share)
    assert auc(photo, weights) == pytest.approx(100 * (0.5 + 0.5 * (1 - 80 / 150)))


def test_bins_have_their_centres_at_multiples_of_ten_and_keep_outliers():
    colours = np.array([[-110.0, -110.0], [4.9, -4.9], [5.1, 0.0], [300.0, 300.0]])
    assert ab_bins(colours).tolist() == [0, 11 * 23 + 11, 12 * 23 + 11, N_BINS - 1]


def test_frechet_distance_agrees_with_the_matrix_root():
    random = np.random.default_rng(0)
    one = random.normal(size=(300, 8)) @ random.normal(size=(8, 8))
    two = random.normal(size=(200, 8)) @ random.normal(size=(8, 8)) + 0.5
    sigma_1, sigma_2 = np.cov(one.T), np.cov(two.T)
    expected = ((one.mean(0) - two.mean(0)) ** 2).sum() + np.trace(
        sigma_1 + sigma_2 - 2 * sqrtm(sigma_1 @ sigma_2).real
    )
    assert frechet_distance(one, two) == pytest.approx(expected, rel=1e-6)


def test_frechet_distance_of_shifted_points_is_the_squared_shift():
    points = np.random.default_rng(1).normal(size=(20, 30))  # singular covariance
    assert frechet_distance(points, points + 2.0) == pytest.approx(30 * 4.0, rel=1e-6)
    assert frechet_distance(points, points) == pytest.approx(0.0, abs=1e-6)


def test_principal_directions_keep_the_spread_and_their_number_is_capped():
    features = np.random.default_rng(2).normal(size=(10, 50))
    directions = fit_directions(features, 64)
    assert directions.axes.shape == (9, 50)
    projected = directions.project(features)
    assert np.trace(np.cov(projected.T)) == pytest.approx(np.trace(np.cov(features.T)))


def test_probe_cannot_tell_equal_sets_apart_and_finds_a_shifted_feature():
    random = np.random.default_rng(3)
    real = random.normal(size=(60, 40))
    assert probe_verdicts(real, real.copy()).tolist() == [0.5] * 60
    shifted = real.copy()
    shifted[:, 7] += 6.0
    assert probe_verdicts(real, shifted).mean() > 0.95


def test_probe_never_learns_from_the_other_version_of_a_photo():
    random = np.random.default_rng(4)
    real = random.normal(size=(40, 200)) * 10
    ours = real + random.normal(size=(40, 200)) * 0.1  # nothing in common but the photo itself
    assert 0.3 < probe_verdicts(real, ours).mean() < 0.7


def test_colours_are_compared_by_rmse_and_colourfulness(pair):
    real, dull = pair
    compared = compare_colours(real, dull)
    expected = np.sqrt(np.square(ab_of(real) - ab_of(dull)).mean())
    assert compared.ab_rmse == pytest.approx(expected, abs=0.01)
    assert compared.colorfulness < compared.colorfulness_real
    assert compare_colours(real, real).ab_rmse == 0.0


def test_only_pictures_of_one_size_are_compared(pair):
    real, dull = pair
    with pytest.raises(ValueError, match="Sizes differ"):
        compare_colours(real, dull[1:])
