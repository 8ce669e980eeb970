"""Palette and reference photo change which of the classifier's colours are likely.

Both add to the logits and are bounded: what the network holds for sure stays, so that no photo is
washed in one tone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from colorizer.guide.guide import Palette, Reference
from colorizer.guide.places import Array, to_length_one


@dataclass(frozen=True)
class LikelyConstants:
    """Tuned on validation photos, see docs/guide.md.

    width: of a palette's colour, ab units. kept: share of the photo's own colours in what is asked
    for. rounds, power: of fitting the reference's histogram. blur: of that, ab units. sharpness,
    lightness: of likeness, cosine and L. unlike, alike: cosine where likeness begins to count and
    where it counts fully. foreign, own: mean cosine of a photo that has nothing to give and of one
    that gives all. by_likeness, by_histogram: how much of each a photo that gives all gives.
    """

    width: float = 8.0
    kept: float = 0.03
    rounds: int = 15
    power: float = 0.7
    blur: float = 6.0
    sharpness: float = 0.1
    lightness: float = 15.0
    unlike: float = 0.3
    alike: float = 0.8
    foreign: float = 0.6
    own: float = 0.78
    by_likeness: float = 0.7
    by_histogram: float = 0.7


CONSTANTS = LikelyConstants()

MAX_REFERENCE_PLACES = 600


def towards_palette(
    logits: Array,
    centres: Array,
    palette: Palette,
    strength: float,
    constants: LikelyConstants = CONSTANTS,
) -> Array:
    """Logits float32 (N, Q) of bins at ab (Q, 2) → logits under which the palette is likelier."""
    distance = ((centres[:, None] - palette.ab) ** 2).sum(axis=2)
    asked = (np.exp(-distance / (2 * constants.width**2)) * palette.shares).sum(axis=1)
    asked = asked / max(float(asked.sum()), 1e-12)
    mean = softmax(logits, axis=1).mean(axis=0)
    asked = (1 - constants.kept) * asked + constants.kept * mean
    return np.asarray(logits + strength * np.log((asked + 1e-9) / (mean + 1e-9)), np.float32)


def towards_reference(
    logits: Array,
    centres: Array,
    L: Array,
    features: Array,
    reference: Reference,
    strength: float,
    constants: LikelyConstants = CONSTANTS,
) -> Array:
    """The same towards the colours of a reference: of what looks alike, else of its histogram.

    L: float32 (N,), 0…100. features: float32 (N, C) as the network has them.
    """
    given = _soft_bins(reference.ab, centres, constants.blur)
    similarity = _similarity(features, reference.features)
    nearest = similarity.max(axis=1)
    gap = (L[:, None] - reference.L) ** 2 / (2 * constants.lightness**2)
    weights = softmax(similarity / constants.sharpness - gap, axis=1)
    alike = np.log(weights @ given + 1e-4)
    surely = np.clip((nearest - constants.unlike) / (constants.alike - constants.unlike), 0, 1)
    related = (float(nearest.mean()) - constants.foreign) / (constants.own - constants.foreign)
    related = float(np.clip(related, 0.0, 1.0))
    factors = _histogram_factors(logits, given.mean(axis=0), constants)
    shifted = logits + strength * related * constants.by_histogram * factors
    share = (strength * related * constants.by_likeness * surely)[:, None]
    return np.asarray((1 - share) * shifted + share * alike, np.float32)


def _similarity(ours: Array, theirs: Array) -> Array:
    """Cosines (N, M) of features (N, C) and (M, C), seen from the middle between the two photos.

    Each centred on its own mean, a lawn would look like any other photo's ground.
    """
    middle = (ours.mean(axis=0) + theirs.mean(axis=0)) / 2
    return to_length_one(ours - middle) @ to_length_one(theirs - middle).T


def _histogram_factors(logits: Array, asked: Array, constants: LikelyConstants) -> Array:
    """What to add to the logits (Q,) so that the photo's mean shares become the asked ones."""
    factors = np.zeros(logits.shape[1], np.float32)
    floor = 1e-5
    for _ in range(constants.rounds):
        mean = softmax(logits + factors, axis=1).mean(axis=0)
        factors += constants.power * np.log((asked + floor) / (mean + floor))
    return factors


def _soft_bins(ab: Array, centres: Array, blur: float) -> Array:
    """ab (N, 2) → share of each bin (N, Q)."""
    distance = ((ab[:, None] - centres) ** 2).sum(axis=2)
    return np.asarray(softmax(-distance / (2 * blur**2), axis=1), np.float32)


def make_reference(L: Array, features: Array, ab: Array) -> Reference:
    """What a colour photo gives, of places (N,), (N, C), (N, 2): at most 600 of them."""
    rng = np.random.default_rng(0)
    chosen: NDArray[np.intp] = np.arange(len(L))
    if len(chosen) > MAX_REFERENCE_PLACES:
        chosen = np.sort(rng.choice(chosen, MAX_REFERENCE_PLACES, replace=False))
    return Reference(L[chosen], features[chosen], ab[chosen])
