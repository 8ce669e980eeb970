"""How far a coloured photo is from the real one: the numbers of one photo.

Every number is taken from the delivered 8-bit picture, after upsampling and gamut clipping: what
people get to see. What needs many photos is in `train.evaluation.realism`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from skimage.metrics import structural_similarity

from colorizer.colour.lab import rgb_to_ab
from colorizer.metrics import colorfulness
from colorizer.previews.fidelity import psnr
from train.evaluation.auc import BinnedCloseness, bin_closeness

PSNR_LIMIT = 60.0
"""dB, about the rounding noise of 8 bits: keeps one identical photo from making a mean infinite."""


@dataclass(frozen=True)
class PhotoScores:
    """One coloured photo against the real one.

    ab_error: mean squared error of ab in squared Lab units, over pixels and both channels.
    psnr: dB over the three sRGB channels, at most 60. ssim: mean over the three sRGB channels.
    colorfulness, colorfulness_real: Hasler–Süsstrunk. closeness: for AuC, see
    `train.evaluation.auc`.
    """

    ab_error: float
    psnr: float
    ssim: float
    colorfulness: float
    colorfulness_real: float
    closeness: BinnedCloseness


def score_photo(real: NDArray[np.uint8], ours: NDArray[np.uint8]) -> PhotoScores:
    """Compare two uint8 sRGB pictures (H, W, 3) of the same photo, sides of 7 pixels or more."""
    if real.shape != ours.shape:
        raise ValueError(f"Sizes differ: {real.shape} and {ours.shape}.")
    real_ab, ab = rgb_to_ab(real), rgb_to_ab(ours)
    return PhotoScores(
        ab_error=float(np.square(ab - real_ab).mean()),
        psnr=min(PSNR_LIMIT, psnr(real, ours)),
        ssim=_ssim(real, ours),
        colorfulness=colorfulness(ours),
        colorfulness_real=colorfulness(real),
        closeness=bin_closeness(real_ab, ab),
    )


def _ssim(real: NDArray[np.uint8], ours: NDArray[np.uint8]) -> float:
    return float(structural_similarity(real, ours, channel_axis=2, data_range=255))
