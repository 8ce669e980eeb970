"""How far a coloured photo is from the real one: the numbers of one photo.

Every number is taken from the delivered 8-bit picture, after upsampling and gamut clipping: what
people get to see. What needs many photos is in `colorizer.realism`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from colorizer.auc import BinnedCloseness, bin_closeness
from colorizer.fidelity import psnr
from colorizer.lab import rgb_to_lab

PSNR_LIMIT = 60.0
"""dB, about the rounding noise of 8 bits: keeps one identical photo from making a mean infinite."""


@dataclass(frozen=True)
class PhotoScores:
    """One coloured photo against the real one.

    ab_error: mean squared error of ab in squared Lab units, over pixels and both channels.
    psnr: dB over the three sRGB channels, at most 60. ssim: mean over the three sRGB channels.
    colorfulness, colorfulness_real: Hasler–Süsstrunk. closeness: for AuC, see `colorizer.auc`.
    """

    ab_error: float
    psnr: float
    ssim: float
    colorfulness: float
    colorfulness_real: float
    closeness: BinnedCloseness


@dataclass(frozen=True)
class ColourComparison:
    """The colours of one photo beside the real ones, in three numbers for people.

    ab_rmse: root mean squared distance of a and b from the real ones, Lab units. colorfulness,
    colorfulness_real: Hasler–Süsstrunk.
    """

    ab_rmse: float
    colorfulness: float
    colorfulness_real: float


def compare_colours(real: NDArray[np.uint8], ours: NDArray[np.uint8]) -> ColourComparison:
    """Compare two uint8 sRGB pictures (H, W, 3) of the same photo; ValueError if sizes differ."""
    if real.shape != ours.shape:
        raise ValueError(f"Sizes differ: {real.shape} and {ours.shape}.")
    return ColourComparison(
        ab_rmse=float(np.sqrt(np.square(_ab(ours) - _ab(real)).mean())),
        colorfulness=colorfulness(ours),
        colorfulness_real=colorfulness(real),
    )


def score_photo(real: NDArray[np.uint8], ours: NDArray[np.uint8]) -> PhotoScores:
    """Compare two uint8 sRGB pictures (H, W, 3) of the same photo, sides of 7 pixels or more."""
    if real.shape != ours.shape:
        raise ValueError(f"Sizes differ: {real.shape} and {ours.shape}.")
    real_ab, ab = _ab(real), _ab(ours)
    return PhotoScores(
        ab_error=float(np.square(ab - real_ab).mean()),
        psnr=min(PSNR_LIMIT, psnr(real, ours)),
        ssim=_ssim(real, ours),
        colorfulness=colorfulness(ours),
        colorfulness_real=colorfulness(real),
        closeness=bin_closeness(real_ab, ab),
    )


def colorfulness(rgb: NDArray[np.uint8]) -> float:
    """Hasler & Süsstrunk 2003, M̂(3): uint8 (H, W, 3) → 0 (grey) … about 110 (vivid everywhere)."""
    red, green, blue = np.moveaxis(rgb.astype(np.float64), -1, 0)
    red_green = red - green
    yellow_blue = (red + green) / 2 - blue
    spread = np.hypot(red_green.std(), yellow_blue.std())
    cast = np.hypot(red_green.mean(), yellow_blue.mean())
    return float(spread + 0.3 * cast)


def _ab(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    lab: NDArray[np.float32] = rgb_to_lab(rgb.astype(np.float32) / 255.0)
    return lab[..., 1:]


def _ssim(real: NDArray[np.uint8], ours: NDArray[np.uint8]) -> float:
    from skimage.metrics import structural_similarity  # scipy: not before the first numbers

    compare: Any = structural_similarity
    return float(compare(real, ours, channel_axis=2, data_range=255))
