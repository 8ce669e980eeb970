"""Make the examples of the Colorize tab: grey photos, and what the vivid model makes of them.

    apt install lomiri-wallpapers-16.04; pip install matplotlib
    python -m assets.make_examples

Run it again whenever the bundled checkpoints change, then look at the pictures: what
colorizer/web/i18n says about each (EXAMPLES) has to be what one sees. The first is what the page
shows before anybody has dropped a photo. None of them is a demo photo of the Turing test, whose
colours would be given away. Origin and licence of the photos: LICENSES.md.
"""

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image
from skimage import data

from colorizer import Colorizer, Photo, save_photo
from colorizer.colour.recolor import grey
from colorizer.colour.resizing import resize, shrink
from colorizer.web.colorize.examples import (
    INDEX_FILE,
    MODEL,
    coloured_file,
    grey_file,
    thumbnail_file,
)

FOLDER = Path(__file__).parent / "examples"
LONG_SIDE = 640
THUMBNAIL = (120, 160)  # height, width
WALLPAPERS = Path("/usr/share/backgrounds")
PHOTOS = {
    "cameraman": data.camera,
    "admiral": lambda: _read(_sample_data() / "grace_hopper.jpg"),
    "bridge": lambda: _read(WALLPAPERS / "Bridge_by_Sander_Klootwijk.jpg"),
    "leaves": lambda: _read(WALLPAPERS / "Dragonfly_by_Bolly.jpg"),
    "coins": data.coins,
    "retina": data.retina,
}


def main() -> None:
    """Write three JPEGs for each photo, and the index that says which checkpoint coloured them."""
    FOLDER.mkdir(exist_ok=True)
    colorizer = Colorizer.from_pretrained(MODEL)
    for name in PHOTOS:
        black_and_white = grey(example_photo(name))
        Image.fromarray(black_and_white[..., 0]).save(FOLDER / grey_file(name), quality=90)
        result = colorizer.colorize(Photo(rgb=black_and_white))
        print(save_photo(result.photo, FOLDER / coloured_file(name), mark=result.mark))
        halves = _thumbnail(black_and_white), _thumbnail(result.photo.rgb)
        middle = THUMBNAIL[1] // 2
        both = np.concatenate([halves[0][:, :middle], halves[1][:, middle:]], axis=1)
        Image.fromarray(both).save(FOLDER / thumbnail_file(name), quality=88)
    index = {"revision": colorizer.checkpoint.revision, "examples": list(PHOTOS)}
    (FOLDER / INDEX_FILE).write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")


def _read(file: Path) -> np.ndarray:
    with Image.open(file) as picture:
        return np.asarray(picture.convert("RGB"))


def _sample_data() -> Path:
    """Where matplotlib keeps the photographs of its own examples."""
    package = find_spec("matplotlib")
    if package is None or package.origin is None:
        raise SystemExit("One of the photos comes with matplotlib: pip install matplotlib.")
    return Path(package.origin).parent / "mpl-data" / "sample_data"


def example_photo(name: str) -> np.ndarray:
    """The photo with its own colours, where it has any: uint8 (H, W, 3)."""
    pixels = PHOTOS[name]()
    rgb = np.repeat(pixels[..., None], 3, axis=2) if pixels.ndim == 2 else pixels.copy()
    return shrink(rgb, LONG_SIDE)


def _thumbnail(rgb: np.ndarray) -> np.ndarray:
    """The middle of the picture at the thumbnail's aspect ratio and size."""
    height, width = rgb.shape[:2]
    tall, wide = THUMBNAIL
    crop = min(height, width * tall // wide), min(width, height * wide // tall)
    top, left = (height - crop[0]) // 2, (width - crop[1]) // 2
    return resize(rgb[top : top + crop[0], left : left + crop[1]], *THUMBNAIL)


if __name__ == "__main__":
    main()
