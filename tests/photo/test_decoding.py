"""What is missing or torn in a file is found in its data, and rare kinds come out right."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from colorizer.photo import PhotoError, open_photo
from tests.support.bad_photos import heic
from tests.support.photo_bytes import (
    encoded,
    jpeg_segment,
    picture,
    pixels,
    png,
    png_chunk,
    with_jpeg_segments,
    with_png_chunks,
)

END_OF_IMAGE = b"\xff\xd9"
KINDS: list[dict[str, object]] = [
    {},
    {"progressive": True},
    {"restart_marker_rows": 1},
    {"subsampling": 0, "quality": 95},
]


def photo_bytes(mode: str = "RGB", **options: object) -> bytes:
    """Return a JPEG with some noise, so that its data are long."""
    noise = np.random.default_rng(0).normal(0, 12, (120, 160, 3))
    rgb = np.clip(pixels(160, 120) + noise, 0, 255).astype(np.uint8)
    return encoded(Image.fromarray(rgb).convert(mode), "JPEG", **options)


@pytest.mark.parametrize("share", [0.5, 0.8, 0.95, 0.99])
@pytest.mark.parametrize("options", KINDS, ids=str)
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_a_jpeg_that_lost_data_is_refused_though_it_ends_as_it_should(
    mode: str, options: dict[str, object], share: float
) -> None:
    data = photo_bytes(mode, **options)
    with pytest.raises(PhotoError, match="damaged"):
        open_photo(data[: int(len(data) * share)] + END_OF_IMAGE)


@pytest.mark.parametrize("where", ["top", "bottom"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_band_of_the_grey_that_libjpeg_fills_with_is_no_damage(mode: str, where: str) -> None:
    levels = np.asarray(picture(160, 160).convert(mode)).copy()
    levels[slice(0, 40) if where == "top" else slice(120, None)] = 128
    photo = open_photo(encoded(Image.fromarray(levels), "JPEG", quality=95))
    band = photo.rgb[:24] if where == "top" else photo.rgb[136:]
    assert np.abs(band.astype(int) - 128).max() <= 1


def test_a_jpeg_with_harmless_oddities_is_read() -> None:
    data = photo_bytes()
    whole = open_photo(data).rgb
    odd = with_jpeg_segments(data, jpeg_segment(0xEE, b"Adobe\0\x64\0\0\0\0\7"))
    assert np.array_equal(open_photo(odd).rgb, whole)
    padded = data[:-2] + bytes(40) + END_OF_IMAGE + b"a preview, say"
    assert np.array_equal(open_photo(padded).rgb, whole)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("options", KINDS, ids=str)
def test_a_jpeg_looks_as_pillow_shows_it(mode: str, options: dict[str, object]) -> None:
    data = photo_bytes(mode, **options)
    expected = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    assert np.array_equal(open_photo(data).rgb, expected)


def test_a_torn_restart_marker_is_found() -> None:
    data = bytearray(photo_bytes(restart_marker_rows=1))
    at = data.index(b"\xff\xd3")
    del data[at - 40 : at + 2]
    with pytest.raises(PhotoError, match="damaged"):
        open_photo(bytes(data))


@pytest.mark.parametrize("marker", [0xC4, 0xD0, 0xFE])
def test_a_foreign_marker_in_the_data_is_found(marker: int) -> None:
    data = photo_bytes()
    half = data[: len(data) // 2] + jpeg_segment(marker, bytes(20))
    with pytest.raises(PhotoError, match="damaged"):
        open_photo(half + bytes(40) + jpeg_segment(0xFE, bytes(20)) + END_OF_IMAGE)


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_the_transparent_level_of_shallow_grey(bits: int) -> None:
    highest = (1 << bits) - 1
    levels = np.tile(np.arange(16) % (highest + 1), (16, 1))
    rows = np.packbits((levels[..., None] >> np.arange(bits)[::-1] & 1).reshape(16, -1), axis=1)
    data = png(16, 16, bits=bits, colour_type=0, rows=b"".join(b"\0" + bytes(r) for r in rows))
    photo = open_photo(with_png_chunks(data, png_chunk(b"tRNS", b"\0\1")))
    assert photo.alpha is not None
    assert np.array_equal(photo.alpha == 0, levels == 1)
    expected = np.where(levels == 1, 255, levels * 255 // highest)
    assert np.array_equal(photo.rgb[..., 0], expected)


PNG_KINDS = {"grey": (0, 8, 1), "RGB": (2, 8, 3), "RGBA": (6, 8, 4), "deep grey": (0, 16, 2)}


@pytest.mark.parametrize("kind", PNG_KINDS)
def test_a_png_with_too_few_rows_is_refused(kind: str) -> None:
    colour_type, bits, bytes_per_pixel = PNG_KINDS[kind]
    row = b"\0" + b"\x80" * (64 * bytes_per_pixel)
    assert open_photo(png(64, 48, bits=bits, colour_type=colour_type, rows=row * 48)).width == 64
    with pytest.raises(PhotoError, match="damaged"):
        open_photo(png(64, 48, bits=bits, colour_type=colour_type, rows=row * 47))


def test_an_interlaced_png_with_too_little_data_is_refused() -> None:
    def interlaced(missing: int, level: bytes) -> bytes:
        rows = b""
        for left, top, across, down in (
            *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)),
            *((0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)),
        ):
            columns, count = -(-(31 - left) // across), -(-(21 - top) // down)
            rows += (b"\0" + level * columns) * count
        header = struct.pack(">IIBBBBB", 31, 21, 8, 0, 0, 0, 1)
        chunks = png_chunk(b"IHDR", header)
        chunks += png_chunk(b"IDAT", zlib.compress(rows[: len(rows) - missing]))
        return b"\x89PNG\r\n\x1a\n" + chunks + png_chunk(b"IEND", b"")

    assert (open_photo(interlaced(0, b"\x80")).rgb == 128).all()
    with pytest.raises(PhotoError, match="damaged"):
        open_photo(interlaced(40, b"\x80"))
    assert (open_photo(interlaced(0, b"\0")).rgb == 0).all()  # black, and nothing is missing


def bitmap(packed: np.ndarray, masks: tuple[int, ...], *, header: int = 56) -> bytes:
    """Return a BMP of packed pixels uint16 or uint32 (H, W), W even, the first row on top."""
    height, width = packed.shape
    bits = packed.itemsize * 8
    head = struct.pack("<LllHHLLllLL", header, width, -height, 1, bits, 3, 0, 0, 0, 0, 0)
    body = head + struct.pack("<4L", *masks)
    offset = 14 + len(body)
    pixels = packed.astype(packed.dtype.newbyteorder("<")).tobytes()
    return struct.pack("<2sLHHL", b"BM", offset + len(pixels), 0, 0, offset) + body + pixels


@pytest.mark.parametrize(
    "masks",
    [(0xF00, 0xF0, 0xF, 0xF000), (0x7C00, 0x3E0, 0x1F, 0x8000), (0xF800, 0x7E0, 0x1F, 0)],
    ids=["4444", "1555", "565"],
)
def test_a_bitmap_of_sixteen_bits_with_masks(masks: tuple[int, ...]) -> None:
    levels = np.dstack((pixels(), np.full((48, 64), 255)))
    packed = np.zeros((48, 64), np.uint16)
    tolerance = 0
    for channel, mask in enumerate(masks):
        if mask:
            shift = (mask & -mask).bit_length() - 1
            highest = mask >> shift
            tolerance = max(tolerance, 128 // highest + 1) if channel < 3 else tolerance
            packed |= ((levels[..., channel] * highest + 127) // 255 << shift).astype(np.uint16)
    photo = open_photo(bitmap(packed, masks))
    assert photo.alpha is None
    assert np.abs(photo.rgb.astype(int) - pixels()).max() <= tolerance
    packed[:9] &= ~np.uint16(masks[3])
    photo = open_photo(bitmap(packed, masks))
    assert (photo.alpha is None) == (masks[3] == 0)
    if photo.alpha is not None:
        assert (photo.rgb[:9] == 255).all()


@pytest.mark.parametrize("masks", [(0, 0xF0, 0xF, 0), (0xF0000, 0xF0, 0xF, 0)])
def test_a_bitmap_with_masks_that_make_no_sense_is_refused(masks: tuple[int, ...]) -> None:
    with pytest.raises(PhotoError, match="damaged"):
        open_photo(bitmap(np.ones((4, 4), np.uint16), masks))


def test_a_bitmap_of_runs_of_four_bits_is_refused_with_the_reason() -> None:
    data = bytearray(bitmap(np.zeros((4, 4), np.uint32), (1, 1, 1, 1)))
    data[28:34] = struct.pack("<HL", 4, 2)
    with pytest.raises(PhotoError, match="runs of 4 bits"):
        open_photo(bytes(data))


@pytest.mark.parametrize(("start", "kind"), [(b"\0\0\2\0\1\0", "cursor"), (b"\0\0\1\0", "icon")])
def test_icons_and_cursors_are_named(start: bytes, kind: str) -> None:
    with pytest.raises(PhotoError, match=kind):
        open_photo(start + bytes(100))


@pytest.mark.parametrize("lost", [1, 2], ids=["of the first frame", "all"])
def test_an_animation_without_its_frame_controls_is_its_first_picture(lost: int) -> None:
    frames = [picture(), Image.fromarray(255 - pixels())]
    whole = encoded(frames[0], "PNG", save_all=True, append_images=frames[1:])
    data, place = whole, 0
    for _ in range(lost):
        place = data.index(b"fcTL", place) - 4
        data = data[:place] + data[place + 12 + 26 :]
    assert whole.count(b"fcTL") - data.count(b"fcTL") == lost
    assert np.array_equal(open_photo(data).rgb, pixels())


def test_heic_that_cannot_be_read_is_called_so() -> None:
    heif = pytest.importorskip("pillow_heif")
    heif.register_heif_opener(thumbnails=False)
    whole = encoded(picture(), "HEIF", quality=95)
    for data in (whole[: len(whole) // 2], whole.replace(b"hvc1", b"xxxx"), heic()):
        with pytest.raises(PhotoError, match="This HEIC photo is damaged") as refusal:
            open_photo(data)
        assert refusal.value.code == "heic_damaged"


@pytest.mark.parametrize("turned", [False, True])
def test_heic_is_read_upright_where_it_can_be(turned: bool) -> None:
    heif = pytest.importorskip("pillow_heif")
    heif.register_heif_opener(thumbnails=False)
    fields = Image.Exif()
    fields[274] = 6 if turned else 1
    data = encoded(picture(), "HEIF", quality=95, exif=fields)
    photo = open_photo(data)
    assert photo.format == "HEIF"
    expected = np.asarray(picture())
    assert photo.rgb.shape in {expected.shape, np.rot90(expected, -1).shape}
    if photo.rgb.shape != expected.shape:
        expected = np.rot90(expected, -1)
    assert np.abs(photo.rgb.astype(int) - expected).mean() <= 6
