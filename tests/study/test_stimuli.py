import io
import re

import numpy as np
import pytest
from PIL import Image

from colorizer.colour.lab import rgb_to_lab, rgb_to_lightness
from colorizer.photo import Photo
from colorizer.study.stimuli import (
    LONG_SIDE,
    Encoding,
    Halves,
    absurd_colours,
    at_study_size,
    compose,
    match_halves,
    mean_chroma,
)
from colorizer.study.trials import Side
from tests.support.study_support import MODELS, SIZE, make_photo, paint

ENCODINGS: tuple[Encoding, ...] = ("jpeg", "png", "webp")


def halves(seed: int = 0, size: tuple[int, int] = SIZE) -> Halves:
    photo = make_photo(seed, size)
    return match_halves(photo, paint(photo, MODELS[0]))


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def split(composite: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    width = (composite.shape[1] - 12) // 2
    return composite[:, :width], composite[:, -width:]


def test_halves_are_equal_in_size_and_fill_the_composite() -> None:
    for seed in range(20):
        stimulus = compose(halves(), real_side="left", nonce=str(seed))
        composite = pixels(stimulus.data)
        left, right = split(composite)
        assert composite.shape == (stimulus.height, stimulus.width, 3)
        assert left.shape == right.shape
        assert left.shape[1] * 2 + 12 == stimulus.width
        assert SIZE[0] - 8 <= left.shape[0] <= SIZE[0]
        assert SIZE[1] - 8 <= left.shape[1] <= SIZE[1]


def test_changing_the_side_swaps_the_halves_and_nothing_else() -> None:
    composites = [
        pixels(compose(halves(), real_side=side, nonce="same", encoding="png").data)
        for side in ("left", "right")
    ]
    (a, b), (c, d) = map(split, composites)
    np.testing.assert_array_equal(a, d)
    np.testing.assert_array_equal(b, c)
    gaps = [composite[:, a.shape[1] : -a.shape[1]] for composite in composites]
    assert (gaps[0] == 128).all()
    assert (gaps[1] == 128).all()


def test_both_halves_have_the_lightness_of_the_photo() -> None:
    photo = make_photo(1)
    dull = Photo(paint(photo, MODELS[0]).rgb // 2 + 30, None, "PNG", ())  # another L altogether
    pair = match_halves(photo, dull)
    real, fake = (rgb_to_lightness(half / np.float32(255)) for half in (pair.real, pair.fake))
    assert np.abs(real - fake).mean() < 0.3
    assert np.abs(rgb_to_lightness(photo.rgb / np.float32(255)) - real).mean() < 0.3


def test_the_real_half_keeps_its_colours_but_for_their_detail() -> None:
    photo = make_photo(2, (240, 320))
    rng = np.random.default_rng(0)
    speckled = np.clip(photo.rgb + rng.normal(0, 12, photo.rgb.shape), 0, 255).astype(np.uint8)
    real = match_halves(Photo(speckled, None, "PNG", ()), photo).real
    before, after = (rgb_to_lab(rgb / np.float32(255))[..., 1:] for rgb in (speckled, real))
    coarse = [ab.reshape(12, 20, 16, 20, 2).mean((1, 3)) for ab in (before, after)]
    assert np.abs(coarse[0] - coarse[1]).mean() < 2
    detail = [np.abs(np.diff(ab, axis=1)).mean() for ab in (before, after)]
    assert detail[1] < 0.3 * detail[0]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_file_carries_no_metadata(encoding: Encoding) -> None:
    stimulus = compose(halves(), real_side="left", nonce="n", encoding=encoding)
    image = Image.open(io.BytesIO(stimulus.data))
    assert image.format == encoding.upper()
    assert stimulus.media_type == f"image/{encoding}"
    plain = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "loop", "background", "timestamp"}
    assert set(image.info) <= plain
    assert not image.getexif()


def test_a_png_has_pixels_only() -> None:
    data = compose(halves(), real_side="left", nonce="n", encoding="png").data
    chunks = set(
        re.findall(
            rb"(?<=[\x00-\xff]{4})(IHDR|IDAT|IEND|tEXt|iTXt|zTXt|eXIf|iCCP|tIME|gAMA|pHYs)", data
        )
    )
    assert chunks <= {b"IHDR", b"IDAT", b"IEND"}


def test_names_come_from_the_trial_alone_and_say_nothing() -> None:
    sides: tuple[Side, ...] = ("left", "right")
    assert len({compose(halves(), real_side=s, nonce="n").file_name for s in sides}) == 1
    names = {compose(halves(), real_side="left", nonce=str(n)).file_name for n in range(10)}
    assert len(names) == 10
    assert all(re.fullmatch(r"[0-9a-f]{16}\.jpeg", name) for name in names)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_trial_always_looks_the_same_and_no_two_trials_do(encoding: Encoding) -> None:
    pair = halves(size=(48, 64))
    sides: tuple[Side, ...] = ("left", "right")
    composites = [
        compose(pair, real_side=sides[n % 2], nonce=str(n // 2), encoding=encoding).data
        for n in range(60)
    ]
    assert len(set(composites)) == 60
    again = compose(pair, real_side="left", nonce="0", encoding=encoding).data
    assert again == composites[0]


def test_no_half_of_a_trial_comes_back_in_another() -> None:
    pair = halves(size=(48, 64))
    seen: set[bytes] = set()
    for n in range(60):
        composite = pixels(compose(pair, real_side="left", nonce=str(n), encoding="png").data)
        seen |= {half.tobytes() for half in split(composite)}
    assert len(seen) == 120


def test_grain_is_one_level_at_most() -> None:
    pair = halves()
    stimulus = compose(pair, real_side="left", nonce="n", encoding="png")
    left, _ = split(pixels(stimulus.data))
    height, width = left.shape[:2]
    closest = min(
        np.abs(left.astype(int) - pair.real[y : y + height, x : x + width]).max()
        for y in range(SIZE[0] - height + 1)
        for x in range(SIZE[1] - width + 1)
    )
    assert closest == 1


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_length_of_the_file_does_not_tell_the_side(encoding: Encoding) -> None:
    larger = 0
    for seed in range(24):
        pair = halves(seed)
        left, right = (
            len(compose(pair, real_side=side, nonce=str(seed), encoding=encoding).data)
            for side in ("left", "right")
        )
        assert abs(left - right) <= 0.02 * left
        larger += left > right
    assert 3 <= larger <= 21


def test_large_photos_shrink_and_small_ones_stay() -> None:
    large = at_study_size(make_photo(0, (700, 1400)))
    assert large.rgb.shape == (256, LONG_SIDE, 3)
    small = make_photo(0, (40, 30))
    np.testing.assert_array_equal(at_study_size(small).rgb, small.rgb)
    assert at_study_size(make_photo(0, (2000, 1)), long_side=512).rgb.shape == (512, 1, 3)


def test_transparent_parts_are_white() -> None:
    photo = make_photo(0, (20, 20))
    alpha = np.zeros((20, 20), np.uint8)
    alpha[:, 10:] = 255
    opaque = at_study_size(Photo(photo.rgb, alpha, "PNG", ()))
    assert opaque.alpha is None
    assert (opaque.rgb[:, :10] == 255).all()
    np.testing.assert_array_equal(opaque.rgb[:, 10:], photo.rgb[:, 10:])


def test_halves_of_different_size_are_refused() -> None:
    with pytest.raises(ValueError, match="size"):
        match_halves(make_photo(0, (20, 30)), make_photo(0, (30, 20)))
    with pytest.raises(ValueError, match="shape"):
        Halves(make_photo(0, (20, 30)).rgb, make_photo(0, (30, 20)).rgb)


@pytest.mark.parametrize("size", [(64, 64), (1, 1), (3, 200)])
def test_tiny_and_narrow_pictures_can_be_composed(size: tuple[int, int]) -> None:
    for nonce in "abcdef":
        assert compose(halves(0, size), real_side="right", nonce=nonce).data


def test_absurd_colours_keep_the_lightness_and_show_every_hue() -> None:
    photo = make_photo(3, (120, 160))
    absurd = absurd_colours(photo)
    lightness = [rgb_to_lightness(rgb / np.float32(255)) for rgb in (photo.rgb, absurd.rgb)]
    assert np.abs(lightness[0] - lightness[1]).mean() < 0.5
    grey = Photo(np.full((60, 60, 3), 128, np.uint8), None, "PNG", ())
    assert mean_chroma(absurd_colours(grey).rgb) > 30
    assert mean_chroma(grey.rgb) < 0.5
