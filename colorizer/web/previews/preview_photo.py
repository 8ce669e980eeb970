"""What the PCA and palette tabs share: the photo at preview size, and their place in the queue."""

import numpy as np

from colorizer.service.colorizer_service import ColorizerService

PREVIEW_SIDE = 512
"""Long side of the photos in these tabs, pixels."""

PREVIEW_QUEUE = "previews"
"""Their events take turns with each other, not with the network."""


def open_preview(file: str, service: ColorizerService) -> np.ndarray:
    """The photo in `file`, uint8 (H, W, 3), at preview size; raises PhotoError."""
    from colorizer.colour.resizing import shrink

    return shrink(service.open_photo(file).rgb, PREVIEW_SIDE)
