"""BMPs whose pixels are packed by masks of any kind; Pillow reads a dozen kinds of them.

Source: Windows GDI, BITMAPV4HEADER.
"""

import struct

import numpy as np
from numpy.typing import NDArray

from colorizer.photo.color_profile import Pixels, strips
from colorizer.photo.limits import PhotoLimits
from colorizer.photo.precheck import damaged

_BITFIELDS = {3, 6}
_BYTES_PER_PIXEL = 8.5
_MASKS_AT = 54
_HEADER_WITH_ALPHA = 56


def has_bitfields(data: bytes) -> bool:
    """Say whether a file is a BMP of 16 or 32 bits a pixel with masks."""
    if not data.startswith(b"BM") or len(data) < _MASKS_AT + 16:
        return False
    bits, compression = struct.unpack_from("<HL", data, 28)
    return data[14] >= 40 and compression in _BITFIELDS and bits in (16, 32)


def read_bitfields(data: bytes, limits: PhotoLimits) -> Pixels:
    """Read such a BMP.

    Raises:
        PhotoError: beyond the limits, cut, or with masks that make no sense.
    """
    (offset,) = struct.unpack_from("<L", data, 10)
    header_size, width, height = struct.unpack_from("<Lll", data, 14)
    bits, compression = struct.unpack_from("<HL", data, 28)
    masks = struct.unpack_from("<4L", data, _MASKS_AT)
    if width <= 0 or height == 0 or 0 in masks[:3] or max(masks[:3]) >> bits:
        raise damaged()
    limits.check_picture(width, abs(height), _BYTES_PER_PIXEL)
    stride = (width * bits // 8 + 3) // 4 * 4
    if offset + stride * abs(height) > len(data):
        raise damaged()
    rows_of_file = np.ndarray((abs(height), stride), np.uint8, data, offset)
    packed = rows_of_file[:, : width * bits // 8].view("<u2" if bits == 16 else "<u4")
    if height > 0:
        packed = packed[::-1]
    has_alpha = masks[3] and (header_size >= _HEADER_WITH_ALPHA or compression == 6)
    rgb = np.empty((abs(height), width, 3), np.uint8)
    alpha = np.empty((abs(height), width), np.uint8) if has_alpha else None
    for rows in strips(abs(height), width):
        for channel in range(3):
            rgb[rows, :, channel] = _levels(packed[rows], masks[channel])
        if alpha is not None:
            alpha[rows] = _levels(packed[rows], masks[3])
            rgb[rows][alpha[rows] == 0] = 255
    return Pixels(rgb, alpha if alpha is not None and alpha.min() < 255 else None)


def _levels(packed: NDArray[np.unsignedinteger], mask: int) -> NDArray[np.uint8]:
    """Return the levels of one channel, spread over 0…255."""
    shift = (mask & -mask).bit_length() - 1
    highest = mask >> shift
    values = (packed.astype(np.uint64) & mask) >> shift
    return ((values * 255 + highest // 2) // highest).astype(np.uint8)
