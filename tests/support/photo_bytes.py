"""Small photos in memory, and the bytes to put them together wrongly."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

PNG_START = b"\x89PNG\r\n\x1a\n"
EXIF_PREFIX = b"Exif\0\0"

# Field types of TIFF and EXIF, and the bytes of one value.
BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, FLOAT = 1, 2, 3, 4, 5, 7, 11
_SIZES = {BYTE: 1, ASCII: 1, SHORT: 2, LONG: 4, RATIONAL: 8, UNDEFINED: 1, FLOAT: 4}


def pixels(width: int = 64, height: int = 48) -> np.ndarray:
    """Return uint8 (H, W, 3) with colours that change smoothly and no symmetry."""
    across, down = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    rgb = np.stack((40 + 200 * across, 30 + 180 * down, 220 - 120 * across * down), axis=-1)
    return rgb.astype(np.uint8)


def picture(width: int = 64, height: int = 48) -> Image.Image:
    return Image.fromarray(pixels(width, height))


def encoded(image: Image.Image, format: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, format, **options)
    return stream.getvalue()


def png_chunk(kind: bytes, payload: bytes) -> bytes:
    return (
        struct.pack(">I", len(payload))
        + kind
        + payload
        + struct.pack(">I", zlib.crc32(kind + payload))
    )


def png(width: int, height: int, *, bits: int, colour_type: int, rows: bytes) -> bytes:
    """Return a PNG of raw rows, each with its filter byte."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, 0)
    return (
        PNG_START
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", zlib.compress(rows))
        + png_chunk(b"IEND", b"")
    )


def with_png_chunks(data: bytes, chunks: bytes) -> bytes:
    """Insert chunks right after IHDR."""
    return data[:33] + chunks + data[33:]


def jpeg_segment(marker: int, payload: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(payload) + 2) + payload


def with_jpeg_segments(data: bytes, segments: bytes) -> bytes:
    """Insert segments right after the start of the image."""
    return data[:2] + segments + data[2:]


def directory(entries: list[tuple[int, int, int, bytes | int]], *, start: int = 8) -> bytes:
    """Return a little-endian TIFF directory that stands at `start`, and the values behind it.

    Args:
        entries: (tag, field type, count, value); an int is an offset or a value to be written
            as it is, bytes that do not fit are put behind the directory.
        start: offset of the directory in its file.
    """
    behind = start + 2 + 12 * len(entries) + 4
    head, values = struct.pack("<H", len(entries)), b""
    for tag, kind, count, value in entries:
        if isinstance(value, int):
            field = struct.pack("<L", value)
        elif count * _SIZES.get(kind, 1) <= 4:
            field = value.ljust(4, b"\0")
        else:
            field = struct.pack("<L", behind + len(values))
            values += value
        head += struct.pack("<HHL", tag, kind, count) + field
    return head + struct.pack("<L", 0) + values


def exif(entries: list[tuple[int, int, int, bytes | int]]) -> bytes:
    """Return an EXIF block without its prefix."""
    return b"II*\0" + struct.pack("<L", 8) + directory(entries)


def tiff(
    strip: bytes,
    more: list[tuple[int, int, int, bytes | int]],
    *,
    width: int = 64,
    height: int = 48,
) -> bytes:
    """Return a TIFF of one strip; `more` replaces or adds tags of an 8-bit grey picture."""
    tags = {
        256: (LONG, 1, width),
        257: (LONG, 1, height),
        258: (SHORT, 1, 8),
        259: (SHORT, 1, 1),
        262: (SHORT, 1, 1),
        273: (LONG, 1, 8),
        277: (SHORT, 1, 1),
        278: (LONG, 1, height),
        279: (LONG, 1, len(strip)),
    }
    tags |= {tag: (kind, count, value) for tag, kind, count, value in more}
    entries = [(tag, *field) for tag, field in sorted(tags.items())]
    start = 8 + len(strip)
    return b"II*\0" + struct.pack("<L", start) + strip + directory(entries, start=start)
