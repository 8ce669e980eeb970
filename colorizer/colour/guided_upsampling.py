"""Low-resolution ab → full-resolution ab that follows the edges of L.

The fast guided filter (He & Sun 2015, "Fast Guided Filter", alg. 2) fits ab as a local linear
function of L at the network's size; its two smooth coefficient maps are all that has to be
enlarged: ab = slope · L + offset with the full-size L, for any strip of rows on its own.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

RADIUS = 2
"""Half the side of the filter's window, in pixels at the network's size."""

EPSILON = 10.0
"""Regularisation in squared L units: detail of L below about √10 leaves no trace in ab.

Both chosen by how near the true colours, reduced to the network's grid, come to the photo."""


@dataclass(frozen=True, eq=False)
class AbField:
    """ab of a photo as a linear function of its L.

    slope, offset: float32 (2, h, w) each, h × w the network's size.
    """

    slope: NDArray[np.float32]
    offset: NDArray[np.float32]


def fit_ab_field(L: NDArray[np.float32], ab: NDArray[np.float32]) -> AbField:
    """Guided fit of ab float32 (2, h, w) on L float32 (h, w)."""
    mean_L, mean_ab = _box(L), _box(ab)
    variance = np.maximum(_box(L * L) - mean_L * mean_L, 0)
    slope = (_box(L * ab) - mean_L * mean_ab) / (variance + np.float32(EPSILON))
    return AbField(slope=_box(slope), offset=_box(mean_ab - slope * mean_L))


def enlarge(maps: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    """Float (C, h, w) → the same kind (C, height, width), bilinear between the pixels' centres."""
    if maps.shape[1:] == (height, width):
        return maps
    return _between(_between(maps, 1, height), 2, width)


def _between(maps: NDArray[Any], axis: int, length: int) -> NDArray[Any]:
    number = maps.shape[axis]
    before, share = _places(number, length)
    shape = [1] * maps.ndim
    shape[axis] = length
    first = maps.take(before, axis)
    further = maps.take(np.minimum(before + 1, number - 1), axis) - first
    return first + share.astype(maps.dtype).reshape(shape) * further


class BilinearGrid(NamedTuple):
    """Maps of the network's size, and how the photo's pixels lie between theirs: bilinear.

    A tuple, because Numba takes it as it is. maps: float64 (C, h, w). above: intp (H,), the row of
    the maps over each row of the photo. down: float64 (H,), 0…1, how far that row is towards the
    next row of the maps, if there is one. left, along: the same for the columns, (W,).
    """

    maps: NDArray[np.float64]
    above: NDArray[np.intp]
    down: NDArray[np.float64]
    left: NDArray[np.intp]
    along: NDArray[np.float64]


def bilinear_grid(maps: NDArray[np.float64], height: int, width: int) -> BilinearGrid:
    """Lay float64 (C, h, w) under a photo of that height and width."""
    rows, columns = _places(maps.shape[1], height), _places(maps.shape[2], width)
    return BilinearGrid(maps, *rows, *columns)


def enlarged_rows(grid: BilinearGrid, rows: slice) -> NDArray[np.float64]:
    """The maps under some rows of the photo, float64 (C, rows, W)."""
    maps, height, width = grid.maps, *grid.maps.shape[1:]
    above, down = grid.above[rows], grid.down[rows, None]
    first = maps[:, above]
    first += down * (maps[:, np.minimum(above + 1, height - 1)] - first)
    left = first[:, :, grid.left]
    return left + grid.along * (first[:, :, np.minimum(grid.left + 1, width - 1)] - left)


def _places(number: int, enlarged: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """For each of `enlarged` places along a side: which of `number` is before it, and how far."""
    place = ((np.arange(enlarged) + 0.5) * number / enlarged - 0.5).clip(0, number - 1)
    before = place.astype(np.intp)
    return before, place - before


def _box(maps: NDArray[Any]) -> NDArray[np.float32]:
    """Mean over a (2 RADIUS + 1)² window, the border's own pixels only, one axis at a time.

    A window's sum is the difference of two sums from the border on (Crow 1984), in float64.
    """
    for axis in (-1, -2):
        rows = np.moveaxis(maps, axis, -1)
        places = np.arange(rows.shape[-1])
        first, last = np.maximum(places - RADIUS, 0), np.minimum(places + RADIUS + 1, len(places))
        sums = np.zeros((*rows.shape[:-1], len(places) + 1))
        np.cumsum(rows, axis=-1, dtype=np.float64, out=sums[..., 1:])
        means = (sums[..., last] - sums[..., first]) / (last - first)
        maps = np.moveaxis(means.astype(np.float32), -1, axis)
    return maps
