"""Photos made smaller, as the network was trained on them: bilinear, antialiased."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from colorizer.threads import usable_threads

_Rgb = NDArray[np.uint8]
_STRIP_PIXELS = 2**20


def resize(rgb: _Rgb, height: int, width: int) -> _Rgb:
    """uint8 (H, W, 3) → uint8 (height, width, 3), bilinear, antialiased when it gets smaller.

    Pillow resizes along the rows first and then along the columns, and copies what it gets at four
    bytes a pixel. So a large photo gives its rows in strips, on all cores; the result is the same.
    """
    rows = max(1, _STRIP_PIXELS // rgb.shape[1])
    strips = [rgb[top : top + rows] for top in range(0, len(rgb), rows)]
    if width == rgb.shape[1] or len(strips) == 1:
        return _resized(rgb, height, width)
    with ThreadPoolExecutor(min(usable_threads(), len(strips))) as pool:
        narrow = pool.map(lambda strip: _resized(strip, len(strip), width), strips)
        return _resized(np.concatenate(list(narrow)), height, width)


def shrink(rgb: _Rgb, long_side: int) -> _Rgb:
    """The photo uint8 (H, W, 3) with its long side at most `long_side` pixels."""
    scale = long_side / max(rgb.shape[:2])
    if scale >= 1:
        return rgb
    return resize(rgb, *(max(1, round(length * scale)) for length in rgb.shape[:2]))


def _resized(rgb: _Rgb, height: int, width: int) -> _Rgb:
    size = (width, height)
    return np.array(Image.fromarray(rgb).resize(size, Image.Resampling.BILINEAR))
