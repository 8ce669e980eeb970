"""An album as archives have them: nested folders, names that collide, formats mixed.

    python -m tests.support.album_photos FOLDER [PHOTOS]

makes it of the photos in the folder PHOTOS, or of made pictures without one.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

_ENDINGS = {"JPEG": ("jpg", "jpeg", "JPG"), "PNG": ("png",), "TIFF": ("tif",), "WEBP": ("webp",)}
_KINDS = [(format, ending) for format, endings in _ENDINGS.items() for ending in endings]


def make_album(folder: Path, count: int, sources: Sequence[Path] = ()) -> list[Path]:
    """Put `count` grey photos into some folders; six in a row have one name but for the ending."""
    files = []
    for number in range(count):
        format, ending = _KINDS[number % len(_KINDS)]
        group = number // len(_KINDS)
        place = folder / f"box {group % 5}" / ("inner" if group % 2 else "")
        place.mkdir(parents=True, exist_ok=True)
        file = place / f"photo {group // 5}.{ending}"
        _picture(number, sources).save(file, format)
        files.append(file)
    assert len(set(files)) == count
    return files


def _picture(number: int, sources: Sequence[Path]) -> Image.Image:
    if sources:
        with Image.open(sources[number % len(sources)]) as image:
            return image.convert("L")
    rng = np.random.default_rng(number)
    coarse = rng.integers(0, 256, (6, 8), dtype=np.uint8)
    return Image.fromarray(coarse).resize((240, 180), Image.Resampling.BICUBIC)


if __name__ == "__main__":
    photos = sorted(Path(sys.argv[2]).rglob("*.webp")) if sys.argv[2:] else []
    make_album(Path(sys.argv[1]), 300, photos)
