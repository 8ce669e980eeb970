"""The door for photos: sources, limits, and the promise that only PhotoError comes out."""

import hashlib
import logging
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile
from skimage import data as sample_photos

from colorizer.photo import DEFAULT_LIMITS, Photo, PhotoError, PhotoLimits, open_photo
from colorizer.photo import photo as photo_module
from tests.support.photo_bytes import encoded, picture, pixels


def test_bytes_and_path_give_the_same_photo(tmp_path: Path) -> None:
    data = encoded(picture(), "JPEG")
    path = tmp_path / "photo.jpg"
    path.write_bytes(data)
    assert np.array_equal(open_photo(path).rgb, open_photo(data).rgb)
    assert np.array_equal(open_photo(str(path)).rgb, open_photo(data).rgb)


def test_photo_knows_size_format_and_suffix() -> None:
    photo = open_photo(encoded(picture(), "JPEG"))
    assert (photo.width, photo.height, photo.format, photo.suffix) == (64, 48, "JPEG", ".jpg")
    assert open_photo(encoded(picture(), "MPO")).format == "JPEG"
    assert open_photo(encoded(picture().quantize(8), "GIF")).suffix == ".png"


@pytest.mark.parametrize(
    "name",
    ["photo.png", "photo", "PHOTO.JPG", "a.tar.gz", "сон 🌄.jpg", "\u202egpj.exe", ".jpg", "con"],
)
def test_content_decides_and_not_the_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(encoded(picture(), "WEBP"))
    assert open_photo(tmp_path / name).format == "WEBP"


@pytest.mark.parametrize("name", ["missing.jpg", "nul\0byte.jpg", "x" * 300 + ".jpg"])
def test_a_file_that_cannot_be_opened_is_a_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(PhotoError, match="cannot be opened") as refusal:
        open_photo(tmp_path / name)
    assert str(tmp_path) not in str(refusal.value)


@pytest.mark.parametrize("kind", ["folder", "fifo", "device"])
def test_only_regular_files_are_opened(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "photo.jpg"
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        path = Path("/dev/zero")
    with pytest.raises(PhotoError, match="folder or a device"):
        open_photo(path)


def test_a_link_to_a_photo_is_followed(tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(encoded(picture(), "PNG"))
    (tmp_path / "link").symlink_to(tmp_path / "photo.png")
    assert np.array_equal(open_photo(tmp_path / "link").rgb, pixels())


def test_a_file_beyond_the_limit_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "huge.jpg"
    with path.open("wb") as stream:
        stream.truncate(DEFAULT_LIMITS.max_bytes + 1)
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("the file was opened"))
    with pytest.raises(PhotoError, match="larger than 50 MB"):
        open_photo(path)


def test_byte_limit_holds_for_bytes_and_is_inclusive() -> None:
    data = encoded(picture(), "JPEG")
    assert open_photo(data, PhotoLimits(max_bytes=len(data))).width == 64
    with pytest.raises(PhotoError, match="larger than"):
        open_photo(data, PhotoLimits(max_bytes=len(data) - 1))


def test_pixel_limit_is_inclusive() -> None:
    data = encoded(picture(), "PNG")
    assert open_photo(data, PhotoLimits(max_pixels=64 * 48)).width == 64
    with pytest.raises(PhotoError, match="megapixels"):
        open_photo(data, PhotoLimits(max_pixels=64 * 48 - 1))


def test_pixel_limit_may_be_raised_above_that_of_pillow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("PIL.Image.MAX_IMAGE_PIXELS", 1_000)
    assert open_photo(encoded(picture(), "PNG")).width == 64


def test_aspect_of_fifty_is_the_narrowest() -> None:
    assert open_photo(encoded(picture(500, 10), "PNG")).width == 500
    with pytest.raises(PhotoError, match="too narrow"):
        open_photo(encoded(picture(501, 10), "PNG"))


def test_memory_limit_is_stricter_for_formats_that_cost_more() -> None:
    limits = PhotoLimits(max_memory=64 * 48 * 10)
    assert open_photo(encoded(picture(), "PNG"), limits).width == 64
    with pytest.raises(PhotoError, match="this kind of file"):
        open_photo(encoded(picture(), "WEBP"), limits)


def test_a_cut_file_is_refused_even_when_others_told_pillow_to_fill_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    data = encoded(picture().convert("L"), "PNG")
    with pytest.raises(PhotoError, match="damaged"):
        open_photo(data[: len(data) // 2])


@pytest.mark.parametrize(
    ("error", "says"),
    [(MemoryError(), "memory"), (ZeroDivisionError("x"), "damaged"), (RecursionError(), "damaged")],
)
def test_whatever_the_decoder_raises_becomes_a_sentence(
    monkeypatch: pytest.MonkeyPatch, error: Exception, says: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(photo_module, "decode", fail)
    with pytest.raises(PhotoError, match=says):
        open_photo(encoded(picture(), "PNG"))


def test_an_interrupt_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(photo_module, "decode", interrupt)
    with pytest.raises(KeyboardInterrupt):
        open_photo(encoded(picture(), "PNG"))


def test_a_refusal_is_logged_with_hash_and_reason_and_without_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    data = encoded(picture(), "PNG")[:100]
    with caplog.at_level(logging.INFO, "colorizer.photo"), pytest.raises(PhotoError):
        open_photo(data)
    (record,) = caplog.records
    assert hashlib.sha256(data).hexdigest() in record.getMessage()
    assert "100 bytes" in record.getMessage()
    assert record.exc_info is None


@pytest.mark.parametrize(
    ("rgb", "alpha"),
    [
        (np.zeros((4, 4), np.uint8), None),
        (np.zeros((4, 4, 4), np.uint8), None),
        (np.zeros((4, 4, 3), np.float32), None),
        (np.zeros((0, 4, 3), np.uint8), None),
        (np.zeros((4, 4, 3), np.uint8), np.zeros((4, 5), np.uint8)),
        (np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), bool)),
    ],
)
def test_a_photo_of_wrong_arrays_cannot_be_made(rgb: np.ndarray, alpha: np.ndarray | None) -> None:
    with pytest.raises(ValueError, match=r"rgb|alpha"):
        Photo(rgb, alpha)


def test_colour_photos_are_not_grey() -> None:
    for name in ("astronaut", "coffee", "chelsea", "rocket"):
        assert not Photo(getattr(sample_photos, name)()).is_grey


def test_grey_photos_are_grey_even_after_jpeg_and_on_warm_paper() -> None:
    grey = sample_photos.camera()
    rgb = np.repeat(grey[:, :, None], 3, axis=2)
    assert Photo(rgb).is_grey
    assert open_photo(encoded(Image.fromarray(rgb), "JPEG", quality=60)).is_grey
    warm = np.clip(rgb.astype(int) + np.array((4, 0, -4)), 0, 255).astype(np.uint8)
    assert Photo(warm).is_grey


def test_sepia_is_not_grey() -> None:
    grey = sample_photos.camera()[:, :, None].astype(float)
    assert not Photo((grey * (1.0, 0.85, 0.65)).astype(np.uint8)).is_grey
