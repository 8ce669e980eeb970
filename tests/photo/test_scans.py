"""TIFFs as archives make them come out as they look, or are refused with the reason."""

import io
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from colorizer.photo import Photo, PhotoError, PhotoLimits, open_photo, scans
from tests.support.photo_bytes import LONG, SHORT, encoded, picture, pixels, tiff

tifffile = pytest.importorskip("tifffile")
needs_codecs = pytest.importorskip("imagecodecs", reason="reads compressed scans")

FAILS = Path(__file__).resolve().parents[3] / "shared" / "fails" / "photos"
DEEP = np.linspace(0, 65_535, 48 * 64).astype(np.uint16).reshape(48, 64)
DEEP_RGB = pixels().astype(np.uint16) * 257 + 100


def written(array: np.ndarray, **options: object) -> bytes:
    stream = io.BytesIO()
    tifffile.imwrite(stream, array, **options)
    return stream.getvalue()


def packed(levels: np.ndarray, bits: int) -> bytes:
    """Return unsigned levels (H, W) in so many bits each, every row from a whole byte on."""
    places = np.arange(bits - 1, -1, -1)
    ones = (levels[..., None].astype(np.uint32) >> places & 1).astype(np.uint8)
    return np.packbits(ones.reshape(len(levels), -1), axis=1).tobytes()


def assert_grey(photo: Photo, expected: np.ndarray, within: int = 0) -> None:
    assert photo.grey16 is not None
    assert np.abs(photo.grey16.astype(int) - expected).max() <= within
    assert np.abs(photo.rgb.astype(int) * 257 - expected[..., None]).max() <= 129 + within


GREY: dict[str, Callable[[], bytes]] = {
    "min is white": lambda: written(~DEEP, photometric="miniswhite"),
    "min is white, Deflate": lambda: written(
        ~DEEP, photometric="miniswhite", compression="zlib", predictor=True
    ),
    "big-endian": lambda: written(DEEP, byteorder=">"),
    "BigTIFF": lambda: written(DEEP, bigtiff=True),
    "big-endian BigTIFF": lambda: written(DEEP, bigtiff=True, byteorder=">"),
    "big-endian BigTIFF, min is white, LZW": lambda: written(
        ~DEEP, bigtiff=True, byteorder=">", photometric="miniswhite", compression="lzw"
    ),
    "tiles": lambda: written(DEEP, tile=(16, 16), compression="zlib"),
    "JPEG 2000": lambda: written(DEEP, compression="jpeg2000"),
    "JPEG 2000 tiles": lambda: written(DEEP, compression="jpeg2000", tile=(32, 32)),
}


@pytest.mark.parametrize("kind", GREY)
def test_sixteen_bit_grey_keeps_every_level(kind: str) -> None:
    assert_grey(open_photo(GREY[kind]()), DEEP)


def test_a_large_scan_is_no_bomb() -> None:
    deep = np.add.outer(np.arange(4_000), np.arange(3_000)).astype(np.uint16)
    for more in ({}, {"bigtiff": True, "byteorder": ">"}):
        photo = open_photo(written(deep, compression="zlib", **more))
        assert np.array_equal(photo.grey16, deep)  # type: ignore[arg-type]


@pytest.mark.parametrize("white", [0, 1])
@pytest.mark.parametrize("bits", [10, 12, 14])
def test_packed_bits_are_spread_over_all_levels(bits: int, white: int) -> None:
    levels = (DEEP >> (16 - bits)).astype(np.uint16)
    strip = packed(levels if white else (1 << bits) - 1 - levels, bits)
    data = tiff(strip, [(258, SHORT, 1, bits), (262, SHORT, 1, white)])
    photo = open_photo(data)
    assert_grey(photo, levels.astype(int) * 65_535 // ((1 << bits) - 1), within=1)
    assert (photo.grey16.min(), photo.grey16.max()) == (0, 65_535)  # type: ignore[union-attr]


@pytest.mark.parametrize("planes", ["contig", "separate"])
@pytest.mark.parametrize("compression", [None, "lzw", "zlib"])
def test_sixteen_bit_colour_is_right_in_pixels_and_in_planes(
    planes: str, compression: str | None
) -> None:
    array = DEEP_RGB if planes == "contig" else np.moveaxis(DEEP_RGB, -1, 0)
    data = written(array, photometric="rgb", planarconfig=planes, compression=compression)
    photo = open_photo(data)
    assert np.abs(photo.rgb.astype(int) - pixels()).max() <= 1
    assert photo.grey16 is None


def test_grey_with_alpha_of_sixteen_bits() -> None:
    opacity = np.full_like(DEEP, 40_000)
    opacity[:10] = 0
    array = np.dstack((DEEP, opacity))
    photo = open_photo(written(array, photometric="minisblack", extrasamples=["unassalpha"]))
    assert photo.alpha is not None
    assert (photo.alpha[:10] == 0).all()
    assert (photo.alpha[10:] == 156).all()
    assert (photo.rgb[:10] == 255).all()
    assert np.array_equal(photo.grey16[10:], DEEP[10:])  # type: ignore[index]


def test_colour_as_jpeg_2000_in_tiff() -> None:
    photo = open_photo(written(pixels(), photometric="rgb", compression="jpeg2000"))
    assert np.abs(photo.rgb.astype(int) - pixels()).max() <= 1


def of_two(first: np.ndarray, second: np.ndarray, **options: object) -> bytes:
    stream = io.BytesIO()
    with tifffile.TiffWriter(stream) as file:
        file.write(first, photometric="minisblack", metadata=None, **options)
        file.write(second, photometric="minisblack", metadata=None)
    return stream.getvalue()


@pytest.mark.parametrize("place", ["before", "before, not said", "around"])
def test_a_preview_is_not_taken_for_the_photo(place: str) -> None:
    levels = np.asarray(picture(640, 480).convert("L"))
    preview = levels[::8, ::8]
    if place == "around":
        data = of_two(preview, levels, subfiletype=1, subifds=1)
    else:
        data = of_two(preview, levels, subfiletype=1 if place == "before" else 0)
    photo = open_photo(data)
    assert np.array_equal(photo.rgb[..., 0], levels)
    assert photo.notes == ()


def test_pages_are_no_previews() -> None:
    page = np.asarray(picture(640, 480).convert("L"))
    photo = open_photo(of_two(page[:, ::2], page))
    assert photo.width == 320
    assert [note.code for note in photo.notes] == ["first_of_several"]


def test_orientation_and_profile_of_a_scan_count() -> None:
    orientation = [(274, "H", 1, 6, True)]
    photo = open_photo(written(DEEP, bigtiff=True, byteorder=">", extratags=orientation))
    assert np.array_equal(photo.grey16, np.rot90(DEEP, -1))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: written(DEEP.astype(np.float32), bigtiff=True, byteorder=">"), "too_precise"),
        (lambda: written(DEEP.astype(np.int16), bigtiff=True, byteorder=">"), "too_precise"),
        (lambda: written(DEEP, compression="zstd", bigtiff=True, byteorder=">"), "rare_tiff"),
        (lambda: written(DEEP, photometric="cfa", bigtiff=True, byteorder=">"), "rare_tiff"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(
    make: Callable[[], bytes], code: str
) -> None:
    with pytest.raises(PhotoError) as refusal:
        open_photo(make())
    assert refusal.value.code == code


def test_without_codecs_plain_scans_are_read_and_the_rest_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scans.importlib.util, "find_spec", lambda name: None)
    assert_grey(open_photo(GREY["big-endian BigTIFF"]()), DEEP)
    with pytest.raises(PhotoError, match="scans"):
        open_photo(GREY["JPEG 2000"]())


@pytest.mark.parametrize("side", [20_000, 2**31])
def test_what_a_scan_costs_is_known_before_memory_is_taken(side: int) -> None:
    data = tiff(
        bytes(100),
        [(256, LONG, 1, side), (257, LONG, 1, side), (258, SHORT, 1, 14)],
    )
    with pytest.raises(PhotoError, match="megapixels"):
        open_photo(data)
    with pytest.raises(PhotoError, match="this kind of file"):
        open_photo(GREY["big-endian BigTIFF"](), PhotoLimits(max_memory=48 * 64 * 9))


def test_a_codestream_larger_than_its_tile_is_refused() -> None:
    """The tile says 64 × 48, the JPEG 2000 in it 30 000 × 30 000."""
    data = bytearray(GREY["JPEG 2000"]())
    start = data.index(b"\xff\x4f\xff\x51") + 8
    data[start : start + 8] = struct.pack(">LL", 30_000, 30_000)
    with pytest.raises(PhotoError, match="damaged"):
        open_photo(bytes(data))


def test_a_strip_that_unpacks_to_a_gigabyte_is_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    import tracemalloc
    import zlib

    strip = zlib.compress(bytes(200_000_000))
    data = tiff(strip, [(258, SHORT, 1, 14), (259, SHORT, 1, 8)])
    tracemalloc.start()
    try:
        with pytest.raises(PhotoError):
            open_photo(data)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_cut_scans_are_whole_or_refused() -> None:
    data = GREY["big-endian BigTIFF, min is white, LZW"]()
    for cut in np.linspace(1, len(data) - 1, 40).astype(int):
        try:
            photo = open_photo(data[:cut])
        except PhotoError:
            continue
        assert np.array_equal(photo.grey16, DEEP)  # type: ignore[arg-type]


@pytest.mark.skipif(not FAILS.is_dir(), reason="there are no failed scans beside the project")
@pytest.mark.parametrize("name", ["miniswhite-16bit", "packed-12bit", "thumbnail-first"])
def test_scans_that_failed_once_show_the_same_photo(name: str) -> None:
    levels = np.asarray(Image.open(FAILS / "three-pages.tif"))
    assert np.abs(open_photo(FAILS / f"{name}.tif").rgb[..., 0].astype(int) - levels).max() <= 8


def test_jpeg_2000_keeps_sixteen_bits() -> None:
    assert_grey(open_photo(encoded(Image.fromarray(DEEP), "JPEG2000", irreversible=False)), DEEP)
