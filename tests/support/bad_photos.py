"""Files that must be refused: one function per row of the table of odd inputs.

Rows about uploads and folders are tested where they belong, files built to exhaust the decoder
are in bomb_photos.
"""

import importlib.util
import io
import struct
import zipfile

import numpy as np
from PIL import Image

from tests.support.photo_bytes import (
    FLOAT,
    PNG_START,
    SHORT,
    encoded,
    picture,
    png,
    png_chunk,
    tiff,
    with_png_chunks,
)
from tests.support.photo_table import BadPhoto, into_bad

BAD_PHOTOS: list[BadPhoto] = []
refused = into_bad(BAD_PHOTOS)


@refused(1, "empty")
def empty_file() -> bytes:
    return b""


@refused(2, "not a photo")
def two_bytes() -> bytes:
    return b"\xff\xd8"


@refused(2, "damaged")
def jpeg_header_only() -> bytes:
    return encoded(picture(), "JPEG")[:20]


@refused(3, "not a photo")
def web_page() -> bytes:
    return b"<!doctype html><html><body>Not found</body></html>"


@refused(4, "damaged")
def half_a_jpeg() -> bytes:
    data = encoded(picture(), "JPEG")
    return data[: len(data) // 2]


@refused(4, "damaged")
def half_a_jpeg_with_an_end() -> bytes:
    noise = np.random.default_rng(4).integers(0, 256, (96, 128, 3), dtype=np.uint8)
    data = encoded(Image.fromarray(noise), "JPEG", quality=90)
    return data[: len(data) // 2] + b"\xff\xd9"


@refused(5, "damaged")
def half_a_png() -> bytes:
    data = encoded(picture(), "PNG")
    return data[: len(data) // 2]


@refused(5, "damaged")
def png_with_bad_checksum() -> bytes:
    data = bytearray(encoded(picture(), "PNG"))
    data[30] ^= 1  # inside the checksum of IHDR
    return bytes(data)


@refused(5, "damaged")
def png_with_bad_deflate_data() -> bytes:
    return with_png_chunks(
        encoded(picture(), "PNG"), png_chunk(b"IDAT", b"\x78\x9c" + b"\xff" * 99)
    )


@refused(5, "damaged")
def png_with_missing_rows() -> bytes:
    return png(64, 48, bits=8, colour_type=2, rows=(b"\0" + b"\x55" * 192) * 24)


@refused(5, "damaged")
def png_without_pixels() -> bytes:
    return PNG_START + encoded(picture(), "PNG")[8:33] + png_chunk(b"IEND", b"")


@refused(10, "not supported")
def lossless_jpeg() -> bytes:
    return encoded(picture(), "JPEG").replace(b"\xff\xc0", b"\xff\xc3", 1)


@refused(10, "not supported")
def arithmetic_jpeg() -> bytes:
    return encoded(picture(), "JPEG").replace(b"\xff\xc0", b"\xff\xc9", 1)


@refused(10, "not supported")
def twelve_bit_jpeg() -> bytes:
    data = encoded(picture(), "JPEG")
    at = data.index(b"\xff\xc0") + 4
    return data[:at] + b"\x0c" + data[at + 1 :]


@refused(22, "damaged")
def gif_with_a_tile_outside() -> bytes:
    data = bytearray(encoded(picture().quantize(16), "GIF"))
    at = data.index(b",") + 1
    data[at : at + 8] = struct.pack("<HHHH", 64, 48, 0, 0)
    return bytes(data)


@refused(24, "damaged")
def tiff_with_a_directory_outside() -> bytes:
    return b"II*\0" + struct.pack("<L", 0x7FFFFFFF) + bytes(100)


@refused(25, "32-bit")
def float_tiff() -> bytes:
    return encoded(Image.fromarray(np.ones((48, 64), np.float32)), "TIFF")


@refused(25, "32-bit")
def integer_tiff() -> bytes:
    return encoded(Image.fromarray(np.ones((48, 64), np.int32)), "TIFF")


@refused(25, "damaged")
def tiff_of_unknown_sample_format() -> bytes:
    return tiff(bytes(64 * 48), [(339, SHORT, 1, 6), (258, SHORT, 1, 8), (50_000, FLOAT, 1, 0)])


@refused(26, "compression")
def tiff_with_rare_compression() -> bytes:
    return encoded(picture(), "TIFF", compression="lzma")


@refused(27, "damaged")
def bmp_with_bad_header() -> bytes:
    data = bytearray(encoded(picture(), "BMP"))
    data[14] = 17
    return bytes(data)


@refused(29, "too narrow")
def one_row() -> bytes:
    return encoded(picture(5_000, 1), "PNG")


@refused(29, "too narrow")
def one_column() -> bytes:
    return encoded(picture(1, 5_000), "PNG")


@refused(30, "too narrow")
def hairline() -> bytes:
    return encoded(Image.new("L", (65_500, 2)), "PNG")


@refused(46, "HEIC photo is damaged" if importlib.util.find_spec("pillow_heif") else "HEIC")
def heic() -> bytes:
    brands = b"ftypheic" + bytes(4) + b"mif1heic"
    return struct.pack(">I", 4 + len(brands)) + brands + bytes(200)


@refused(48, "SVG")
def svg_with_script() -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@refused(48, "PDF")
def pdf() -> bytes:
    return encoded(picture(), "PDF")


@refused(48, "PostScript")
def eps() -> bytes:
    return encoded(picture(), "EPS")


@refused(48, "Photoshop")
def photoshop_file() -> bytes:
    return b"8BPS\0\1" + bytes(100)


@refused(48, "icon")
def icon() -> bytes:
    return encoded(picture(), "ICO")


@refused(48, "not a photo")
def dds_texture() -> bytes:
    return encoded(picture(), "DDS")


@refused(60, "ZIP")
def zip_archive() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("photo.jpg", encoded(picture(), "JPEG"))
    return stream.getvalue()
