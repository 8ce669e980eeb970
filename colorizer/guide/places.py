"""The photo as a grid of places: how light each is, what it looks like, which colour it has."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Places:
    """N = h · w places of one photo, row by row.

    L: float32 (N,), 0…100. features: float32 (N, C), centred on the photo's mean, of length 1.
    position: float32 (N, 2), y and x in short sides. ab: float32 (N, 2). spread: float32 (N,), the
    standard deviation of the predicted distribution, ab units.
    """

    height: int
    width: int
    L: Array
    features: Array
    position: Array
    ab: Array
    spread: Array

    def index(self, x: float, y: float) -> int:
        """The place at x, y in 0…1 of the photo."""
        row = min(int(y * self.height), self.height - 1)
        return row * self.width + min(int(x * self.width), self.width - 1)


def make_places(L: Array, features: Array, ab: Array, spread: Array, *, stride: int) -> Places:
    """Places `stride` pixels of the network's size apart.

    L: (h, w). features: (C, h', w'). ab: (2, h, w) or smaller. spread: (h', w').
    """
    height, width = max(1, L.shape[0] // stride), max(1, L.shape[1] // stride)
    short = min(height, width)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    position = np.stack([(rows + 0.5).ravel(), (columns + 0.5).ravel()], axis=1) / short
    return Places(
        height=height,
        width=width,
        L=shrink(L, height, width).ravel(),
        features=unit_features(enlarge(features, height, width)),
        position=position,
        ab=enlarge(ab, height, width).reshape(2, -1).T.copy(),
        spread=enlarge(spread[None], height, width).ravel(),
    )


def unit_features(features: Array) -> Array:
    """(C, h, w) → (h · w, C), centred on the mean of the photo, each of length 1."""
    flat = features.reshape(len(features), -1).T
    flat = flat - flat.mean(axis=0)
    return np.asarray(flat / (np.linalg.norm(flat, axis=1, keepdims=True) + 1e-6), np.float32)


def enlarge(maps: Array, height: int, width: int) -> Array:
    """(C, h, w) → (C, height, width), bilinear, edges repeated."""
    if maps.shape[1:] == (height, width):
        return np.asarray(maps, np.float32)
    rows, columns = (
        (np.arange(new) + 0.5) * old / new - 0.5
        for new, old in zip((height, width), maps.shape[1:], strict=True)
    )
    return _between(_between(np.asarray(maps, np.float32), rows, 1), columns, 2)


def _between(maps: Array, at: NDArray[np.float64], axis: int) -> Array:
    last = maps.shape[axis] - 1
    at = at.clip(0, last)
    before = at.astype(np.intp)
    share = (at - before).astype(np.float32).reshape((-1, 1) if axis == 1 else (-1,))
    first = maps.take(before, axis)
    return first + share * (maps.take(np.minimum(before + 1, last), axis) - first)


def shrink(L: Array, height: int, width: int) -> Array:
    """(h, w) → (height, width), the mean of each cell where they divide, else bilinear."""
    if L.shape[0] % height == 0 and L.shape[1] % width == 0:
        cells = L.reshape(height, L.shape[0] // height, width, L.shape[1] // width)
        return np.asarray(cells.mean(axis=(1, 3)), np.float32)
    return enlarge(L[None], height, width)[0]


def sample(maps: Array, x: float, y: float) -> Array:
    """(C, h, w) at x, y in 0…1 of the photo, bilinear: (C,)."""
    at = np.array([[y * maps.shape[1] - 0.5], [x * maps.shape[2] - 0.5]])
    return np.array([map_coordinates(each, at, order=1, mode="nearest")[0] for each in maps])
