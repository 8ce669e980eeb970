from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from train.dataset import CropSampler, PhotoCache, list_photos, open_cache, shrink, split_of


def write_photos(folder: Path, count: int) -> None:
    random = np.random.default_rng(0)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        base = random.integers(0, 256, (1, 1, 3))
        texture = random.integers(-40, 40, (80 + number, 100, 3))
        rgb = np.clip(base + texture, 0, 255).astype(np.uint8)
        Image.fromarray(rgb).save(folder / f"{number:02}.png")


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    write_photos(folder / "a", 6)
    write_photos(folder / "b" / "deep", 5)
    Image.new("RGB", (90, 90), (120, 120, 122)).save(folder / "grey.png")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 not a photo")
    (folder / "notes.txt").write_text("no photo")
    return folder


@pytest.fixture
def cache(photos: Path, tmp_path: Path) -> PhotoCache:
    return open_cache([photos], tmp_path / "cache", side=72)


def test_photos_are_found_in_folders_of_folders(photos: Path) -> None:
    assert len(list_photos([photos])) == 13


def test_grey_and_broken_photos_are_listed_not_fatal(cache: PhotoCache) -> None:
    reasons = {Path(name).name: reason for name, reason in cache.left_out}
    assert set(reasons) == {"grey.png", "broken.jpg"}
    assert reasons["grey.png"] == "grey"
    assert len(cache.photos) == 11


def test_the_cache_is_not_built_twice(photos: Path, tmp_path: Path) -> None:
    open_cache([photos], tmp_path, side=72)
    (pixels,) = tmp_path.glob("*.u8")
    written = pixels.stat().st_mtime_ns
    open_cache([photos], tmp_path, side=72)
    assert pixels.stat().st_mtime_ns == written


def test_cached_photos_have_the_short_side_and_the_pixels(cache: PhotoCache, photos: Path) -> None:
    first = cache.photos[0]
    assert min(first.height, first.width) == 72
    with Image.open(first.name) as image:
        expected = shrink(np.asarray(image), 72)
    np.testing.assert_array_equal(cache.rgb(first), expected)


def test_an_empty_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="No photos"):
        open_cache([tmp_path], tmp_path / "cache", side=72)


def test_the_split_follows_the_content() -> None:
    sides = [split_of(bytes([a, b])) for a in range(40) for b in range(100)]
    assert 0.01 < sides.count("validation") / len(sides) < 0.03
    assert split_of(b"photo") == split_of(b"photo")


def test_an_index_gives_the_split_and_keeps_pale_photos(tmp_path: Path) -> None:
    write_photos(tmp_path, 2)
    Image.new("RGB", (90, 90), (120, 120, 122)).save(tmp_path / "fog.png")
    lines = ["path,split", "00.png,validation", "01.png,train", "fog.png,validation"]
    (tmp_path / "index.csv").write_text("\n".join(lines))
    cache = open_cache([tmp_path], tmp_path / "cache", side=72)
    assert [photo.split for photo in cache.photos] == ["validation", "train", "validation"]
    assert not cache.left_out
    changed = [line.replace("train", "validation") for line in lines]
    (tmp_path / "index.csv").write_text("\n".join(changed))
    assert not open_cache([tmp_path], tmp_path / "cache", side=72).split("train")


def sampler(cache: PhotoCache, **changes: int) -> CropSampler:
    settings: dict[str, int] = {"crop": 32, "crop_from": 64, "batch": 4, "seed": 3, **changes}
    return CropSampler(cache, cache.photos, **settings)


def test_crops_are_the_same_for_the_same_seed_and_step(cache: PhotoCache) -> None:
    assert torch.equal(sampler(cache)(5), sampler(cache)(5))
    assert not torch.equal(sampler(cache)(5), sampler(cache)(6))
    assert not torch.equal(sampler(cache)(5), sampler(cache, seed=4)(5))


def test_parts_of_a_batch_make_up_the_batch(cache: PhotoCache) -> None:
    whole = sampler(cache)(2)
    halves = [sampler(cache)(2, slice(0, 2)), sampler(cache)(2, slice(2, 4))]
    assert torch.equal(torch.cat(halves), whole)
    assert whole.shape == (4, 3, 32, 32)
    assert whole.dtype == torch.uint8


def test_an_epoch_shows_every_photo_once(cache: PhotoCache) -> None:
    draw = sampler(cache, batch=11)
    for step in range(3):
        assert sorted(draw._chosen(step)) == list(range(11))
    odd = sampler(cache, batch=4)
    assert sorted(i for step in range(11) for i in odd._chosen(step)) == sorted(list(range(11)) * 4)


def test_weights_say_how_often_a_photo_comes(cache: PhotoCache) -> None:
    weights = np.full(11, 0.05)
    weights[3] = 0.5
    draw = CropSampler(cache, cache.photos, 32, 64, 11, seed=3, weights=weights)
    counts = np.bincount([i for step in range(40) for i in draw._chosen(step)], minlength=11)
    np.testing.assert_allclose(counts / counts.sum(), weights, atol=0.01)
    assert torch.equal(draw(7), draw(7))


def test_photos_smaller_than_a_crop_are_enlarged(cache: PhotoCache) -> None:
    assert sampler(cache, crop=96, crop_from=128)(0).shape == (4, 3, 96, 96)


def test_whole_photos_are_squeezed_not_cut_and_not_mirrored(cache: PhotoCache) -> None:
    draw = sampler(cache, whole=True)
    batch = draw(0)
    assert batch.shape == (4, 3, 32, 32)
    for number, picture in zip(draw._chosen(0), batch, strict=True):
        rgb = np.ascontiguousarray(cache.rgb(cache.photos[number]))
        expected = Image.fromarray(rgb).resize((32, 32), Image.Resampling.BILINEAR)
        difference = np.abs(picture.permute(1, 2, 0).numpy() - np.asarray(expected, np.int16))
        assert difference.max() <= 1


def test_pca_changes_training_photos_only_and_has_a_cache_of_its_own(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = open_cache([photos], tmp_path, side=72)
    monkeypatch.setattr(
        "train.dataset.split_of", lambda content: "validation" if content[-20] % 2 else "train"
    )
    compressed = open_cache([photos], tmp_path, side=72, pca_variance=0.6)
    assert {photo.split for photo in compressed.photos} == {"train", "validation"}
    for before, after in zip(plain.photos, compressed.photos, strict=True):
        same = np.array_equal(plain.rgb(before), compressed.rgb(after))
        assert same == (after.split == "validation")
