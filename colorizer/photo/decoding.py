"""From the bytes of a file to upright pixels in sRGB, or a PhotoError.

The only place of the project that calls PIL.Image.open. Whatever `decode` raises besides
PhotoError is an answer of Pillow to damaged bytes; `photo.open_photo` is the boundary that
turns it into a sentence.
"""

import contextlib
import io
import struct
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, TiffImagePlugin

from colorizer.errors import Message, PhotoError
from colorizer.photo.color_profile import convert_in_place, convert_strips, read_profile, strips
from colorizer.photo.limits import PhotoLimits
from colorizer.photo.metadata import mark_in_xmp
from colorizer.photo.precheck import accepted_formats, damaged, inspect, tiff

_Array = NDArray[np.uint8]

_MODES = {"1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr", "LAB"}
_MODES |= {"I;16", "I;16L", "I;16B", "I;16N"}
_TIFF_COMPRESSIONS = {"raw", "packbits", "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate"}
_TIFF_COMPRESSIONS |= {"jpeg", "tiff_jpeg", "tiff_ccitt", "group3", "group4"}
_TILE_WIDTH, _TILE_LENGTH = 322, 323
_SUB_DIRECTORIES = (0x8769, 0x8825, 0xA005)  # Exif, GPS, Interoperability

# The formats whose plug-ins decode into memory that is given to them.
_DIRECT_FORMATS = {"JPEG", "MPO", "PNG"}
_MULTI_PICTURE_JPEG = "MPO"
_MIDDLE_GREY = 128

_UPRIGHT: dict[int, Callable[[_Array], _Array]] = {
    2: lambda pixels: pixels[:, ::-1],
    3: lambda pixels: pixels[::-1, ::-1],
    4: lambda pixels: pixels[::-1],
    5: lambda pixels: pixels.swapaxes(0, 1),
    6: lambda pixels: pixels[::-1].swapaxes(0, 1),
    7: lambda pixels: pixels[::-1, ::-1].swapaxes(0, 1),
    8: lambda pixels: pixels[:, ::-1].swapaxes(0, 1),
}


@dataclass(frozen=True, eq=False)
class DecodedPhoto:
    """The pixels of a file.

    Attributes:
        rgb: uint8 (H, W, 3), sRGB, upright; white where alpha is 0.
        alpha: uint8 (H, W), or None when all is opaque.
        format: format of the file by Pillow's name; "JPEG" for multi-picture JPEGs too.
        notes: what was left out or assumed.
        mark: the honest mark in the file's XMP, or None.
    """

    rgb: _Array
    alpha: _Array | None
    format: str
    notes: tuple[Message, ...]
    mark: str | None


def open_header(data: bytes, limits: PhotoLimits) -> ImageFile.ImageFile:
    """Open a file without decoding its pixels.

    Raises:
        PhotoError: not an accepted photo, or one beyond the limits.
        Exception: whatever Pillow answers to damaged bytes.
    """
    bytes_per_pixel = inspect(data, limits)
    _hold_pillow_to(limits)
    try:
        image = Image.open(io.BytesIO(data), formats=accepted_formats())
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise limits.too_many_pixels() from error
    limits.check_picture(*image.size, bytes_per_pixel)
    if image.mode not in _MODES:
        raise PhotoError("too_precise")
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        _check_tiff(image)
    return image


def decode(data: bytes, limits: PhotoLimits) -> DecodedPhoto:
    """Decode the first picture of a file; raises as `open_header` does."""
    image = open_header(data, limits)
    profile, notes = read_profile(image)
    orientation = _orientation(image)
    alpha: _Array | None = None
    if image.format in _DIRECT_FORMATS and image.mode == "RGB" and not image.has_transparency_data:
        rgb = _load_direct(image)
        if profile:
            convert_in_place(rgb, profile)
    else:
        image.load()
        rgb, alpha = convert_strips(image, profile)
    if image.format in ("JPEG", _MULTI_PICTURE_JPEG) and _is_cut_off(rgb):
        raise damaged()
    notes += _note_other_pictures(image)
    packet = image.info.get("xmp")
    image.close()
    return DecodedPhoto(
        rgb=_upright(rgb, orientation),
        alpha=None if alpha is None else _upright(alpha, orientation),
        format="JPEG" if image.format == _MULTI_PICTURE_JPEG else str(image.format),
        notes=notes,
        mark=mark_in_xmp(packet) if isinstance(packet, bytes) else None,
    )


def _hold_pillow_to(limits: PhotoLimits) -> None:
    """Set Pillow's own switches, which belong to the whole process and others may have turned.

    Its bomb guard must not be stricter than our limit, which is checked right after the header,
    and a file that ends early must be an error, never a picture with a grey half.
    """
    Image.MAX_IMAGE_PIXELS = max(Image.MAX_IMAGE_PIXELS or 0, limits.max_pixels)
    ImageFile.LOAD_TRUNCATED_IMAGES = False


def _check_tiff(image: TiffImagePlugin.TiffImageFile) -> None:
    """Refuse TIFFs whose compression or tiles cost more than their size in pixels says."""
    if image.info.get("compression") not in _TIFF_COMPRESSIONS:
        raise PhotoError("rare_tiff")
    tile_width, tile_length = image.tag_v2.get(_TILE_WIDTH, 0), image.tag_v2.get(_TILE_LENGTH, 0)
    if tile_width * tile_length > max(4 * image.width * image.height, 1_000_000):
        raise damaged()
    exif = image.getexif()
    for tag in _SUB_DIRECTORIES:
        exif.pop(tag, None)  # Pillow would read them while loading, unlimited


def _load_direct(image: ImageFile.ImageFile) -> _Array:
    """Decode a picture of mode RGB without ever holding it twice.

    Pillow keeps four bytes per RGB pixel, and np.asarray would copy them twice more: 1 000 MB
    for 100 megapixels. Here they are decoded into memory of numpy's, the fourth byte is squeezed
    out in place and the rest given back: 400 MB at the peak, 300 MB afterwards.

    Returns:
        rgb uint8 (H, W, 3).

    Raises:
        PhotoError: rows are missing. Pillow sets the fourth byte of every pixel it writes.
    """
    width, height = image.size
    memory = np.zeros(height * width * 4, np.uint8)
    image.im = Image.frombuffer("RGBX", image.size, memory, "raw", "RGBX", 0, 1).im
    image.load()
    image.im = Image.new("1", (1, 1)).im  # lets go of the memory, which is about to shrink
    for rows in strips(height, width):
        _squeeze(memory, width, rows)
    memory.resize(height * width * 3, refcheck=False)  # no view of it is left
    return memory.reshape(height, width, 3)


def _squeeze(memory: _Array, width: int, rows: slice) -> None:
    """Move some rows from four bytes a pixel to three, where all rows above have been moved.

    Pillow's packer and the comparison of whole words are six times as fast as slices of numpy.
    """
    wide = memory[rows.start * width * 4 : rows.stop * width * 4]
    if wide.view("<u4").min() < 1 << 24:  # the fourth byte is the highest one
        raise damaged()
    size = (width, rows.stop - rows.start)
    strip = Image.frombuffer("RGBX", size, wide, "raw", "RGBX", 0, 1)
    packed = np.frombuffer(strip.tobytes("raw", "RGB"), np.uint8)
    memory[rows.start * width * 3 : rows.stop * width * 3] = packed


def _is_cut_off(rgb: _Array) -> bool:
    """Say whether a JPEG ended early: libjpeg fills the rest with grey and says nothing.

    A grey that is exact over the whole width of the bottom, and only there, is that filling.
    """
    band = max(8, len(rgb) // 16)
    is_grey_below = bool((rgb[-band:] == _MIDDLE_GREY).all())
    return is_grey_below and not bool((rgb[:band] == _MIDDLE_GREY).all())


def _note_other_pictures(image: ImageFile.ImageFile) -> tuple[Message, ...]:
    """Note that a file holds more pictures; previews inside a multi-picture JPEG do not count."""
    if image.format == _MULTI_PICTURE_JPEG:
        return ()
    with contextlib.suppress(OSError, EOFError, SyntaxError, ValueError, IndexError, struct.error):
        if getattr(image, "is_animated", False):
            return (Message("first_of_several"),)
    return ()


def _orientation(image: ImageFile.ImageFile) -> int:
    """Return the EXIF orientation that is left to do; XMP's is ignored, as browsers do."""
    exif = image.info.get("exif")
    # Pillow turns a TIFF upright as it loads, and a text chunk of a PNG may be called "exif".
    if image.format == "TIFF" or not isinstance(exif, bytes):
        return 1
    return tiff.orientation(exif)


def _upright(pixels: _Array, orientation: int) -> _Array:
    """Turn (H, W) or (H, W, 3) upright by its EXIF orientation; 90 degrees swap H and W."""
    turn = _UPRIGHT.get(orientation)
    return pixels if turn is None else np.ascontiguousarray(turn(pixels))
