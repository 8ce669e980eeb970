"""From the bytes of a file to upright pixels in sRGB, or a PhotoError.

The only place of the project that calls PIL.Image.open. Whatever `decode` raises besides
PhotoError is an answer of Pillow to damaged bytes; `photo.open_photo` is the boundary that
turns it into a sentence.
"""

import contextlib
import io
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image, ImageFile, TiffImagePlugin

from colorizer.errors import Message, PhotoError
from colorizer.photo.bitmaps import has_bitfields, read_bitfields
from colorizer.photo.color_profile import (
    Pixels,
    ProfileConversion,
    compile_profile,
    convert_grey16,
    convert_in_place,
    convert_strips,
    read_profile,
    rounded_to_8_bits,
    strips,
)
from colorizer.photo.limits import PhotoLimits
from colorizer.photo.metadata import mark_in_xmp
from colorizer.photo.precheck import TIFF_HEADERS, accepted_formats, damaged, inspect, png, tiff
from colorizer.photo.scans import is_beyond_pillow, read_scan, spread_out

_Array = NDArray[np.uint8]
_Depth = TypeVar("_Depth", np.uint8, np.uint16)

_MODES = {"1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr", "LAB"}
_MODES |= {"I;16", "I;16L", "I;16B", "I;16N"}
_TIFF_COMPRESSIONS = {"raw", "packbits", "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate"}
_TIFF_COMPRESSIONS |= {"jpeg", "tiff_jpeg", "tiff_ccitt", "group3", "group4"}
_BITS, _PHOTOMETRIC, _TILE_WIDTH, _TILE_LENGTH = 258, 262, 322, 323
_MIN_IS_WHITE = 0
_SUB_DIRECTORIES = (0x8769, 0x8825, 0xA005)  # Exif, GPS, Interoperability

_SEVERAL = (Message("first_of_several"),)
_MULTI_PICTURE_JPEG = "MPO"
_TURNED_BY_PILLOW = ("TIFF", "HEIF")
_JPEG_FORMATS = ("JPEG", _MULTI_PICTURE_JPEG)

# What libjpeg says of data that is missing or torn. Its other warnings are about headers, and about
# filling before the end, 0xd9; it tells only the first.
_DATA_MISSING = re.compile(
    "premature end of data segment|Premature end of JPEG file|bad Huffman code|instead of RST"
    "|extraneous bytes before marker 0x(?!d9)"
)

_TURNS: dict[int, Callable[[NDArray[Any]], NDArray[Any]]] = {
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
        grey16: uint16 (H, W), 0…65535, or None where the file had 8 bits or colour.
    """

    rgb: _Array
    alpha: _Array | None
    format: str
    notes: tuple[Message, ...]
    mark: str | None
    grey16: NDArray[np.uint16] | None = None


def read_mark_of(data: bytes, limits: PhotoLimits) -> str | None:
    """Return the honest mark in a file's XMP, or None; raises as `decode` does."""
    directory = _beyond_pillow(data)
    if directory is not None:
        return _mark_in(read_scan(data, directory, limits).xmp)
    with open_header(data, limits) as image:
        return _mark_in(image.info.get("xmp"))


def decode(data: bytes, limits: PhotoLimits) -> DecodedPhoto:
    """Decode one picture of a file.

    Raises:
        PhotoError: not an accepted photo, or one beyond the limits.
        Exception: whatever Pillow, libjpeg or tifffile answer to damaged bytes.
    """
    directory = _beyond_pillow(data)
    if directory is not None:
        inspect(data, limits)
        return _decode_scan(data, directory, limits)
    if has_bitfields(data):
        inspect(data, limits)
        return _upright(read_bitfields(data, limits), 1, format="BMP", notes=(), mark=None)
    image = open_header(data, limits)
    profile, notes = read_profile(image)
    orientation = _orientation(image)
    if image.format in _JPEG_FORMATS:
        pixels = _decode_jpeg(data, image, profile)
    else:
        image.load()
        if isinstance(image, TiffImagePlugin.TiffImageFile) and image.mode.startswith("I;16"):
            pixels = convert_grey16(_grey_of(image), None, profile)
        else:
            pixels = convert_strips(image, profile)
        if image.format == "PNG" and _may_lack_rows(pixels) and not png.has_all_rows(data):
            raise damaged()
    notes += _note_other_pictures(image, data)
    packet = image.info.get("xmp")
    image.close()
    return _upright(
        pixels,
        orientation,
        format="JPEG" if image.format == _MULTI_PICTURE_JPEG else str(image.format),
        notes=notes,
        mark=_mark_in(packet),
    )


def open_header(data: bytes, limits: PhotoLimits) -> ImageFile.ImageFile:
    """Open a file without decoding its pixels."""
    found = inspect(data, limits)
    _hold_pillow_to(limits)
    if found.kind == "HEIF":
        _register_heif()
    if found.kind == "PNG":
        data = png.without_loose_frames(data)
    try:
        image = Image.open(io.BytesIO(data), formats=accepted_formats())
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise limits.too_many_pixels() from error
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        _turn_to_the_picture(image, data)
    limits.check_picture(*image.size, found.bytes_per_pixel)
    if image.mode not in _MODES:
        raise PhotoError("too_precise")
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        _check_tiff(image)
    if found.kind == "PNG":
        _spread_key(image, data)
    return image


def _hold_pillow_to(limits: PhotoLimits) -> None:
    """Set Pillow's own switches, which belong to the whole process and others may have turned.

    Its bomb guard must not be stricter than our limit, which is checked right after the header,
    and a file that ends early must be an error, never a picture with a grey half.
    """
    Image.MAX_IMAGE_PIXELS = max(Image.MAX_IMAGE_PIXELS or 0, limits.max_pixels)
    ImageFile.LOAD_TRUNCATED_IMAGES = False


def _register_heif() -> None:
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False)
    pillow_heif.options.DECODE_THREADS = 1


def _beyond_pillow(data: bytes) -> tiff.Directory | None:
    """Return the picture of a TIFF that Pillow cannot read or reads wrongly."""
    pictures = tiff.whole_pictures(data) if data.startswith(TIFF_HEADERS) else []
    return pictures[0] if pictures and is_beyond_pillow(pictures[0]) else None


def _turn_to_the_picture(image: TiffImagePlugin.TiffImageFile, data: bytes) -> None:
    """Leave a preview behind that stands before the photo."""
    pictures = tiff.whole_pictures(data)
    if pictures and pictures[0].number:
        image.seek(pictures[0].number)


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


def _grey_of(image: TiffImagePlugin.TiffImageFile) -> NDArray[np.uint16]:
    """Return the deep grey of a loaded TIFF, of which Pillow heeds neither white nor bits."""
    (bits,) = image.tag_v2.get(_BITS, (16,))
    grey = spread_out(np.asarray(image), bits)
    return ~grey if image.tag_v2.get(_PHOTOMETRIC) == _MIN_IS_WHITE else grey


def _spread_key(image: ImageFile.ImageFile, data: bytes) -> None:
    """Bring the transparent level of a PNG of 2 or 4 bits to the 8 bits of its pixels."""
    bits = data[24]
    if image.mode == "L" and isinstance(image.info.get("transparency"), int) and bits < 8:
        image.info["transparency"] *= 255 // ((1 << bits) - 1)


def _may_lack_rows(pixels: Pixels) -> bool:
    """Say whether one of the last two rows is empty, which is what Pillow leaves of missing ones.

    The last but one is for interlaced pictures of odd height.
    """
    rows = pixels.rgb[-2:].any(axis=(1, 2))
    if pixels.alpha is not None:
        rows &= pixels.alpha[-2:].any(axis=1)
    return not bool(rows.all())


def _decode_jpeg(
    data: bytes, image: ImageFile.ImageFile, profile: ProfileConversion | None
) -> Pixels:
    """Decode a JPEG; what libjpeg finds missing or torn in its data refuses it.

    simplejpeg unpacks into memory of ours, three bytes a pixel, and tells the warnings of libjpeg
    that Pillow swallows.
    """
    width, height = image.size
    mode = {"L": "GRAY"}.get(image.mode, image.mode)
    samples = np.empty((height, width, len(image.getbands())), np.uint8)
    try:
        simplejpeg.decode_jpeg(data, mode, buffer=samples)
    except ValueError as warning:
        if _DATA_MISSING.search(str(warning)):
            raise damaged() from warning
        image.load()  # an unknown marker, say: Pillow passes that, and finds the end missing
        return convert_strips(image, profile)
    if image.mode == "RGB":
        if profile:
            convert_in_place(samples, profile)
        return Pixels(samples)
    if image.mode == "CMYK":
        np.invert(samples, out=samples)  # as Adobe's programs write it, and all others since
    colour = Image.frombuffer(image.mode, image.size, samples, "raw", image.mode, 0, 1)
    return convert_strips(colour, profile)


def _decode_scan(data: bytes, directory: tiff.Directory, limits: PhotoLimits) -> DecodedPhoto:
    scan = read_scan(data, directory, limits)
    is_grey = scan.samples.shape[2] == 1
    profile, notes = compile_profile(scan.icc, "L" if is_grey else "RGB")
    if is_grey:
        pixels = convert_grey16(scan.samples[..., 0], scan.alpha, profile)
        if scan.bits <= 8:
            pixels = replace(pixels, grey16=None)
    else:
        rgb = np.empty(scan.samples.shape, np.uint8)
        for rows in strips(directory.height, directory.width):
            rgb[rows] = rounded_to_8_bits(scan.samples[rows])
            if scan.alpha is not None:
                rgb[rows][scan.alpha[rows] == 0] = 255
        if profile:
            convert_in_place(rgb, profile)
        pixels = Pixels(rgb, scan.alpha)
    return _upright(pixels, scan.orientation, format="TIFF", notes=notes, mark=_mark_in(scan.xmp))


def _note_other_pictures(image: ImageFile.ImageFile, data: bytes) -> tuple[Message, ...]:
    """Note that a file holds more pictures; previews of the same one do not count."""
    if image.format == _MULTI_PICTURE_JPEG:
        return ()
    if image.format == "TIFF":
        return _SEVERAL if len(tiff.whole_pictures(data)) > 1 else ()
    with contextlib.suppress(OSError, EOFError, SyntaxError, ValueError, IndexError, struct.error):
        if getattr(image, "is_animated", False):
            return _SEVERAL
    return ()


def _orientation(image: ImageFile.ImageFile) -> int:
    """Return the EXIF orientation that is left to do; XMP's is ignored, as browsers do."""
    exif = image.info.get("exif")
    # These are turned upright as they load, and a text chunk of a PNG may be called "exif".
    if image.format in _TURNED_BY_PILLOW or not isinstance(exif, bytes):
        return 1
    return tiff.orientation(exif)


def _upright(
    pixels: Pixels,
    orientation: int,
    *,
    format: str,
    notes: tuple[Message, ...],
    mark: str | None,
) -> DecodedPhoto:
    """Turn a picture upright by its EXIF orientation; 90 degrees swap H and W."""
    turn = _TURNS.get(orientation)

    def turned(array: NDArray[_Depth]) -> NDArray[_Depth]:
        return array if turn is None else np.ascontiguousarray(turn(array))

    return DecodedPhoto(
        rgb=turned(pixels.rgb),
        alpha=None if pixels.alpha is None else turned(pixels.alpha),
        format=format,
        notes=notes,
        mark=mark,
        grey16=None if pixels.grey16 is None else turned(pixels.grey16),
    )


def _mark_in(packet: object) -> str | None:
    return mark_in_xmp(packet) if isinstance(packet, bytes) else None
