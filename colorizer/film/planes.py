"""A film's planes: its luma is what the network sees and stays as it is; only Cb and Cr are new.

Y' of a black-and-white film is a grey level. The colours are found at the resolution of Cb and Cr,
by the same compiled loop that colours photos.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from colorizer.colour.guided_upsampling import fit_ab_field
from colorizer.colour.lab import rgb_to_lightness
from colorizer.colour.recolor import recolor

Plane = NDArray[np.uint8]
Array = NDArray[np.float32]

_GREYS = np.repeat(np.arange(256, dtype=np.float32)[:, None] / 255.0, 3, axis=1)
_LIGHTNESS = np.asarray(rgb_to_lightness(_GREYS), np.float32)
_NEUTRAL = 128.0


@dataclass(frozen=True)
class Coding:
    """How a film's Y' CbCr are meant (ITU-R BT.601, BT.709, BT.2020).

    red, blue: their shares of luma. full_range: Y' is 0…255, else 16…235.
    """

    red: float = 0.2126
    blue: float = 0.0722
    full_range: bool = False

    @property
    def greys(self) -> Plane:
        """The grey level, 0…255, of each Y': uint8 (256,)."""
        levels = np.arange(256.0)
        if not self.full_range:
            levels = (levels - 16.0) * 255.0 / 219.0
        return np.rint(levels.clip(0.0, 255.0)).astype(np.uint8)

    @property
    def to_chroma(self) -> NDArray[np.float64]:
        """R' G' B' 0…255 and 1 → Cb, Cr 0…255: float64 (2, 4)."""
        luma = np.array([self.red, 1.0 - self.red - self.blue, self.blue])
        scale = 1.0 if self.full_range else 224.0 / 255.0
        rows = [
            scale * (np.eye(3)[channel] - luma) / (2.0 * (1.0 - share))
            for channel, share in ((2, self.blue), (0, self.red))
        ]
        return np.hstack([np.stack(rows), np.full((2, 1), _NEUTRAL)])


def coding_named(colorspace: int, height: int, *, full_range: bool) -> Coding:
    """The coding that a film names by FFmpeg's number, or players assume for its height."""
    if colorspace in (9, 10):
        return Coding(0.2627, 0.0593, full_range)
    if colorspace in (4, 5, 6) or (colorspace != 1 and height < 720):
        return Coding(0.299, 0.114, full_range)
    return Coding(full_range=full_range)


def shrunk(luma: Plane, height: int, width: int) -> Plane:
    """Y' uint8 (H, W) → (height, width), each the mean of what it covers."""
    if luma.shape == (height, width):
        return luma
    return np.asarray(cv2.resize(luma, (width, height), interpolation=cv2.INTER_AREA))


def lightness(luma: Plane, coding: Coding) -> Array:
    """Y' uint8 (h, w) → L float32 (h, w), 0…100."""
    return _LIGHTNESS[coding.greys[luma]]


def grey_picture(luma: Plane, coding: Coding) -> Plane:
    """Y' uint8 (h, w) → sRGB uint8 (h, w, 3)."""
    return np.repeat(coding.greys[luma][..., None], 3, axis=2)


def chroma(luma: Plane, small_L: Array, ab: Array, coding: Coding) -> Plane:
    """Y' uint8 (h, w) at the resolution of Cb and Cr → Cb and Cr, uint8 (h, w, 2).

    small_L: float32 (h', w') and ab: float32 (2, h', w'), at the network's size; the colours follow
    the edges of L (`colorizer.colour.guided_upsampling`).
    """
    coloured = recolor(grey_picture(luma, coding), fit_ab_field(small_L, ab))
    return np.asarray(cv2.transform(coloured, coding.to_chroma))
