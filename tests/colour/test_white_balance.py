"""White balance against the definition it abbreviates, and what photographers expect of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage import color

from colorizer.colour.white_balance import balance

D50 = color.xyz_tristimulus_values(illuminant="D50", observer="2", dtype=np.float64)
D65 = color.xyz_tristimulus_values(illuminant="D65", observer="2", dtype=np.float64)


def test_full_warmth_is_von_kries_to_d50() -> None:
    """Scaling X and Z by the ratio of the two whites, done the long way round."""
    lab = np.array([[60.0, 0.0, 0.0], [75.0, 20.0, 30.0], [50.0, -30.0, -20.0]])
    xyz = color.lab2xyz(lab) * (D50 / D65)
    expected = color.xyz2lab(xyz)
    np.testing.assert_allclose(balance(lab, 1.0), expected, atol=0.15)


@given(st.floats(-1, 1), st.floats(0, 100), st.floats(-100, 100), st.floats(-100, 100))
def test_lightness_never_changes(warmth: float, L: float, a: float, b: float) -> None:
    lab = np.array([L, a, b], dtype=np.float32)
    assert balance(lab, warmth)[0] == lab[0]


def test_no_warmth_changes_nothing() -> None:
    lab = np.random.default_rng(0).uniform(-50, 50, (4, 3)).astype(np.float32)
    np.testing.assert_array_equal(balance(lab, 0.0), lab)


def test_warm_is_yellow_and_cool_is_blue() -> None:
    grey = np.array([60.0, 0.0, 0.0])
    warm, cool = balance(grey, 1.0), balance(grey, -1.0)
    np.testing.assert_allclose(warm, [60, 1.6, 11.6], atol=0.05)
    assert cool[2] < -8
    assert abs(warm[1]) < 2


def test_even_steps_look_even() -> None:
    grey = np.array([60.0, 0.0, 0.0])
    b = [float(balance(grey, w)[2]) for w in np.linspace(-1, 1, 9)]
    steps = np.diff(b)
    assert steps.min() > 0.75 * steps.max()


@pytest.mark.parametrize("warmth", [-1.01, 1.5, float("nan")])
def test_other_warmths_are_refused(warmth: float) -> None:
    with pytest.raises(ValueError, match="Warmth"):
        balance(np.zeros(3), warmth)
