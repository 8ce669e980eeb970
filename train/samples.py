"""Sample grids: grey, ours and real side by side, the picture to look at during a training."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from colorizer.colour.recolor import grey
from colorizer.colour.resizing import resize
from colorizer.model.checkpoint import Checkpoint
from colorizer.photo import Photo, save_photo
from colorizer.pipeline import Colorizer
from train.dataset import PhotoCache

CELL = 160
"""Side of a grid's cells in pixels; photos are cut square from their middle."""


def write_samples(
    checkpoint: Checkpoint, cache: PhotoCache, file: Path, *, photos: int = 8
) -> None:
    """PNG of `photos` validation photos, a row each: grey, ours, real."""
    colorizer = Colorizer(checkpoint)
    rows = []
    for cached in cache.split("validation")[:photos]:
        real = np.array(cache.rgb(cached))
        ours = colorizer.colorize(Photo(rgb=real, alpha=None, format="PNG", notes=())).photo.rgb
        rows.append([grey(real), ours, real])
    file.parent.mkdir(parents=True, exist_ok=True)
    save_photo(Photo(rgb=grid(rows), alpha=None, format="PNG", notes=()), file)


def grid(rows: Sequence[Sequence[np.ndarray]]) -> np.ndarray:
    """Pictures uint8 (H, W, 3) of any size → one uint8 picture of square cells."""
    return np.concatenate(
        [np.concatenate([_cell(picture) for picture in row], axis=1) for row in rows], axis=0
    )


def _cell(rgb: np.ndarray) -> np.ndarray:
    side = min(rgb.shape[:2])
    top, left = ((length - side) // 2 for length in rgb.shape[:2])
    return resize(np.ascontiguousarray(rgb[top : top + side, left : left + side]), CELL, CELL)
