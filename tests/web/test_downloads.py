"""Files to take away: names, sizes, formats, marks, contents of the zip."""

import unicodedata
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from colorizer.album.plan import PlanOptions, plan_album
from colorizer.photo import PhotoError, open_photo, read_mark
from colorizer.web.colorize.choice import Choice
from colorizer.web.colorize.downloads import Downloads
from colorizer.web.download_folder import DownloadFolder
from tests.support.colorize_support import TinyDarkroom


@pytest.fixture
def downloads(classification_folder: Path, regression_folder: Path) -> Downloads:
    return Downloads(TinyDarkroom(classification_folder, regression_folder), DownloadFolder())


@pytest.fixture
def choices(tmp_path: Path, colourful: np.ndarray) -> list[Choice]:
    (tmp_path / "twin").mkdir()
    Image.fromarray(colourful).save(tmp_path / "my photo.jpg", quality=95)
    Image.fromarray(colourful).rotate(90).save(tmp_path / "twin" / "my photo.jpg")
    Image.fromarray(colourful).convert("L").save(tmp_path / "other.png")
    files = ("my photo.jpg", "twin/my photo.jpg", "other.png")
    return [Choice(str(tmp_path / name), "regression") for name in files]


def test_row_5_a_photo_keeps_size_and_format_and_keeps_its_name(
    downloads: Downloads, choices: list[Choice]
) -> None:
    file = downloads.photo(choices[0], marked=True)
    assert file.name == "my photo-colour.jpg"
    photo = open_photo(file)
    assert (photo.width, photo.height, photo.format) == (180, 120, "JPEG")
    assert "tiny-regression" in (read_mark(file) or "")


def test_before_and_after_come_side_by_side(downloads: Downloads, choices: list[Choice]) -> None:
    file = downloads.side_by_side(choices[0], marked=True)
    assert file.name == "my photo-colour-side-by-side.jpg"
    both = open_photo(file)
    assert both.height == 120
    assert both.width == 2 * 180 + 12
    assert "tiny-regression" in (read_mark(file) or "")
    left, right = both.rgb[:, :170].astype(int), both.rgb[:, -170:].astype(int)
    assert np.ptp(left, axis=-1).max() <= 3  # grey, but for the JPEG
    assert np.ptp(right, axis=-1).max() > 10


def test_the_page_and_the_command_line_name_alike(downloads: Downloads, tmp_path: Path) -> None:
    name = "Album 01 (b&w) #3, Ärger [2].jpg"
    Image.new("L", (40, 30), 90).save(tmp_path / name)
    file = downloads.photo(Choice(str(tmp_path / name), "regression"), marked=True)
    (job,) = plan_album([str(tmp_path / name)], PlanOptions(), bytes).jobs
    assert file.name == job.target.name == "Album 01 (b&w) #3, Ärger [2]-colour.jpg"


def test_the_mark_is_left_out_when_it_is_switched_off(
    downloads: Downloads, choices: list[Choice]
) -> None:
    assert read_mark(downloads.photo(choices[0], marked=False)) is None
    assert read_mark(downloads.layer(choices[0], marked=False)) is None
    assert read_mark(downloads.layer(choices[0], marked=True)) is not None


def test_the_layer_is_a_transparent_png_of_the_photos_size(
    downloads: Downloads, choices: list[Choice]
) -> None:
    file = downloads.layer(choices[0], marked=True)
    assert file.name == "my photo-colour-layer.png"
    layer = open_photo(file)
    assert (layer.width, layer.height, layer.format) == (180, 120, "PNG")
    assert layer.alpha is not None


def test_row_5_all_photos_come_in_one_zip_under_names_of_their_own(
    downloads: Downloads, choices: list[Choice]
) -> None:
    archive = list(downloads.archive(choices, marked=True))[-1]
    assert archive.file is not None
    assert archive.left_out == {}
    assert archive.file.name == "colorizer-3-photos.zip"
    with zipfile.ZipFile(archive.file) as content:
        assert content.namelist() == [
            "my photo-colour.jpg",
            "my photo-colour-2.jpg",
            "other-colour.png",
        ]
        sizes = [open_photo(content.read(name)).rgb.shape[:2] for name in content.namelist()]
    assert sizes == [(120, 180), (120, 180), (120, 180)]


def test_a_photo_that_is_gone_is_named_and_the_others_are_in_the_zip(
    downloads: Downloads, choices: list[Choice]
) -> None:
    Path(choices[2].file).unlink()
    archive = list(downloads.archive(choices, marked=True))[-1]
    assert archive.file is not None
    assert list(archive.left_out) == ["other.png"]
    with zipfile.ZipFile(archive.file) as content:
        assert len(content.namelist()) == 2


def test_row_12_no_place_of_the_photo_is_copied_into_any_file(
    downloads: Downloads, tmp_path: Path, colourful: np.ndarray
) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (48.0, 12.0, 30.0)  # GPS latitude
    Image.fromarray(colourful).save(tmp_path / "home.jpg", exif=exif)
    with Image.open(tmp_path / "home.jpg") as image:
        assert image.getexif().get_ifd(0x8825)
    choice = Choice(str(tmp_path / "home.jpg"), "regression")
    for file in (downloads.photo(choice, marked=True), downloads.layer(choice, marked=True)):
        with Image.open(file) as image:
            assert not image.getexif().get_ifd(0x8825)


def test_an_empty_zip_is_never_handed_over(downloads: Downloads, tmp_path: Path) -> None:
    with pytest.raises(PhotoError, match="not there"):
        list(downloads.archive([Choice(str(tmp_path / "gone.jpg"), "regression")], marked=True))


def test_names_in_a_zip_differ_where_capitals_do_not_count(tmp_path: Path) -> None:
    names = [
        "P.jpg",
        "p.jpg",
        "p-2.jpg",
        "u\u0308.jpg",
        "\u00dc.jpg",
        "stra\u00dfe.png",
        "STRASSE.png",
    ]
    files = []
    for number, name in enumerate(names):
        (tmp_path / str(number)).mkdir()
        files.append(tmp_path / str(number) / name)
        files[-1].write_bytes(b"a photo")
    with zipfile.ZipFile(DownloadFolder().zip(files, "photos.zip")) as archive:
        inside = archive.namelist()
    alike = {unicodedata.normalize("NFC", name).casefold() for name in inside}
    assert len(inside) == len(alike) == len(names)
