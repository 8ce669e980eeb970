"""The photo as a grid of places: how light each is, what it looks like, which colour it has."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates
from scipy.special import softmax

from colorizer.colour.guided_upsampling import enlarge

Array = NDArray[np.float32]

REGRESSION_SPREAD = 20.0
"""ab units; a regressor predicts no distribution and is as unsure everywhere."""


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
    return to_length_one(flat - flat.mean(axis=0))


def to_length_one(features: Array) -> Array:
    """(N, C), each row of length 1."""
    length = np.linalg.norm(features, axis=1, keepdims=True)
    return np.asarray(features / (length + 1e-6), np.float32)


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


def spread_of(logits: Array, centres: Array) -> Array:
    """Logits (Q, h, w) of bins at ab (Q, 2) → standard deviation float32 (h, w), ab units."""
    share = softmax(logits, axis=0)
    mean = np.tensordot(centres.T, share, 1)
    square = np.tensordot((centres**2).sum(axis=1), share, 1)
    return np.asarray(np.sqrt(np.maximum(square - (mean**2).sum(axis=0), 0.0)), np.float32)
