"""How close a compressed or recoloured photo comes to the original: PSNR, SSIM and ΔE.

Unlike scikit-image's own functions these are defined, and silent, for identical photos and for
photos smaller than the SSIM window.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

SSIM_WINDOW = 7
"""Side of the sliding window of `luma_ssim` in pixels."""

_PART = 1 << 16


def psnr(
    original: NDArray[np.uint8],
    other: NDArray[np.uint8],
    weights: NDArray[np.integer] | None = None,
) -> float:
    """Peak signal-to-noise ratio in dB of two uint8 arrays (..., 3); infinite if they are equal.

    `weights` (...) says how many pixels each colour stands for, for photos given as a list of their
    distinct colours.
    """
    error = np.square(np.subtract(original, other, dtype=np.float32)).mean(axis=-1)
    mean_squared_error = float(np.average(error, weights=weights))
    if mean_squared_error == 0.0:
        return math.inf
    return 10.0 * math.log10(255.0**2 / mean_squared_error)


def luma_ssim(original: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Structural similarity (Wang et al. 2004) of the lumas of two uint8 photos (H, W, 3), ≤ 1.

    Luma alone, as in the paper, takes a fifth of the time of the mean over three channels. Photos
    under 7 pixels a side are continued by their edge up to the window's size.
    """
    from skimage.metrics import structural_similarity  # scipy: not before the first preview

    compare: Any = structural_similarity
    similarity = float(compare(_luma(original), _luma(other), data_range=1.0))
    return min(1.0, similarity)  # float32 rounding can end a hair above


def delta_e_2000(lab: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    """CIEDE2000 (Sharma et al. 2005) of two lists of Lab colours (U, 3) → (U,).

    About 1 is the least that the eye tells apart side by side. Works through the list by parts, as
    the formula needs some twenty arrays of its length.
    """
    from skimage.color import deltaE_ciede2000  # as above

    difference: Any = deltaE_ciede2000
    parts = [slice(start, start + _PART) for start in range(0, len(lab), _PART)]
    return np.concatenate([difference(lab[part], other[part]) for part in parts])


def _luma(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    height, width = rgb.shape[:2]
    margin = ((0, max(0, SSIM_WINDOW - height)), (0, max(0, SSIM_WINDOW - width)))
    from skimage.color import rgb2gray  # as above

    luma: NDArray[np.float32] = rgb2gray(rgb.astype(np.float32) / 255)
    return np.pad(luma, margin, mode="edge")
