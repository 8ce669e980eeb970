"""Other pictures that the classifier holds for likely, each of one piece.

Most of what a photo can be wrong by is its mood, one offset of all its colours. So each variant
goes another way round the ab plane; a smooth random field over places that look alike, drawn as a
Gaussian process from a few of them, makes things differ. The result is brought back to what is
likely at each place.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from colorizer.guide.places import Array, Places


@dataclass(frozen=True)
class VariantConstants:
    """Tuned on validation photos, see docs/guide.md.

    anchors: places that the random field is drawn from. features, lightness, position: its widths,
    in feature distance, L and short sides. mood: share of the variance that all places have in
    common. angles: of the mood in the ab plane, degrees; variant 1 goes the first way and 2 the
    opposite, 3 and 4 the next. size: of the whole, in deviations of the prediction. pull: ab units,
    how tightly a place follows it. sharpness: temperature of the way back to likely colours.
    """

    anchors: int = 48
    features: float = 0.6
    lightness: float = 40.0
    position: float = 0.8
    mood: float = 0.9
    angles: tuple[float, ...] = (45.0, 135.0, 0.0, 90.0, 22.5, 112.5)
    size: float = 0.5
    pull: float = 18.0
    sharpness: float = 0.6


CONSTANTS = VariantConstants()


def variant_ab(
    logits: Array,
    centres: Array,
    places: Places,
    variant: int,
    constants: VariantConstants = CONSTANTS,
) -> Array:
    """ab float32 (N, 2) of variant 1 … 11 of the prediction; the same each time.

    logits: float32 (N, Q) of bins at ab (Q, 2). places.ab: what it departs from.
    """
    field = _field(places, (variant - 1) // 2, constants) * (1 if variant % 2 else -1)
    unsure = np.sqrt((places.spread**2).mean())
    target = places.ab + constants.size * unsure * field
    distance = (target**2).sum(axis=1)[:, None] - 2 * target @ centres.T + (centres**2).sum(axis=1)
    log_share = logits - logits.max(axis=1, keepdims=True)
    share = softmax((log_share - distance / (2 * constants.pull**2)) / constants.sharpness, axis=1)
    return np.asarray(share @ centres, np.float32)


def _field(places: Places, number: int, constants: VariantConstants) -> Array:
    """A smooth field of mean square 1, float32 (N, 2): one way for all, and a random part."""
    rng = np.random.default_rng(19)
    count = len(places.L)
    anchors = np.sort(rng.choice(count, min(constants.anchors, count), replace=False))
    to_anchors = _similarity(places, anchors, constants)
    among = to_anchors[anchors] + 1e-3 * np.eye(len(anchors))
    noise = rng.standard_normal((number + 1, len(anchors), 2))[number]
    alike = to_anchors @ np.linalg.solve(among, np.linalg.cholesky(among) @ noise)
    alike /= np.sqrt((alike**2).mean() + 1e-12)
    angle = np.deg2rad(constants.angles[number])
    mood = np.sqrt(2) * np.array([np.cos(angle), np.sin(angle)])
    field = np.sqrt(constants.mood) * mood + np.sqrt(1 - constants.mood) * alike
    return np.asarray(field, np.float32)


def _similarity(places: Places, anchors: NDArray[np.intp], constants: VariantConstants) -> Array:
    unlike = np.maximum(0.0, 2 - 2 * places.features @ places.features[anchors].T)
    light = (places.L[:, None] - places.L[anchors]) ** 2
    far = ((places.position[:, None] - places.position[anchors]) ** 2).sum(axis=2)
    exponent = (
        unlike / (2 * constants.features**2)
        + light / (2 * constants.lightness**2)
        + far / (2 * constants.position**2)
    )
    return np.asarray(np.exp(-exponent), np.float64)
