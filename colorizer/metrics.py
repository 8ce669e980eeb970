"""How a coloured photo compares with the real one: the numbers that the page shows of one photo.

What only a training needs is in `train.evaluation.photo_scores`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from colorizer.colour.lab import rgb_to_ab


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
        ab_rmse=float(np.sqrt(np.square(rgb_to_ab(ours) - rgb_to_ab(real)).mean())),
        colorfulness=colorfulness(ours),
        colorfulness_real=colorfulness(real),
    )


def colorfulness(rgb: NDArray[np.uint8]) -> float:
    """Hasler & Süsstrunk 2003, M̂(3): uint8 (H, W, 3) → 0 (grey) … about 110 (vivid everywhere)."""
    red, green, blue = np.moveaxis(rgb.astype(np.float64), -1, 0)
    red_green = red - green
    yellow_blue = (red + green) / 2 - blue
    spread = np.hypot(red_green.std(), yellow_blue.std())
    cast = np.hypot(red_green.mean(), yellow_blue.mean())
    return float(spread + 0.3 * cast)
