"""What a network should see of a faded photo: its lightness over the range that photos have."""

import numpy as np
from numpy.typing import NDArray

_FULL_RANGE = 70.0  # L; three of four ordinary photos use more than this between the percentiles
_DARKEST, _BRIGHTEST = 3.0, 95.0  # L, where the percentiles of a stretched photo lie
_TAIL = 0.5  # per cent of the pixels beyond each percentile: specks, frames and holes


def stretch_contrast(L: NDArray[np.float32]) -> NDArray[np.float32]:
    """L float32 of one photo, 0…100 → the same, stretched if the photo uses little of the range.

    Only the network sees this; the coloured photo keeps its own lightness. A picture of one tone
    stays as it is. Measured: docs/models.md, "Faded photographs".
    """
    low, high = np.percentile(L, [_TAIL, 100 - _TAIL])
    if high - low >= _FULL_RANGE or high - low < 1:
        return L
    stretched = (L - low) / (high - low) * (_BRIGHTEST - _DARKEST) + _DARKEST
    return np.asarray(stretched.clip(0, 100), dtype=np.float32)
