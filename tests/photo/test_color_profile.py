"""Golden tests: every kind of file is upright, in sRGB and without hidden colour."""

import numpy as np
import pytest
from PIL import Image
from skimage.color import deltaE_ciede2000, rgb2lab, xyz2rgb

from colorizer.photo import open_photo
from tests.support.icc_profiles import (
    ADOBE_GAMMA,
    ADOBE_RGB,
    DISPLAY_P3,
    SRGB,
    cmyk_profile,
    grey_profile,
    lab_d50,
    rgb_profile,
    rgb_to_xyz,
    srgb_decoded,
    srgb_encoded,
)
from tests.support.photo_bytes import (
    SHORT,
    encoded,
    exif,
    picture,
    pixels,
    png,
    png_chunk,
    tiff,
    with_png_chunks,
)

# What has to be done to an upright picture so that each orientation turns it back.
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
INKS = {
    (0, 0, 0): (255, 255, 255),
    (1, 0, 0): (20, 150, 200),
    (0, 1, 0): (200, 50, 120),
    (0, 0, 1): (240, 220, 60),
    (0, 1, 1): (190, 60, 45),
    (1, 0, 1): (30, 140, 75),
    (1, 1, 0): (60, 60, 130),
    (1, 1, 1): (60, 50, 45),
}


def mean_difference(rgb: np.ndarray, expected: np.ndarray) -> float:
    """Return the mean CIEDE2000 between levels and expected values in 0..1, both (..., 3)."""
    return float(deltaE_ciede2000(rgb2lab(rgb), rgb2lab(expected)).mean())


def lattice() -> np.ndarray:
    levels = np.linspace(0, 255, 9).round().astype(np.uint8)
    return np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(27, 27, 3)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "TIFF", "WEBP", "AVIF"])
@pytest.mark.parametrize("orientation", STORED)
def test_orientation_is_upright(orientation: int, format: str) -> None:
    turn = STORED[orientation]
    stored = picture() if turn is None else picture().transpose(turn)
    options: dict[str, object] = {"exif": b"Exif\0\0" + exif([(274, SHORT, 1, orientation)])}
    if format == "TIFF":
        options = {"tiffinfo": {274: orientation}}
    photo = open_photo(encoded(stored, format, **options))
    assert photo.rgb.shape == (48, 64, 3)
    assert np.abs(photo.rgb.astype(int) - pixels()).mean() < (
        0.01 if format in ("PNG", "TIFF") else 6
    )
    assert photo.rgb.flags.c_contiguous


def test_orientation_turns_the_alpha_too() -> None:
    upright = picture().convert("RGBA")
    upright.putalpha(Image.fromarray(np.arange(48 * 64).reshape(48, 64).astype(np.uint8)))
    block = b"Exif\0\0" + exif([(274, SHORT, 1, 6)])
    photo = open_photo(encoded(upright.transpose(Image.Transpose.ROTATE_90), "PNG", exif=block))
    assert photo.alpha is not None
    assert np.array_equal(photo.alpha, np.asarray(upright.getchannel("A")))


@pytest.mark.parametrize(
    ("primaries", "gamma"),
    [(ADOBE_RGB, ADOBE_GAMMA), (DISPLAY_P3, None), (SRGB, 1.8)],
    ids=["Adobe RGB", "Display P3", "gamma 1.8"],
)
@pytest.mark.parametrize("format", ["PNG", "TIFF", "JPEG"])
def test_rgb_profile_is_converted(
    primaries: tuple[tuple[float, float], ...], gamma: float | None, format: str
) -> None:
    levels = np.kron(lattice(), np.ones((8, 8, 1), np.uint8))
    options = {"quality": 100, "subsampling": 0} if format == "JPEG" else {}
    profile = rgb_profile(primaries, gamma)
    photo = open_photo(encoded(Image.fromarray(levels), format, icc_profile=profile, **options))
    values = levels / 255
    linear = srgb_decoded(values) if gamma is None else values**gamma
    expected = np.clip(xyz2rgb(linear @ rgb_to_xyz(primaries).T), 0, 1)
    assert mean_difference(photo.rgb, expected) <= 0.5
    assert mean_difference(levels, expected) > 2  # the profile does matter
    assert photo.notes == ()


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_grey_profile_is_converted(mode: str) -> None:
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None], 16, axis=0)
    data = encoded(Image.fromarray(ramp).convert(mode), "PNG", icc_profile=grey_profile(1.4))
    expected = srgb_encoded((ramp / 255) ** 1.4)[:, :, None].repeat(3, axis=2)
    photo = open_photo(data)
    assert mean_difference(photo.rgb, expected) <= 0.5
    assert mean_difference(ramp[:, :, None].repeat(3, axis=2), expected) > 2


def test_grey_photo_with_an_rgb_profile_is_converted() -> None:
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None], 16, axis=0)
    photo = open_photo(encoded(Image.fromarray(ramp), "PNG", icc_profile=rgb_profile(SRGB, 1.4)))
    expected = srgb_encoded((ramp / 255) ** 1.4)[:, :, None].repeat(3, axis=2)
    assert mean_difference(photo.rgb, expected) <= 0.5


def test_srgb_under_another_name_changes_nothing() -> None:
    photo = open_photo(encoded(picture(), "PNG", icc_profile=rgb_profile(SRGB, None)))
    assert np.array_equal(photo.rgb, pixels())


@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_cmyk_profile_is_converted(format: str) -> None:
    corners = np.zeros((2, 2, 2, 2, 3))
    inks = np.zeros((16 * 8, 16, 4), np.uint8)
    expected = np.zeros((16 * 8, 16, 3))
    for row, (ink, colour) in enumerate(INKS.items()):
        corners[(*ink, 0)] = lab_d50(np.array(colour))
        inks[row * 16 : row * 16 + 16, :, :3] = np.array(ink) * 255
        expected[row * 16 : row * 16 + 16] = np.array(colour) / 255
    options = {"quality": 100, "subsampling": 0} if format == "JPEG" else {}
    image = Image.fromarray(inks, mode="CMYK")
    photo = open_photo(encoded(image, format, icc_profile=cmyk_profile(corners), **options))
    assert mean_difference(photo.rgb, expected) <= 1


def test_cmyk_jpeg_without_a_profile_is_no_negative() -> None:
    inks = Image.new("CMYK", (32, 32))
    inks.paste((0, 0, 0, 255), (0, 0, 16, 32))
    photo = open_photo(encoded(inks, "JPEG"))
    assert photo.rgb[:, :12].max() < 10
    assert photo.rgb[:, 20:].min() > 245


@pytest.mark.parametrize("order", ["<", ">"])
def test_sixteen_bit_grey_is_scaled_and_not_clipped(order: str) -> None:
    deep = np.linspace(0, 65_535, 64 * 48).reshape(48, 64).astype(np.uint16)
    if order == "<":
        data = tiff(deep.astype("<u2").tobytes(), [(258, SHORT, 1, 16)])
    else:
        rows = b"".join(b"\0" + row.tobytes() for row in deep.astype(">u2"))
        data = png(64, 48, bits=16, colour_type=0, rows=rows)
    photo = open_photo(data)
    assert np.abs(photo.rgb[:, :, 0] - deep / 257).max() <= 0.51
    assert len(np.unique(photo.rgb)) == 256
    assert photo.grey16 is not None
    assert np.array_equal(photo.grey16, deep)


def test_grey_profile_is_converted_to_sixteen_bits() -> None:
    deep = np.linspace(0, 65_535, 64 * 48).reshape(48, 64).astype(np.uint16)
    photo = open_photo(encoded(Image.fromarray(deep), "PNG", icc_profile=grey_profile(1.4)))
    expected = srgb_encoded((deep / 65_535) ** 1.4) * 65_535
    assert photo.grey16 is not None
    assert np.abs(photo.grey16 - expected).mean() <= 30
    assert np.abs(photo.rgb[:, :, 0] - expected / 257).max() <= 2
    assert len(np.unique(photo.grey16)) > 2_500


def hidden_red(mode: str) -> Image.Image:
    """Return the picture with saturated red, fully transparent, in its left half."""
    image = picture().convert("RGBA")
    image.paste((255, 0, 0, 0), (0, 0, 32, 48))
    return image if mode == "RGBA" else image.convert(mode)


@pytest.mark.parametrize(("mode", "format"), [("RGBA", "PNG"), ("LA", "PNG"), ("PA", "TIFF")])
def test_hidden_colour_is_never_shown(mode: str, format: str) -> None:
    image = hidden_red(mode) if mode != "PA" else hidden_red("RGB").convert("P").convert("PA")
    if mode == "PA":
        image.putalpha(hidden_red("RGBA").getchannel("A"))
    photo = open_photo(encoded(image, format))
    assert photo.alpha is not None
    assert (photo.alpha[:, :32] == 0).all()
    assert (photo.alpha[:, 32:] == 255).all()
    assert (photo.rgb[:, :32] == 255).all()


def test_half_transparent_colour_is_kept_as_it_is() -> None:
    image = picture().convert("RGBA")
    image.putalpha(128)
    photo = open_photo(encoded(image, "PNG"))
    assert photo.alpha is not None
    assert (photo.alpha == 128).all()
    assert np.array_equal(photo.rgb, pixels())


def test_opaque_alpha_is_dropped() -> None:
    assert open_photo(encoded(picture().convert("RGBA"), "PNG")).alpha is None


def test_palette_transparency_becomes_alpha() -> None:
    image = picture().quantize(16)
    photo = open_photo(encoded(image, "PNG", transparency=bytes([0, 100] + [255] * 14)))
    index = np.asarray(image)
    assert photo.alpha is not None
    assert set(np.unique(photo.alpha)) == {0, 100, 255}
    assert (photo.rgb[index == 0] == 255).all()


def test_gif_transparency_becomes_alpha() -> None:
    photo = open_photo(encoded(picture().quantize(16), "GIF", transparency=3))
    assert photo.alpha is not None
    assert (photo.rgb[photo.alpha == 0] == 255).all()


@pytest.mark.parametrize(
    ("bits", "colour_type", "key"), [(8, 0, 77), (16, 0, 0x4D12), (8, 2, 77), (16, 2, 0x4D12)]
)
def test_key_colour_becomes_alpha(bits: int, colour_type: int, key: int) -> None:
    values = np.full((48, 64, 3 if colour_type == 2 else 1), 5 * key // 7)
    values[:20] = key
    stored = values.astype(np.uint8 if bits == 8 else ">u2")
    rows = b"".join(b"\0" + row.tobytes() for row in stored)
    transparency = np.full(values.shape[2], key, ">u2").tobytes()
    data = png(64, 48, bits=bits, colour_type=colour_type, rows=rows)
    photo = open_photo(with_png_chunks(data, png_chunk(b"tRNS", transparency)))
    assert photo.alpha is not None
    assert (photo.alpha[:20] == 0).all()
    assert (photo.alpha[20:] == 255).all()
    assert (photo.rgb[:20] == 255).all()
    assert (photo.rgb[20:] == 55).all()
