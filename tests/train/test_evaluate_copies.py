"""Bad copies are what they are called, and the table is the same each time."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from colorizer.colour.recolor import grey
from train.evaluate_copies import COPIES, copy_of, main


@pytest.fixture
def photo() -> np.ndarray:
    y, x = np.mgrid[0:120, 0:160]
    ramp = np.stack([x * 255 / 159, y * 255 / 119, 255 - x * 255 / 159], axis=-1)
    return ramp.astype(np.uint8)


@pytest.mark.parametrize("kind", COPIES)
def test_a_copy_is_grey_and_the_same_each_time(kind: str, photo: np.ndarray) -> None:
    copy = copy_of(photo, kind, 1)
    factor = len(copy) // len(photo)
    assert copy.shape == (factor * 120, factor * 160, 3)
    assert (copy == copy[..., :1]).all()
    assert np.array_equal(copy, copy_of(photo, kind, 1))
    assert np.array_equal(copy, grey(photo)) == (kind == "as is")


def test_faded_and_dark_copies_use_less_of_the_range(photo: np.ndarray) -> None:
    as_is = grey(photo)
    faded, dark = copy_of(photo, "faded", 0), copy_of(photo, "dark", 0)
    assert (faded.min(), faded.max()) >= (90, 90)
    assert faded.max() <= 170
    assert dark.max() <= as_is.max() * 0.3 + 1


def test_a_halftone_has_the_brightness_of_its_photo(photo: np.ndarray) -> None:
    for level in (40, 128, 215):
        plain = np.full_like(photo, level)
        screened = copy_of(plain, "halftone", 0).astype(float)
        assert screened.mean() == pytest.approx(level, abs=6)
        assert screened.std() > 15


def test_the_table_has_a_row_for_each_kind(
    tmp_path: Path, photo: np.ndarray, regression_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.fromarray(photo).save(tmp_path / "photo.png")
    command = [str(tmp_path), "--model", str(regression_folder), "--out", str(tmp_path / "t.json")]
    main(command)
    said = capsys.readouterr().out
    lines = said.splitlines()
    assert [line.split(" | ")[0].strip("| ") for line in lines[2:]] == [
        *COPIES,
        "no colour",
        "true colours",
    ]
    assert lines[2].split(" | ")[2] == "1.00"
    assert lines[-1].split(" | ")[1:5] == ["0.00"] * 4
    assert (tmp_path / "t.json").read_text().count("ab_rmse") == len(COPIES) + 2
    main(command)
    assert capsys.readouterr().out == said


def test_a_folder_without_photos_is_said(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no photos"):
        main([str(tmp_path)])
