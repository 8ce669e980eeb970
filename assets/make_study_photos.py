"""Make the demo photographs of the colorization Turing test from free ones.

    apt install lomiri-wallpapers-16.04
    python assets/make_study_photos.py --wallpapers /usr/share/backgrounds

Crops come from photographs that scikit-image, scikit-learn and that Debian package ship; none was
used for training. study/LICENSES.md says which is whose. The subfolder is the subject in the
study's tables.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from skimage import data
from sklearn.datasets import load_sample_image

HERE = Path(__file__).parent
SHORT_SIDE = 320  # pixels, at most: crops are never enlarged
QUALITY = 92
PACKAGED = {
    "astronaut": data.astronaut,
    "chelsea": data.chelsea,
    "coffee": data.coffee,
    "rocket": data.rocket,
    "china": lambda: load_sample_image("china.jpg"),
    "flower": lambda: load_sample_image("flower.jpg"),
}


@dataclass(frozen=True)
class Crop:
    """A part of a photograph: left, top, right and bottom edge as shares of its width and height.

    source: a name in PACKAGED, or how the name of a wallpaper begins.
    """

    target: str
    source: str
    box: tuple[float, float, float, float] = (0, 0, 1, 1)


CROPS = (
    Crop("animal/cat", "chelsea"),
    Crop("animal/dogs", "friends_", (0.2, 0.18, 0.8, 0.66)),
    Crop("building/pagoda", "china", (0.08, 0.02, 0.62, 0.75)),
    Crop("landscape/autumn-slope", "aitzgorri_", (0, 0.22, 0.52, 0.88)),
    Crop("landscape/cloud", "picosdeeuropa_", (0, 0.03, 0.6, 0.48)),
    Crop("landscape/forest", "life_", (0, 0, 0.55, 0.48)),
    Crop("landscape/lake", "china", (0.56, 0.33, 1, 1)),
    Crop("landscape/path", "picosdeeuropa_", (0.02, 0.55, 0.55, 1)),
    Crop("landscape/ridge", "aitzgorri_", (0.4, 0.02, 0.98, 0.58)),
    Crop("landscape/snow", "picosdeeuropa_", (0.5, 0.22, 1, 0.7)),
    Crop("landscape/stream", "life_", (0.25, 0.45, 0.8, 1)),
    Crop("landscape/sunset", "sunset_", (0.2, 0.1, 0.85, 0.75)),
    Crop("person/astronaut", "astronaut", (0, 0, 0.72, 0.72)),
    Crop("plant/dahlia", "flower", (0.15, 0.08, 0.9, 0.95)),
    Crop("plant/dandelion", "seeding_", (0.08, 0.03, 0.5, 0.75)),
    Crop("plant/fig", "Picture_0B_", (0.2, 0.05, 1, 0.95)),
    Crop("plant/meadow", "seeding_", (0.5, 0.08, 1, 0.98)),
    Crop("thing/brushes", "Picture_1A_", (0, 0, 1, 0.95)),
    Crop("thing/coffee", "coffee", (0.05, 0, 0.9, 1)),
    Crop("thing/drum", "Wine_", (0, 0.45, 0.9, 0.98)),
    Crop("thing/rocket", "rocket", (0.1, 0.1, 0.9, 1)),
    Crop("thing/table", "Wine_", (0, 0.05, 1, 0.48)),
)


def main() -> None:
    """Write every crop to study/."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wallpapers", type=Path, default=Path("/usr/share/backgrounds"))
    wallpapers = parser.parse_args().wallpapers
    for crop in CROPS:
        target = HERE / "study" / f"{crop.target}.jpg"
        target.parent.mkdir(parents=True, exist_ok=True)
        cut(photograph(crop.source, wallpapers), crop).save(target, quality=QUALITY, optimize=True)
        print(target)


def photograph(source: str, wallpapers: Path) -> Image.Image:
    """The whole photograph that `source` means."""
    if source in PACKAGED:
        return Image.fromarray(PACKAGED[source]())
    (file,) = wallpapers.glob(f"{source}*.jpg")
    with Image.open(file) as image:
        return image.convert("RGB")


def cut(image: Image.Image, crop: Crop) -> Image.Image:
    """The crop, its short side at most SHORT_SIDE pixels long, without metadata."""
    left, top, right, bottom = crop.box
    size = image.width, image.height
    edges = (left * size[0], top * size[1], right * size[0], bottom * size[1])
    part = image.crop(tuple(round(edge) for edge in edges))
    scale = min(SHORT_SIDE / min(part.size), 1.0)
    resized = part.resize(
        (round(part.width * scale), round(part.height * scale)), Image.Resampling.LANCZOS
    )
    resized.info.clear()
    return resized


if __name__ == "__main__":
    main()
