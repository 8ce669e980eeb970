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

from colorizer.colour.guided_upsampling import (
    AbField,
    BilinearGrid,
    bilinear_grid,
    enlarged_rows,
)
from colorizer.colour.kernels import grey_rows, recolour_rows
from colorizer.colour.lab import (
    D65_WHITE,
    XYZ_TO_RGB,
    decode_gamma,
    encode_gamma,
    inverse_lab_curve,
    lab_curve,
)
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
    enlarged = _enlarged(field, height, width)

    def paint(rows: slice) -> None:
        recolour_rows(rgb[rows], coloured[rows], enlarged, rows.start)

    _in_strips(height, width, paint)
    return coloured


def recolor16(grey16: NDArray[np.uint16], field: AbField) -> NDArray[np.uint16]:
    """As `recolor` for 16-bit grey: uint16 (H, W) → uint16 (H, W, 3), in float64.

    Colours outside sRGB are mixed with the grey of their own luminance until they are inside, so
    that L stays what it was to a level of 16 bits.
    """
    height, width = grey16.shape
    coloured = np.empty((height, width, 3), np.uint16)
    enlarged = _enlarged(field, height, width)
    light = decode_gamma(np.arange(2**16) / 65_535.0)
    curve = lab_curve(light)
    to_linear = (XYZ_TO_RGB * D65_WHITE).T

    def paint(rows: slice) -> None:
        y, fy = light[grey16[rows]], curve[grey16[rows]]
        slope_x, offset_x, slope_z, offset_z = enlarged_rows(enlarged, rows)
        f = np.stack([slope_x * fy + offset_x, fy, slope_z * fy + offset_z], axis=-1)
        spread = inverse_lab_curve(f) @ to_linear - y[..., None]
        linear = y[..., None] + _share_inside(y, spread)[..., None] * spread
        coloured[rows] = np.rint(65_535.0 * encode_gamma(linear.clip(0.0, 1.0)))

    _in_strips(height, width, paint)
    return coloured


def _share_inside(y: NDArray[np.float64], spread: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much of `spread`, float64 (..., 3), linear RGB y + spread can have within 0…1."""
    room = np.where(spread > 0, 1.0 - y[..., None], y[..., None])
    return (room / np.maximum(np.abs(spread), room + 1e-12)).min(axis=-1)


def grey(rgb: _Rgb) -> _Rgb:
    """The black-and-white photo that the network sees: the same L without ab, uint8 (H, W, 3)."""
    height, width = rgb.shape[:2]
    rgb = np.ascontiguousarray(rgb)
    neutral = np.empty(rgb.shape, np.uint8)
    _in_strips(height, width, lambda rows: grey_rows(rgb[rows], neutral[rows]))
    return neutral


def _enlarged(field: AbField, height: int, width: int) -> BilinearGrid:
    maps = _curve_maps(field)
    if not np.abs(maps).max() < _MAX_COEFFICIENT:
        raise ValueError("There are no such colours.")
    return bilinear_grid(maps, height, width)


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
