"""Does a photo keep its colours at another size or shape? It is coloured several times to see."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F
from tqdm import tqdm

from colorizer.photo import Photo
from colorizer.pipeline import Colorizer

SCALES = (0.5, 0.75, 1.0, 1.5)
STRETCHES = (1.0, 1.25)
GRID = 64
"""Results are compared as 64 × 64 area means over the whole photo, whatever their size."""


@dataclass(frozen=True)
class Consistency:
    """Mean ab distance (Euclidean, ab units) between versions of a photo, averaged over photos.

    worst_pair: of the two versions that differ most. mean_pair: over all pairs.
    """

    photos: int
    worst_pair: float
    worst_pair_versions: str
    mean_pair: float


def measure_consistency(colorizer: Colorizer, photos: Sequence[NDArray[np.uint8]]) -> Consistency:
    """Colour each grey photo, uint8 (H, W, 3), at four scales, as it is and 25 % wider."""
    versions = list(product(SCALES, STRETCHES))
    distances = np.mean(
        [_pair_distances(colorizer, rgb, versions) for rgb in tqdm(photos, desc="consistency")],
        axis=0,
    )
    pairs = list(combinations(versions, 2))
    (scale, stretch), (other_scale, other_stretch) = pairs[int(distances.argmax())]
    return Consistency(
        photos=len(photos),
        worst_pair=float(distances.max()),
        worst_pair_versions=f"scale {scale:g}, width × {stretch:g} against "
        f"scale {other_scale:g}, width × {other_stretch:g}",
        mean_pair=float(distances.mean()),
    )


def _pair_distances(
    colorizer: Colorizer, rgb: NDArray[np.uint8], versions: Sequence[tuple[float, float]]
) -> NDArray[np.float64]:
    """Mean ab distance of every pair of versions, in the order of `itertools.combinations`."""
    grids = [_ab_grid(colorizer, _resized(rgb, *version)) for version in versions]
    return np.array(
        [float((one - other).norm(dim=1).mean()) for one, other in combinations(grids, 2)]
    )


def _ab_grid(colorizer: Colorizer, rgb: NDArray[np.uint8]) -> torch.Tensor:
    """The colours given to a picture as float32 (1, 2, 64, 64), ab units."""
    photo = Photo(rgb=rgb, alpha=None, format="PNG", notes=())
    ab = torch.from_numpy(colorizer.colorize(photo).ab).permute(2, 0, 1)[None]
    return F.adaptive_avg_pool2d(ab, (GRID, GRID))


def _resized(rgb: NDArray[np.uint8], scale: float, stretch: float) -> NDArray[np.uint8]:
    height, width = rgb.shape[:2]
    size = (round(height * scale), round(width * scale * stretch))
    pixels = torch.from_numpy(np.ascontiguousarray(rgb)).permute(2, 0, 1)[None]
    resized = F.interpolate(pixels, size, mode="bilinear", antialias=True)
    return np.ascontiguousarray(resized[0].permute(1, 2, 0).numpy())
