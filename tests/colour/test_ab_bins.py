import numpy as np
import pytest
import torch

from colorizer.colour.ab_bins import AbBins, ab_histogram, fit_ab_bins


def test_soft_encode_names_the_five_nearest_centres_by_distance(ab_bins: AbBins) -> None:
    ab = torch.tensor([[3.0, -2.0]])
    indices, weights = ab_bins.soft_encode(ab)
    distances = (ab_bins.centres - ab).norm(dim=1)
    order = distances.argsort()[:5]
    expected = torch.exp(-(distances[order] ** 2) / 50)
    assert indices[0].tolist() == order.tolist()
    torch.testing.assert_close(weights[0], expected / expected.sum())


def test_soft_encode_sums_to_one_far_outside_the_gamut(ab_bins: AbBins) -> None:
    _, weights = ab_bins.soft_encode(torch.tensor([[500.0, -500.0]]))
    torch.testing.assert_close(weights.sum(), torch.tensor(1.0))


def test_annealed_mean_runs_from_mean_to_mode(ab_bins: AbBins) -> None:
    logits = torch.zeros(1, 9, 1, 1)
    logits[0, 8] = 2.0
    share = torch.softmax(logits[0, :, 0, 0], dim=0)
    mean = ab_bins.annealed_mean(logits, 1.0)[0, :, 0, 0]
    torch.testing.assert_close(mean, share @ ab_bins.centres)
    torch.testing.assert_close(ab_bins.annealed_mean(logits, 0.0)[0, :, 0, 0], ab_bins.centres[8])
    nearly_mode = ab_bins.annealed_mean(logits, 0.05)[0, :, 0, 0]
    torch.testing.assert_close(nearly_mode, ab_bins.centres[8], atol=0.1, rtol=0)


@pytest.mark.parametrize("rebalancing", [0.0, 0.5, 1.0])
def test_class_weights_average_to_one_under_the_prior(ab_bins: AbBins, rebalancing: float) -> None:
    weights = ab_bins.class_weights(rebalancing)
    torch.testing.assert_close((weights * ab_bins.prior).sum(), torch.tensor(1.0))
    assert weights[4] <= weights[0]


def test_class_weights_follow_equation_four(ab_bins: AbBins) -> None:
    weights = ab_bins.class_weights(0.5)
    expected = 1 / (0.5 * 0.05 + 0.5 / 9) / (1 / (0.5 * 0.6 + 0.5 / 9))
    assert float(weights[0] / weights[4]) == pytest.approx(expected, rel=1e-5)


def test_fit_finds_clusters_where_the_pixels_are() -> None:
    random = np.random.default_rng(0)
    ab = np.concatenate(
        [random.normal((40, 30), 2, (9000, 2)), random.normal((-50, -20), 2, (1000, 2))]
    )
    fitted = fit_ab_bins(ab_histogram(ab), 2, flatten=0.0)
    order = fitted.prior.argsort(descending=True)
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
    assert ab_bins.nearest(ab).tolist() == [[8, 4]]


def test_calibration_takes_back_the_class_weights(ab_bins: AbBins) -> None:
    true_share = torch.softmax(torch.linspace(-1, 1, 9), dim=0)
    weighted = true_share * ab_bins.class_weights(0.5)
    logits = weighted.log().view(1, 9, 1, 1)
    back = torch.softmax(ab_bins.calibrate(logits, 0.5, 1.0), dim=1).flatten()
    torch.testing.assert_close(back, true_share)
    torch.testing.assert_close(ab_bins.calibrate(logits, 0.5, 0.0), logits)
