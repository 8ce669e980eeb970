"""Recolouring and greying as loops over the pixels of some rows, compiled by Numba.

The loops are compiled when this module is imported for the first time, which takes some seconds,
and kept for the next time. They run without the interpreter's lock. Whole-array operations of numpy
take five times as long: there are some sixty of them, and each reads and writes a whole strip.

When recolouring, float32 decides nearly all levels. Where a value is so near to the border between
two of them that float32's last bits might decide, its pixel is settled in float64.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numba
import numpy as np
from numba import types
from numpy.typing import NDArray

from colorizer.colour.guided_upsampling import BilinearGrid
from colorizer.colour.lab import (
    CURVE_KNEE,
    CURVE_OFFSET,
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
_TONES = 2**12 - 1  # so that no border between levels is near the end of a cell, see `_in_doubt`
_LINEAR = decode_gamma(np.arange(256) / 255.0)
_BITS = 10  # light is counted in whole parts of a cell of _TONES, 2 ** _BITS each
_PARTS = 2**_BITS
_DOUBT = 4
"""Parts on both sides of a border where float32 is not trusted; it was seen to be off by 3."""
_OPTIONS: dict[str, Any] = {"nogil": True, "fastmath": {"contract", "nnan", "nsz"}}


class _Tables(NamedTuple):
    """What the loops look up; an argument, as Numba keeps the first value of a global for ever.

    luminance: float32 (3, 256), what each channel adds to Y in cells. curve: float32 (_CELLS + 2,),
    f(Y) where each cell begins. grey_luminance, grey_curve: float32 (256,), both for a grey pixel,
    exactly. shift: int32 (_TONES,), see `_shift`. weights: float32 (3, 3), columns X and Z over
    the white's and Y in cells, rows red, green and blue in parts. knee: f below which Lab's curve
    is a line. line: 1 / slope.

    In float64: exact_luminance (3, 256), as `luminance`, but of 1. exact_curve (3,), slope, offset
    and end, as f, of its line. borders (256,), the light in parts with which a level ends, infinite
    for the last one. exact_weights (3, 3), as `weights`, but for Y over the white's.
    """

    luminance: _Plane
    curve: _Plane
    grey_luminance: _Plane
    grey_curve: _Plane
    shift: NDArray[np.int32]
    weights: _Plane
    knee: np.float32
    line: np.float32
    exact_luminance: NDArray[np.float64]
    exact_curve: NDArray[np.float64]
    borders: NDArray[np.float64]
    exact_weights: NDArray[np.float64]


_BORDERS = np.append(_TONES * _PARTS * decode_gamma((np.arange(255) + 0.5) / 255.0), np.inf)


def _shift() -> NDArray[np.int32]:
    """What makes linear light its 8-bit level: the whole cells in their sum; in parts, (_TONES,).

    In each cell, either all light is of one level, or the next one begins at a place inside, and
    there the sum has to become a whole cell.
    """
    first = _PARTS * np.arange(_TONES)
    levels = np.searchsorted(_BORDERS, first, side="right")
    border = _BORDERS[levels]
    shift = np.where(border < first + _PARTS, _PARTS - border, -first)
    return np.rint(_PARTS * levels + shift).astype(np.int32)


_TABLES = _Tables(
    luminance=(_CELLS * RGB_TO_XYZ[1][:, None] * _LINEAR).astype(np.float32),
    curve=lab_curve(np.arange(_CELLS + 2) / _CELLS).astype(np.float32),
    grey_luminance=(_CELLS * _LINEAR).astype(np.float32),
    grey_curve=lab_curve(_LINEAR).astype(np.float32),
    shift=_shift(),
    weights=(_TONES * _PARTS * XYZ_TO_RGB * D65_WHITE * [1.0, 1.0 / _CELLS, 1.0]).astype(
        np.float32
    ),
    knee=np.float32(CURVE_KNEE),
    line=np.float32(1.0 / CURVE_SLOPE),
    exact_luminance=RGB_TO_XYZ[1][:, None] * _LINEAR,
    exact_curve=np.array([CURVE_SLOPE, CURVE_OFFSET, CURVE_KNEE]),
    borders=_BORDERS,
    exact_weights=_TONES * _PARTS * XYZ_TO_RGB * D65_WHITE,
)


def recolour_rows(rgb: _Rgb, out: _Rgb, enlarged: BilinearGrid, first: int) -> None:
    """Fill `out` with the rows of `rgb` in new colours, both uint8 (rows, W, 3).

    enlarged: slope and offset of f(X) and of f(Z) over f(Y). first: which row of it is theirs.
    """
    _compiled_recolour(rgb, out, enlarged, first, _TABLES)


def grey_rows(rgb: _Rgb, out: _Rgb) -> None:
    """Fill `out` with the rows of `rgb` without their colours, both uint8 (rows, W, 3)."""
    _compiled_grey(rgb, out, _TABLES)


def _recolour(rgb: Any, out: Any, enlarged: Any, first: Any, tables: Any) -> None:
    width = rgb.shape[1]
    upper, step = np.empty((4, width), np.float32), np.empty((4, width), np.float32)
    y, fy = np.empty(width, np.float32), np.empty(width, np.float32)
    tones, sums = np.empty((3, width), np.int32), np.empty((3, width), np.int32)
    near, places = np.empty(width, np.bool_), np.empty(width, np.intp)
    widened = -1
    for row in range(rgb.shape[0]):
        above, down = enlarged.above[first + row], np.float32(enlarged.down[first + row])
        if above != widened:
            _widen(enlarged, above, upper, step)
            widened = above
        _read(rgb[row], y, fy, tables)
        _colour(y, fy, upper, step, down, tones, tables)
        _levels(tones, out[row], sums, tables.shift)
        count = _near_borders(tones, sums, near, places)
        _settle(rgb[row], out[row], places[:count], enlarged, first + row, tables)


def _grey(rgb: Any, out: Any, tables: Any) -> None:
    y, fy = np.empty(rgb.shape[1], np.float32), np.empty(rgb.shape[1], np.float32)
    scale, last = np.float32(_PARTS * _TONES / _CELLS), np.float32(_PARTS * (_TONES - 1))
    shift = tables.shift
    for row in range(rgb.shape[0]):
        _read(rgb[row], y, fy, tables)
        for x in range(rgb.shape[1]):
            tone = np.int32(min(scale * y[x], last))
            out[row, x] = (tone + shift[tone >> _BITS]) >> _BITS


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


def _widen_rows(enlarged: Any, above: Any, upper: Any, step: Any) -> None:
    """A row of the maps as wide as the photo, and what the next row adds: float32 (C, W) each."""
    maps, lefts, alongs = enlarged.maps, enlarged.left, enlarged.along
    below, last = min(above + 1, maps.shape[1] - 1), maps.shape[2] - 1
    for each in range(maps.shape[0]):
        left = -1
        first = second = further_first = further_second = 0.0
        for x in range(lefts.shape[0]):
            if lefts[x] != left:
                left = lefts[x]
                right = min(left + 1, last)
                first, second = maps[each, above, left], maps[each, below, left]
                further_first = maps[each, above, right] - first
                further_second = maps[each, below, right] - second
            value = first + alongs[x] * further_first
            upper[each, x] = value
            step[each, x] = second + alongs[x] * further_second - value


def _colour_row(y: Any, fy: Any, upper: Any, step: Any, down: Any, tones: Any, tables: Any) -> None:
    """Y and f(Y) → int32 (3, W), red, green and blue in parts, clipped to sRGB.

    No looks into tables here, so that the compiler does eight pixels at once.
    """
    (rx, ry, rz), (gx, gy, gz), (bx, by, bz) = tables.weights
    knee, line = tables.knee, tables.line
    first, last = np.float32(0), np.float32(_PARTS * (_TONES - 1))
    for i in range(y.shape[0]):
        slope_x, offset_x = upper[0, i] + down * step[0, i], upper[1, i] + down * step[1, i]
        slope_z, offset_z = upper[2, i] + down * step[2, i], upper[3, i] + down * step[3, i]
        fx = slope_x * fy[i] + offset_x
        fz = slope_z * fy[i] + offset_z
        # f(t) → t: a cube, and below the knee its line.
        cubed = max(fx, knee)
        x = cubed * cubed * cubed + (fx - cubed) * line
        cubed = max(fz, knee)
        z = cubed * cubed * cubed + (fz - cubed) * line
        tones[0, i] = np.int32(min(max(rx * x + ry * y[i] + rz * z, first), last))
        tones[1, i] = np.int32(min(max(gx * x + gy * y[i] + gz * z, first), last))
        tones[2, i] = np.int32(min(max(bx * x + by * y[i] + bz * z, first), last))


def _level_row(tones: Any, out: Any, sums: Any, shift: Any) -> None:
    """int32 (3, W) in parts → uint8 (W, 3), and the sums whose whole cells are these levels."""
    for channel in range(3):
        for x in range(out.shape[0]):
            tone = tones[channel, x]
            sums[channel, x] = tone + shift[np.uintp(tone) >> np.uintp(_BITS)]
    for x in range(out.shape[0]):
        out[x, 0] = sums[0, x] >> _BITS
        out[x, 1] = sums[1, x] >> _BITS
        out[x, 2] = sums[2, x] >> _BITS


def _is_in_doubt(tone: Any, whole: Any) -> Any:
    """Whether the sum of a tone and its shift is nearly whole, and not for want of a border."""
    rest = np.int32(_PARTS - 1)
    near = (whole + np.int32(_DOUBT)) & rest < np.int32(2 * _DOUBT)
    return near & ((whole ^ tone) & rest != 0)


def _find_near_borders(tones: Any, sums: Any, near: Any, places: Any) -> Any:
    """Number the places where a tone is in doubt; they are the first ones in `places`."""
    for x in range(near.shape[0]):  # apart from the loop below: eight pixels at once
        near[x] = (
            _in_doubt(tones[0, x], sums[0, x])
            | _in_doubt(tones[1, x], sums[1, x])
            | _in_doubt(tones[2, x], sums[2, x])
        )
    count = 0
    eights = near[: near.shape[0] // 8 * 8].view(np.uint64)
    for eight in range(eights.shape[0]):
        if eights[eight]:
            for x in range(8 * eight, 8 * eight + 8):
                places[count] = x
                count += near[x]
    for x in range(8 * eights.shape[0], near.shape[0]):
        places[count] = x
        count += near[x]
    return count


def _settle_row(rgb: Any, out: Any, places: Any, enlarged: Any, row: Any, tables: Any) -> None:
    """Make the levels in some places of `out`, uint8 (W, 3), those that float64 gives."""
    maps, above, down = enlarged.maps, enlarged.above[row], enlarged.down[row]
    below, last = min(above + 1, maps.shape[1] - 1), maps.shape[2] - 1
    lefts, alongs = enlarged.left, enlarged.along
    luminance, borders, weights = tables.exact_luminance, tables.borders, tables.exact_weights
    curve_slope, curve_offset, knee = tables.exact_curve
    for x in places:
        left, along = lefts[x], alongs[x]
        right = min(left + 1, last)
        y = luminance[0, rgb[x, 0]] + luminance[1, rgb[x, 1]] + luminance[2, rgb[x, 2]]
        fy = np.cbrt(y) if y > knee**3 else curve_slope * y + curve_offset
        fx = _blend(maps[0], above, below, down, left, right, along) * fy
        fx += _blend(maps[1], above, below, down, left, right, along)
        fz = _blend(maps[2], above, below, down, left, right, along) * fy
        fz += _blend(maps[3], above, below, down, left, right, along)
        light_x = fx**3 if fx > knee else (fx - curve_offset) / curve_slope
        light_z = fz**3 if fz > knee else (fz - curve_offset) / curve_slope
        for channel in range(3):
            of_x, of_y, of_z = weights[channel]
            tone = of_x * light_x + of_y * y + of_z * light_z
            out[x, channel] = _level(tone, out[x, channel], borders)


def _level_of(tone: Any, level: Any, borders: Any) -> Any:
    """The level of light in parts, beginning with one that is nearly right."""
    while tone >= borders[level]:
        level += 1
    while level > 0 and tone < borders[level - 1]:
        level -= 1
    return level


def _blend_places(
    plane: Any, above: Any, below: Any, down: Any, left: Any, right: Any, along: Any
) -> Any:
    upper = plane[above, left] + along * (plane[above, right] - plane[above, left])
    lower = plane[below, left] + along * (plane[below, right] - plane[below, left])
    return upper + down * (lower - upper)


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
_blend = numba.njit(**_OPTIONS)(_blend_places)
_level = numba.njit(**_OPTIONS)(_level_of)
_widen = numba.njit(**_OPTIONS)(_widen_rows)
_levels = numba.njit(**_OPTIONS)(_level_row)
_in_doubt = numba.njit(**_OPTIONS)(_is_in_doubt)
_near_borders = numba.njit(**_OPTIONS)(_find_near_borders)
_settle = numba.njit(**_OPTIONS)(_settle_row)
_PHOTO = types.Array(types.uint8, 3, "C", readonly=True)
_OUT = types.Array(types.uint8, 3, "C")
_ENLARGED = types.NamedTuple(
    [
        types.float64[:, :, ::1],
        types.intp[::1],
        types.float64[::1],
        types.intp[::1],
        types.float64[::1],
    ],
    BilinearGrid,
)
_TABLES_TYPE = numba.typeof(_TABLES)
_compiled_recolour = _compiled(_recolour, _PHOTO, _OUT, _ENLARGED, types.intp, _TABLES_TYPE)
_compiled_grey = _compiled(_grey, _PHOTO, _OUT, _TABLES_TYPE)
