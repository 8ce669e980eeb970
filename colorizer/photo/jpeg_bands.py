"""JPEG on two cores: bands of a photo are encoded two at a time and joined at restart markers.

A restart marker resets the entropy coder and the DC predictions (ITU-T T.81, F.1.1.5.1), and all
bands have the same tables. So the joined file decodes to exactly the pixels of an ordinary one, by
libjpeg and by FFmpeg's own decoder alike; it is larger by a marker for each row of blocks, less
than a thousandth of a photo. Pillow copies what it encodes, at four bytes a pixel: of two bands
instead of a whole photo.
"""

import tempfile
from concurrent.futures import ThreadPoolExecutor
from typing import IO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_Array = NDArray[np.uint8]

_BLOCK = 8
_BAND_PIXELS = 6_000_000
_MARKER_NUMBERS = 8  # restart markers count modulo 8, and are here one row of blocks apart
_START_OF_FRAME, _START_OF_SCAN = 0xC0, 0xDA
_LAST_RESTART_MARKER = b"\xff\xd7"
_END_OF_IMAGE = b"\xff\xd9"


def write_jpeg(stream: IO[bytes], rgb: _Array, *, quality: int, exif: bytes, xmp: bytes) -> None:
    """Write rgb uint8 (H, W, 3), H ≥ 128, as baseline JPEG with full colour resolution."""

    def encoded(rows: slice) -> bytes:
        first = rows.start == 0
        return _encoded(rgb[rows], quality, exif if first else b"", xmp if first else b"")

    with ThreadPoolExecutor(2) as pool:
        bands = pool.map(encoded, _bands(*rgb.shape[:2]))
        first = next(bands)
        height = _segment(first, _START_OF_FRAME) + 5  # after marker, length and precision
        stream.write(first[:height] + len(rgb).to_bytes(2, "big"))
        stream.write(first[height + 2 : -len(_END_OF_IMAGE)])
        for band in bands:
            stream.write(_LAST_RESTART_MARKER + _entropy_coded(band))
    stream.write(_END_OF_IMAGE)


def _bands(height: int, width: int) -> list[slice]:
    """Rows of an even number of bands, alike but for the last one.

    With whole cycles of marker numbers in every band those of the next one can stay as they are.
    """
    count = 2 * max(1, round(height * width / (2 * _BAND_PIXELS)))
    cycle = _BLOCK * _MARKER_NUMBERS
    rows = -(-height // (count * cycle)) * cycle
    return [slice(start, min(start + rows, height)) for start in range(0, height, rows)]


def _encoded(rgb: _Array, quality: int, exif: bytes, xmp: bytes) -> bytes:
    # Pillow lets other threads run while it writes a real file, but not while it fills a buffer.
    with tempfile.TemporaryFile() as file:
        Image.fromarray(rgb).save(
            file,
            "JPEG",
            quality=quality,
            subsampling=0,
            restart_marker_rows=1,
            exif=exif,
            xmp=xmp,
        )
        file.seek(0)
        return file.read()


def _entropy_coded(data: bytes) -> bytes:
    """What follows the headers of a JPEG that we wrote, to its end marker and without it."""
    start = _segment(data, _START_OF_SCAN)
    length = int.from_bytes(data[start + 2 : start + 4], "big")
    return data[start + 2 + length : -len(_END_OF_IMAGE)]


def _segment(data: bytes, marker: int) -> int:
    """Where the first segment of this kind begins in a JPEG that we wrote."""
    position = 2
    while data[position + 1] != marker:
        position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    return position
