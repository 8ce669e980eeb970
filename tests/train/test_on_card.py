"""The minutes on a graphics card, on a CPU and with a small network."""

from pathlib import Path

import numpy as np
import pytest
import torch

from colorizer.model.checkpoint import load_checkpoint
from tests.train.test_dataset import write_photos
from train.dataset import CropSampler, open_cache
from train.fit_palette import fit, write_palette
from train.on_card import CardOptions, train_on_card
from train.pack import PackOptions, pack
from train.resident_crops import ResidentCrops


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    write_photos(tmp_path / "photos", 9)
    lines = ["path,split", *(f"{n:02}.png,{'train' if n else 'validation'}" for n in range(9))]
    (tmp_path / "photos" / "index.csv").write_text("\n".join(lines))
    return tmp_path / "photos"


def test_crops_cut_by_the_card_are_those_of_the_sampler(photos: Path, tmp_path: Path) -> None:
    cache = open_cache([photos], tmp_path / "cache", side=72)
    same_size = CropSampler(cache, cache.photos, 32, 32, 4, seed=3)
    on_card = ResidentCrops(same_size, torch.device("cpu"))
    assert torch.equal(on_card(5), same_size(5))
    assert torch.equal(on_card(5, slice(1, 3)), same_size(5, slice(1, 3)))
    shrunk = CropSampler(cache, cache.photos, 32, 64, 4, seed=3)
    difference = ResidentCrops(shrunk, torch.device("cpu"))(2).float() - shrunk(2).float()
    assert float(difference.mean().abs()) < 1
    assert on_card(0).dtype == torch.uint8


def test_photos_are_enlarged_where_they_are_smaller_than_a_crop(
    photos: Path, tmp_path: Path
) -> None:
    cache = open_cache([photos], tmp_path / "cache", side=72)
    sampler = CropSampler(cache, cache.photos, 96, 96, 2, seed=3)
    difference = ResidentCrops(sampler, torch.device("cpu"))(1).float() - sampler(1).float()
    assert float(difference.abs().max()) <= 1


def test_the_whole_command_on_a_cpu(photos: Path, tmp_path: Path) -> None:
    packs = pack(PackOptions(photos=[photos], out=tmp_path / "packs"))
    palette = tmp_path / "palette.safetensors"
    write_palette(fit([photos], tmp_path / "cache", classes=6, side=64), palette)
    out = tmp_path / "out"
    found = train_on_card(
        CardOptions(
            packs=tuple(packs), palette=palette, out=out, init_from="", minutes=0.01, reserve=0.0,
            batch=2, crop=32, side=48, backbone="tf_efficientnet_lite0", decoder=(8, 8),
            precision="float32",
        )
    )  # fmt: skip
    assert found["steps"] == 10
    assert np.isfinite(float(str(found["ab_rmse_regression"])))
    for head in ("classification", "regression"):
        assert load_checkpoint(out / "export" / head).config.provenance["steps"] == 10
        assert (out / "export" / head / "model.safetensors").stat().st_size < 16 * 2**20
