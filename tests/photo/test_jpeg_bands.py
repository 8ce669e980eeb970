import io
import re

import numpy as np
import pytest
from PIL import Image

from colorizer.photo import Photo, encode_photo, jpeg_bands, open_photo, read_mark
from colorizer.photo.jpeg_bands import jpeg_in_bands
from colorizer.photo.saving import JPEG_QUALITY


def noisy(height: int, width: int) -> np.ndarray:
    """A photo with a slope and grain, so that DC and AC values differ everywhere."""
    slope = np.linspace(0, 160, height * width).reshape(height, width, 1)
    grain = np.random.default_rng(0).integers(0, 90, (height, width, 3))
    return (slope + grain).astype(np.uint8)


def ordinary(rgb: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(rgb).save(stream, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return stream.getvalue()


def in_bands(rgb: np.ndarray) -> bytes:
    return jpeg_in_bands(rgb, quality=JPEG_QUALITY, head={})


@pytest.mark.parametrize(
    "size", [(128, 64), (129, 65), (191, 8), (192, 7), (200, 301), (255, 1), (1024, 333)]
)
def test_the_pixels_are_those_of_an_ordinary_jpeg(size: tuple[int, int]) -> None:
    rgb = noisy(*size)
    joined, plain = (Image.open(io.BytesIO(write(rgb))) for write in (in_bands, ordinary))
    assert joined.size == plain.size == size[::-1]
    np.testing.assert_array_equal(np.asarray(joined), np.asarray(plain))


@pytest.mark.parametrize("size", [(1_000, 333), (1_025, 164), (128, 9_000)])
def test_many_bands_are_joined_as_well(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jpeg_bands, "_BAND_PIXELS", 30_000)
    rgb = noisy(*size)
    assert len(jpeg_bands._bands(*size)) > 2 or size[0] == 128
    joined, plain = (Image.open(io.BytesIO(write(rgb))) for write in (in_bands, ordinary))
    np.testing.assert_array_equal(np.asarray(joined), np.asarray(plain))


@pytest.mark.parametrize(("size", "count"), [((3000, 4000), 2), ((10_000, 10_000), 16)])
def test_bands_are_even_in_number_and_alike(size: tuple[int, int], count: int) -> None:
    bands = jpeg_bands._bands(*size)
    rows = [band.stop - band.start for band in bands]
    assert len(bands) == count
    assert sum(rows) == size[0]
    assert max(rows) - min(rows) < 1.01 * max(rows)
    assert all(band.start % 64 == 0 for band in bands)


def test_the_tallest_jpeg_is_joined_as_well() -> None:
    rgb = noisy(65_500, 9)
    joined, plain = (Image.open(io.BytesIO(write(rgb))) for write in (in_bands, ordinary))
    np.testing.assert_array_equal(np.asarray(joined), np.asarray(plain))


@pytest.mark.parametrize("height", [128, 200, 321])
def test_restart_markers_count_through_the_whole_picture(height: int) -> None:
    data = in_bands(noisy(height, 50))
    header, scan = data.split(b"\xff\xda", 1)
    interval = header.split(b"\xff\xdd\x00\x04", 1)[1][:2]
    assert int.from_bytes(interval, "big") == 7  # blocks of 8 in a row of 50 pixels
    numbers = [marker[0] - 0xD0 for marker in re.findall(rb"\xff([\xd0-\xd7])", scan)]
    assert numbers == [row % 8 for row in range(-(-height // 8) - 1)]
    assert data.endswith(b"\xff\xd9")
    assert data.count(b"\xff\xd9") == 1


def test_the_file_is_hardly_larger() -> None:
    rgb = noisy(640, 480)
    assert len(in_bands(rgb)) < 1.005 * len(ordinary(rgb))


def test_a_large_photo_keeps_its_mark_and_is_read_again() -> None:
    photo = Photo(noisy(1100, 2000), format="JPEG")
    data = encode_photo(photo, mark="Colours invented.")
    assert read_mark(data) == "Colours invented."
    assert b"\xff\xdd" in data  # the interval between restart markers: written in bands
    assert Image.open(io.BytesIO(data)).getexif()[0x010E] == "Colours invented."
    again = open_photo(data)
    assert again.rgb.shape == photo.rgb.shape
    assert np.abs(again.rgb.astype(int) - photo.rgb).mean() < 4


def test_transparent_parts_of_a_large_photo_are_white() -> None:
    photo = Photo(noisy(1100, 2000), alpha=np.zeros((1100, 2000), np.uint8), format="JPEG")
    assert open_photo(encode_photo(photo)).rgb.min() >= 254
