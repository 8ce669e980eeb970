"""The layer laid over the black-and-white photo, as photo editors would do it."""

import io

import numpy as np
import pytest
from PIL import Image
from skimage import color

from colorizer.colour.chroma_layer import chroma_layer
from colorizer.colour.recolor import grey
from colorizer.photo import Photo, encode_photo
from tests.support.blend_modes import lch_colour, normal, w3c_colour


def delta_e(rgb: np.ndarray, other: np.ndarray) -> np.ndarray:
    return color.deltaE_ciede2000(color.rgb2lab(rgb), color.rgb2lab(other))


def blend(mode, coloured: np.ndarray) -> np.ndarray:
    layer = chroma_layer(Photo(rgb=coloured))
    below = grey(coloured) / 255.0
    return np.rint(mode(below, layer.rgb / 255.0, layer.alpha / 255.0) * 255) / 255


@pytest.fixture
def calm(colourful: np.ndarray) -> np.ndarray:
    """A photo with colours as models give them: the chroma of photographs, not of paint."""
    lab = color.rgb2lab(colourful)
    lab[..., 1:] *= 0.35
    return np.rint(np.clip(color.lab2rgb(lab), 0, 1) * 255).astype(np.uint8)


@pytest.mark.parametrize("photo", ["calm", "colourful"])
def test_normal_mode_gives_our_picture(photo: str, request: pytest.FixtureRequest) -> None:
    coloured = request.getfixturevalue(photo)
    error = np.abs(blend(normal, coloured) * 255 - coloured)
    assert error.max() <= 1.01


@pytest.mark.parametrize(("mode", "limit"), [(w3c_colour, 1.2), (lch_colour, 1.2)])
def test_colour_modes_come_as_close_as_luma_allows(calm: np.ndarray, mode, limit: float) -> None:
    ours = delta_e(blend(mode, calm), calm / 255.0).mean()
    opaque = mode(grey(calm) / 255.0, calm / 255.0, np.ones(calm.shape[:2]))
    best = delta_e(opaque, calm / 255.0).mean()
    assert ours <= limit
    assert ours <= best + 0.6


def test_grey_places_are_transparent(colourful: np.ndarray) -> None:
    layer = chroma_layer(Photo(rgb=grey(colourful)))
    assert layer.alpha is not None
    assert layer.alpha.max() == 0


def test_black_and_white_are_transparent_and_finite() -> None:
    ends = np.zeros((2, 2, 3), np.uint8)
    ends[0] = 255
    layer = chroma_layer(Photo(rgb=ends))
    assert layer.alpha is not None
    assert layer.alpha.max() == 0


def test_the_photos_own_transparency_stays(colourful: np.ndarray) -> None:
    hole = np.full(colourful.shape[:2], 255, np.uint8)
    hole[:10] = 0
    layer = chroma_layer(Photo(rgb=colourful, alpha=hole))
    assert layer.alpha is not None
    assert layer.alpha[:10].max() == 0
    assert layer.alpha[10:].max() > 0


def test_the_file_is_a_png_of_the_same_size_with_alpha(colourful: np.ndarray) -> None:
    layer = chroma_layer(Photo(rgb=colourful, format="JPEG"))
    with Image.open(io.BytesIO(encode_photo(layer))) as image:
        assert (image.format, image.mode) == ("PNG", "RGBA")
        assert image.size == colourful.shape[1::-1]


def test_strips_leave_no_seam(monkeypatch: pytest.MonkeyPatch, colourful: np.ndarray) -> None:
    whole = chroma_layer(Photo(rgb=colourful))
    monkeypatch.setattr("colorizer.colour.chroma_layer._STRIP_PIXELS", 1000)
    strips = chroma_layer(Photo(rgb=colourful))
    np.testing.assert_array_equal(whole.rgb, strips.rgb)
    np.testing.assert_array_equal(whole.alpha, strips.alpha)
