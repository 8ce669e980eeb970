"""From a prediction and a guide to colours: what the pipeline calls."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from colorizer.colour.ab_bins import AbBins
from colorizer.colour.guided_upsampling import AbField, enlarge
from colorizer.colour.lab import clip_chroma, rgb_to_lab
from colorizer.colour.resizing import resize
from colorizer.guide import hinting
from colorizer.guide.guide import Guide, Hint, Reference
from colorizer.guide.likely import make_reference, towards_palette, towards_reference
from colorizer.guide.places import Array, make_places, sample, shrink, spread_of
from colorizer.guide.variants import variant_ab

_BUMP = 2.5  # pixels of the network's size around a hint that are put right after upsampling
_BUMP_LIGHTNESS = 15.0


@dataclass(frozen=True)
class HintResult:
    """What became of a hint.

    wanted, given: Lab (3,) at the photo's own lightness. in_gamut: whether sRGB has the wanted
    colour at that lightness; else it is the nearest of the same hue. delta_e: CIE 1976, of given
    from what sRGB can show.
    """

    wanted: tuple[float, float, float]
    given: tuple[float, float, float]
    in_gamut: bool
    delta_e: float


def guided_ab(
    logits: Array,
    L: Array,
    features: Array,
    ab_bins: AbBins,
    guide: Guide,
    temperature: float,
) -> Array:
    """ab float32 (2, h', w') of logits (Q, h', w') under palette, reference and variant.

    L: float32 (h, w). features: float32 (C, h', w').
    """
    centres = ab_bins.centres
    flat = logits.reshape(len(logits), -1).T
    if guide.reference is not None:
        light = shrink(L, *features.shape[1:]).ravel()
        seen = features.reshape(len(features), -1).T
        flat = towards_reference(flat, centres, light, seen, guide.reference, guide.strength)
    if guide.palette is not None:
        flat = towards_palette(flat, centres, guide.palette, guide.strength)
    shifted = np.ascontiguousarray(flat.T).reshape(logits.shape)
    ab = ab_bins.annealed_mean(shifted[None], temperature)[0]
    if guide.variant:
        stride = max(1, round(L.shape[0] / features.shape[1]))
        places = make_places(L, features, ab, spread_of(logits, centres), stride=stride)
        ab = variant_ab(flat, centres, places, guide.variant).T.reshape(ab.shape)
    return np.asarray(ab, np.float32)


def with_hints(lab: Array, features: Array, spread: Array, hints: Sequence[Hint]) -> Array:
    """Lab float32 (h, w, 3) at the network's size → the same L, coloured by the hints."""
    stride = hinting.CONSTANTS.stride
    L, ab = lab[..., 0], np.moveaxis(lab[..., 1:], -1, 0)
    places = make_places(L, features, ab, spread, stride=stride)
    moved = hinting.hinted(places, hints, _possible(L, hints))
    moved = np.ascontiguousarray(moved.T).reshape(2, places.height, places.width)
    ab = enlarge(moved, *L.shape)
    return clip_chroma(np.concatenate([L[..., None], np.moveaxis(ab, 0, -1)], axis=-1))


def exact_at_hints(field: AbField, L: Array, hints: Sequence[Hint]) -> AbField:
    """The upsampled colours, put right in a few pixels around each hint; L float32 (h, w).

    The guided filter mixes the colours of its window, which close to an edge is not what was asked.
    """
    height, width = L.shape
    x = np.array([hint.x * width - 0.5 for hint in hints])
    y = np.array([hint.y * height - 0.5 for hint in hints])
    at_hints = np.array([sample(L[None], hint.x, hint.y)[0] for hint in hints])
    maps = np.concatenate([field.slope, field.offset])
    now = np.stack([sample(maps, hint.x, hint.y) for hint in hints])
    wrong = _possible(L, hints) - (now[:, :2] * at_hints[:, None] + now[:, 2:])
    among = _bumps(y[:, None] - y, x[:, None] - x, at_hints[:, None] - at_hints)
    weights = np.linalg.solve(among + 1e-3 * np.eye(len(hints)), wrong)
    offset = field.offset.copy()
    reach = int(4 * _BUMP)
    for row, column, lightness, weight in zip(y, x, at_hints, weights, strict=True):
        rows = slice(max(0, int(row) - reach), int(row) + reach + 2)
        columns = slice(max(0, int(column) - reach), int(column) + reach + 2)
        part = L[rows, columns]
        down, along = np.mgrid[0 : part.shape[0], 0 : part.shape[1]]
        bump = _bumps(down + rows.start - row, along + columns.start - column, part - lightness)
        offset[:, rows, columns] += (weight[:, None, None] * bump).astype(np.float32)
    return AbField(slope=field.slope, offset=offset)


def _bumps(down: NDArray[np.float64], along: NDArray[np.float64], lightness: Array) -> Array:
    near = (down**2 + along**2) / (2 * _BUMP**2) + lightness**2 / (2 * _BUMP_LIGHTNESS**2)
    return np.asarray(np.exp(-near), np.float32)


def hint_results(rgb: NDArray[np.uint8], hints: Sequence[Hint]) -> tuple[HintResult, ...]:
    """Look at the coloured photo, uint8 (H, W, 3), where the hints are."""
    results = []
    for hint in hints:
        row = min(int(hint.y * rgb.shape[0]), rgb.shape[0] - 1)
        column = min(int(hint.x * rgb.shape[1]), rgb.shape[1] - 1)
        given = rgb_to_lab(rgb[row, column].astype(np.float32) / 255.0)
        wanted = np.array([given[0], *hint.ab], np.float32)
        possible = clip_chroma(wanted[None])[0]
        results.append(
            HintResult(
                wanted=tuple(wanted.tolist()),
                given=tuple(given.tolist()),
                in_gamut=bool(np.abs(possible - wanted).max() < 1.0),
                delta_e=float(np.linalg.norm(possible - given)),
            )
        )
    return tuple(results)


def reference_of(rgb: NDArray[np.uint8], L: Array, features: Array) -> Reference:
    """A colour photo, uint8 (H, W, 3), as the network saw it: L (h, w), features (C, h', w')."""
    height, width = features.shape[1:]
    small = resize(rgb, height, width).astype(np.float32) / np.float32(255.0)
    ab = rgb_to_lab(small)[..., 1:].reshape(-1, 2)
    seen = features.reshape(len(features), -1).T
    return make_reference(shrink(L, height, width).ravel(), seen, ab)


def _possible(L: Array, hints: Sequence[Hint]) -> Array:
    """ab (n, 2) of the hints as far as sRGB has them at the photo's L, float32 (h, w)."""
    wanted = [[sample(L[None], hint.x, hint.y)[0], *hint.ab] for hint in hints]
    possible: Array = clip_chroma(np.array(wanted, np.float32))[:, 1:]
    return possible
