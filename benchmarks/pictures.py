"""Test photos of any size from pictures that scikit-image ships.

One picture enlarged would be too smooth, tiles of small ones too busy: here a few pictures are laid
out two by two, enlarged together and given the grain of a sensor, which brings a JPEG of quality 92
to about a third of a byte for each pixel, as a phone's camera does.
"""

import io
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage import data

Kind = Literal["grey", "colour"]

QUALITY = 92
_GRAIN = 5.0  # 8-bit levels
_TILE = 512


@cache
def scene(*, turn: int = 0) -> Image.Image:
    """Four pictures two by two, 1024 × 1024; `turn` (0…3) changes which one is where."""
    pictures = [data.astronaut(), data.coffee(), data.chelsea(), data.rocket()]
    sheet = Image.new("RGB", (2 * _TILE, 2 * _TILE))
    for place, picture in enumerate(pictures[turn:] + pictures[:turn]):
        tile = Image.fromarray(picture).resize((_TILE, _TILE), Image.Resampling.LANCZOS)
        sheet.paste(tile, (place % 2 * _TILE, place // 2 * _TILE))
    return sheet


def picture(megapixels: float, *, seed: int = 0) -> NDArray[np.uint8]:
    """A photo of 4 : 3 with grain, uint8 (H, W, 3)."""
    width = round((megapixels * 1e6 * 4 / 3) ** 0.5)
    height = round(width * 3 / 4)
    large = scene(turn=seed % 4).resize((width, height), Image.Resampling.BICUBIC)
    rgb = np.asarray(large)
    random = np.random.default_rng(seed)
    grained = np.empty_like(rgb)
    for top in range(0, height, 256):
        strip = rgb[top : top + 256]
        grain = random.standard_normal(strip.shape[:2], dtype=np.float32)[..., None] * _GRAIN
        grained[top : top + 256] = np.clip(strip + grain, 0, 255)
    return grained


def jpeg(megapixels: float, kind: Kind, *, seed: int = 0) -> bytes:
    """The photo as a camera's or a scanner's JPEG: with colours, or with one channel."""
    image = Image.fromarray(picture(megapixels, seed=seed))
    stream = io.BytesIO()
    image.convert("L" if kind == "grey" else "RGB").save(stream, "JPEG", quality=QUALITY)
    return stream.getvalue()


def write_folder(folder: Path, count: int, *, megapixels: float, kind: Kind) -> list[Path]:
    """Different photos as files in `folder`."""
    files = [folder / f"{number:03}.jpg" for number in range(count)]
    for number, file in enumerate(files):
        file.write_bytes(jpeg(megapixels, kind, seed=number))
    return files
