"""Make README's pictures from the free photographs of the page's examples.

    apt install lomiri-wallpapers-16.04; pip install matplotlib
    python -m assets.make_readme_pictures

results.png: what the models are given, classification, regression, the real photo. previews.png:
the photo, row PCA, patch PCA in as many numbers, 50 and 8 K-means colours. None is a demo photo of
the Turing test: who has read README could not play fairly. Licences: LICENSES.md.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assets.make_examples import example_photo
from colorizer import Colorizer, Photo, save_photo
from colorizer.colour.recolor import grey
from colorizer.colour.resizing import resize
from colorizer.previews.palette import kmeans_palette
from colorizer.previews.pca import fit_patch_pca, fit_row_pca
from colorizer.previews.photo_colours import count_colours

HERE = Path(__file__).parent
PHOTOS = ("admiral", "leaves", "bridge", "retina")
PREVIEWED = ("leaves", "admiral")


def main() -> None:
    """Write readme/results.png and readme/previews.png."""
    models = [Colorizer.from_pretrained(name) for name in ("classification", "regression")]
    _write("results.png", [_results(models, example_photo(name)) for name in PHOTOS])
    _write("previews.png", [_previews(example_photo(name)) for name in PREVIEWED])


def _results(models: Sequence[Colorizer], real: np.ndarray) -> list[np.ndarray]:
    given = grey(real)
    ours = [model.colorize(Photo(rgb=given)).photo.rgb for model in models]
    return [_cell(rgb, 200, 300) for rgb in (given, *ours, real)]


def _previews(photo: np.ndarray) -> list[np.ndarray]:
    """Every picture is made from the cell that is shown, so that its pixels are the method's."""
    photo = _cell(photo, 240, 240)
    rows = fit_row_pca(photo).at_variance(0.98)
    patches = fit_patch_pca(photo).at_size(rows.size_ratio)
    colours = count_colours(photo)
    print(f"rows: {rows.summary}; patches: {patches.summary}")
    return [
        photo,
        rows.rgb,
        patches.rgb,
        kmeans_palette(colours, 50, space="lab").rgb,
        kmeans_palette(colours, 8, space="lab").rgb,
    ]


def _cell(rgb: np.ndarray, height: int, width: int) -> np.ndarray:
    """The middle of the photo at the cell's aspect ratio and size."""
    own = rgb.shape[:2]
    crop = min(own[0], round(own[1] * height / width)), min(own[1], round(own[0] * width / height))
    top, left = (own[0] - crop[0]) // 2, (own[1] - crop[1]) // 2
    return resize(rgb[top : top + crop[0], left : left + crop[1]], height, width)


def _write(name: str, rows: Sequence[Sequence[np.ndarray]]) -> None:
    target = HERE / "readme" / name
    save_photo(Photo(rgb=np.concatenate([np.concatenate(row, axis=1) for row in rows])), target)
    print(target)


if __name__ == "__main__":
    main()
