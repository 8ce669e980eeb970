import numpy as np
import pytest

from colorizer.colour.ab_bins import AbBins


def softmax(logits: np.ndarray) -> np.ndarray:
    share = np.exp(logits - logits.max())
    return np.asarray(share / share.sum())


def test_annealed_mean_runs_from_mean_to_mode(ab_bins: AbBins) -> None:
    logits = np.zeros((1, 9, 1, 1), np.float32)
    logits[0, 8] = 2.0
    mean = ab_bins.annealed_mean(logits, 1.0)[0, :, 0, 0]
    np.testing.assert_allclose(mean, softmax(logits[0, :, 0, 0]) @ ab_bins.centres, rtol=1e-5)
    np.testing.assert_array_equal(
        ab_bins.annealed_mean(logits, 0.0)[0, :, 0, 0], ab_bins.centres[8]
    )
    nearly_mode = ab_bins.annealed_mean(logits, 0.05)[0, :, 0, 0]
    np.testing.assert_allclose(nearly_mode, ab_bins.centres[8], atol=0.1)


def test_every_place_and_photo_gets_its_own_colour(ab_bins: AbBins) -> None:
    logits = np.random.default_rng(0).normal(0, 3, (2, 9, 3, 4)).astype(np.float32)
    mean = ab_bins.annealed_mean(logits, 0.5)
    assert mean.shape == (2, 2, 3, 4)
    assert mean.dtype == np.float32
    expected = softmax(logits[1, :, 2, 3] / 0.5) @ ab_bins.centres
    np.testing.assert_allclose(mean[1, :, 2, 3], expected, rtol=1e-4, atol=1e-4)


def test_large_logits_and_small_temperatures_do_not_overflow(ab_bins: AbBins) -> None:
    logits = np.full((1, 9, 1, 1), 1e30, np.float32)
    logits[0, 2] = 2e30
    for temperature in (1e-6, 0.38, 1.0):
        mean = ab_bins.annealed_mean(logits, temperature)[0, :, 0, 0]
        np.testing.assert_allclose(mean, ab_bins.centres[2])


@pytest.mark.parametrize("rebalancing", [0.0, 0.5, 1.0])
def test_class_weights_average_to_one_under_the_prior(ab_bins: AbBins, rebalancing: float) -> None:
    weights = ab_bins.class_weights(rebalancing)
    assert (weights * ab_bins.prior).sum() == pytest.approx(1.0, rel=1e-5)
    assert weights[4] <= weights[0]


def test_class_weights_follow_equation_four(ab_bins: AbBins) -> None:
    weights = ab_bins.class_weights(0.5)
    expected = 1 / (0.5 * 0.05 + 0.5 / 9) / (1 / (0.5 * 0.6 + 0.5 / 9))
    assert float(weights[0] / weights[4]) == pytest.approx(expected, rel=1e-5)


def test_calibration_takes_back_the_class_weights(ab_bins: AbBins) -> None:
    true_share = softmax(np.linspace(-1, 1, 9, dtype=np.float32))
    logits = np.log(true_share * ab_bins.class_weights(0.5)).reshape(1, 9, 1, 1)
    back = softmax(ab_bins.calibrate(logits, 0.5, 1.0).ravel())
    np.testing.assert_allclose(back, true_share, rtol=1e-5)
    np.testing.assert_array_equal(ab_bins.calibrate(logits, 0.5, 0.0), logits)
