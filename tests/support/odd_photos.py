"""Pictures of unusual kinds that must be accepted: one function per row of the table."""

import struct
import zlib

import numpy as np
from PIL import Image, ImageCms

from tests.support.photo_bytes import (
    LONG,
    PNG_START,
    SHORT,
    encoded,
    picture,
    pixels,
    png,
    png_chunk,
    tiff,
)
from tests.support.photo_table import OddPhoto, into_odd

Seen = tuple[bytes, np.ndarray]

ODD_PHOTOS: list[OddPhoto] = []
accepted = into_odd(ODD_PHOTOS)


def grey() -> Image.Image:
    return picture().convert("L")


def seen(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("RGB"))


@accepted(54)
def jpeg_2000() -> Seen:
    return encoded(picture(), "JPEG2000"), pixels()


@accepted(7)
def progressive_jpeg() -> Seen:
    return encoded(picture(), "JPEG", progressive=True), pixels()


@accepted(8)
def cmyk_jpeg() -> Seen:
    return encoded(picture().convert("CMYK"), "JPEG", quality=95), pixels()


@accepted(9)
def grey_jpeg() -> Seen:
    return encoded(grey(), "JPEG"), seen(grey())


@accepted(11)
def deep_grey_png() -> Seen:
    deep = np.asarray(grey()).astype(np.uint16) * 257
    return encoded(Image.fromarray(deep), "PNG"), seen(grey())


@accepted(12)
def deep_rgb_png() -> Seen:
    deep = (pixels().astype(np.uint16) * 257).astype(">u2")
    rows = b"".join(b"\0" + row.tobytes() for row in deep)
    return png(64, 48, bits=16, colour_type=2, rows=rows), pixels()


@accepted(13)
def four_bit_grey_png() -> Seen:
    levels = np.asarray(grey()) // 16
    packed = (levels[:, ::2] << 4) | levels[:, 1::2]
    rows = b"".join(b"\0" + row.tobytes() for row in packed)
    expected = np.repeat((levels * 17)[:, :, None], 3, axis=2)
    return png(64, 48, bits=4, colour_type=0, rows=rows), expected


@accepted(13)
def one_bit_png() -> Seen:
    bits = grey().convert("1")
    return encoded(bits, "PNG"), seen(bits)


@accepted(14)
def palette_png() -> Seen:
    return encoded(picture().quantize(64), "PNG"), pixels()


@accepted(17)
def interlaced_png() -> Seen:
    levels = np.asarray(grey())
    passes = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2))
    rows = b""
    for down, across, step_down, step_across in (*passes, (1, 0, 2, 1)):
        for row in levels[down::step_down, across::step_across]:
            rows += b"\0" + row.tobytes()
    header = struct.pack(">IIBBBBB", 64, 48, 8, 0, 0, 0, 1)
    chunks = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(rows))
    return PNG_START + chunks + png_chunk(b"IEND", b""), seen(grey())


@accepted(19, "several pictures")
def animated_png() -> Seen:
    other = Image.new("RGB", (64, 48), "red")
    return encoded(picture(), "PNG", save_all=True, append_images=[other]), pixels()


@accepted(20, "several pictures")
def animated_gif() -> Seen:
    other = Image.new("RGB", (64, 48), "red")
    data = encoded(picture().quantize(64), "GIF", save_all=True, append_images=[other])
    return data, pixels()


@accepted(20, "several pictures")
def gif_with_a_long_animation() -> Seen:
    frames = [Image.new("P", (64, 48), number % 7) for number in range(1, 300)]
    first = picture().quantize(64)
    return encoded(first, "GIF", save_all=True, append_images=frames), pixels()


@accepted(21, "several pictures")
def animated_webp() -> Seen:
    other = Image.new("RGB", (64, 48), "red")
    return encoded(picture(), "WEBP", save_all=True, append_images=[other]), pixels()


@accepted(23, "several pictures")
def tiff_with_two_pages() -> Seen:
    other = Image.new("RGB", (64, 48), "red")
    return encoded(picture(), "TIFF", save_all=True, append_images=[other]), pixels()


@accepted(24)
def tiff_with_a_looping_directory() -> Seen:
    data = bytearray(tiff(np.asarray(grey()).tobytes(), []))
    start = struct.unpack_from("<L", data, 4)[0]
    entries = struct.unpack_from("<H", data, start)[0]
    struct.pack_into("<L", data, start + 2 + 12 * entries, start)
    return bytes(data), seen(grey())


@accepted(26)
def cmyk_tiff() -> Seen:
    return encoded(picture().convert("CMYK"), "TIFF"), pixels()


@accepted(26)
def lab_tiff() -> Seen:
    to_lab = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
    )
    lab = ImageCms.applyTransform(picture(), to_lab)
    assert lab is not None
    lab.info.clear()
    return encoded(lab, "TIFF"), pixels()


@accepted(26)
def tiff_with_jpeg_inside() -> Seen:
    return encoded(picture(), "TIFF", compression="jpeg", quality=95), pixels()


@accepted(26)
def planar_tiff() -> Seen:
    planes = np.ascontiguousarray(pixels().transpose(2, 0, 1)).tobytes()
    size = 64 * 48
    offsets = struct.pack("<LLL", 8, 8 + size, 8 + 2 * size)
    tags = [
        (258, SHORT, 3, struct.pack("<HHH", 8, 8, 8)),
        (262, SHORT, 1, 2),
        (273, LONG, 3, offsets),
        (277, SHORT, 1, 3),
        (279, LONG, 3, struct.pack("<LLL", size, size, size)),
        (284, SHORT, 1, 2),
    ]
    return tiff(planes, tags), pixels()


@accepted(27)
def palette_bmp() -> Seen:
    return encoded(picture().quantize(64), "BMP"), pixels()


@accepted(27)
def run_length_bmp() -> Seen:
    row = b"".join(bytes((1, level)) for level in range(0, 128, 2)) + b"\0\0"
    body = row * 48 + b"\0\1"
    header = struct.pack("<LllHHLLllLL", 40, 64, 48, 1, 8, 1, len(body), 0, 0, 256, 0)
    palette = b"".join(bytes((level, level, level, 0)) for level in range(256))
    file_header = b"BM" + struct.pack("<LHHL", 1_078 + len(body), 0, 0, 1_078)
    ramp = np.arange(0, 128, 2, dtype=np.uint8)
    return file_header + header + palette + body, np.broadcast_to(ramp[:, None], (48, 64, 3))


@accepted(28)
def one_pixel() -> Seen:
    return encoded(picture(1, 1), "PNG"), pixels(1, 1)


@accepted(47)
def avif() -> Seen:
    return encoded(picture(), "AVIF", quality=90), pixels()


@accepted(53)
def jpeg_with_two_pictures() -> Seen:
    other = Image.new("RGB", (64, 48), "red")
    return encoded(picture(), "MPO", save_all=True, append_images=[other]), pixels()


@accepted(55)
def black_photo() -> Seen:
    return encoded(Image.new("RGB", (64, 48)), "JPEG"), np.zeros((48, 64, 3), np.uint8)


@accepted(55)
def middle_grey_photo() -> Seen:
    """Return the grey that libjpeg also fills missing parts with."""
    flat = np.full((48, 64, 3), 128, np.uint8)
    return encoded(Image.fromarray(flat), "JPEG"), flat


@accepted(55)
def noise() -> Seen:
    values = np.random.default_rng(55).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    return encoded(Image.fromarray(values), "PNG"), values
