"""Entropy against its definition, and a colour scale that everybody can read."""

import numpy as np
import pytest
from skimage import color

from colorizer.colour.uncertainty import (
    SUREST_COLOURS,
    Certainty,
    colour_scale,
    heat_map,
    measure_certainty,
    scale_colours,
)

# Linear sRGB as seen with a missing cone type: Viénot, Brettel & Mollon 1999, LMS of Smith-Pokorny.
LMS = np.array(
    [[17.8824, 43.5161, 4.11935], [3.45565, 27.1554, 3.86714], [0.0299566, 0.184309, 1.46709]]
)
MISSING = {
    "protanopia": [[0, 2.02344, -2.52581], [0, 1, 0], [0, 0, 1]],
    "deuteranopia": [[1, 0, 0], [0.494207, 0, 1.24827], [0, 0, 1]],
}


def test_equally_likely_colours_are_entropy_one() -> None:
    certainty = measure_certainty(np.zeros((128, 2, 3), np.float32))
    np.testing.assert_allclose(certainty.entropy, 1.0, atol=1e-6)
    assert certainty.colours_at(50) == pytest.approx(128, rel=1e-4)


def test_one_colour_is_entropy_zero() -> None:
    logits = np.zeros((128, 1, 1), np.float32)
    logits[5] = 1000.0
    assert measure_certainty(logits).entropy.max() == 0.0


def test_four_equally_likely_colours_count_as_four() -> None:
    logits = np.full((128, 1, 1), -1000.0, np.float32)
    logits[:4] = 0.0
    assert measure_certainty(logits).colours_at(50) == pytest.approx(4, rel=1e-4)


def test_the_map_is_dark_where_sure_and_light_where_not() -> None:
    certainty = Certainty(np.array([[0.0, 1.0]], np.float32), 128)
    picture = heat_map(certainty, 40, 80)
    assert picture.shape == (40, 80, 3)
    lightness = color.rgb2lab(picture)[..., 0]
    assert lightness[:, 0].max() < 25
    assert lightness[:, -1].min() > 88


def test_lightness_of_the_scale_rises_evenly() -> None:
    lightness = color.rgb2lab(colour_scale(64)[None])[0, :, 0]
    steps = np.diff(lightness)
    assert steps.min() > 0.7 * steps.mean()
    assert steps.max() < 1.3 * steps.mean()


@pytest.mark.parametrize("kind", MISSING)
def test_the_scale_keeps_its_order_without_red_or_green_cones(kind: str) -> None:
    scale = colour_scale(32) / 255.0
    linear = np.where(scale > 0.04045, ((scale + 0.055) / 1.055) ** 2.4, scale / 12.92)
    seen = np.clip(linear @ (np.linalg.inv(LMS) @ np.array(MISSING[kind]) @ LMS).T, 0, 1)
    lightness = np.cbrt(seen @ [0.2126, 0.7152, 0.0722])
    assert np.all(np.diff(lightness) > 0)


def test_the_legend_runs_from_the_surest_to_all_colours() -> None:
    ticks = scale_colours(128, 5)
    assert ticks[0] == SUREST_COLOURS
    assert ticks[-1] == 128
    assert ticks == sorted(ticks)


def test_small_palettes_have_a_scale_too() -> None:
    certainty = measure_certainty(np.zeros((3, 2, 2), np.float32))
    assert heat_map(certainty, 4, 4).shape == (4, 4, 3)
    assert scale_colours(3, 2) == [2, 3]
