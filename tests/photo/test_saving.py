"""Saving: the size stays, metadata goes, the honest mark is written, no half file is left."""

import io
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image
from skimage import data

from colorizer.photo import Photo, PhotoError, encode_photo, open_photo, read_mark, save_photo
from colorizer.photo.metadata import mark_in_xmp, xmp_packet
from colorizer.photo.saving import PNG_COMPRESS_LEVEL, sweep
from tests.support.photo_bytes import (
    ASCII,
    EXIF_PREFIX,
    RATIONAL,
    UNDEFINED,
    encoded,
    exif,
    jpeg_segment,
    picture,
    pixels,
    with_jpeg_segments,
)

FORMATS = ("jpg", "png", "webp", "tif")
MARK = 'Colours invented by Colorizer 0.1.0, model "näive" <T & 0.38>.'
SECRET = b"SECRET-PLACE"


def photo_with_secrets() -> bytes:
    """Return a JPEG with GPS, maker note, thumbnail, XMP, comment, profile and trailing bytes."""
    blocks = exif(
        [
            (0x010F, ASCII, len(SECRET), SECRET),
            (0x8825, UNDEFINED, len(SECRET), SECRET),
            (0x0002, RATIONAL, 1, SECRET[:8]),
            (0x927C, UNDEFINED, len(SECRET), SECRET),
        ]
    )
    segments = jpeg_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET)
    segments += jpeg_segment(0xED, b"Photoshop 3.0\0" + SECRET) + jpeg_segment(0xFE, SECRET)
    data = encoded(picture(), "JPEG", exif=EXIF_PREFIX + blocks, icc_profile=SECRET * 20)
    return with_jpeg_segments(data, segments) + SECRET


@pytest.mark.parametrize("mark", [MARK, None], ids=["marked", "unmarked"])
@pytest.mark.parametrize("format", FORMATS)
def test_nothing_of_the_input_survives_but_its_pixels(format: str, mark: str | None) -> None:
    data = photo_with_secrets()
    assert SECRET in data
    output = encode_photo(open_photo(data), format, mark=mark)
    assert SECRET not in output
    assert SECRET[:8] not in output


@pytest.mark.parametrize("format", FORMATS)
def test_unmarked_photo_has_no_metadata_at_all(format: str) -> None:
    with Image.open(io.BytesIO(encode_photo(Photo(pixels()), format))) as image:
        assert not image.info.keys() & {"exif", "xmp", "icc_profile", "comment", "Software"}
        assert not {270, 305, 700} & dict(getattr(image, "tag_v2", {})).keys()


@pytest.mark.parametrize("format", FORMATS)
def test_mark_is_read_back(format: str, tmp_path: Path) -> None:
    photo = Photo(pixels())
    assert read_mark(encode_photo(photo, format, mark=MARK)) == MARK
    assert read_mark(save_photo(photo, tmp_path / f"photo.{format}", mark=MARK)) == MARK
    assert read_mark(encode_photo(photo, format)) is None


@pytest.mark.parametrize("format", FORMATS)
def test_mark_stands_where_other_programs_look(format: str) -> None:
    output = encode_photo(Photo(pixels()), format, mark="Colours invented")
    assert b"digitalsourcetype/algorithmicallyEnhanced" in output
    with Image.open(io.BytesIO(output)) as image:
        if format == "png":
            assert image.info["Description"] == "Colours invented"
            assert image.info["Software"] == "Colorizer"
        else:
            fields = image.getexif()
            assert fields[270] == "Colours invented"
            assert fields[305] == "Colorizer"


def test_description_of_others_is_no_mark() -> None:
    foreign = xmp_packet("A holiday").replace(b">Colorizer<", b">Camera<")
    assert read_mark(encoded(picture(), "JPEG", xmp=foreign)) is None
    assert read_mark(encoded(picture(), "JPEG")) is None


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"<x",
        b"\xff\xfe<\0x\0",
        b'<?xml version="1.0" encoding="no such"?><x/>',
        xmp_packet("M")
        .replace(b"<x:xmpmeta", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x:xmpmeta')
        .replace(b">M<", b">&a;&a;<"),
        xmp_packet("x" * 100_000),
    ],
)
def test_hostile_xmp_is_no_mark(packet: bytes) -> None:
    assert mark_in_xmp(packet) is None


def test_reading_a_mark_from_something_else_is_a_sentence() -> None:
    with pytest.raises(PhotoError, match="not a photo"):
        read_mark(b"hello")


@pytest.mark.parametrize("format", ["png", "tif"])
@given(
    rgb=arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40), st.just(3))),
    opacity=st.integers(0, 255),
)
@settings(max_examples=25, deadline=None)
def test_lossless_formats_return_what_was_saved(format: str, rgb: np.ndarray, opacity: int) -> None:
    alpha = np.full(rgb.shape[:2], 255, np.uint8)
    alpha[0, 0] = opacity
    photo = open_photo(encode_photo(Photo(rgb, alpha), format))
    if opacity == 0:
        rgb = rgb.copy()
        rgb[0, 0] = 255
    assert np.array_equal(photo.rgb, rgb)
    assert photo.alpha is None if opacity == 255 else np.array_equal(photo.alpha, alpha)


def deep_pixels() -> np.ndarray:
    rng = np.random.default_rng(3)
    return pixels().astype(np.uint16) * 257 + rng.integers(0, 100, (48, 64, 3), dtype=np.uint16)


@pytest.mark.parametrize("with_alpha", [False, True])
@pytest.mark.parametrize("format", ["png", "tif"])
def test_sixteen_bits_are_written_and_read_by_others(format: str, with_alpha: bool) -> None:
    imagecodecs = pytest.importorskip("imagecodecs")
    rgb16, alpha = deep_pixels(), np.full((48, 64), 255, np.uint8)
    alpha[:9] = 17
    photo = Photo(pixels(), alpha if with_alpha else None, rgb16=rgb16)
    output = encode_photo(photo, format, mark=MARK)
    if format == "png":
        samples = imagecodecs.png_decode(output)
    else:
        tifffile = pytest.importorskip("tifffile")
        samples = tifffile.imread(io.BytesIO(output))
    assert samples.dtype == np.uint16
    assert np.array_equal(samples[..., :3], rgb16)
    if with_alpha:
        assert np.array_equal(samples[..., 3], alpha.astype(int) * 257)
    assert read_mark(output) == MARK
    again = open_photo(output)
    assert np.abs(again.rgb.astype(int) - pixels()).max() <= 1
    assert (again.alpha is not None) == with_alpha


@pytest.mark.parametrize("format", ["jpg", "webp"])
def test_formats_of_eight_bits_are_written_as_ever(format: str) -> None:
    photo = Photo(pixels(), rgb16=deep_pixels())
    assert encode_photo(photo, format) == encode_photo(Photo(pixels()), format)


def test_deep_colours_of_another_size_are_refused() -> None:
    with pytest.raises(ValueError, match="rgb16"):
        Photo(pixels(), rgb16=deep_pixels()[1:])


def test_a_large_tiff_has_strips_of_a_bounded_size() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (1000, 900, 3), dtype=np.uint8)
    output = encode_photo(Photo(rgb), "tif")
    with Image.open(io.BytesIO(output)) as image:
        assert len(image.tag_v2[273]) == len(image.tag_v2[279]) == 3
    assert np.array_equal(open_photo(output).rgb, rgb)


def test_jpeg_keeps_full_colour_resolution() -> None:
    with Image.open(io.BytesIO(encode_photo(Photo(pixels()), "jpg"))) as image:
        assert {layer[1:3] for layer in image.layer} == {(1, 1)}


def test_jpeg_is_white_where_the_photo_is_transparent() -> None:
    alpha = np.zeros((48, 64), np.uint8)
    alpha[:, 32:] = 128
    rgb = np.zeros((48, 64, 3), np.uint8)
    photo = open_photo(encode_photo(Photo(rgb, alpha), "jpg"))
    assert photo.rgb[:, :28].min() >= 253
    assert abs(int(photo.rgb[20, 50, 0]) - 127) <= 2


def test_a_view_of_pixels_is_a_photo() -> None:
    bgr = pixels()
    photo = Photo(bgr[..., ::-1])
    assert photo.rgb.flags.c_contiguous
    assert np.array_equal(photo.rgb[..., 0], bgr[..., 2])


def test_strided_pixels_can_be_saved() -> None:
    photo = Photo(pixels()[::-1, ::2])
    assert np.array_equal(open_photo(encode_photo(photo, "png")).rgb, pixels()[::-1, ::2])


@pytest.mark.parametrize(
    ("own", "saved"), [("JPEG", "JPEG"), ("TIFF", "TIFF"), ("GIF", "PNG"), ("AVIF", "PNG")]
)
def test_format_is_kept_where_it_can_be_written_well(own: str, saved: str, tmp_path: Path) -> None:
    photo = Photo(pixels(), format=own)
    assert open_photo(encode_photo(photo)).format == saved
    path = save_photo(photo, tmp_path / "photo")
    assert path == tmp_path / f"photo{photo.suffix}"
    assert open_photo(path).format == saved


@pytest.mark.parametrize("name", ["JPG", "jpeg", ".Png", "TIFF", "webp"])
def test_formats_are_known_by_their_usual_names(name: str) -> None:
    assert encode_photo(Photo(pixels()), name)


def test_unknown_format_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PhotoError, match="choose jpg, png, webp or tif"):
        encode_photo(Photo(pixels()), "docx")
    with pytest.raises(PhotoError, match="choose jpg"):
        save_photo(Photo(pixels()), tmp_path / "photo.gif")
    assert list(tmp_path.iterdir()) == []


def test_a_side_too_long_for_the_format_is_a_sentence() -> None:
    with pytest.raises(PhotoError, match="too long for WEBP"):
        encode_photo(Photo(np.zeros((1, 16_384, 3), np.uint8)), "webp")


def noise() -> Photo:
    """A photo of which every format needs more than half a megabyte."""
    return Photo(np.random.default_rng(0).integers(0, 256, (1000, 900, 3), dtype=np.uint8))


@pytest.mark.parametrize("format", FORMATS)
def test_full_disk_leaves_the_old_file_and_no_other(small_disk: Path, format: str) -> None:
    path = save_photo(Photo(pixels()), small_disk / f"photo.{format}")
    before = path.read_bytes()
    with pytest.raises(PhotoError, match="No space left on device"):
        save_photo(noise(), path)
    assert path.read_bytes() == before
    assert list(small_disk.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit there")
@pytest.mark.parametrize("format", FORMATS)
def test_a_limit_on_the_size_of_files_leaves_none(tmp_path: Path, format: str) -> None:
    code = (
        "import resource, sys, numpy as np\n"
        "from colorizer.photo import Photo, PhotoError, save_photo\n"
        "noise = np.random.default_rng(0).integers(0, 256, (1500, 1400, 3), dtype=np.uint8)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, 65_536))\n"
        "try:\n    save_photo(Photo(noise), sys.argv[1])\n"
        "except PhotoError as error:\n    print(error.code, error)\n"
    )
    command = [sys.executable, "-c", code, tmp_path / f"photo.{format}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.stdout.startswith("not_saved"), done.stderr
    assert list(tmp_path.iterdir()) == []


def test_no_temporary_folder_is_needed(
    small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (small_disk / "full").write_bytes(bytes(shutil.disk_usage(small_disk).free))
    monkeypatch.setattr(tempfile, "tempdir", str(small_disk))
    photo = Photo(np.random.default_rng(0).integers(0, 256, (1500, 1400, 3), dtype=np.uint8))
    saved = save_photo(photo, tmp_path / "photo.jpg")
    assert open_photo(saved).height == 1500


@pytest.mark.skipif(sys.platform == "win32", reason="processes are not asked there")
def test_what_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    left = [f".colorizer-{child.pid}-0123abcd.part"]
    kept = [f".colorizer-{os.getpid()}-0123abcd.part", ".somebody.part", "photo.jpg.part"]
    for name in left + kept:
        (tmp_path / name).write_bytes(b"half a photo")
    assert sweep(tmp_path) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(kept)


@pytest.mark.parametrize("place", ["missing/photo.png", "file/photo.png", "folder.png"])
def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(PhotoError, match="could not be saved") as refusal:
        save_photo(Photo(pixels()), tmp_path / place)
    assert str(tmp_path) not in str(refusal.value)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "folder.png"]


def test_a_transparent_png_is_lossless_and_no_larger_than_by_the_usual_search() -> None:
    rgb = data.coffee()
    alpha = (rgb[..., 0] // 2 + 90).astype(np.uint8)
    content = encode_photo(Photo(rgb, alpha), "png")
    usual = io.BytesIO()
    samples = np.dstack([rgb, alpha])
    Image.fromarray(samples).save(usual, "PNG", compress_level=PNG_COMPRESS_LEVEL)
    with Image.open(io.BytesIO(content)) as image:
        np.testing.assert_array_equal(np.asarray(image), samples)
    assert len(content) < usual.tell()
