"""Crops cut by the graphics card from decoded photos that lie in its own memory."""

import numpy as np
import torch

from train.dataset import CropSampler


class ResidentCrops:
    """The crops of `sampler`, in the same places, cut on `device`.

    They differ from the sampler's own by some levels where a photo is shrunk: here each pixel is
    mixed from the four nearest ones, there from all that it covers.
    """

    def __init__(self, sampler: CropSampler, device: torch.device) -> None:
        self._sampler = sampler
        self._device = device
        self._pixels = torch.from_numpy(np.array(sampler.cache.pixels)).to(device)

    def __call__(self, step: int, part: slice = slice(None)) -> torch.Tensor:
        """Batch of `step` → uint8 (batch, 3, crop, crop) on the device."""
        cuts = self._sampler.cuts(step, part)
        numbers = [
            (c.photo.offset, c.photo.width, c.top, c.left, c.height, c.width, c.mirrored)
            for c in cuts
        ]
        table = torch.tensor(numbers, dtype=torch.int64).to(self._device)
        offset, stride, top, left, height, width, mirrored = table.T.reshape(7, -1, 1, 1)
        place = torch.arange(self._sampler.crop, device=self._device) + 0.5
        across = place / self._sampler.crop
        upper, lower, down = _neighbours(across.view(1, -1, 1), height)
        across = torch.where(mirrored.bool(), 1 - across, across)
        before, after, right = _neighbours(across, width)

        def pixels(row: torch.Tensor, column: torch.Tensor) -> torch.Tensor:
            first = offset + ((top + row) * stride + left + column) * 3
            channels = torch.arange(3, device=self._device).view(1, 3, 1, 1)
            return self._pixels[first[:, None] + channels].float()

        right, down = right[:, None], down[:, None]
        above = torch.lerp(pixels(upper, before), pixels(upper, after), right)
        below = torch.lerp(pixels(lower, before), pixels(lower, after), right)
        return torch.lerp(above, below, down).round().to(torch.uint8)


def _neighbours(
    place: torch.Tensor, length: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The two pixels around `place` (0…1 along `length` pixels), and the second one's share."""
    exact = (place * length - 0.5).clamp(min=0)
    exact = torch.minimum(exact, (length - 1).float())
    first = exact.long()
    second = torch.minimum(first + 1, length - 1)
    return first, second, exact - first
