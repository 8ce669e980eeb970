"""Photos → the classifier's ab palette (K-means centres and prior).

python -m train.fit_palette --photos PHOTOS --classes 128 --out palette.safetensors
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tyro
from safetensors.numpy import load_file, save_file
from tqdm import tqdm

from colorizer.colour.ab_bins import AbBins
from colorizer.colour.lab import rgb_to_lab
from train.ab_bins_training import ab_histogram, fit_ab_bins
from train.dataset import CachedPhoto, PhotoCache, open_cache
from train.photo_choice import choose_photos


def colours_of(cache: PhotoCache, photos: Sequence[CachedPhoto]) -> np.ndarray:
    """`ab_histogram` of every second pixel of `photos`."""
    total = np.zeros((1, 1), dtype=np.int64)
    for photo in tqdm(photos, desc="counting colours"):
        rgb = cache.rgb(photo)[::2, ::2].astype(np.float32) / 255.0
        total = total + ab_histogram(rgb_to_lab(rgb)[..., 1:].reshape(-1, 2))
    return total


def write_palette(ab_bins: AbBins, file: str | Path) -> None:
    """Centres and prior as safetensors."""
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    save_file({"centres": ab_bins.centres, "prior": ab_bins.prior}, file)


def read_palette(file: str | Path) -> AbBins:
    """The gamut in a file written by `write_palette`."""
    tensors = load_file(file)
    return AbBins(tensors["centres"], tensors["prior"])


def fit(
    photos: Sequence[Path],
    cache: Path,
    *,
    classes: int,
    side: int = 192,
    flatten: float = 0.5,
    subject: str | None = None,
    limit: int | None = None,
) -> AbBins:
    """The palette of the training photos under `photos`, see `PaletteOptions`."""
    opened = open_cache(photos, cache, side=side)
    chosen = choose_photos(opened.split("train"), photos, subject=subject, limit=limit)
    return fit_ab_bins(colours_of(opened, chosen), classes, flatten=flatten)


@dataclass(frozen=True)
class PaletteOptions:
    """Fit the classifier's ab palette (K-means centres and prior) to folders of colour photos."""

    photos: list[Path]
    """Folders of colour photos, searched recursively."""
    out: Path
    """Palette file to write (.safetensors)."""
    classes: int = 128
    """Q, the number of colours; the original used 50."""
    flatten: float = 0.5
    """0 clusters pixels as they come, 1 spreads the colours evenly over the gamut."""
    subject: str | None = None
    """Only photos of this subject in the folders' index.csv, such as plant."""
    limit: int | None = None
    """Look at this many photos, drawn at random."""
    side: int = 192
    """Short side of the cached photos in pixels."""
    cache: Path = Path(".cache/photos")
    """Folder for the decoded photos, shared with train.train."""


def main(arguments: list[str] | None = None) -> None:
    """Parse the command line, fit and write."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    options = tyro.cli(PaletteOptions, prog="python -m train.fit_palette", args=arguments)
    ab_bins = fit(
        options.photos,
        options.cache,
        classes=options.classes,
        side=options.side,
        flatten=options.flatten,
        subject=options.subject,
        limit=options.limit,
    )
    write_palette(ab_bins, options.out)
    print(
        f"{ab_bins.n_classes} colours in {options.out}; the commonest has {ab_bins.prior.max():.1%}"
    )


if __name__ == "__main__":
    main()
