import numpy as np
import pytest
import torch
from skimage import color
from torch.nn import functional as F

from colorizer.colour.ab_bins import AbBins
from train.ab_bins_training import class_weights, nearest
from train.objective import (
    classification_loss,
    regression_loss,
    squared_loss,
    to_sample,
)


def test_a_batch_becomes_lightness_and_averaged_ab() -> None:
    rgb = torch.randint(0, 256, (2, 3, 16, 24), dtype=torch.uint8)
    sample = to_sample(rgb, 4)
    lab = color.rgb2lab(rgb.permute(0, 2, 3, 1).numpy())
    np.testing.assert_allclose(sample.L[:, 0], lab[..., 0], atol=1e-3)
    blocks = lab[..., 1:].reshape(2, 4, 4, 6, 4, 2).mean(axis=(2, 4))
    np.testing.assert_allclose(sample.ab.permute(0, 2, 3, 1), blocks, atol=1e-3)


def test_classification_loss_agrees_with_a_loop(ab_bins: AbBins) -> None:
    torch.manual_seed(0)
    logits, target = torch.randn(2, 9, 2, 3), torch.randn(2, 2, 2, 3) * 40
    weights = class_weights(ab_bins, 0.5)
    total = 0.0
    for b in range(2):
        for y in range(2):
            for x in range(3):
                distances = (torch.from_numpy(ab_bins.centres) - target[b, :, y, x]).norm(dim=1)
                near = distances.argsort()[:5]
                soft = torch.softmax(-(distances[near] ** 2) / 50, dim=0)
                log_share = torch.log_softmax(logits[b, :, y, x], dim=0)
                total -= float((soft * log_share[near]).sum() * weights[near[0]])
    expected = total / 12
    assert float(classification_loss(logits, target, ab_bins, weights)) == pytest.approx(
        expected, rel=1e-4
    )


def test_one_neighbour_without_rebalancing_is_the_plain_cross_entropy(ab_bins: AbBins) -> None:
    torch.manual_seed(0)
    logits, target = torch.randn(2, 9, 2, 3), torch.randn(2, 2, 2, 3) * 40
    expected = F.cross_entropy(logits, nearest(ab_bins, target.permute(0, 2, 3, 1)))
    weights = class_weights(ab_bins, 0.0)
    loss = classification_loss(logits, target, ab_bins, weights, neighbours=1)
    torch.testing.assert_close(loss, expected)


def test_regression_losses_have_their_units() -> None:
    ab, target = torch.full((1, 2, 1, 1), 5.1), torch.zeros(1, 2, 1, 1)
    assert float(squared_loss(ab, target)) == pytest.approx(0.02**2)
    assert float(regression_loss(ab, target)) == pytest.approx(0.5 * (5.1 / 11) ** 2)
