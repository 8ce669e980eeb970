"""Faded photos get the colours of the same photo unfaded; ordinary ones are seen as they are."""

import numpy as np
import pytest

from colorizer import Colorizer, Photo, open_photo
from colorizer.colour.contrast import stretch_contrast
from colorizer.colour.lab import rgb_to_ab
from colorizer.colour.recolor import grey
from tests.support.source_tree import ROOT


def test_an_ordinary_range_is_left_alone() -> None:
    L = np.linspace(5, 95, 10_000, dtype=np.float32).reshape(100, 100)
    assert stretch_contrast(L) is L


@pytest.mark.parametrize("level", [0.0, 50.0, 100.0])
def test_one_tone_is_left_alone(level: float) -> None:
    L = np.full((8, 8), level, np.float32)
    assert stretch_contrast(L) is L


def test_a_faded_range_becomes_an_ordinary_one_in_the_same_order() -> None:
    L = np.linspace(40, 60, 10_000, dtype=np.float32).reshape(100, 100)
    stretched = stretch_contrast(L)
    assert stretched.dtype == np.float32
    assert stretched.min() >= 0
    assert stretched.max() <= 100
    assert np.ptp(stretched) > 90
    assert (np.diff(stretched.ravel()) >= 0).all()


def test_a_few_specks_do_not_count_as_range() -> None:
    L = np.linspace(40, 60, 10_000, dtype=np.float32)
    L[:20], L[-20:] = 0, 100
    assert np.ptp(np.percentile(stretch_contrast(L), [5, 95])) > 75


def test_a_faded_copy_gets_about_the_colours_of_its_original() -> None:
    colorizer = Colorizer.from_pretrained("classification")
    photo = open_photo(ROOT / "assets" / "study" / "landscape" / "autumn-slope.jpg")
    original = grey(photo.rgb)
    faded = np.rint(90 + original * (80 / 255)).astype(np.uint8)
    ours = rgb_to_ab(colorizer.colorize(Photo(original)).photo.rgb)
    aged = rgb_to_ab(colorizer.colorize(Photo(faded)).photo.rgb)
    colourless = float(np.square(ours).mean())
    assert float(np.square(aged - ours).mean()) < 0.35 * colourless
