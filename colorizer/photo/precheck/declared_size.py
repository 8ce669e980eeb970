"""The size that a file announces, read before Pillow opens it.

Pillow checks sizes after the header has been read; but while it reads the header of an animation,
it may already take the canvas from memory: gigabytes for a PNG of 300 bytes.

Source: PNG (third edition), 11.2.1; WebP container specification; RFC 6386, 9.1.
"""

import struct

from colorizer.photo.precheck.gif import read_structure
from colorizer.photo.precheck.jpeg2000 import read_size


def declared_size(data: bytes, kind: str) -> tuple[int, int] | None:
    """Return (width, height) of the canvas; None for kinds that are opened without one.

    Args:
        data: the file.
        kind: its format by Pillow's name, as `inspection` tells it.
    """
    try:
        if kind == "PNG":
            width, height = struct.unpack_from(">LL", data, 16)
            return width, height
        if kind == "GIF":
            gif = read_structure(data, pictures=1, max_steps=len(data), max_picture_blocks=0)
            return gif.width, gif.height
        if kind == "JPEG2000":
            codestream = read_size(data)
            return (codestream.width, codestream.height) if codestream else None
        return _webp_size(data) if kind == "WEBP" else None
    except struct.error:
        return None  # too short for a header, which Pillow will find too


def _webp_size(data: bytes) -> tuple[int, int] | None:
    """Return the size in the first chunk: extended, lossless or lossy."""
    chunk = data[12:16]
    if chunk == b"VP8X":
        width, height = (int.from_bytes(data[start : start + 3], "little") for start in (24, 27))
        return width + 1, height + 1
    if chunk == b"VP8L":
        (bits,) = struct.unpack_from("<L", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None
