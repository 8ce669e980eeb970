from pathlib import Path

import numpy as np
from PIL import Image

from colorizer.web.screen_pictures import screen_file, screen_picture


def test_pictures_reach_the_screen_without_loss(colourful: np.ndarray) -> None:
    with Image.open(screen_picture(colourful)) as image:
        assert image.format == "PNG"
        np.testing.assert_array_equal(np.asarray(image), colourful)


def test_equal_pictures_share_a_file_and_grey_ones_are_small(colourful: np.ndarray) -> None:
    grey = np.repeat(colourful[..., :1], 3, axis=2)
    assert screen_picture(grey) == screen_picture(grey.copy())
    assert screen_picture(grey) != screen_picture(colourful)
    with Image.open(screen_picture(grey)) as image:
        assert image.mode == "L"


def test_row_12_pictures_for_the_screen_carry_no_metadata(colourful: np.ndarray) -> None:
    with Image.open(screen_picture(colourful)) as image:
        assert not image.info
        assert not image.getexif()


def test_files_of_the_package_are_served_from_a_copy(tmp_path: Path) -> None:
    (tmp_path / "example.jpg").write_bytes(b"content")
    served = Path(screen_file(tmp_path / "example.jpg"))
    assert served.read_bytes() == b"content"
    assert tmp_path not in served.parents
