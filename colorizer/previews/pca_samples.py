"""A photo as a table of samples for PCA: its rows, or its 8 × 8 colour patches.

A sample layout knows the way from photo to table and back, how many numbers a compression stores,
and how one principal component looks as a picture.
"""

from dataclasses import dataclass
from typing import Literal, Protocol, Self

import numpy as np
from numpy.typing import NDArray

PATCH = 8
"""Side of a patch in pixels, as in JPEG."""

Method = Literal["rows", "patches"]


class SampleLayout(Protocol):
    """What `compression` needs to know about the cutting of a photo into samples."""

    @property
    def method(self) -> Method:
        """Name of the cutting."""

    def samples(self, rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Photo (H, W, 3) → samples (n, d), 0…255."""

    def photo(self, samples: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Samples (n, d), rounded and clipped to 0…255 → photo (H, W, 3)."""

    def stored_numbers(self, n_components: int) -> int:
        """How many numbers are enough to rebuild the photo from `n_components` components."""

    def tiles(self, components: NDArray[np.float32]) -> NDArray[np.float32]:
        """Components (k, d) → a little picture of each (k, h, w, 3), not scaled."""


@dataclass(frozen=True)
class RowSamples:
    """Each row of the photo is one sample of 3W values: the way of the original work."""

    height: int
    width: int
    method: Method = "rows"

    @classmethod
    def of(cls, rgb: NDArray[np.uint8]) -> Self:
        """The layout for a photo (H, W, 3)."""
        return cls(height=rgb.shape[0], width=rgb.shape[1])

    def samples(self, rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Photo (H, W, 3) → samples (H, 3W), 0…255."""
        return rgb.reshape(self.height, 3 * self.width).astype(np.float64)

    def photo(self, samples: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Samples (H, 3W) → photo uint8 (H, W, 3)."""
        return _to_uint8(samples).reshape(self.height, self.width, 3)

    def stored_numbers(self, n_components: int) -> int:
        """k(1 + H + 3W): a variance, H coefficients and 3W loadings for each component.

        This is the count of the original work, kept for comparison; it leaves out the mean row,
        which would add one H-th of the photo.
        """
        return n_components * (1 + self.height + 3 * self.width)

    def tiles(self, components: NDArray[np.float32]) -> NDArray[np.float32]:
        """Components (k, 3W) → strips (k, 8, W, 3): a row made 8 pixels high to be visible."""
        rows = components.reshape(-1, 1, self.width, 3)
        return np.repeat(rows, PATCH, axis=1)


@dataclass(frozen=True)
class PatchSamples:
    """Each 8 × 8 patch of the photo is one sample of 192 values.

    A photo whose sides are no multiples of 8 is continued by its edge, and cropped on the way back.
    """

    height: int
    width: int
    method: Method = "patches"

    @classmethod
    def of(cls, rgb: NDArray[np.uint8]) -> Self:
        """The layout for a photo (H, W, 3)."""
        return cls(height=rgb.shape[0], width=rgb.shape[1])

    @property
    def _grid(self) -> tuple[int, int]:
        """Patches down and across."""
        return -(-self.height // PATCH), -(-self.width // PATCH)

    def samples(self, rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Photo (H, W, 3) → samples (N, 192), 0…255, the patches in reading order."""
        down, across = self._grid
        margin = ((0, down * PATCH - self.height), (0, across * PATCH - self.width), (0, 0))
        padded = np.pad(rgb, margin, mode="edge")
        patches = padded.reshape(down, PATCH, across, PATCH, 3).swapaxes(1, 2)
        return patches.reshape(down * across, PATCH * PATCH * 3).astype(np.float64)

    def photo(self, samples: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Samples (N, 192) → photo uint8 (H, W, 3)."""
        down, across = self._grid
        patches = _to_uint8(samples).reshape(down, across, PATCH, PATCH, 3)
        padded = patches.swapaxes(1, 2).reshape(down * PATCH, across * PATCH, 3)
        return padded[: self.height, : self.width].copy()

    def stored_numbers(self, n_components: int) -> int:
        """192 + k(N + 192): the mean patch, and N coefficients and 192 loadings a component."""
        down, across = self._grid
        n_features = PATCH * PATCH * 3
        return n_features + n_components * (down * across + n_features)

    def tiles(self, components: NDArray[np.float32]) -> NDArray[np.float32]:
        """Components (k, 192) → patches (k, 32, 32, 3), four times their size."""
        patches = components.reshape(-1, PATCH, PATCH, 3)
        return patches.repeat(4, axis=1).repeat(4, axis=2)


def _to_uint8(samples: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.clip(np.rint(samples), 0, 255).astype(np.uint8)
