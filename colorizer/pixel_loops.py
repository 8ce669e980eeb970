"""Recolouring and greying as loops over the pixels of some rows, compiled by Numba.

The loops are compiled when this module is imported for the first time, which takes some seconds,
and kept for the next time. They run without the interpreter's lock. Whole-array operations of numpy
take five times as long: there are some sixty of them, and each reads and writes a whole strip.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numba
import numpy as np
from numba import types
from numpy.typing import NDArray

from colorizer.lab import (
    CURVE_KNEE,
    CURVE_SLOPE,
    D65_WHITE,
    RGB_TO_XYZ,
    XYZ_TO_RGB,
    decode_gamma,
    lab_curve,
)

_Plane = NDArray[np.float32]
_Rgb = NDArray[np.uint8]

# Linear light is looked up in equal cells. Lab's curve is a line from one end of a cell to the
# other, at worst 1.3e-4 L units off; 8-bit levels are exact, as no cell is as wide as one.
_CELLS = 2**13
_TONES = 2**12
_LINEAR = decode_gamma(np.arange(256) / 255.0)
_OPTIONS: dict[str, Any] = {"nogil": True, "fastmath": {"contract", "nnan", "nsz"}}


class _Tables(NamedTuple):
    """What the loops look up; an argument, as Numba keeps the first value of a global for ever.

    luminance: float32 (3, 256), what each channel adds to Y in cells. curve: float32 (_CELLS + 2,),
    f(Y) where each cell begins. grey_luminance, grey_curve: float32 (256,), both for a grey pixel,
    exactly. shift: float32 (_TONES,), see `_shift`. weights: float32 (3, 3), columns X and Z over
    the white's and Y in cells, rows red, green and blue in cells of `shift`. knee: f below which
    Lab's curve is a line. line: 1 / slope.
    """

    luminance: _Plane
    curve: _Plane
    grey_luminance: _Plane
    grey_curve: _Plane
    shift: _Plane
    weights: _Plane
    knee: np.float32
    line: np.float32


def _shift() -> NDArray[np.float64]:
    """What makes linear light its 8-bit level: the whole part of their sum; float64 (_TONES,).

    Light is in cells. In each of them, either all is of one level, or the next one begins at a
    place inside, and there the sum has to become whole.
    """
    ends = np.append(_TONES * decode_gamma((np.arange(255) + 0.5) / 255.0), np.inf)
    cells = np.arange(_TONES)
    levels = np.searchsorted(ends, cells, side="right")
    shift: NDArray[np.float64] = np.where(ends[levels] < cells + 1, 1 - ends[levels], -cells)
    return levels + shift


_TABLES = _Tables(
    luminance=(_CELLS * RGB_TO_XYZ[1][:, None] * _LINEAR).astype(np.float32),
    curve=lab_curve(np.arange(_CELLS + 2) / _CELLS).astype(np.float32),
    grey_luminance=(_CELLS * _LINEAR).astype(np.float32),
    grey_curve=lab_curve(_LINEAR).astype(np.float32),
    shift=_shift().astype(np.float32),
    weights=(_TONES * XYZ_TO_RGB * D65_WHITE * [1.0, 1.0 / _CELLS, 1.0]).astype(np.float32),
    knee=np.float32(CURVE_KNEE),
    line=np.float32(1.0 / CURVE_SLOPE),
)


def recolour_rows(
    rgb: _Rgb, out: _Rgb, maps: _Plane, above: NDArray[np.intp], share: _Plane
) -> None:
    """Fill `out` with the rows of `rgb` in new colours, both uint8 (rows, W, 3).

    maps: float32 (4, h, W), slope and offset of f(X) and of f(Z) over f(Y). above: intp (rows,),
    the row of the maps over each row. share: float32 (rows,), how far it is towards the next one.
    """
    _compiled_recolour(rgb, out, maps, above, share, _TABLES)


def grey_rows(rgb: _Rgb, out: _Rgb) -> None:
    """Fill `out` with the rows of `rgb` without their colours, both uint8 (rows, W, 3)."""
    _compiled_grey(rgb, out, _TABLES)


def _recolour(rgb: Any, out: Any, maps: Any, above: Any, share: Any, tables: Any) -> None:
    width = rgb.shape[1]
    y, fy = np.empty(width, np.float32), np.empty(width, np.float32)
    tones = np.empty((3, width), np.float32)
    shift = tables.shift
    for row in range(rgb.shape[0]):
        _read(rgb[row], y, fy, tables)
        _colour(y, fy, maps, above[row], share[row], tones, tables)
        for x in range(width):
            for channel in range(3):
                tone = tones[channel, x]
                out[row, x, channel] = np.int32(tone + shift[np.int32(tone)])


def _grey(rgb: Any, out: Any, tables: Any) -> None:
    y, fy = np.empty(rgb.shape[1], np.float32), np.empty(rgb.shape[1], np.float32)
    scale, last = np.float32(_TONES / _CELLS), np.float32(_TONES - 1)
    shift = tables.shift
    for row in range(rgb.shape[0]):
        _read(rgb[row], y, fy, tables)
        for x in range(rgb.shape[1]):
            tone = min(scale * y[x], last)
            out[row, x] = np.int32(tone + shift[np.int32(tone)])


def _read_row(rgb: Any, y: Any, fy: Any, tables: Any) -> None:
    """uint8 (W, 3) → Y in cells and f(Y), float32 (W,) each."""
    # Looked up inside the loop, a table would be counted as in use and as free again each time.
    luminance, curve = tables.luminance, tables.curve
    grey_luminance, grey_curve = tables.grey_luminance, tables.grey_curve
    last = np.int32(_CELLS)
    for x in range(rgb.shape[0]):
        red, green, blue = rgb[x, 0], rgb[x, 1], rgb[x, 2]
        if red == green and green == blue:
            y[x] = grey_luminance[red]
            fy[x] = grey_curve[red]
        else:
            y[x] = luminance[0, red] + luminance[1, green] + luminance[2, blue]
            cell = min(np.int32(y[x]), last)
            fy[x] = curve[cell] + (y[x] - cell) * (curve[cell + 1] - curve[cell])


def _colour_row(
    y: Any, fy: Any, maps: Any, above: Any, share: Any, tones: Any, tables: Any
) -> None:
    """Y and f(Y) → float32 (3, W), red, green and blue in cells of the levels, clipped to sRGB.

    No looks into tables here, so that the compiler does eight pixels at once.
    """
    (rx, ry, rz), (gx, gy, gz), (bx, by, bz) = tables.weights
    knee, line = tables.knee, tables.line
    first, last = np.float32(0), np.float32(_TONES - 1)
    below = min(above + 1, maps.shape[1] - 1)
    for i in range(y.shape[0]):
        slope_x = maps[0, above, i] + share * (maps[0, below, i] - maps[0, above, i])
        offset_x = maps[1, above, i] + share * (maps[1, below, i] - maps[1, above, i])
        slope_z = maps[2, above, i] + share * (maps[2, below, i] - maps[2, above, i])
        offset_z = maps[3, above, i] + share * (maps[3, below, i] - maps[3, above, i])
        fx = slope_x * fy[i] + offset_x
        fz = slope_z * fy[i] + offset_z
        # f(t) → t: a cube, and below the knee its line.
        cubed = max(fx, knee)
        x = cubed * cubed * cubed + (fx - cubed) * line
        cubed = max(fz, knee)
        z = cubed * cubed * cubed + (fz - cubed) * line
        tones[0, i] = min(max(rx * x + ry * y[i] + rz * z, first), last)
        tones[1, i] = min(max(gx * x + gy * y[i] + gz * z, first), last)
        tones[2, i] = min(max(bx * x + by * y[i] + bz * z, first), last)


def _compiled(loop: Callable[..., None], *arguments: Any) -> Callable[..., None]:
    """Machine code of `loop` for these types, kept where there is a place for it."""
    compiled: Any
    try:
        compiled = numba.njit([arguments], cache=True, **_OPTIONS)(loop)
    except (RuntimeError, OSError):  # neither beside this file nor in the home
        compiled = numba.njit([arguments], **_OPTIONS)(loop)
    return compiled


_read = numba.njit(**_OPTIONS)(_read_row)
_colour = numba.njit(**_OPTIONS)(_colour_row)
_PHOTO = types.Array(types.uint8, 3, "A", readonly=True)
_OUT = types.Array(types.uint8, 3, "C")
_MAPS = types.Array(types.float32, 3, "C")
_TABLES_TYPE = numba.typeof(_TABLES)
_compiled_recolour = _compiled(
    _recolour, _PHOTO, _OUT, _MAPS, types.intp[::1], types.float32[::1], _TABLES_TYPE
)
_compiled_grey = _compiled(_grey, _PHOTO, _OUT, _TABLES_TYPE)
