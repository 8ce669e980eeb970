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
    """

    mode: str
    transform: ImageCms.ImageCmsTransform

    def apply(self, colour: Image.Image) -> Image.Image:
        """Return the picture in sRGB; grey is widened first where the profile is for RGB."""
        if colour.mode != self.mode:
            colour = colour.convert(self.mode)
        return self.transform.apply(colour)


def read_profile(image: Image.Image) -> tuple[ProfileConversion | None, tuple[Message, ...]]:
    """Compile the embedded ICC profile of an opened picture.

    Returns:
        the conversion, or None when there is no profile or it changes nothing, and a note for
        the page when a profile had to be ignored.
    """
    profile_bytes = image.info.get("icc_profile")
    if not profile_bytes or image.mode == "LAB":
        return None, ()
    if not isinstance(profile_bytes, bytes) or len(profile_bytes) > _MAX_PROFILE_BYTES:
        return None, (_DAMAGED_PROFILE,)
    try:
        conversion = _compile(profile_bytes, _colour_mode(image.mode))
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None, (_DAMAGED_PROFILE,)
    return (None if _is_srgb(conversion) else conversion), ()


def convert_strips(
    image: Image.Image, profile: ProfileConversion | None
) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
    """Convert a loaded picture of any accepted mode.

    Returns:
        rgb uint8 (H, W, 3) in sRGB, and alpha uint8 (H, W) or None when all is opaque.
    """
    width, height = image.size
    rgb = np.empty((height, width, 3), np.uint8)
    alpha: NDArray[np.uint8] | None = None
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
    return rgb, alpha if alpha is not None and int(alpha.min()) < 255 else None


def convert_in_place(rgb: NDArray[np.uint8], profile: ProfileConversion) -> None:
    """Convert rgb uint8 (H, W, 3) from the colours of `profile` to sRGB."""
    for rows in strips(*rgb.shape[:2]):
        rgb[rows] = np.asarray(profile.apply(Image.fromarray(rgb[rows])))


def strips(height: int, width: int) -> Iterator[slice]:
    """Yield the row ranges of strips of about _STRIP_PIXELS."""
    step = max(1, _STRIP_PIXELS // width)
    for top in range(0, height, step):
        yield slice(top, min(top + step, height))


def _compile(profile_bytes: bytes, colour_mode: str) -> ProfileConversion:
    profile = ImageCms.ImageCmsProfile(io.BytesIO(profile_bytes))
    space = profile.profile.xcolor_space
    if space not in _PROFILE_SPACES[colour_mode]:
        raise ValueError(f"a profile for {space} cannot describe a picture in {colour_mode}")
    mode = "RGB" if space == "RGB " else colour_mode
    transform = ImageCms.buildTransform(
        profile,
        ImageCms.createProfile("sRGB"),
        mode,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    return ProfileConversion(mode, transform)


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
    if strip.mode.startswith("I;16"):
        return _split_deep_grey(strip)
    if not strip.has_transparency_data:
        return strip.convert(colour_mode), None
    key = strip.info.get("transparency")
    if isinstance(key, tuple) and max(key) > 255:
        # The key of a PNG with 16 bits; Pillow has kept the upper 8 bits of its pixels.
        strip.info["transparency"] = tuple(value >> 8 for value in key)
    with_alpha = strip.convert("LA" if colour_mode == "L" else "RGBA")
    alpha = np.asarray(with_alpha.getchannel("A"))
    return with_alpha.convert(colour_mode), alpha


def _split_deep_grey(strip: Image.Image) -> tuple[Image.Image, NDArray[np.uint8] | None]:
    """Scale 16-bit grey to 8 bits; Pillow's own conversion clips it to white."""
    deep = np.asarray(strip).astype(np.uint32)
    key = strip.info.get("transparency")
    alpha = np.where(deep == key, 0, 255).astype(np.uint8) if isinstance(key, int) else None
    return Image.fromarray(((deep + 128) // 257).astype(np.uint8)), alpha
