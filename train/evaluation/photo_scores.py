"""How far a coloured photo is from the real one: the numbers of one photo.

Every number is taken from the delivered 8-bit picture, after upsampling and gamut clipping: what
people get to see. What needs many photos is in `train.evaluation.realism`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter
from skimage.metrics import structural_similarity

from colorizer.colour.lab import rgb_to_ab, rgb_to_lab
from colorizer.metrics import colorfulness
from colorizer.previews.fidelity import psnr
from train.evaluation.auc import BinnedCloseness, bin_closeness

PSNR_LIMIT = 60.0
"""dB, about the rounding noise of 8 bits: keeps one identical photo from making a mean infinite."""

NEUTRAL, STRONG = 5.0, 45.0
"""Places of less true chroma have no colour, those of more a strong one."""

EDGE_STEP, EDGE_REACH = 15.0, 4
"""An edge: L changes by so much from pixel to pixel. Its surroundings: so many pixels."""


@dataclass(frozen=True)
class PartScores:
    """What a photo shows in some of its places; all are means over all of its pixels.

    neutral, edge: share of the places without colour, and of those near an edge. neutral_error,
    edge_error: squared ab error there, over both channels. strong_chroma, strong_chroma_real:
    chroma of the places of strong colour, ours and the real one.
    """

    neutral: float
    neutral_error: float
    strong_chroma: float
    strong_chroma_real: float
    edge: float
    edge_error: float


@dataclass(frozen=True)
class PhotoScores:
    """One coloured photo against the real one.

    ab_error: mean squared error of ab in squared Lab units, over pixels and both channels.
    psnr: dB over the three sRGB channels, at most 60. ssim: mean over the three sRGB channels.
    colorfulness, colorfulness_real: Hasler–Süsstrunk. closeness: for AuC, see
    `train.evaluation.auc`. parts: of some places only.
    """

    ab_error: float
    psnr: float
    ssim: float
    colorfulness: float
    colorfulness_real: float
    closeness: BinnedCloseness
    parts: PartScores


def score_photo(real: NDArray[np.uint8], ours: NDArray[np.uint8]) -> PhotoScores:
    """Compare two uint8 sRGB pictures (H, W, 3) of the same photo, sides of 7 pixels or more."""
    if real.shape != ours.shape:
        raise ValueError(f"Sizes differ: {real.shape} and {ours.shape}.")
    lab = rgb_to_lab(real.astype(np.float32) / 255.0)
    ab = rgb_to_ab(ours)
    real_ab = lab[..., 1:]
    return PhotoScores(
        ab_error=float(np.square(ab - real_ab).mean()),
        psnr=min(PSNR_LIMIT, psnr(real, ours)),
        ssim=_ssim(real, ours),
        colorfulness=colorfulness(ours),
        colorfulness_real=colorfulness(real),
        closeness=bin_closeness(real_ab, ab),
        parts=_score_parts(lab, ab),
    )


def _score_parts(lab: NDArray[np.float32], ab: NDArray[np.float32]) -> PartScores:
    error = np.square(ab - lab[..., 1:]).mean(axis=-1)
    chroma = np.linalg.norm(lab[..., 1:], axis=-1)
    neutral, strong = chroma < NEUTRAL, chroma > STRONG
    steps = np.maximum(*np.abs(np.gradient(lab[..., 0])))
    edge = maximum_filter(steps, size=2 * EDGE_REACH + 1) > EDGE_STEP
    return PartScores(
        neutral=float(neutral.mean()),
        neutral_error=float((error * neutral).mean()),
        strong_chroma=float((np.linalg.norm(ab, axis=-1) * strong).mean()),
        strong_chroma_real=float((chroma * strong).mean()),
        edge=float(edge.mean()),
        edge_error=float((error * edge).mean()),
    )


def _ssim(real: NDArray[np.uint8], ours: NDArray[np.uint8]) -> float:
    return float(structural_similarity(real, ours, channel_axis=2, data_range=255))
