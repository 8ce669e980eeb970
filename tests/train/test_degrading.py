import pytest
import torch

from train.degrading import add_borders, degrade, stretch

SEED = (1, 2, 3)


def photos(count: int = 40, side: int = 32) -> torch.Tensor:
    torch.manual_seed(0)
    return torch.rand(count, 1, side, side) * 100


def test_about_the_share_is_degraded_the_rest_stays() -> None:
    L = photos()
    degraded = degrade(L, 0.3, seed=SEED)
    changed = (degraded != L).flatten(1).any(dim=1)
    assert 4 <= int(changed.sum()) <= 20
    assert degraded.shape == L.shape
    assert 0 <= float(degraded.min()) <= float(degraded.max()) <= 100
    assert torch.isfinite(degraded).all()


def test_the_same_seed_degrades_alike() -> None:
    L = photos()
    assert torch.equal(degrade(L, 0.5, seed=SEED), degrade(L, 0.5, seed=SEED))
    assert not torch.equal(degrade(L, 0.5, seed=SEED), degrade(L, 0.5, seed=(1, 2, 4)))


def test_nothing_is_done_without_a_share() -> None:
    L = photos(4)
    assert degrade(L, 0.0, seed=SEED) is L
    rgb = torch.zeros(2, 3, 8, 8, dtype=torch.uint8)
    assert add_borders(rgb, 0.0, seed=SEED) is rgb


def test_some_photos_keep_little_contrast_and_some_all_of_it() -> None:
    spread = degrade(photos(400), 1.0, seed=SEED).flatten(1).std(dim=1)
    assert spread.min() < 10
    assert spread.max() > 28


def test_stretching_brings_a_faded_photo_back() -> None:
    L = photos(3, 64)
    faded = 40 + 0.3 * L
    assert float((stretch(faded) - L).abs().max()) < 2.5
    flat = torch.full((1, 1, 8, 8), 55.0)
    assert torch.isfinite(stretch(flat)).all()


def test_borders_have_no_colour_and_touch_the_edge_only() -> None:
    rgb = torch.zeros(30, 3, 40, 40, dtype=torch.uint8)
    rgb[:, 0] = 200
    framed = add_borders(rgb, 1.0, seed=SEED)
    changed = (framed != rgb).any(dim=1)
    assert changed.any(dim=0).any()
    assert not changed[:, 4:36, 4:36].any()
    grey = framed.permute(0, 2, 3, 1)[changed]
    assert torch.equal(grey[:, 0], grey[:, 1])
    assert torch.equal(grey[:, 1], grey[:, 2])
    assert torch.equal(rgb[:, 0], torch.full_like(rgb[:, 0], 200))


@pytest.mark.parametrize("side", [32, 36])
def test_sides_that_are_no_multiple_of_a_block_are_fine(side: int) -> None:
    assert degrade(photos(20, side), 1.0, seed=SEED).shape[-1] == side
