"""How much worse the colours of bad copies are: the table of docs/photos-in.md.

    python -m train.evaluate_copies ../shared/eval --photos 100

Photos in colour are made grey, then faded, dark, grainy and so on, coloured, and compared with
their true colours. The same photos, kinds and seeds give the same table.
"""

import argparse
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter
from tqdm import tqdm

from colorizer import Colorizer, Photo
from colorizer.colour.recolor import grey
from colorizer.metrics import compare_colours
from train.evaluate_guide import photos_in

Levels = NDArray[np.uint8]
"""uint8 (H, W), a grey photo."""

_FADED_BLACK, _FADED_WHITE = 90, 170
_DARKENED_TO = 0.3  # of the light that is there, in levels
_GRAIN = 20.0  # standard deviation, in levels
_BLUR = 2.0  # standard deviation, in pixels
_JPEG_QUALITY = 30
_SCANNED = 4  # times the size of the photo, as newspapers are scanned
_SCREEN = 4.0  # pixels of the scan from dot to dot, along 45°
_FINER = 2  # times as fine as a pixel of the scan is a dot's edge
_SHARES = np.linspace(0, 1, 256)
_SCRATCHES, _SPECKS = 15, 60
_AFAR = 8


def _as_is(levels: Levels, rng: np.random.Generator) -> Levels:
    return levels


def _faded(levels: Levels, rng: np.random.Generator) -> Levels:
    return _rounded(_FADED_BLACK + levels * ((_FADED_WHITE - _FADED_BLACK) / 255.0))


def _dark(levels: Levels, rng: np.random.Generator) -> Levels:
    return _rounded(levels * _DARKENED_TO)


def _grainy(levels: Levels, rng: np.random.Generator) -> Levels:
    return _rounded(levels + rng.normal(0, _GRAIN, levels.shape))


def _blurred(levels: Levels, rng: np.random.Generator) -> Levels:
    return _rounded(gaussian_filter(levels.astype(np.float64), _BLUR))


def _compressed(levels: Levels, rng: np.random.Generator) -> Levels:
    stream = io.BytesIO()
    Image.fromarray(levels).save(stream, "JPEG", quality=_JPEG_QUALITY)
    with Image.open(stream) as image:
        return np.asarray(image)


def _halftone(levels: Levels, rng: np.random.Generator) -> Levels:
    """Dots of ink on paper, as newspapers print, scanned at four times the size of the photo."""
    finer = _SCANNED * _FINER
    height, width = (length * finer for length in levels.shape)
    fine = np.asarray(Image.fromarray(levels).resize((width, height)), np.float32) / 255
    y, x = np.ogrid[:height, :width]
    along = np.float32(np.pi * np.sqrt(2) / (_SCREEN * _FINER))
    # Where a wave of two directions lies below its share of the plane, there is paper.
    wave = np.cos((x + y) * along) + np.cos((x - y) * along)
    paper = wave <= np.interp(fine, _SHARES, np.quantile(wave[:512, :512], _SHARES))
    inked = paper.reshape(height // _FINER, _FINER, width // _FINER, _FINER).mean(axis=(1, 3))
    return _rounded(255 * gaussian_filter(inked, 1.0))


def _scratched(levels: Levels, rng: np.random.Generator) -> Levels:
    picture = Image.fromarray(levels)
    draw = ImageDraw.Draw(picture)
    size = np.array(picture.size)
    for _ in range(_SCRATCHES):
        ends = (rng.random((2, 2)) * size).astype(int)
        draw.line([*map(tuple, ends.tolist())], fill=int(rng.choice([20, 235])), width=2)
    for _ in range(_SPECKS):
        x, y = (rng.random(2) * size).tolist()
        radius = rng.uniform(0.5, 2.5)
        place = (x - radius, y - radius, x + radius, y + radius)
        draw.ellipse(place, fill=int(rng.choice([20, 235])))
    return np.asarray(picture)


COPIES: dict[str, Callable[[Levels, np.random.Generator], Levels]] = {
    "as is": _as_is,
    "faded": _faded,
    "dark": _dark,
    "grainy": _grainy,
    "blurred": _blurred,
    "JPEG 30": _compressed,
    "halftone": _halftone,
    "scratched": _scratched,
}
"""Kind of copy → what makes one."""


def copy_of(rgb: NDArray[np.uint8], kind: str, seed: int) -> NDArray[np.uint8]:
    """A bad grey copy, uint8 (H, W, 3) or a multiple, of a colour photo (H, W, 3)."""
    levels = COPIES[kind](grey(rgb)[..., 0], np.random.default_rng(seed))
    return np.repeat(levels[..., None], 3, axis=2)


@dataclass(frozen=True)
class Row:
    """Of one kind of copy, over all photos.

    ab_rmse: root of the mean squared distance of a and b from the true ones, Lab units. from_afar:
    the same of both photos at an eighth of their size, where grain and dots are no longer seen.
    colorfulness: mean of Hasler and Süsstrunk's, from afar.
    """

    kind: str
    ab_rmse: float
    from_afar: float
    colorfulness: float


def measure(colorizer: Colorizer, photos: Sequence[NDArray[np.uint8]]) -> list[Row]:
    """A row for each kind, then one of the grey photos and one of the true colours."""
    rows = []
    for kind in COPIES:

        def coloured(real: NDArray[np.uint8], seed: int, kind: str = kind) -> NDArray[np.uint8]:
            return colorizer.colorize(Photo(copy_of(real, kind, seed))).photo.rgb

        rows.append(_row(kind, photos, coloured))
    rows.append(_row("no colour", photos, lambda real, seed: grey(real)))
    return [*rows, _row("true colours", photos, lambda real, seed: real)]


def as_markdown(rows: Sequence[Row]) -> str:
    """The table; "times" is the error over that of the photos as they are, the first row."""
    lines = ["| copy | ab RMSE | times | from afar | times | colourfulness |", "|---" * 6 + "|"]
    lines += (
        f"| {row.kind} | {row.ab_rmse:.2f} | {row.ab_rmse / rows[0].ab_rmse:.2f} | "
        f"{row.from_afar:.2f} | {row.from_afar / rows[0].from_afar:.2f} | {row.colorfulness:.1f} |"
        for row in rows
    )
    return "\n".join(lines)


def _row(
    kind: str,
    photos: Sequence[NDArray[np.uint8]],
    coloured: Callable[[NDArray[np.uint8], int], NDArray[np.uint8]],
) -> Row:
    near, far, vividness = [], [], []
    for seed, real in enumerate(tqdm(photos, desc=kind, leave=False)):
        picture = coloured(real, seed)
        ours = _reduced(picture, len(picture) // len(real))
        near.append(compare_colours(real, ours).ab_rmse ** 2)
        scores = compare_colours(_reduced(real, _AFAR), _reduced(ours, _AFAR))
        far.append(scores.ab_rmse**2)
        vividness.append(scores.colorfulness)
    error, from_afar = (float(np.sqrt(np.mean(each))) for each in (near, far))
    return Row(kind, error, from_afar, float(np.mean(vividness)))


def _reduced(rgb: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(rgb).reduce(factor))


def _rounded(levels: NDArray[Any]) -> Levels:
    return np.rint(levels).clip(0, 255).astype(np.uint8)


def main(argv: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos_folder", type=Path)
    parser.add_argument("--model", default="classification")
    parser.add_argument("--photos", type=int, default=100)
    parser.add_argument("--out", type=Path, help="also a JSON file")
    arguments = parser.parse_args(argv)
    photos = list(photos_in(arguments.photos_folder, arguments.photos))
    if not photos:
        raise SystemExit(f"There are no photos in {arguments.photos_folder}.")
    rows = measure(Colorizer.from_pretrained(arguments.model), photos)
    if arguments.out:
        arguments.out.write_text(json.dumps([asdict(row) for row in rows], indent=1))
    print(as_markdown(rows))


if __name__ == "__main__":
    main()
