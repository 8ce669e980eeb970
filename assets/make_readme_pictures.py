"""Make README's picture of results from free photographs that scikit-image ships.

    python assets/make_readme_pictures.py

Columns: what the models are given, classification, regression, the real photo. The photos are
public domain or CC0 by scikit-image's own account, see LICENSES.md; none was used for training.
"""

from pathlib import Path

import numpy as np
from skimage import data

from colorizer import Colorizer, Photo, save_photo
from colorizer.pipeline import grey, resize

HERE = Path(__file__).parent
HEIGHT, WIDTH = 200, 300
PHOTOS = ("chelsea", "coffee", "rocket", "astronaut")


def main() -> None:
    """Write readme/results.png."""
    models = [Colorizer.from_pretrained(name) for name in ("classification", "regression")]
    rows = []
    for name in PHOTOS:
        real = getattr(data, name)()
        ours = [model.colorize(Photo(rgb=grey(real))).photo.rgb for model in models]
        rows.append(np.concatenate([_cell(rgb) for rgb in (grey(real), *ours, real)], axis=1))
    target = HERE / "readme" / "results.png"
    save_photo(Photo(rgb=np.concatenate(rows)), target)
    print(target)


def _cell(rgb: np.ndarray) -> np.ndarray:
    """The middle of the photo at the cell's aspect ratio and size."""
    height, width = rgb.shape[:2]
    crop = min(height, round(width * HEIGHT / WIDTH)), min(width, round(height * WIDTH / HEIGHT))
    top, left = (height - crop[0]) // 2, (width - crop[1]) // 2
    return resize(rgb[top : top + crop[0], left : left + crop[1]], HEIGHT, WIDTH)


if __name__ == "__main__":
    main()
