"""What photo editors make of a layer: blend modes after their specifications, sRGB float 0…1.

Colour: W3C Compositing and Blending Level 1, 10.1 (the same as PDF 32000-1, 11.3.5.3). LCh Colour:
lightness from below, chroma and hue from the layer, in Lab, as GIMP documents its default.
"""

import numpy as np

from colorizer.colour.lab import lab_to_rgb, rgb_to_lab

Pixels = np.ndarray

LUMA = np.array([0.3, 0.59, 0.11])


def normal(below: Pixels, layer: Pixels, alpha: Pixels) -> Pixels:
    return _over(below, layer, alpha)


def w3c_colour(below: Pixels, layer: Pixels, alpha: Pixels) -> Pixels:
    return _over(below, _set_luma(layer, below @ LUMA), alpha)


def lch_colour(below: Pixels, layer: Pixels, alpha: Pixels) -> Pixels:
    lab = np.concatenate([rgb_to_lab(below)[..., :1], rgb_to_lab(layer)[..., 1:]], axis=-1)
    return _over(below, lab_to_rgb(lab), alpha)


def _over(below: Pixels, blended: Pixels, alpha: Pixels) -> Pixels:
    return (1 - alpha[..., None]) * below + alpha[..., None] * blended


def _set_luma(colour: Pixels, luma: Pixels) -> Pixels:
    return _clip_colour(colour + (luma - colour @ LUMA)[..., None])


def _clip_colour(colour: Pixels) -> Pixels:
    luma = (colour @ LUMA)[..., None]
    lowest, highest = colour.min(-1, keepdims=True), colour.max(-1, keepdims=True)
    up = luma / np.maximum(luma - lowest, 1e-9)
    down = (1 - luma) / np.maximum(highest - luma, 1e-9)
    colour = np.where(lowest < 0, luma + (colour - luma) * up, colour)
    return np.where(highest > 1, luma + (colour - luma) * down, colour)
