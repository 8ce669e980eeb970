"""Hints move what is alike: kriging on the network's features, and one even colour for the region.

Two steps. Kriging (simple kriging with the network's colours as the mean) spreads the difference
between a hint and the guess over what looks alike. Then the hint's own region, which is what can be
reached from it without crossing an edge, becomes the hint's colour: an offset alone would leave a
blotched wall blotched.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

from colorizer.guide.guide import Hint
from colorizer.guide.places import Array, Places


@dataclass(frozen=True)
class Kernel:
    """One part of the similarity: weight, and widths in feature distance, L, short sides and ab."""

    weight: float
    features: float
    lightness: float
    position: float
    colour: float

    def __call__(self, squared: Sequence[Array]) -> Array:
        """Squared distances in features, L, position and ab → similarity of the same shape."""
        widths = (self.features, self.lightness, self.position, self.colour)
        exponent = sum(d / (2 * width**2) for d, width in zip(squared, widths, strict=True))
        return np.asarray(self.weight * np.exp(-exponent), np.float32)


@dataclass(frozen=True)
class HintConstants:
    """What was tuned on validation photos, see docs/guide.md.

    alike: kernels of what looks alike. mood: of the whole photo; of a `few` hints one that differs
    much from the guess (`surprise`, ab units) tells of its own thing alone. noise: variance of a
    hint. certainty: exponent of the predicted spread over 20 ab units. edge, texture: a step to a
    neighbour costs (ΔL / edge)² + (Δfeatures / texture)² + step. small_reach: short sides.
    """

    alike: tuple[Kernel, ...]
    mood: Kernel
    surprise: float
    few: int
    noise: float
    certainty: float
    edge: float
    texture: float
    step: float
    region_lightness: float
    region_features: float
    small_reach: float
    dispute: float
    stride: int


CONSTANTS = HintConstants(
    alike=(
        Kernel(0.21, 0.66, 100.0, 0.44, 68.0),
        Kernel(0.20, 0.66, 150.0, 0.10, 93.0),
        Kernel(0.50, 0.66, 140.0, 2.0, 52.0),
    ),
    mood=Kernel(1.2, 4.6, 230.0, 3.8, 38.0),
    surprise=20.0,
    few=4,
    noise=0.05,
    certainty=0.75,
    edge=14.0,
    texture=0.9,
    step=0.006,
    region_lightness=25.0,
    region_features=0.95,
    small_reach=0.08,
    dispute=4.0,
    stride=2,
)


def hinted(
    places: Places, hints: Sequence[Hint], colours: Array, constants: HintConstants = CONSTANTS
) -> Array:
    """ab float32 (N, 2) of the places after the hints, whose ab are `colours`, float32 (n, 2)."""
    at = np.array([places.index(hint.x, hint.y) for hint in hints])
    moved = places.ab + _kriged(places, hints, at, colours - places.ab[at], constants)
    inside, even = _region(places, hints, at, colours, constants)
    return moved + inside[:, None] * (even - moved)


def _kriged(
    places: Places,
    hints: Sequence[Hint],
    at: NDArray[np.intp],
    surprise: Array,
    constants: HintConstants,
) -> Array:
    """The differences (n, 2) at the hints, spread over all places: (N, 2)."""
    squared = _squared_distances(places, at)
    tight = np.array([hint.reach == "small" for hint in hints])
    alike = np.sum([kernel(squared) for kernel in constants.alike], axis=0)
    narrow = np.exp(-squared[2] / (2 * constants.small_reach**2))
    either = tight | tight[:, None]
    among = np.where(either, alike[at] * narrow[at], alike[at])
    alike = np.where(tight, alike * narrow, alike)
    # Many hints say together what a few cannot.
    believed = max(1.0, len(hints) / constants.few) * constants.surprise
    tells = 1.0 / (1.0 + (surprise**2).sum(axis=1) / believed**2) ** 2
    tells = np.array(
        [{"small": 0.0, "normal": tell, "large": 1.0}[hint.reach]
         for hint, tell in zip(hints, tells, strict=True)], np.float32,
    )  # fmt: skip
    mood = constants.mood(squared)
    unsure = (places.spread / 20.0) ** constants.certainty
    to_hints = (alike + mood * tells) * unsure[:, None] * unsure[at]
    among = (among + mood[at] * tells * tells[:, None]) * unsure[at][:, None] * unsure[at]
    weights = np.linalg.solve(among + constants.noise * np.eye(len(at)), surprise)
    return np.asarray(to_hints @ weights, np.float32)


def _region(
    places: Places,
    hints: Sequence[Hint],
    at: NDArray[np.intp],
    colours: Array,
    constants: HintConstants,
) -> tuple[Array, Array]:
    """How far each place belongs to a hint's region, 0…1 (N,), and its colour there (N, 2).

    The way to a hint costs little inside a region and much over an edge of lightness or texture;
    what is reached must also look like the hint.
    """
    far = dijkstra(_steps(places, constants), directed=False, indices=at, limit=2.5)
    squared = _squared_distances(places, at)
    unlike = squared[0] / (2 * constants.region_features**2)
    unlike = unlike + squared[1] / (2 * constants.region_lightness**2)
    tight = np.array([hint.reach == "small" for hint in hints])
    unlike = unlike + np.where(tight, squared[2] / (2 * constants.small_reach**2), 0.0)
    belongs = np.exp(-np.minimum(far.T**2 + unlike, 50.0)).astype(np.float32)
    inside = belongs.max(axis=1)
    share = belongs**2 + 1e-20
    share = share / share.sum(axis=1, keepdims=True)
    even = share @ colours
    dispute = share @ (colours**2).sum(axis=1) - (even**2).sum(axis=1)
    rising = np.clip((inside - 0.15) / 0.45, 0.0, 1.0)
    rising = rising**2 * (3 - 2 * rising)
    agreed = np.exp(-np.maximum(dispute, 0.0) / (2 * constants.dispute**2))
    return np.asarray(rising * agreed, np.float32), np.asarray(even, np.float32)


def _steps(places: Places, constants: HintConstants) -> csr_array:
    """The cost of going from each place to its eight neighbours."""
    index = np.arange(places.height * places.width).reshape(places.height, places.width)
    pairs = [
        (index[:, :-1], index[:, 1:], 1.0),
        (index[:-1], index[1:], 1.0),
        (index[:-1, :-1], index[1:, 1:], np.sqrt(2)),
        (index[:-1, 1:], index[1:, :-1], np.sqrt(2)),
    ]
    costs, starts, ends = [], [], []
    for start, end, length in pairs:
        i, j = start.ravel(), end.ravel()
        step = ((places.L[i] - places.L[j]) / constants.edge) ** 2
        gap = places.features[i] - places.features[j]
        step = step + np.einsum("ij,ij->i", gap, gap) / constants.texture**2
        costs.append(step + constants.step * length)
        starts.append(i)
        ends.append(j)
    shape = (index.size, index.size)
    return coo_array(
        (np.concatenate(costs), (np.concatenate(starts), np.concatenate(ends))), shape
    ).tocsr()


def _squared_distances(places: Places, at: NDArray[np.intp]) -> list[Array]:
    """Of all places to those numbered `at`, (N, n): features, L, position, ab."""
    return [
        np.maximum(0.0, 2.0 - 2.0 * places.features @ places.features[at].T),
        (places.L[:, None] - places.L[at]) ** 2,
        ((places.position[:, None] - places.position[at]) ** 2).sum(axis=2),
        ((places.ab[:, None] - places.ab[at]) ** 2).sum(axis=2),
    ]
