"""How fast and how faithful the PCA and palette previews are, photo by photo.

    python -m benchmarks.previews                       # three pictures that scikit-image ships
    python -m benchmarks.previews PHOTOS --limit 20     # a folder of photos

Rows and patches are compared at 98 % retained variance and at equal size; the palettes with plain
K-means on all pixels, which needs no ΔE in its time while ours has all its figures in it.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage import data
from sklearn.cluster import KMeans

from colorizer.photo import PhotoError, open_photo
from colorizer.previews.fidelity import delta_e_2000
from colorizer.previews.palette import kmeans_palette
from colorizer.previews.pca import fit_patch_pca, fit_row_pca
from colorizer.previews.photo_colours import Space, count_colours, lab_to_uint8, uint8_to_lab

Result = TypeVar("Result")

SHARE = 0.98
N_COLOURS = 50
REPEATS = 3


@dataclass(frozen=True)
class PcaFigures:
    """Times in ms, sizes in % of the photo's numbers, PSNR in dB."""

    rows_fit_ms: float
    rows_again_ms: float
    rows_components: float
    rows_size: float
    rows_psnr: float
    rows_ssim: float
    patch_fit_ms: float
    patch_again_ms: float
    patch_size: float
    patch_psnr: float
    patch_ssim: float
    equal_size_psnr: float
    equal_size_ssim: float


@dataclass(frozen=True)
class PaletteFigures:
    """Times in ms and mean CIEDE2000 of our palette and of plain K-means, and their ratios."""

    ours_ms: float
    ours_delta_e: float
    ours_p95: float
    plain_ms: float
    plain_delta_e: float
    speed_up: float
    delta_e_ratio: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("photos", nargs="?", type=Path, help="folder (default: sample pictures)")
    parser.add_argument("--side", type=int, default=512, help="long side in pixels, 0 = as it is")
    parser.add_argument("--limit", type=int, default=20, help="photos of the folder, evenly spread")
    options = parser.parse_args()
    pictures = dict(sample_pictures() if options.photos is None else folder(options))
    scaled = {name: scale(rgb, options.side) for name, rgb in pictures.items()}
    show(f"PCA at {SHARE:.0%}", {name: measure_pca(rgb) for name, rgb in scaled.items()})
    for space in ("lab", "ab"):
        figures = {name: measure_palette(rgb, space) for name, rgb in scaled.items()}
        show(f"Palette of {N_COLOURS} in {space}", figures)


def sample_pictures() -> Iterator[tuple[str, NDArray[np.uint8]]]:
    for picture in (data.astronaut, data.coffee, data.chelsea):
        yield picture.__name__, picture()


def folder(options: argparse.Namespace) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    pictures = Image.registered_extensions()
    files = sorted(path for path in options.photos.rglob("*") if path.suffix.lower() in pictures)
    chosen = files[:: max(1, len(files) // options.limit)][: options.limit]
    for path in chosen:
        try:
            yield str(path.relative_to(options.photos))[-24:], open_photo(path).rgb
        except PhotoError as error:
            print(f"{path.name}: {error}")


def scale(rgb: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """The picture with its long side at `side` pixels."""
    if side == 0:
        return rgb
    factor = side / max(rgb.shape[:2])
    size = (max(1, round(rgb.shape[1] * factor)), max(1, round(rgb.shape[0] * factor)))
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.LANCZOS))


def measure_pca(rgb: NDArray[np.uint8]) -> PcaFigures:
    rows_fit_ms, rows_fit = timed(lambda: fit_row_pca(rgb))
    patch_fit_ms, patch_fit = timed(lambda: fit_patch_pca(rgb))
    rows_ms, rows = timed(lambda: rows_fit.at_variance(SHARE))
    patch_ms, patches = timed(lambda: patch_fit.at_variance(SHARE))
    equal = patch_fit.at_size(rows.size_ratio)
    return PcaFigures(
        rows_fit_ms=rows_fit_ms,
        rows_again_ms=rows_ms,
        rows_components=rows.n_components,
        rows_size=100 * rows.size_ratio,
        rows_psnr=rows.psnr,
        rows_ssim=rows.ssim,
        patch_fit_ms=patch_fit_ms,
        patch_again_ms=patch_ms,
        patch_size=100 * patches.size_ratio,
        patch_psnr=patches.psnr,
        patch_ssim=patches.ssim,
        equal_size_psnr=equal.psnr,
        equal_size_ssim=equal.ssim,
    )


def measure_palette(rgb: NDArray[np.uint8], space: Space) -> PaletteFigures:
    ours_ms, ours = timed(lambda: kmeans_palette(count_colours(rgb), N_COLOURS, space=space))
    plain_ms, plain = timed(lambda: plain_kmeans(rgb, space), repeats=1)
    lab, plain_lab = (uint8_to_lab(picture).reshape(-1, 3) for picture in (rgb, plain))
    plain_delta_e = float(delta_e_2000(lab, plain_lab).mean())
    return PaletteFigures(
        ours_ms=ours_ms,
        ours_delta_e=ours.delta_e_mean,
        ours_p95=ours.delta_e_p95,
        plain_ms=plain_ms,
        plain_delta_e=plain_delta_e,
        speed_up=plain_ms / ours_ms,
        delta_e_ratio=ours.delta_e_mean / plain_delta_e,
    )


def plain_kmeans(rgb: NDArray[np.uint8], space: Space) -> NDArray[np.uint8]:
    """The photo quantised by scikit-learn's K-means, defaults throughout, on every pixel."""
    lab = uint8_to_lab(rgb).reshape(-1, 3)
    axes = slice(1, 3) if space == "ab" else slice(0, 3)
    kmeans = KMeans(N_COLOURS, random_state=0).fit(lab[:, axes])
    lab[:, axes] = kmeans.cluster_centers_[kmeans.labels_]
    return lab_to_uint8(lab).reshape(rgb.shape)


def timed(run: Callable[[], Result], *, repeats: int = REPEATS) -> tuple[float, Result]:
    """The median time of some runs in ms, and the last result."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = run()
        times.append(1000 * (time.perf_counter() - start))
    return float(np.median(times)), result


def show(title: str, figures: Mapping[str, PcaFigures | PaletteFigures]) -> None:
    """Print a table with a line a photo, then mean, least and most."""
    rows = list(figures.values())
    columns = [field.name for field in fields(rows[0])]
    table = np.array([[getattr(row, column) for column in columns] for row in rows])
    print(f"\n{title}\n{'photo':24}" + "".join(f"{column:>17}" for column in columns))
    summary = {"MEAN": table.mean(0), "LEAST": table.min(0), "MOST": table.max(0)}
    for name, line in (dict(zip(figures, table, strict=True)) | summary).items():
        print(f"{name[:24]:24}" + "".join(f"{value:17.2f}" for value in line))


if __name__ == "__main__":
    main()
