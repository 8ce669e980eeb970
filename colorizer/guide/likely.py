"""Palette and reference photo change which of the classifier's colours are likely.

Both add to the logits and are bounded: what the network holds for sure stays, so that no photo is
washed in one tone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from colorizer.guide.guide import Palette, Reference
from colorizer.guide.places import Array, Places


@dataclass(frozen=True)
class LikelyConstants:
    """Tuned on validation photos, see docs/guide.md.

    width: of a palette's colour, ab units. kept: share of the photo's own colours in what is asked
    for. rounds, power: of fitting the reference's histogram. blur: of that, ab units. sharpness,
    lightness: of likeness, cosine and L. unlike, alike: cosine where likeness begins to count and
    where it counts fully. foreign, own: mean cosine of a photo that has nothing to give and of one
    that gives all.
    """

    width: float = 8.0
    kept: float = 0.03
    rounds: int = 15
    power: float = 0.7
    blur: float = 6.0
    sharpness: float = 0.05
    lightness: float = 15.0
    unlike: float = 0.3
    alike: float = 0.8
    foreign: float = 0.78
    own: float = 0.92


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
    places: Places,
    reference: Reference,
    strength: float,
    constants: LikelyConstants = CONSTANTS,
) -> Array:
    """The same towards the colours of a reference: of what looks alike, else of its histogram."""
    given = _soft_bins(reference.ab, centres, constants.blur)
    similarity = places.features @ reference.features.T
    nearest = similarity.max(axis=1)
    gap = (places.L[:, None] - reference.L) ** 2 / (2 * constants.lightness**2)
    weights = softmax(similarity / constants.sharpness - gap, axis=1)
    alike = np.log(weights @ given + 1e-4)
    surely = np.clip((nearest - constants.unlike) / (constants.alike - constants.unlike), 0, 1)
    related = (float(nearest.mean()) - constants.foreign) / (constants.own - constants.foreign)
    related = float(np.clip(related, 0.0, 1.0))
    by_histogram = logits + _histogram_factors(logits, given.mean(axis=0), constants)
    share = (strength * related * surely)[:, None]
    shifted = logits + strength * related * (by_histogram - logits)
    return np.asarray((1 - share) * shifted + share * alike, np.float32)


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


def make_reference(places: Places) -> Reference:
    """What a colour photo gives: `places` with the photo's own ab, at most 600 of them."""
    rng = np.random.default_rng(0)
    chosen: NDArray[np.intp] = np.arange(len(places.L))
    if len(chosen) > MAX_REFERENCE_PLACES:
        chosen = np.sort(rng.choice(chosen, MAX_REFERENCE_PLACES, replace=False))
    return Reference(places.L[chosen], places.features[chosen], places.ab[chosen])
