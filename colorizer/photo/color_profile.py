"""From a decoded picture of any mode to sRGB and alpha, strip by strip.

Nothing here copies a whole picture: every conversion works on strips that stay in the cache, so
that a photo of 100 megapixels costs its own arrays and little more.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from colorizer.errors import Message

_STRIP_PIXELS = 2**17
_DEEP_LEVELS = 2**16
_MAX_PROFILE_BYTES = 8_000_000
# Largest change, in levels of 255, up to which a profile is taken for sRGB itself.
_SAME_LEVELS = 2
_GREY_MODES = {"1", "L", "LA", "La", "I;16", "I;16L", "I;16B", "I;16N"}
_PROFILE_SPACES = {"L": {"GRAY", "RGB "}, "RGB": {"RGB "}, "CMYK": {"CMYK"}}
_DAMAGED_PROFILE = Message("damaged_profile")


@dataclass(frozen=True)
class ProfileConversion:
    """The way from the colours of an embedded ICC profile to sRGB.

    Attributes:
        mode: mode of the pictures that `apply` takes: "L", "RGB" or "CMYK".
        transform: the compiled transform.
        profile: the profile itself.
    """

    mode: str
    transform: ImageCms.ImageCmsTransform
    profile: ImageCms.ImageCmsProfile

    def apply(self, colour: Image.Image) -> Image.Image:
        """Return the picture in sRGB; grey is widened first where the profile is for RGB."""
        if colour.mode != self.mode:
            colour = colour.convert(self.mode)
        return self.transform.apply(colour)

    def grey_curve(self) -> NDArray[np.uint16]:
        """Return what each level of 16-bit grey is in sRGB, uint16 (65536,).

        The transform answers in 8 bits. Its steps from one level to the next stand at half
        levels, to 16 bits; the curve runs straight from one step to the next. On profiles of
        gamma 1.4 it is 0.03 % off in the mean.
        """
        ramp = Image.fromarray(np.arange(_DEEP_LEVELS, dtype=np.uint16)[None])
        if self.mode == "L":
            converted = _transform(self.profile, "I;16").apply(ramp)
        else:
            converted = self.apply(Image.fromarray((np.asarray(ramp) >> 8).astype(np.uint8)))
        levels = np.asarray(converted)[0, :, 1]
        steps = np.arange(1, 256)
        places = np.searchsorted(levels, steps)
        ends = (0, *places, _DEEP_LEVELS - 1), (0, *(steps - 0.5) * 257, 65_535)
        return np.interp(np.arange(_DEEP_LEVELS), *ends).round().astype(np.uint16)


@dataclass(frozen=True, eq=False)
class Pixels:
    """A picture in sRGB.

    Attributes:
        rgb: uint8 (H, W, 3), white where alpha is 0.
        alpha: uint8 (H, W), or None when all is opaque.
        grey16: uint16 (H, W), the same grey to 16 bits; None for 8 bits and for colour.
    """

    rgb: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None = None
    grey16: NDArray[np.uint16] | None = None


def read_profile(image: Image.Image) -> tuple[ProfileConversion | None, tuple[Message, ...]]:
    """Compile the embedded ICC profile of an opened picture.

    Returns:
        the conversion, or None when there is no profile or it changes nothing, and a note for
        the page when a profile had to be ignored.
    """
    if image.mode == "LAB":
        return None, ()
    return compile_profile(image.info.get("icc_profile"), _colour_mode(image.mode))


def compile_profile(
    profile_bytes: object, colour_mode: str
) -> tuple[ProfileConversion | None, tuple[Message, ...]]:
    """As `read_profile`, from the profile itself, for a picture in "L", "RGB" or "CMYK"."""
    if not profile_bytes:
        return None, ()
    if not isinstance(profile_bytes, bytes) or len(profile_bytes) > _MAX_PROFILE_BYTES:
        return None, (_DAMAGED_PROFILE,)
    try:
        conversion = _compile(profile_bytes, colour_mode)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None, (_DAMAGED_PROFILE,)
    return (None if _is_srgb(conversion) else conversion), ()


def convert_strips(image: Image.Image, profile: ProfileConversion | None) -> Pixels:
    """Convert a loaded picture of any accepted mode."""
    if image.mode.startswith("I;16"):
        grey = np.asarray(image).astype(np.uint16)
        key = image.info.get("transparency")
        alpha = np.where(grey == key, 0, 255).astype(np.uint8) if isinstance(key, int) else None
        return convert_grey16(grey, alpha, profile)
    width, height = image.size
    rgb = np.empty((height, width, 3), np.uint8)
    alpha = None
    for rows in strips(height, width):
        strip = image.crop((0, rows.start, width, rows.stop))
        colour, strip_alpha = _split(strip)
        picture = profile.apply(colour) if profile else colour
        if picture.mode == "L":
            levels = np.asarray(picture)
            for channel in range(3):  # half of the time that Pillow's conversion takes
                rgb[rows, :, channel] = levels
        else:
            rgb[rows] = np.asarray(picture.convert("RGB"))
        if strip_alpha is not None:
            if alpha is None:
                alpha = np.full((height, width), 255, np.uint8)
            alpha[rows] = strip_alpha
            rgb[rows][strip_alpha == 0] = 255  # colour that was hidden stays hidden
    return Pixels(rgb, _seen_through(alpha))


def convert_grey16(
    grey: NDArray[np.uint16], alpha: NDArray[np.uint8] | None, profile: ProfileConversion | None
) -> Pixels:
    """Convert grey uint16 (H, W), 0 black to 65535 white, in place; alpha uint8 (H, W) or None."""
    curve = profile.grey_curve() if profile else None
    rgb = np.empty((*grey.shape, 3), np.uint8)
    for rows in strips(*grey.shape):
        if curve is not None:
            grey[rows] = curve[grey[rows]]
        if alpha is not None:
            grey[rows][alpha[rows] == 0] = 65_535
        rgb[rows] = rounded_to_8_bits(grey[rows])[..., None]
    return Pixels(rgb, _seen_through(alpha), grey)


def rounded_to_8_bits(deep: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Return levels of 0…65535, any shape, as levels of 0…255."""
    return ((deep.astype(np.uint32) + 128) // 257).astype(np.uint8)


def convert_in_place(rgb: NDArray[np.uint8], profile: ProfileConversion) -> None:
    """Convert rgb uint8 (H, W, 3) from the colours of `profile` to sRGB."""
    for rows in strips(*rgb.shape[:2]):
        rgb[rows] = np.asarray(profile.apply(Image.fromarray(rgb[rows])))


def strips(height: int, width: int) -> Iterator[slice]:
    """Yield the row ranges of strips of about _STRIP_PIXELS."""
    step = max(1, _STRIP_PIXELS // width)
    for top in range(0, height, step):
        yield slice(top, min(top + step, height))


def _seen_through(alpha: NDArray[np.uint8] | None) -> NDArray[np.uint8] | None:
    """Return alpha, or None when all is opaque."""
    return alpha if alpha is not None and int(alpha.min()) < 255 else None


def _compile(profile_bytes: bytes, colour_mode: str) -> ProfileConversion:
    profile = ImageCms.ImageCmsProfile(io.BytesIO(profile_bytes))
    space = profile.profile.xcolor_space
    if space not in _PROFILE_SPACES[colour_mode]:
        raise ValueError(f"a profile for {space} cannot describe a picture in {colour_mode}")
    mode = "RGB" if space == "RGB " else colour_mode
    return ProfileConversion(mode, _transform(profile, mode), profile)


def _transform(profile: ImageCms.ImageCmsProfile, mode: str) -> ImageCms.ImageCmsTransform:
    """Compile the transform from pictures of this mode to sRGB."""
    flags = ImageCms.Flags.BLACKPOINTCOMPENSATION
    if mode == "I;16":
        flags |= ImageCms.Flags.NOOPTIMIZE  # that would blur the steps of dark levels
    return ImageCms.buildTransform(
        profile,
        ImageCms.createProfile("sRGB"),
        mode,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        flags,
    )


def _is_srgb(conversion: ProfileConversion) -> bool:
    """Try a lattice of colours: most profiles are sRGB under many names, and need no work."""
    if conversion.mode == "CMYK":
        return False
    levels = np.linspace(0, 255, 18 if conversion.mode == "RGB" else 256).astype(np.uint8)
    if conversion.mode == "RGB":
        lattice = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 18, 3)
    else:
        lattice = levels[None, :]
    picture = Image.fromarray(lattice)
    change = np.asarray(conversion.apply(picture), np.int16) - np.asarray(picture.convert("RGB"))
    return int(np.abs(change).max()) <= _SAME_LEVELS


def _colour_mode(mode: str) -> str:
    """Return the mode that `_split` gives the colour of a picture of this mode."""
    if mode in _GREY_MODES:
        return "L"
    return "CMYK" if mode == "CMYK" else "RGB"


def _split(strip: Image.Image) -> tuple[Image.Image, NDArray[np.uint8] | None]:
    """Split a strip into its colour ("L", "RGB" or "CMYK") and its alpha uint8 (H, W)."""
    colour_mode = _colour_mode(strip.mode)
    if not strip.has_transparency_data:
        return strip.convert(colour_mode), None
    key = strip.info.get("transparency")
    if isinstance(key, tuple) and max(key) > 255:
        # The key of a PNG with 16 bits; Pillow has kept the upper 8 bits of its pixels.
        strip.info["transparency"] = tuple(value >> 8 for value in key)
    with_alpha = strip.convert("LA" if colour_mode == "L" else "RGBA")
    alpha = np.asarray(with_alpha.getchannel("A"))
    return with_alpha.convert(colour_mode), alpha
