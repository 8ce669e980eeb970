"""How much hints, palettes, references and variants gain: the table of docs/guide.md.

    python -m train.evaluate_guide ../shared/eval --photos 200
    python -m train.evaluate_guide ../shared/eval --model regression --parts hints

Photos in colour are coloured from their own lightness; hints are their true colours, means of
patches of 1 to 9 pixels, at random places. "uniform" places fall anywhere; "geometric" is the way
of Zhang et al. 2017: the number is geometric with p = 1/8, places are normal around the middle.
"""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, gaussian_filter
from tqdm import tqdm

from colorizer import Adjustments, Colorizer, Photo, open_photo
from colorizer.colour.lab import rgb_to_ab
from colorizer.guide.guide import Guide, Hint, Palette, Reach
from colorizer.pipeline import Prediction
from colorizer.previews.palette import kmeans_palette
from colorizer.previews.palette_files import hex_codes
from colorizer.previews.photo_colours import count_colours

NUMBERS = (1, 3, 10, 30, 100)
VARIANTS = 4
PALETTE_COLOURS = 5
PARTS = ("leak", "hints", "likely")
EDGE = 6
"""Pixels around the hinted object that count neither as inside nor as outside."""

Rgb = NDArray[np.uint8]


class Table:
    """Means over photos of what was measured under each name."""

    def __init__(self) -> None:
        self._values: dict[str, list[float]] = defaultdict(list)

    def add(self, name: str, value: float) -> None:
        """Another photo's value."""
        self._values[name].append(value)

    def means(self) -> dict[str, float]:
        """Name → mean."""
        return {name: float(np.mean(values)) for name, values in self._values.items()}

    def as_json(self, photos: int) -> str:
        """The means after so many photos."""
        means = {name: round(value, 3) for name, value in self.means().items()}
        return json.dumps({"photos": photos, **means}, indent=1)


def true_hints(
    rgb: Rgb, places: NDArray[np.float64], rng: np.random.Generator, reach: Reach = "normal"
) -> Guide:
    """Hints with the photo's own colours at places (n, 2), x and y in 0…1."""
    hints = []
    for x, y in places.tolist():
        row, column = int(y * rgb.shape[0]), int(x * rgb.shape[1])
        half = int(rng.integers(0, 5))
        patch = rgb[max(0, row - half) : row + half + 1, max(0, column - half) : column + half + 1]
        red, green, blue = np.rint(patch.reshape(-1, 3).mean(axis=0)).astype(int).tolist()
        hints.append(Hint(x, y, f"#{red:02x}{green:02x}{blue:02x}", reach))
    return Guide(hints=tuple(hints))


def psnr(real: Rgb, ours: Rgb) -> float:
    """Of two uint8 pictures, dB."""
    error = np.square(real.astype(np.float64) - ours).mean()
    return float(10 * np.log10(255.0**2 / max(error, 1e-9)))


def measure_hints(colorizer: Colorizer, rgb: Rgb, seed: int, table: Table) -> None:
    """Uniform draws of each number and one geometric draw."""
    rng = np.random.default_rng(seed)
    prediction = colorizer.predict(Photo(rgb=rgb))
    plain = score(colorizer, prediction, rgb, Guide(), table, "0 hints")
    for number in NUMBERS:
        guide = true_hints(rgb, rng.random((number, 2)), rng)
        gained = score(colorizer, prediction, rgb, guide, table, f"{number} hints") - plain
        table.add(f"{number} hints: gain, dB", gained)
    guide = true_hints(rgb, rng.random((1, 2)), rng, "large")
    gained = score(colorizer, prediction, rgb, guide, table, "1 hint of large reach") - plain
    table.add("1 hint of large reach: gain, dB", gained)
    middle = rng.normal(0.5, 0.25, (min(100, int(rng.geometric(1 / 8))), 2)).clip(0, 0.999)
    guide = true_hints(rgb, middle, rng)
    gained = score(colorizer, prediction, rgb, guide, table, "geometric") - plain
    table.add("geometric: gain, dB", gained)


def score(
    colorizer: Colorizer, prediction: Prediction, rgb: Rgb, guide: Guide, table: Table, name: str
) -> float:
    """Decode, note PSNR, ab RMSE and milliseconds of CPU, and give the PSNR."""
    started = time.process_time()
    result = colorizer.decode(prediction, Adjustments(guide=guide))
    table.add(f"{name}: CPU, ms", 1000 * (time.process_time() - started))
    value = psnr(rgb, result.photo.rgb)
    table.add(f"{name}: PSNR, dB", value)
    wrong = np.square(rgb_to_ab(rgb) - rgb_to_ab(result.photo.rgb)).mean()
    table.add(f"{name}: ab RMSE", float(np.sqrt(wrong)))
    exact = [hint.delta_e for hint in result.hints]
    if exact:
        table.add("delta E at a hint", float(np.mean(exact)))
        table.add("hints within delta E 2", float(np.mean(np.array(exact) <= 2)))
    return value


def measure_likely(colorizer: Colorizer, rgb: Rgb, foreign: Rgb, table: Table) -> None:
    """Variants, own palette, a reference half for half and a foreign one; classifiers only."""

    def value(prediction: Prediction, real: Rgb, guide: Guide) -> float:
        return psnr(real, colorizer.decode(prediction, Adjustments(guide=guide)).photo.rgb)

    prediction = colorizer.predict(Photo(rgb=rgb))
    plain = value(prediction, rgb, Guide())
    drawn = [value(prediction, rgb, Guide(variant=n + 1)) for n in range(VARIANTS)]
    table.add("best of 4 variants: gain, dB", max(drawn) - plain)
    table.add("mean of 4 variants: gain, dB", float(np.mean(drawn)) - plain)
    own = kmeans_palette(count_colours(rgb), PALETTE_COLOURS, space="ab")
    colours = hex_codes(own.swatches)
    palette = Palette(colours, tuple(float(share) for share in own.shares))
    table.add("own palette: gain, dB", value(prediction, rgb, Guide(palette=palette)) - plain)
    palette = Palette(colours)
    gained = value(prediction, rgb, Guide(palette=palette)) - plain
    table.add("own palette without shares: gain, dB", gained)
    guide = Guide(reference=colorizer.reference(Photo(rgb=foreign)))
    table.add("foreign reference: gain, dB", value(prediction, rgb, guide) - plain)
    middle = rgb.shape[1] // 2
    halves = [np.ascontiguousarray(half) for half in (rgb[:, :middle], rgb[:, middle:])]
    for half, other in (halves, halves[::-1]):
        if Photo(rgb=other).is_grey:
            continue
        seen = colorizer.predict(Photo(rgb=half))
        guide = Guide(reference=colorizer.reference(Photo(rgb=other)))
        table.add(
            "reference half for half: gain, dB",
            value(seen, half, guide) - value(seen, half, Guide()),
        )


def two_objects(seed: int) -> tuple[Rgb, list[NDArray[np.bool_]]]:
    """A grey picture (256, 320) of two objects on a ground, and where they are."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:256, 0:320]
    disc = (x - 85) ** 2 + (y - rng.integers(100, 156)) ** 2 < rng.integers(40, 65) ** 2
    square = (abs(x - 235) < rng.integers(35, 60)) & (abs(y - 128) < rng.integers(40, 80))
    levels = rng.permutation([60.0, 125.0, 200.0])
    grey = np.full((256, 320), levels[0])
    for level, place in zip(levels[1:], (disc, square), strict=True):
        texture = gaussian_filter(rng.standard_normal(grey.shape), rng.uniform(0.5, 4.0))
        grey[place] = level + 6 * texture[place] / texture.std()
    grey += rng.normal(0, 2, grey.shape)
    return np.repeat(grey.clip(0, 255).astype(np.uint8)[..., None], 3, axis=2), [disc, square]


def measure_leak(colorizer: Colorizer, seed: int, table: Table) -> None:
    """Change of ab outside the hinted object, of that inside, for each reach."""
    rgb, objects = two_objects(seed)
    prediction = colorizer.predict(Photo(rgb=rgb))
    before = rgb_to_ab(colorizer.decode(prediction).photo.rgb)
    place = objects[seed % 2]
    row, column = (int(each.mean()) for each in np.nonzero(place))
    x, y = (column + 0.5) / rgb.shape[1], (row + 0.5) / rgb.shape[0]
    outside = ~binary_dilation(place, iterations=EDGE)
    for reach in ("small", "normal", "large"):
        for colour in ("#c03030", "#3060c0", "#30a040"):
            guide = Guide(hints=(Hint(x, y, colour, reach),))
            result = colorizer.decode(prediction, Adjustments(guide=guide))
            change = np.linalg.norm(rgb_to_ab(result.photo.rgb) - before, axis=2)
            leak = change[outside].mean() / change[place].mean()
            table.add(f"leak, reach {reach}", float(leak))


def photos_in(folder: Path, number: int) -> Iterator[Rgb]:
    """The first so many photos of a shuffled folder, as uint8 (H, W, 3)."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".webp", ".jpg", ".png"))
    np.random.default_rng(0).shuffle(files)  # type: ignore[arg-type]
    for file in files[:number]:
        yield open_photo(file).rgb


def main(argv: list[str] | None = None) -> None:
    """Print the table as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos_folder", type=Path)
    parser.add_argument("--model", default="classification")
    parser.add_argument("--photos", type=int, default=200)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--out", type=Path, help="JSON file, written again after every photo")
    arguments = parser.parse_args(argv)
    colorizer, table = Colorizer.from_pretrained(arguments.model), Table()
    photos = list(photos_in(arguments.photos_folder, arguments.photos))
    steps: list[Callable[[int, Rgb], None]] = []
    if "hints" in arguments.parts:
        steps.append(lambda index, rgb: measure_hints(colorizer, rgb, index, table))
    if "likely" in arguments.parts and colorizer.checkpoint.ab_bins is not None:
        steps.append(
            lambda index, rgb: measure_likely(
                colorizer, rgb, photos[(index + 1) % len(photos)], table
            )
        )
    if "leak" in arguments.parts:
        for seed in range(min(20, len(photos))):
            measure_leak(colorizer, seed, table)
    for index, rgb in enumerate(tqdm(photos, unit="photo")):
        for step in steps:
            step(index, rgb)
        if arguments.out:
            arguments.out.write_text(table.as_json(index + 1))
    print(table.as_json(len(photos)))


if __name__ == "__main__":
    main()
