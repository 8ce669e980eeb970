import torch

from colorizer.upsampling import fit_ab_field


def test_constant_ab_stays_constant() -> None:
    L = torch.rand(1, 1, 32, 48) * 100
    ab = torch.tensor([20.0, -30.0]).view(1, 2, 1, 1).expand(1, 2, 8, 12)
    rows = fit_ab_field(L, ab).rows(torch.rand(64, 96) * 100, 0, 64)
    torch.testing.assert_close(rows, ab[:, :, :1, :1].permute(0, 2, 3, 1)[0].expand(64, 96, 2))


def test_strips_join_to_the_same_ab_as_one_piece() -> None:
    torch.manual_seed(0)
    field = fit_ab_field(torch.rand(1, 1, 24, 40) * 100, torch.randn(1, 2, 6, 10) * 30)
    L = torch.rand(101, 173) * 100
    whole = field.rows(L, 0, 101)
    strips = [field.rows(L[top : top + 7], top, 101) for top in range(0, 101, 7)]
    torch.testing.assert_close(torch.cat(strips), whole)


def test_enlarging_agrees_with_bilinear_interpolation() -> None:
    torch.manual_seed(1)
    field = fit_ab_field(torch.full((1, 1, 16, 16), 50.0), torch.randn(1, 2, 16, 16) * 20)
    rows = field.rows(torch.zeros(64, 80), 0, 64)
    expected = torch.nn.functional.interpolate(
        field.offset, (64, 80), mode="bilinear", align_corners=False
    )
    torch.testing.assert_close(rows, expected[0].permute(1, 2, 0), atol=1e-4, rtol=1e-4)


def test_colour_stops_at_an_edge_of_lightness() -> None:
    L = torch.full((1, 1, 64, 64), 20.0)
    L[..., 32:] = 80.0
    ab = torch.zeros(1, 2, 16, 16)
    ab[..., 8:] = 60.0
    full_L = torch.nn.functional.interpolate(L, (256, 256))[0, 0]
    guided = fit_ab_field(L, ab).rows(full_L, 0, 256)[128, :, 0]
    plain = torch.nn.functional.interpolate(ab, (256, 256), mode="bilinear")[0, 0, 128]
    truth = torch.zeros(256)
    truth[128:] = 60.0
    assert (guided - truth).abs().sum() < 0.7 * (plain - truth).abs().sum()


def test_fine_texture_of_lightness_leaves_no_pattern_in_ab() -> None:
    checks = 50 + 2.0 * ((torch.arange(64)[:, None] + torch.arange(64)) % 2)
    ab = torch.linspace(-20, 20, 16).expand(1, 2, 16, 16)
    smooth = fit_ab_field(checks[None, None], ab).rows(checks, 0, 64)[..., 0]
    assert (smooth[1:] - smooth[:-1]).abs().max() < 0.5
