"""Colours of both halves made alike in detail, so that detail does not tell which ones are real.

A network gives ab on a coarse grid, and edge-following upsampling by L makes the rest. A photo's
own ab is finer: left alone, "finer colour detail is real" is right in 19 pairs of 20. So both
halves take the same way, ab on a grid that is enlarged along the edges of L: over 17 cells along
the short side for the photo and over 80 for the fake, which is smooth already. The two numbers are
those with which no script of `tests/study/test_chroma_leaks.py` is right in more than 65 of 100: a
coarser photo shows less detail, a finer one follows edges less than a network does. They belong to
the bundled networks, and other ones may need others. The price: small coloured things of a real
photo take on the colours around them.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

REAL_CELLS = 17
FAKE_CELLS = 80
"""Cells of the grid along the short side."""

_RADIUS = 6 / 256  # of the filter's window, in short sides
_EPSILON = 30.0  # squared L units, as in colorizer.colour.guided_upsampling

_Array = NDArray[np.float32]


def coarse_colours(lab: _Array, cells: int) -> _Array:
    """Lab float32 (H, W, 3) → the same L with ab of a grid, enlarged along the edges of L.

    The guided filter of He, Sun & Tang 2013, eq. 5, 6 and 8.
    """
    height, width = lab.shape[:2]
    scale = min(cells / min(height, width), 1.0)
    grid = max(round(height * scale), 1), max(round(width * scale), 1)
    L = lab[..., 0]
    radius = max(round(_RADIUS * min(height, width)), 1)
    coarse = lab.copy()
    for channel in (1, 2):
        ab = _resized(_resized(lab[..., channel], *grid), height, width)
        mean_L, mean_ab = _box(L, radius), _box(ab, radius)
        variance = (_box(L * L, radius) - mean_L * mean_L).clip(min=0)
        covariance = _box(L * ab, radius) - mean_L * mean_ab
        slope = np.asarray(covariance / (variance + _EPSILON), dtype=np.float32)
        coarse[..., channel] = _box(slope, radius) * L + _box(mean_ab - slope * mean_L, radius)
    return coarse


def _resized(channel: _Array, height: int, width: int) -> _Array:
    """Bilinear, antialiased when it gets smaller."""
    image = Image.fromarray(np.ascontiguousarray(channel))
    return np.asarray(image.resize((width, height), Image.Resampling.BILINEAR))


def _box(channel: _Array, radius: int) -> _Array:
    from scipy.ndimage import uniform_filter  # scipy: not before the first page

    mean: _Array = uniform_filter(channel, 2 * radius + 1, mode="nearest")
    return mean
