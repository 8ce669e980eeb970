import numpy as np
import pytest
import torch
from torch.nn.functional import avg_pool2d

from colorizer.colour.guided_upsampling import (
    EPSILON,
    RADIUS,
    AbField,
    bilinear_grid,
    enlarge,
    fit_ab_field,
)


def enlarged(maps: np.ndarray, height: int, width: int) -> np.ndarray:
    """Maps (C, h, w) → float64 (C, height, width)."""
    values, above, down, left, along = bilinear_grid(maps.astype(np.float64), height, width)
    below = np.minimum(above + 1, values.shape[1] - 1)
    right = np.minimum(left + 1, values.shape[2] - 1)
    rows = values[:, above] * (1 - down[:, None]) + values[:, below] * down[:, None]
    return np.asarray(rows[..., left] * (1 - along) + rows[..., right] * along)


def full_ab(field: AbField, L: np.ndarray) -> np.ndarray:
    """ab (2, H, W) of a photo whose own lightness is L (H, W)."""
    return enlarged(field.slope, *L.shape) * L + enlarged(field.offset, *L.shape)


def test_constant_ab_stays_constant() -> None:
    random = np.random.default_rng(0)
    ab = np.broadcast_to(np.float32([[[20.0]], [[-30.0]]]), (2, 32, 48))
    field = fit_ab_field(random.random((32, 48), np.float32) * 100, ab)
    full = full_ab(field, random.random((64, 96)) * 100)
    np.testing.assert_allclose(full[0], 20.0, atol=1e-4)
    np.testing.assert_allclose(full[1], -30.0, atol=1e-4)


def test_the_fit_is_the_guided_filter_with_windows_cut_at_the_border() -> None:
    torch.manual_seed(2)
    L, ab = torch.rand(1, 1, 20, 31) * 100, torch.randn(1, 2, 20, 31) * 20

    def box(x: torch.Tensor) -> torch.Tensor:
        side = 2 * RADIUS + 1
        return avg_pool2d(x, side, stride=1, padding=RADIUS, count_include_pad=False)

    L64, ab64 = L.double(), ab.double()
    covariance = box(L64 * ab64) - box(L64) * box(ab64)
    slope = covariance / (box(L64**2) - box(L64) ** 2 + EPSILON)
    offset = box(ab64) - slope * box(L64)
    field = fit_ab_field(L[0, 0].numpy(), ab[0].numpy())
    np.testing.assert_allclose(field.slope, box(slope)[0], atol=1e-4, rtol=1e-4)
    np.testing.assert_allclose(field.offset, box(offset)[0], atol=1e-2, rtol=1e-4)


@pytest.mark.parametrize("size", [(64, 80), (16, 16), (7, 200), (200, 5), (1, 1), (15, 17)])
def test_enlarging_agrees_with_bilinear_interpolation(size: tuple[int, int]) -> None:
    torch.manual_seed(1)
    maps = torch.randn(1, 3, 16, 16, dtype=torch.float64) * 20
    expected = torch.nn.functional.interpolate(maps, size, mode="bilinear", align_corners=False)
    ours = enlarged(maps[0].numpy(), *size)
    np.testing.assert_allclose(ours, expected[0], atol=1e-12, rtol=1e-12)
    np.testing.assert_allclose(enlarge(maps[0].float().numpy(), *size), expected[0], atol=1e-4)


def test_colour_stops_at_an_edge_of_lightness() -> None:
    L = np.full((64, 64), 20.0, np.float32)
    L[:, 32:] = 80.0
    coarse = np.zeros((2, 16, 16), np.float32)
    coarse[..., 8:] = 60.0
    ab = np.kron(coarse, np.ones((4, 4), np.float32))
    guided = full_ab(fit_ab_field(L, ab), np.kron(L, np.ones((4, 4))))[0, 128]
    plain = enlarge(coarse, 256, 256)[0, 128]
    truth = np.zeros(256)
    truth[128:] = 60.0
    assert np.abs(guided - truth).sum() < 0.7 * np.abs(plain - truth).sum()


def test_fine_texture_of_lightness_leaves_no_pattern_in_ab() -> None:
    checks = np.float32(50 + 2.0 * ((np.arange(64)[:, None] + np.arange(64)) % 2))
    ab = np.broadcast_to(np.linspace(-20, 20, 64, dtype=np.float32), (2, 64, 64))
    smooth = full_ab(fit_ab_field(checks, ab), checks)[0]
    assert np.abs(np.diff(smooth, axis=0)).max() < 0.5
