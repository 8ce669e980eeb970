import numpy as np
import pytest
from skimage import color

from benchmarks.recolouring import exact
from colorizer.colour.guided_upsampling import AbField, enlarge
from colorizer.colour.lab import (
    RGB_TO_XYZ,
    decode_gamma,
    lab_curve,
    lab_to_rgb,
    rgb_to_lightness,
)
from colorizer.colour.recolor import grey, recolor, recolor16


def field_of(height: int, width: int, *, seed: int = 0) -> AbField:
    """A smooth field whose slope and offset differ everywhere."""
    random = np.random.default_rng(seed).standard_normal((2, 2, 6, 8), np.float32)
    slope, offset = (enlarge(maps, height, width) for maps in random)
    return AbField(slope=slope * np.float32(0.1), offset=offset * np.float32(25))


@pytest.fixture
def every_grey() -> np.ndarray:
    return np.repeat(np.arange(256, dtype=np.uint8), 3).reshape(16, 16, 3)


@pytest.fixture
def colours() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (90, 130, 3), dtype=np.uint8)


@pytest.fixture
def dark_colours() -> np.ndarray:
    """Where one 8-bit level is most easily seen."""
    return np.random.default_rng(2).integers(0, 40, (90, 130, 3), dtype=np.uint8)


def assert_nearly_exact(rgb: np.ndarray, field: AbField) -> None:
    off = np.abs(recolor(rgb, field) - np.rint(exact(rgb, field)))
    assert off.max() <= 1
    assert np.count_nonzero(off) <= max(1, 5e-4 * off.size)


@pytest.mark.parametrize("photo", ["every_grey", "colours", "dark_colours", "colourful"])
@pytest.mark.parametrize("size", [(24, 32), (96, 128)])
@pytest.mark.parametrize("seed", [0, 1])
def test_values_are_exact_but_for_a_few_in_ten_thousand_that_are_the_next_ones(
    photo: str, size: tuple[int, int], seed: int, request: pytest.FixtureRequest
) -> None:
    rgb, field = request.getfixturevalue(photo), field_of(*size, seed=seed)
    assert_nearly_exact(rgb, field)


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (7, 9), (2, 8)])
def test_slim_photos_are_as_exact(shape: tuple[int, int], colours: np.ndarray) -> None:
    assert_nearly_exact(np.resize(colours, (*shape, 3)), field_of(24, 32))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1e30])
def test_colours_that_cannot_be_are_refused(value: float, colours: np.ndarray) -> None:
    field = field_of(6, 8)
    field.offset[1, 2, 3] = value
    with pytest.raises(ValueError, match="no such colours"):
        recolor(colours, field)


def test_the_lab_module_gives_the_same_colours(colourful: np.ndarray) -> None:
    flat = AbField(slope=np.zeros((2, 1, 1), np.float32), offset=np.float32([[[12.0]], [[-7.0]]]))
    L = rgb_to_lightness(colourful / 255.0)
    lab = np.stack([L, np.full_like(L, 12.0), np.full_like(L, -7.0)], axis=-1)
    expected = np.rint(255 * lab_to_rgb(lab)).astype(int)
    assert np.abs(recolor(colourful, flat) - expected).max() <= 1


@pytest.mark.parametrize("pixels", [1, 400, 7_001])
@pytest.mark.parametrize("threads", [1, 3])
def test_strips_and_threads_change_nothing(
    pixels: int, threads: int, colourful: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    field = field_of(24, 36)
    whole = recolor(colourful, field)
    monkeypatch.setattr("colorizer.colour.recolor.STRIP_PIXELS", pixels)
    monkeypatch.setattr("colorizer.colour.recolor.usable_threads", lambda: threads)
    np.testing.assert_array_equal(recolor(colourful, field), whole)


def test_the_photo_itself_is_left_alone(colourful: np.ndarray) -> None:
    before = colourful.copy()
    recolor(colourful, field_of(24, 36))
    grey(colourful)
    np.testing.assert_array_equal(colourful, before)


def test_a_view_is_recoloured_like_its_copy(colourful: np.ndarray) -> None:
    view = colourful[::2, ::-1]
    field = field_of(24, 36)
    np.testing.assert_array_equal(recolor(view, field), recolor(view.copy(), field))


def test_what_is_grey_stays_as_it_is(every_grey: np.ndarray) -> None:
    nothing = AbField(*np.zeros((2, 2, 1, 1), np.float32))
    np.testing.assert_array_equal(grey(every_grey), every_grey)
    np.testing.assert_array_equal(recolor(every_grey, nothing), every_grey)


def test_grey_is_the_exact_grey_of_the_same_lightness(colours: np.ndarray) -> None:
    ours = grey(colours)
    L = color.rgb2lab(colours)[..., :1]
    exact_grey = 255 * color.lab2rgb(np.concatenate([L, np.zeros((*L.shape[:2], 2))], axis=-1))
    assert np.ptp(ours, axis=2).max() == 0
    assert np.abs(ours - exact_grey).max() < 0.75


def deep_lightness(rgb16: np.ndarray) -> np.ndarray:
    """L in float64 of uint16 (..., 3)."""
    return 116 * lab_curve(decode_gamma(rgb16 / 65_535) @ RGB_TO_XYZ[1]) - 16


@pytest.mark.parametrize("factor", [1, 5])
def test_grey_of_sixteen_bits_keeps_its_lightness_to_half_a_level(factor: float) -> None:
    """Also where the colours would lie far outside sRGB."""
    deep = np.arange(2**16, dtype=np.uint16).reshape(256, 256)
    field = field_of(24, 32)
    coloured = recolor16(deep, AbField(field.slope * factor, field.offset * factor))
    given = deep_lightness(np.repeat(deep[..., None], 3, axis=-1))
    half_a_level = np.diff(given.ravel()).max() / 2
    assert np.abs(deep_lightness(coloured) - given).max() <= half_a_level
    assert np.ptp(coloured.astype(int), axis=-1).max() > 5_000


def test_both_depths_have_the_same_colours(every_grey: np.ndarray) -> None:
    field = field_of(24, 32)
    eight = recolor(every_grey, field).astype(int)
    sixteen = recolor16(every_grey[..., 0].astype(np.uint16) * 257, field) / 257
    inside = (eight.min(axis=-1) > 0) & (eight.max(axis=-1) < 255)
    assert inside.mean() > 0.5
    assert np.abs(eight - sixteen)[inside].max() < 1
