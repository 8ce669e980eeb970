import numpy as np
import pytest
import torch
from torch.nn.functional import avg_pool2d

from colorizer.colour.guided_upsampling import EPSILON, RADIUS, AbField, bilinear_grid, fit_ab_field


def enlarged(maps: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """Maps (1, C, h, w) → float64 (C, height, width)."""
    values, above, down, left, along = bilinear_grid(maps[0].double(), height, width)
    below = np.minimum(above + 1, values.shape[1] - 1)
    right = np.minimum(left + 1, values.shape[2] - 1)
    rows = values[:, above] * (1 - down[:, None]) + values[:, below] * down[:, None]
    return torch.from_numpy(rows[..., left] * (1 - along) + rows[..., right] * along)


def full_ab(field: AbField, L: torch.Tensor) -> torch.Tensor:
    """ab (2, H, W) of a photo whose own lightness is L (H, W)."""
    return enlarged(field.slope, *L.shape) * L + enlarged(field.offset, *L.shape)


def test_constant_ab_stays_constant() -> None:
    L = torch.rand(1, 1, 32, 48) * 100
    ab = torch.tensor([20.0, -30.0]).view(1, 2, 1, 1).expand(1, 2, 8, 12)
    full = full_ab(fit_ab_field(L, ab), torch.rand(64, 96) * 100)
    expected = ab[0, :, :1, :1].expand(2, 64, 96).double()
    torch.testing.assert_close(full, expected, atol=1e-4, rtol=1e-5)


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
    field = fit_ab_field(L, ab)
    torch.testing.assert_close(field.slope.double(), box(slope), atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(field.offset.double(), box(offset), atol=1e-2, rtol=1e-4)


@pytest.mark.parametrize("size", [(64, 80), (16, 16), (7, 200), (200, 5), (1, 1), (15, 17)])
def test_enlarging_agrees_with_bilinear_interpolation(size: tuple[int, int]) -> None:
    torch.manual_seed(1)
    maps = torch.randn(1, 3, 16, 16, dtype=torch.float64) * 20
    expected = torch.nn.functional.interpolate(maps, size, mode="bilinear", align_corners=False)
    torch.testing.assert_close(enlarged(maps, *size), expected[0], atol=1e-12, rtol=1e-12)


def test_colour_stops_at_an_edge_of_lightness() -> None:
    L = torch.full((1, 1, 64, 64), 20.0)
    L[..., 32:] = 80.0
    ab = torch.zeros(1, 2, 16, 16)
    ab[..., 8:] = 60.0
    full_L = torch.nn.functional.interpolate(L, (256, 256))[0, 0]
    guided = full_ab(fit_ab_field(L, ab), full_L)[0, 128]
    plain = torch.nn.functional.interpolate(ab, (256, 256), mode="bilinear")[0, 0, 128]
    truth = torch.zeros(256)
    truth[128:] = 60.0
    assert (guided - truth).abs().sum() < 0.7 * (plain - truth).abs().sum()


def test_fine_texture_of_lightness_leaves_no_pattern_in_ab() -> None:
    checks = 50 + 2.0 * ((torch.arange(64)[:, None] + torch.arange(64)) % 2)
    ab = torch.linspace(-20, 20, 16).expand(1, 2, 16, 16)
    smooth = full_ab(fit_ab_field(checks[None, None], ab), checks)[0]
    assert (smooth[1:] - smooth[:-1]).abs().max() < 0.5
