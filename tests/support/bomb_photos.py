"""Small files built to exhaust the decoder: one function per row of the table of odd inputs."""

import struct
import zlib

from PIL import Image

from tests.support.photo_bytes import (
    LONG,
    PNG_START,
    SHORT,
    UNDEFINED,
    encoded,
    exif,
    jpeg_segment,
    picture,
    png,
    png_chunk,
    tiff,
    with_jpeg_segments,
    with_png_chunks,
)
from tests.support.photo_table import BadPhoto, into_bad

BOMBS: list[BadPhoto] = []
refused = into_bad(BOMBS)


@refused(7, "damaged")
def progressive_jpeg_with_a_thousand_scans() -> bytes:
    scan = jpeg_segment(0xDA, b"\1\1\0\1\x3f\0") + b"\0" * 8
    data = encoded(picture().convert("L"), "JPEG", progressive=True)
    return data[:-2] + scan * 1_000 + b"\xff\xd9"


@refused(24, "damaged")
def tiff_whose_entries_share_a_megabyte() -> bytes:
    strip = bytes(1_000_000)
    return tiff(strip, [(tag, UNDEFINED, len(strip), 8) for tag in range(40_000, 42_000)])


@refused(24, "damaged")
def tiff_with_a_million_strip_offsets() -> bytes:
    offsets = struct.pack("<L", 8) * 1_000_000
    return tiff(bytes(64 * 48), [(273, LONG, 1_000_000, offsets), (278, LONG, 1, 1)])


@refused(24, "damaged")
def tiff_with_one_giant_tile() -> bytes:
    side = 2_048
    tile = zlib.compress(bytes(side * side))
    tags = [
        (322, LONG, 1, side),
        (323, LONG, 1, side),
        (324, LONG, 1, 8),
        (325, LONG, 1, len(tile)),
    ]
    return tiff(tile, [(259, SHORT, 1, 8), *tags])


@refused(27, "save it as PNG")
def large_run_length_bmp() -> bytes:
    header = struct.pack("<LllHHLLllLL", 40, 5_000, 5_000, 1, 8, 1, 2, 0, 0, 256, 0)
    return b"BM" + struct.pack("<LHHL", 1_080, 0, 0, 1_078) + header + bytes(1_024) + b"\0\1"


@refused(31, "megapixels")
def png_of_2_500_megapixels() -> bytes:
    """Return a header without pixels: nothing behind the header may be looked at."""
    return png(50_000, 50_000, bits=1, colour_type=0, rows=b"")


@refused(32, "megapixels")
def png_of_169_megapixels() -> bytes:
    return png(13_000, 13_000, bits=1, colour_type=0, rows=b"")


@refused(34, "megapixels")
def gif_bomb() -> bytes:
    return (
        b"GIF89a"
        + struct.pack("<HHBBB", 65_000, 65_000, 0, 0, 0)
        + encoded(picture().quantize(16), "GIF")[13 + 48 :]
    )


@refused(34, "megapixels")
def gif_whose_first_picture_is_larger_than_its_canvas() -> bytes:
    data = bytearray(encoded(picture().quantize(16), "GIF"))
    at = data.index(b",") + 1
    data[at : at + 8] = struct.pack("<HHHH", 0, 0, 14_000, 14_000)
    return bytes(data)


@refused(34, "megapixels")
def animated_png_whose_canvas_is_terabytes() -> bytes:
    """Return an animation to be cleared after its first frame, which Pillow prepares on opening."""
    header = struct.pack(">IIBBBBB", 8_388_736, 4_194_368, 8, 6, 0, 0, 0)
    frame = struct.pack(">IIIIIHHBB", 0, 64, 48, 0, 0, 1, 10, 1, 0)
    chunks = png_chunk(b"acTL", struct.pack(">II", 2, 0)) + png_chunk(b"fcTL", frame)
    picture_data = png_chunk(b"IDAT", zlib.compress(bytes(64)))
    return PNG_START + png_chunk(b"IHDR", header) + chunks + picture_data


@refused(34, "megapixels")
def lossless_webp_of_268_megapixels() -> bytes:
    data = bytearray(encoded(picture(), "WEBP", lossless=True))
    data[21:25] = ((16_383 << 14) | 16_383).to_bytes(4, "little")
    return bytes(data)


@refused(34, "megapixels")
def lossy_webp_of_268_megapixels() -> bytes:
    data = bytearray(encoded(picture(), "WEBP"))
    data[26:30] = struct.pack("<HH", 16_383, 16_383)
    return bytes(data)


@refused(34, "megapixels")
def webp_bomb() -> bytes:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    data = bytearray(encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:]))
    data[24:30] = (16_382).to_bytes(3, "little") * 2  # the canvas; the frames stay small
    return bytes(data)


@refused(34, "damaged")
def gif_with_endless_comments() -> bytes:
    data = encoded(picture().quantize(16), "GIF")
    at = 13 + (3 << ((data[10] & 7) + 1))
    return data[:at] + b"!\xfe" + (b"\x01x") * 10_000 + b"\0" + data[at:]


@refused(34, "damaged")
def gif_with_endless_junk() -> bytes:
    data = encoded(picture().quantize(16), "GIF")
    at = 13 + (3 << ((data[10] & 7) + 1))
    return data[:at] + b"\1" * 100_000 + data[at:]


@refused(34, "damaged")
def gif_with_endless_picture_blocks() -> bytes:
    data = encoded(picture().quantize(16), "GIF")
    return data[:-2] + b"\1x" * 400_000 + b"\0;"


@refused(35, "damaged")
def png_text_bomb() -> bytes:
    text = b"Comment\0\0" + zlib.compress(bytes(3_000_000))
    return with_png_chunks(encoded(picture(), "PNG"), png_chunk(b"zTXt", text))


@refused(36, "damaged")
def png_profile_bomb() -> bytes:
    profile = b"icc\0\0" + zlib.compress(bytes(5_000_000))
    return with_png_chunks(encoded(picture(), "PNG"), png_chunk(b"iCCP", profile))


@refused(39, "damaged")
def jpeg_with_exif_that_costs_gigabytes() -> bytes:
    """Return EXIF of many segments, whose entries all stand for most of its bytes."""
    block = exif([(tag, UNDEFINED, 600_000, 8) for tag in range(1, 4_000)]) + bytes(700_000)
    segments = b"".join(
        jpeg_segment(0xE1, b"Exif\0\0" + block[at : at + 60_000])
        for at in range(0, len(block), 60_000)
    )
    return with_jpeg_segments(encoded(picture(), "JPEG"), segments)


@refused(39, "damaged")
def avif_with_exif_that_costs_gigabytes() -> bytes:
    block = exif([(tag, UNDEFINED, 600_000, 8) for tag in range(40_000, 43_000)]) + bytes(600_000)
    harmless = exif([]).ljust(len(block), b"\0")
    data = encoded(picture(), "AVIF", exif=b"Exif\0\0" + harmless)
    return data.replace(harmless, block)


@refused(41, "damaged")
def jpeg_with_endless_empty_segments() -> bytes:
    return with_jpeg_segments(encoded(picture(), "JPEG"), jpeg_segment(0xE5, b"") * 100_000)


@refused(41, "damaged")
def png_with_endless_empty_chunks() -> bytes:
    return with_png_chunks(encoded(picture(), "PNG"), png_chunk(b"teSt", b"") * 100_000)
