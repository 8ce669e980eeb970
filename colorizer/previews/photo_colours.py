"""The distinct colours of a photo and how many pixels have each.

A photo of the screen's size has a third as many colours as pixels, a large one a fiftieth; what
depends on a pixel's colour alone is computed once per colour.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from colorizer.colour.lab import lab_to_rgb, rgb_to_lab

Space = Literal["ab", "lab"]
"""Where colours are compared: by hue and chroma alone, or with their lightness."""


@dataclass(frozen=True)
class PhotoColours:
    """The distinct colours of a photo (H, W, 3) and where they are.

    rgb: uint8 (U, 3) sRGB, lab: float32 (U, 3), counts: int64 (U,) pixels of each,
    index: intp (H, W), each pixel's colour, so that rgb[index] is the photo.
    """

    rgb: NDArray[np.uint8]
    lab: NDArray[np.float32]
    counts: NDArray[np.int64]
    index: NDArray[np.intp]

    def points(self, space: Space) -> NDArray[np.float32]:
        """The coordinates to compare colours by: (U, 2) in "ab", (U, 3) in "lab"."""
        return self.lab[:, 1:] if space == "ab" else self.lab


def count_colours(rgb: NDArray[np.uint8]) -> PhotoColours:
    """The distinct colours of a photo uint8 (H, W, 3); ValueError for another shape or dtype."""
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.size == 0:
        raise ValueError(f"A photo is uint8 (H, W, 3), not {rgb.dtype} {rgb.shape}.")
    # One integer a pixel sorts thirty times as fast as rows of three.
    packed = rgb.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], dtype=np.uint32)
    codes, index, counts = np.unique(packed, return_inverse=True, return_counts=True)
    colours = np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=-1).astype(np.uint8)
    return PhotoColours(
        rgb=colours,
        lab=uint8_to_lab(colours),
        counts=counts,
        index=index.reshape(rgb.shape[:2]),
    )


def uint8_to_lab(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Convert sRGB uint8 (..., 3) to Lab float32 (..., 3)."""
    lab: NDArray[np.float32] = rgb_to_lab(rgb.astype(np.float32) / np.float32(255))
    return lab


def lab_to_uint8(lab: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Convert Lab (..., 3) to sRGB uint8 (..., 3), clipped channel by channel out of gamut."""
    return np.rint(lab_to_rgb(lab) * 255).astype(np.uint8)
