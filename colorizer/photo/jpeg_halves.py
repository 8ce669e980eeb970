"""JPEG on two cores: both halves of a photo are encoded at once and joined at a restart marker.

A restart marker resets the entropy coder and the DC predictions (ITU-T T.81, F.1.1.5.1), and both
halves have the same tables. So the joined file decodes to exactly the pixels of an ordinary one, by
libjpeg and by FFmpeg's own decoder alike; it is larger by a marker for each row of blocks, less
than a thousandth of a photo.
"""

import tempfile
from concurrent.futures import ThreadPoolExecutor
from typing import IO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_Array = NDArray[np.uint8]

_BLOCK = 8
_MARKER_NUMBERS = 8  # restart markers count modulo 8, and are here one row of blocks apart
_START_OF_FRAME, _START_OF_SCAN = 0xC0, 0xDA
_LAST_RESTART_MARKER = b"\xff\xd7"
_END_OF_IMAGE = b"\xff\xd9"


def write_jpeg(stream: IO[bytes], rgb: _Array, *, quality: int, exif: bytes, xmp: bytes) -> None:
    """Write rgb uint8 (H, W, 3), H ≥ 128, as baseline JPEG with full colour resolution."""
    # With whole cycles of marker numbers above, those of the lower half can stay as they are.
    cycle = _BLOCK * _MARKER_NUMBERS
    upper_rows = len(rgb) // 2 // cycle * cycle
    with ThreadPoolExecutor(1) as pool:
        below = pool.submit(_encoded, rgb[upper_rows:], quality, b"", b"")
        upper = _encoded(rgb[:upper_rows], quality, exif, xmp)
        lower = below.result()
    frame, scan = _segment(upper, _START_OF_FRAME), _segment(upper, _START_OF_SCAN)
    height = frame + 5  # after marker, length and precision
    stream.write(upper[:height] + len(rgb).to_bytes(2, "big") + upper[height + 2 : scan])
    stream.write(upper[scan : -len(_END_OF_IMAGE)] + _LAST_RESTART_MARKER)
    start = _segment(lower, _START_OF_SCAN)
    stream.write(lower[start + 2 + int.from_bytes(lower[start + 2 : start + 4], "big") :])


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


def _segment(data: bytes, marker: int) -> int:
    """Where the first segment of this kind begins in a JPEG that we wrote."""
    position = 2
    while data[position + 1] != marker:
        position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    return position
