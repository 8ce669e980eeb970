"""Five colours to offer for a place: what the classifier holds for likely there."""

import numpy as np
from scipy.special import softmax

from colorizer.colour.lab import clip_chroma, lab_to_rgb
from colorizer.guide.places import Array

NUMBER = 5
WIDTH = 8.0
"""ab units; a mode is a hill of the distribution, no single bin."""
APART = 14.0
"""ab units between two suggestions at least."""


def likely_colours(L: float, logits: Array, centres: Array) -> tuple[str, ...]:
    """#rrggbb of the modes of the distribution at one place, logits (Q,), likeliest first.

    Greedy: the highest hill, then the highest of those at least `APART` from all before.
    """
    distance = ((centres[:, None] - centres) ** 2).sum(axis=2)
    height = np.exp(-distance / (2 * WIDTH**2)) @ softmax(logits)
    chosen: list[int] = []
    for index in np.argsort(-height):
        if len(chosen) < NUMBER and all(distance[index, c] >= APART**2 for c in chosen):
            chosen.append(int(index))
    return hex_colours(L, centres[chosen])


def shades(L: float, ab: Array) -> tuple[str, ...]:
    """For a model without a distribution: its colour (2,), stronger, neighbouring hues, neutral."""
    turned = [
        np.array([[np.cos(t), -np.sin(t)], [np.sin(t), np.cos(t)]]) @ ab * 1.5
        for t in np.radians((40.0, -40.0))
    ]
    return hex_colours(L, np.array([ab, ab * 1.8, *turned, ab * 0], np.float32))


def hex_colours(L: float, ab: Array) -> tuple[str, ...]:
    """ab (K, 2) at one lightness, brought into sRGB, as #rrggbb."""
    lab = np.concatenate([np.full((len(ab), 1), L, np.float32), ab], axis=1)
    rgb = np.rint(lab_to_rgb(clip_chroma(lab)) * 255).astype(int)
    return tuple(f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in rgb.tolist())
