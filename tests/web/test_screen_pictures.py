from pathlib import Path

import numpy as np
from PIL import Image
from skimage import data

from colorizer.web.screen_pictures import exact_picture, screen_file, screen_picture


def test_exact_pictures_reach_the_screen_without_loss(colourful: np.ndarray) -> None:
    with Image.open(exact_picture(colourful)) as image:
        assert image.format == "PNG"
        np.testing.assert_array_equal(np.asarray(image), colourful)


def test_the_others_lose_nothing_to_be_seen_and_most_of_their_bytes() -> None:
    photo = data.coffee()
    with Image.open(screen_picture(photo)) as image:
        difference = np.asarray(image).astype(int) - photo
    assert np.abs(difference).mean() < 2
    exact, served = (Path(f(photo)).stat().st_size for f in (exact_picture, screen_picture))
    assert served < exact / 3


def test_equal_pictures_share_a_file_and_grey_ones_are_small(colourful: np.ndarray) -> None:
    grey = np.repeat(colourful[..., :1], 3, axis=2)
    assert screen_picture(grey) == screen_picture(grey.copy())
    assert screen_picture(grey) != screen_picture(colourful)
    with Image.open(screen_picture(grey)) as image:
        assert image.mode == "L"


def test_row_12_pictures_for_the_screen_carry_no_metadata(colourful: np.ndarray) -> None:
    with Image.open(screen_picture(colourful)) as image:
        assert {key for key in image.info if not key.startswith("jfif")} == set()
        assert not image.getexif()


def test_files_of_the_package_are_served_from_a_copy(tmp_path: Path) -> None:
    (tmp_path / "example.jpg").write_bytes(b"content")
    served = Path(screen_file(tmp_path / "example.jpg"))
    assert served.read_bytes() == b"content"
    assert tmp_path not in served.parents
