"""How exact the compiled recolouring is, against the same formulas in float64.

    python -m benchmarks.recolouring                     # the bundled study photos
    python -m benchmarks.recolouring PHOTOS

Both start from the same ab. Printed are the 8-bit values that differ from exact rounding, the
colour difference between the two pictures where they do, and what rounding itself costs.
"""

import argparse
from pathlib import Path

import numpy as np
from skimage import color

from colorizer import Colorizer, Photo, open_photo
from colorizer.colour.guided_upsampling import AbField, enlarge, fit_ab_field
from colorizer.colour.lab import D65_WHITE, XYZ_TO_RGB
from colorizer.colour.recolor import recolor
from colorizer.model.bundled import bundled_study_photos
from colorizer.study.photos import find_photos

MODEL = "classification"


def exact(rgb: np.ndarray, field: AbField) -> np.ndarray:
    """The definition in float64, without strips and tables: 8-bit levels, not rounded."""
    L = color.rgb2lab(rgb)[..., :1]
    slope, offset = (
        enlarge(part.astype(np.float64), *rgb.shape[:2]) for part in (field.slope, field.offset)
    )
    ab = np.moveaxis(slope * L[..., 0] + offset, 0, -1)
    f = (L + 16) / 116 + ab @ np.array([[1 / 500, 0, 0], [0, 0, -1 / 200]])
    xyz = np.where(f**3 > 0.008856, f**3, (f - 16 / 116) / 7.787) * D65_WHITE
    linear = np.clip(xyz @ XYZ_TO_RGB.T, 0, 1)
    gamma = np.where(linear > 0.0031308, 1.055 * linear ** (1 / 2.4) - 0.055, 12.92 * linear)
    return 255 * gamma


def delta_e(levels: np.ndarray, other: np.ndarray) -> np.ndarray:
    """CIEDE2000 of two lists of colours (N, 3) in 8-bit levels, rounded or not."""
    return color.deltaE_ciede2000(*(color.rgb2lab(each / 255.0) for each in (levels, other)))


def errors(colorizer: Colorizer, photo: Photo) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which values differ from exact rounding, ΔE to it where any does, ΔE of rounding, sampled."""
    prediction = colorizer.predict(photo)
    field = fit_ab_field(prediction.L[0, 0], colorizer.ab(prediction)[0])
    ours, truth = recolor(photo.rgb, field), exact(photo.rgb, field)
    rounded = np.rint(truth)
    different = ours != rounded
    assert np.abs(ours - rounded).max() <= 1
    places = different.any(axis=-1)
    sample = (slice(None, None, 3), slice(None, None, 3))
    return (
        different,
        delta_e(ours[places], rounded[places]),
        delta_e(truth[sample].reshape(-1, 3), rounded[sample].reshape(-1, 3)),
    )


def one_level() -> float:
    """Largest CIEDE2000 between two colours that are one 8-bit level of green apart."""
    colours = np.stack(np.meshgrid(*[np.arange(0, 255, 2)] * 3), axis=-1).reshape(-1, 3)
    return float(delta_e(colours, colours + np.array([0, 1, 0])).max())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("photos", type=Path, nargs="?", default=bundled_study_photos())
    colorizer = Colorizer.from_pretrained(MODEL)
    values = wrong = 0
    differences, roundings = [0.0], [0.0]
    for file in find_photos(parser.parse_args().photos):
        different, difference, rounding = errors(colorizer, open_photo(file.path))
        values, wrong = values + different.size, wrong + int(different.sum())
        differences.extend(difference)
        roundings.append(rounding.max())
    print(f"values that differ by one level: {wrong} of {values}, {wrong / values:.4%}")
    print(f"largest ΔE to exact rounding there: {max(differences):.2f}")
    print(f"pixels with more than 1: {sum(each > 1 for each in differences)}")
    print(f"largest ΔE of one level of green: {one_level():.2f}")
    print(f"largest ΔE of rounding itself: {max(roundings):.2f}")


if __name__ == "__main__":
    main()
