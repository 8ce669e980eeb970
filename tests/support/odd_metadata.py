"""Ordinary pictures with odd things around them, to be accepted: one function per row."""

import struct
import zlib

import numpy as np
from PIL import ImageCms

from tests.support.odd_photos import grey, seen
from tests.support.photo_bytes import (
    ASCII,
    EXIF_PREFIX,
    FLOAT,
    LONG,
    SHORT,
    UNDEFINED,
    encoded,
    exif,
    jpeg_segment,
    picture,
    pixels,
    png_chunk,
    tiff,
    with_jpeg_segments,
    with_png_chunks,
)
from tests.support.photo_table import OddPhoto, into_odd

Seen = tuple[bytes, np.ndarray]

ODD_METADATA: list[OddPhoto] = []
accepted = into_odd(ODD_METADATA)


@accepted(6)
def jpeg_with_garbage_behind() -> Seen:
    return encoded(picture(), "JPEG") + b"garbage" * 1_000, pixels()


@accepted(18)
def png_with_gamma() -> Seen:
    chunks = png_chunk(b"gAMA", struct.pack(">I", 100_000))
    return with_png_chunks(encoded(picture(), "PNG"), chunks), pixels()


@accepted(36, "profile")
def jpeg_with_a_long_useless_profile() -> Seen:
    return encoded(picture(), "JPEG", icc_profile=bytes(500_000)), pixels()


@accepted(38)
def orientation_zero() -> Seen:
    return encoded(picture(), "JPEG", exif=EXIF_PREFIX + exif([(274, SHORT, 1, 0)])), pixels()


@accepted(38)
def orientation_nine() -> Seen:
    return encoded(picture(), "JPEG", exif=EXIF_PREFIX + exif([(274, SHORT, 1, 9)])), pixels()


@accepted(38)
def orientation_in_words() -> Seen:
    block = EXIF_PREFIX + exif([(274, ASCII, 10, b"right top\0")])
    return encoded(picture(), "JPEG", exif=block), pixels()


@accepted(38)
def two_exif_blocks() -> Seen:
    block = jpeg_segment(0xE1, EXIF_PREFIX + exif([(274, SHORT, 1, 1)]))
    return with_jpeg_segments(encoded(picture(), "JPEG"), block * 2), pixels()


@accepted(39)
def exif_with_offsets_outside() -> Seen:
    block = EXIF_PREFIX + exif([(271, ASCII, 1_000, 0xFFFFFF), (282, UNDEFINED, 0x7FFFFFFF, 8)])
    return encoded(picture(), "JPEG", exif=block), pixels()


@accepted(39)
def exif_that_loops() -> Seen:
    block = EXIF_PREFIX + exif([(0x8769, LONG, 1, 8), (0x8825, LONG, 1, 8)])
    return encoded(picture(), "JPEG", exif=block), pixels()


@accepted(39)
def exif_with_a_float_resolution() -> Seen:
    block = EXIF_PREFIX + exif([(282, FLOAT, 1, 0x7FC00000), (283, FLOAT, 1, 0)])
    return encoded(picture(), "JPEG", exif=block), pixels()


@accepted(39)
def tiff_with_a_broken_exif_directory() -> Seen:
    data = tiff(np.asarray(grey()).tobytes(), [(0x8769, LONG, 1, 0xFFFFFF)])
    return data, seen(grey())


@accepted(39)
def png_with_a_text_called_exif() -> Seen:
    chunk = png_chunk(b"zTXt", b"exif\0\0" + zlib.compress(b"MM\0* not really"))
    return with_png_chunks(encoded(picture(), "PNG"), chunk), pixels()


@accepted(41)
def jpeg_with_a_megabyte_of_metadata() -> Seen:
    segments = jpeg_segment(0xE5, bytes(65_000)) * 16
    return with_jpeg_segments(encoded(picture(), "JPEG"), segments), pixels()


@accepted(44, "profile")
def jpeg_with_a_corrupt_profile() -> Seen:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[128:] = bytes(len(profile) - 128)
    return encoded(picture(), "JPEG", icc_profile=bytes(profile)), pixels()


@accepted(44, "profile")
def cmyk_jpeg_with_an_rgb_profile() -> Seen:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = encoded(picture().convert("CMYK"), "JPEG", quality=95, icc_profile=profile)
    return data, pixels()


@accepted(51)
def jpeg_that_is_a_zip_too() -> Seen:
    return encoded(picture(), "JPEG") + b"PK\5\6" + bytes(18), pixels()


@accepted(51)
def jpeg_with_a_web_page_inside() -> Seen:
    page = b"<html><script>alert(1)</script></html>"
    return with_jpeg_segments(encoded(picture(), "JPEG"), jpeg_segment(0xFE, page)), pixels()
