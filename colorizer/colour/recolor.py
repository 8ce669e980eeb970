"""Full-size colour: a photo's own lightness with new ab, in one pass over its pixels, on all cores.

With ab = slope · L + offset, L = 116 f(Y) − 16, f(X) = f(Y) + a / 500 and f(Z) = f(Y) − b / 200
(CIE 15), f(X) and f(Z) are linear in f(Y) too. Four maps at the network's size carry their
coefficients; once these are enlarged, a pixel costs two cubes, a 3 × 3 matrix and a few looks into
tables instead of ten powers. The 8-bit levels are those of the same formulas in float64 but for a
few in 100 000, which are the next ones (`benchmarks.recolouring`).
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from colorizer.colour.guided_upsampling import AbField, bilinear_grid
from colorizer.colour.kernels import grey_rows, recolour_rows
from colorizer.threads import usable_threads

STRIP_PIXELS = 2**18
"""Pixels that a thread takes at once."""

_Rgb = NDArray[np.uint8]
_MAX_COEFFICIENT = 1e6  # its cube is far from float32's end


def recolor(rgb: _Rgb, field: AbField) -> _Rgb:
    """The photo's own L with the ab of `field`: uint8 (H, W, 3) → uint8 (H, W, 3).

    Raises ValueError for a field with NaN or without bounds: the compiled loops check nothing.
    """
    height, width = rgb.shape[:2]
    rgb = np.ascontiguousarray(rgb)
    coloured = np.empty(rgb.shape, np.uint8)
    maps = _curve_maps(field)
    if not np.abs(maps).max() < _MAX_COEFFICIENT:
        raise ValueError("There are no such colours.")
    enlarged = bilinear_grid(maps, height, width)

    def paint(rows: slice) -> None:
        recolour_rows(rgb[rows], coloured[rows], enlarged, rows.start)

    _in_strips(height, width, paint)
    return coloured


def grey(rgb: _Rgb) -> _Rgb:
    """The black-and-white photo that the network sees: the same L without ab, uint8 (H, W, 3)."""
    height, width = rgb.shape[:2]
    rgb = np.ascontiguousarray(rgb)
    neutral = np.empty(rgb.shape, np.uint8)
    _in_strips(height, width, lambda rows: grey_rows(rgb[rows], neutral[rows]))
    return neutral


def _in_strips(height: int, width: int, paint: Callable[[slice], None]) -> None:
    """Call `paint` for every strip of a photo, on as many threads as may be used here."""
    rows = max(1, STRIP_PIXELS // width)
    strips = [slice(top, min(top + rows, height)) for top in range(0, height, rows)]
    threads = min(usable_threads(), len(strips))
    if threads == 1:
        for strip in strips:
            paint(strip)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(paint, strips))


def _curve_maps(field: AbField) -> NDArray[np.float64]:
    """Slope and offset of f(X), slope and offset of f(Z), all over f(Y): float64 (4, h, w)."""
    slope_a, slope_b = field.slope.astype(np.float64)
    offset_a, offset_b = field.offset.astype(np.float64)
    return np.stack(
        [
            1.0 + 116.0 / 500.0 * slope_a,
            (offset_a - 16.0 * slope_a) / 500.0,
            1.0 - 116.0 / 200.0 * slope_b,
            (16.0 * slope_b - offset_b) / 200.0,
        ]
    )
