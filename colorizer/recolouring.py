"""Full-size colour: a photo's own lightness with new ab, strip by strip, on all cores.

With ab = slope · L + offset, L = 116 f(Y) − 16, f(X) = f(Y) + a / 500 and f(Z) = f(Y) − b / 200
(CIE 15), f(X) and f(Z) are linear in f(Y) too. Four maps at the network's size carry their
coefficients; once these are enlarged, a pixel costs two cubes, a 3 × 3 matrix and a few looks into
tables instead of ten powers. The working set is a strip that stays in the cache, in float32.

numpy and not torch: its operations never start threads of their own, so strips run on one thread
each without disturbing each other. Against the same formulas in float64, fewer than one 8-bit value
in a hundred differs, by one level.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from numpy.typing import NDArray

from colorizer.lab import (
    CURVE_KNEE,
    CURVE_SLOPE,
    D65_WHITE,
    RGB_TO_XYZ,
    XYZ_TO_RGB,
    decode_gamma,
    encode_gamma,
    lab_curve,
)
from colorizer.upsampling import AbField, Enlargement

STRIP_PIXELS = 2**17
"""Pixels recoloured at once, 8 MiB of buffers for each thread: with fewer, two threads lose more to
the interpreter's lock than a smaller cache gives; with four times as many, the cache is lost."""

_Plane = NDArray[np.float32]
_Rgb = NDArray[np.uint8]

# Linear light is looked up in equal cells, at worst 0.03 L units wide (_CELLS of Y) and 0.05 of an
# 8-bit level (_TONES). The tables hold the value in the middle of each cell.
_CELLS = 2**15
_TONES = 2**16
_LINEAR = decode_gamma(np.arange(256) / 255.0)
_LUMINANCE = (_CELLS * RGB_TO_XYZ[1][:, None] * _LINEAR).astype(np.float32)
_GREY_LUMINANCE = (_CELLS * _LINEAR).astype(np.float32)
_GREY_CURVE = lab_curve(_LINEAR).astype(np.float32)
_CURVE = lab_curve((np.arange(_CELLS) + 0.5) / _CELLS).astype(np.float32)
_LEVELS = np.rint(255.0 * encode_gamma((np.arange(_TONES) + 0.5) / _TONES)).astype(np.uint8)

# Columns: X and Z relative to the white, and Y as _LUMINANCE counts it. Rows: red, green and blue
# as _LEVELS counts them.
_MATRIX = _TONES * XYZ_TO_RGB * D65_WHITE * [1.0, 1.0 / _CELLS, 1.0]
_WEIGHTS = _MATRIX.astype(np.float32)
_KNEE = np.float32(CURVE_KNEE)
_FAR = np.float32(np.inf)
_LINE = np.float32(1.0 / CURVE_SLOPE)


def recolor(rgb: _Rgb, field: AbField) -> _Rgb:
    """The photo's own L with the ab of `field`: uint8 (H, W, 3) → uint8 (H, W, 3)."""
    height, width = rgb.shape[:2]
    coloured = np.empty(rgb.shape, np.uint8)
    coefficients = Enlargement(_curve_maps(field), height, width)

    def paint(strip: _Strip, rows: slice) -> None:
        strip.read(rgb[rows])
        coefficients.write_rows(rows.start, strip.coefficients)
        strip.colour()
        strip.write(coloured[rows])

    _in_strips(height, width, paint)
    return coloured


def grey(rgb: _Rgb) -> _Rgb:
    """The black-and-white photo that the network sees: the same L without ab, uint8 (H, W, 3)."""
    neutral = np.empty(rgb.shape, np.uint8)

    def paint(strip: _Strip, rows: slice) -> None:
        strip.read_luminance(rgb[rows])
        strip.write_neutral(neutral[rows])

    _in_strips(rgb.shape[0], rgb.shape[1], paint)
    return neutral


class _Strip:
    """The buffers of one strip on one thread, and what is done in them.

    fy: f(Y). y: Y in cells of _CURVE. x, z: f(X) and f(Z), then X and Z over the white's.
    coefficients: float32 (4, rows, width), see `_curve_maps`.
    """

    def __init__(self, rows: int, width: int) -> None:
        pixels = rows * width
        self.coefficients = np.empty((4, rows, width), np.float32)
        self.fy, self.x, self.y, self.z = np.empty((4, pixels), np.float32)
        self._spare, self._other = np.empty((2, pixels), np.float32)
        self._cell = np.empty(pixels, np.int32)  # on the way to _index: two fast casts for a slow
        self._index = np.empty(pixels, np.intp)
        self._level = np.empty(pixels, np.uint8)
        self._steps = np.empty(3 * pixels - 1, np.bool_)
        self._inside = np.tile([True, True, False], pixels)[:-1]

    def read(self, rgb: _Rgb) -> None:
        """Fill y and fy from uint8 (rows, width, 3)."""
        if self._is_grey(rgb):
            self._level[:] = rgb.reshape(-1, 3)[:, 0]
            self._index[:] = self._level
            _GREY_LUMINANCE.take(self._index, out=self.y, mode="clip")
            _GREY_CURVE.take(self._index, out=self.fy, mode="clip")
        else:
            self.read_luminance(rgb)
            self._cell[:] = self.y
            self._index[:] = self._cell
            _CURVE.take(self._index, out=self.fy, mode="clip")

    def read_luminance(self, rgb: _Rgb) -> None:
        """Fill y from uint8 (rows, width, 3)."""
        for channel, table in enumerate(_LUMINANCE):
            self._level[:] = rgb.reshape(-1, 3)[:, channel]
            self._index[:] = self._level
            table.take(self._index, out=self._spare if channel else self.y, mode="clip")
            if channel:
                self.y += self._spare

    def colour(self) -> None:
        """Fill x and z from fy and the coefficients."""
        slope_x, offset_x, slope_z, offset_z = self.coefficients.reshape(4, -1)
        for plane, slope, offset in ((self.x, slope_x, offset_x), (self.z, slope_z, offset_z)):
            np.multiply(slope, self.fy, out=plane)
            plane += offset
            self._undo_curve(plane)

    def write(self, rgb: _Rgb) -> None:
        """Turn x, y and z into uint8 (rows, width, 3); outside sRGB each channel is clipped."""
        for channel, (of_x, of_y, of_z) in enumerate(_WEIGHTS):
            np.multiply(self.x, of_x, out=self._spare)
            for plane, weight in ((self.y, of_y), (self.z, of_z)):
                np.multiply(plane, weight, out=self._other)
                self._spare += self._other
            self._look_up_levels()
            rgb.reshape(-1, 3)[:, channel] = self._level

    def write_neutral(self, rgb: _Rgb) -> None:
        """Turn y alone into uint8 (rows, width, 3) with equal channels."""
        np.multiply(self.y, np.float32(_TONES / _CELLS), out=self._spare)
        self._look_up_levels()
        rgb.reshape(-1, 3)[:] = self._level[:, None]

    def _is_grey(self, rgb: _Rgb) -> bool:
        """Whether no value differs from the next one inside a pixel."""
        values = rgb.reshape(-1)
        np.not_equal(values[1:], values[:-1], out=self._steps)
        self._steps &= self._inside
        return not self._steps.any()

    def _look_up_levels(self) -> None:
        """Linear light in _spare, in cells of _LEVELS → 8 bits in _level."""
        self._cell[:] = self._spare
        self._index[:] = self._cell
        _LEVELS.take(self._index, out=self._level, mode="clip")

    def _undo_curve(self, plane: _Plane) -> None:
        """f(t) → t in place: a cube, and below the knee its line."""
        np.clip(plane, _KNEE, _FAR, out=self._spare)  # twice as fast as np.maximum
        plane -= self._spare
        plane *= _LINE
        np.square(self._spare, out=self._other)
        self._other *= self._spare
        plane += self._other


def _in_strips(height: int, width: int, paint: Callable[[_Strip, slice], None]) -> None:
    """Call `paint` for every strip of a photo, on as many threads as torch may use."""
    rows = max(1, STRIP_PIXELS // width)
    tops = iter(range(0, height, rows))  # shared: each thread takes the next strip that is left

    def work(_: int) -> None:
        strip = _Strip(rows, width)
        for top in tops:
            inside = min(rows, height - top)
            paint(strip if inside == rows else _Strip(inside, width), slice(top, top + inside))

    threads = min(torch.get_num_threads(), -(-height // rows))
    if threads == 1:
        work(0)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(threads)))


def _curve_maps(field: AbField) -> torch.Tensor:
    """Slope and offset of f(X), slope and offset of f(Z), all over f(Y): float32 (4, h, w)."""
    slope_a, slope_b = field.slope[0]
    offset_a, offset_b = field.offset[0]
    return torch.stack(
        [
            1.0 + 116.0 / 500.0 * slope_a,
            (offset_a - 16.0 * slope_a) / 500.0,
            1.0 - 116.0 / 200.0 * slope_b,
            (16.0 * slope_b - offset_b) / 200.0,
        ]
    )
