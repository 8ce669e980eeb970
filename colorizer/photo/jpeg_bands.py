"""Large JPEGs in bands that are joined at restart markers.

A restart marker resets the entropy coder and the DC predictions (ITU-T T.81, F.1.1.5.1), and all
bands have the same tables. So the joined file decodes to exactly the pixels of an ordinary one, by
libjpeg and by FFmpeg's own decoder alike; it is larger by a marker for each row of blocks, less
than a thousandth of a photo. Pillow copies what it encodes, at four bytes a pixel, and lets no
other thread run meanwhile: of one band instead of a whole photo.
"""

import io
from collections.abc import Mapping
from typing import Any

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


def jpeg_in_bands(rgb: _Array, *, quality: int, head: Mapping[str, Any]) -> bytes:
    """Return rgb uint8 (H, W, 3), H ≥ 128, as baseline JPEG with full colour resolution.

    head: Pillow's options for what stands before the picture, such as EXIF.
    """
    stream = io.BytesIO()
    for rows in _bands(*rgb.shape[:2]):
        if rows.start == 0:
            first = _encoded(rgb[rows], quality, head)
            height = _segment(first, _START_OF_FRAME) + 5  # after marker, length and precision
            stream.write(first[:height] + len(rgb).to_bytes(2, "big"))
            stream.write(first[height + 2 : -len(_END_OF_IMAGE)])
        else:
            stream.write(_LAST_RESTART_MARKER + _entropy_coded(_encoded(rgb[rows], quality, {})))
    stream.write(_END_OF_IMAGE)
    return stream.getvalue()


def _bands(height: int, width: int) -> list[slice]:
    """Rows of an even number of bands, alike but for the last one.

    With whole cycles of marker numbers in every band those of the next one can stay as they are.
    """
    count = 2 * max(1, round(height * width / (2 * _BAND_PIXELS)))
    cycle = _BLOCK * _MARKER_NUMBERS
    rows = -(-height // (count * cycle)) * cycle
    return [slice(start, min(start + rows, height)) for start in range(0, height, rows)]


def _encoded(rgb: _Array, quality: int, head: Mapping[str, Any]) -> bytes:
    band = io.BytesIO()
    picture = Image.fromarray(rgb)
    picture.save(band, "JPEG", quality=quality, subsampling=0, restart_marker_rows=1, **head)
    return band.getvalue()


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
