"""What the PCA and palette tabs share: the photo at preview size, and their place in the queue."""

import numpy as np

from colorizer.photo import open_photo
from colorizer.settings import Settings

PREVIEW_SIDE = 512
"""Long side of the photos in these tabs, pixels."""

PREVIEW_QUEUE = "previews"
"""Their events take turns with each other, not with the network."""


def open_preview(file: str, settings: Settings) -> np.ndarray:
    """The photo in `file`, uint8 (H, W, 3), at preview size; raises PhotoError."""
    from colorizer.pipeline import shrink  # torch: not before the first photo

    return shrink(open_photo(file, settings.limits).rgb, PREVIEW_SIDE)
