import numpy as np
import pytest
import torch

from colorizer.colour.ab_bins import AbBins
from train.ab_bins_training import (
    ab_histogram,
    annealed_mean,
    class_weights,
    fit_ab_bins,
    nearest,
    soft_encode,
)


def test_soft_encode_names_the_five_nearest_centres_by_distance(ab_bins: AbBins) -> None:
    ab = torch.tensor([[3.0, -2.0]])
    indices, weights = soft_encode(ab_bins, ab)
    distances = np.linalg.norm(ab_bins.centres - ab.numpy(), axis=1)
    order = distances.argsort()[:5]
    expected = np.exp(-(distances[order] ** 2) / 50)
    assert set(indices[0].tolist()) == set(order.tolist())
    np.testing.assert_allclose(weights[0], expected / expected.sum(), rtol=1e-5)


def test_soft_encode_sums_to_one_far_outside_the_gamut(ab_bins: AbBins) -> None:
    _, weights = soft_encode(ab_bins, torch.tensor([[500.0, -500.0]]))
    torch.testing.assert_close(weights.sum(), torch.tensor(1.0))


def test_tensors_get_what_arrays_get(ab_bins: AbBins) -> None:
    logits = torch.randn(1, 9, 2, 3)
    np.testing.assert_allclose(
        annealed_mean(ab_bins, logits, 0.5), ab_bins.annealed_mean(logits.numpy(), 0.5), rtol=1e-5
    )
    np.testing.assert_array_equal(class_weights(ab_bins, 0.5), ab_bins.class_weights(0.5))


def test_fit_finds_clusters_where_the_pixels_are() -> None:
    random = np.random.default_rng(0)
    ab = np.concatenate(
        [random.normal((40, 30), 2, (9000, 2)), random.normal((-50, -20), 2, (1000, 2))]
    )
    fitted = fit_ab_bins(ab_histogram(ab), 2, flatten=0.0)
    order = fitted.prior.argsort()[::-1]
    np.testing.assert_allclose(fitted.centres[order], [[40, 30], [-50, -20]], atol=1.5)
    np.testing.assert_allclose(fitted.prior[order], [0.9, 0.1], atol=0.01)


def test_flattening_spreads_the_centres() -> None:
    ab = np.random.default_rng(0).normal(0, 15, (50_000, 2))
    spread = [fit_ab_bins(ab_histogram(ab), 20, flatten=f).centres.std() for f in (0.0, 1.0)]
    assert spread[1] > 1.3 * spread[0]


def test_too_few_colours_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        fit_ab_bins(ab_histogram(np.zeros((100, 2))), 5, flatten=0.5)


def test_nearest_keeps_the_shape(ab_bins: AbBins) -> None:
    ab = torch.tensor([[[55.0, 58.0], [1.0, 2.0]]])
    assert nearest(ab_bins, ab).tolist() == [[8, 4]]
