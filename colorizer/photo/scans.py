"""TIFFs that Pillow cannot read or reads wrongly, as archives and scanners make them.

Pillow has no 16-bit grey with alpha, no BigTIFF with the most significant byte first, no JPEG 2000
inside, no samples of 10 or 14 bits, no pictures inside a preview's directory, and makes stripes of
16-bit colour in planes. tifffile reads them all, compressed ones with imagecodecs. What one costs
is checked before, and each segment unpacks into memory of the size that the directory announces.

Source: TIFF 6.0; Adobe Photoshop TIFF technical notes; tifffile's documentation.
"""

import importlib.util
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from colorizer.errors import PhotoError
from colorizer.photo.color_profile import rounded_to_8_bits, strips
from colorizer.photo.limits import PhotoLimits
from colorizer.photo.precheck import damaged
from colorizer.photo.precheck.jpeg2000 import read_size
from colorizer.photo.precheck.tiff import Directory

_BITS, _COMPRESSION, _PHOTOMETRIC, _SAMPLES, _PLANES = 258, 259, 262, 277, 284
_EXTRA_SAMPLES, _SAMPLE_FORMAT = 338, 339
_TILE_WIDTH, _TILE_LENGTH = 322, 323
_ORIENTATION, _XMP, _ICC = 274, 700, 34675

_MIN_IS_WHITE, _MIN_IS_BLACK, _RGB, _YCBCR = 0, 1, 2, 6
_UNSIGNED = 1
_RAW = 1
_JPEG_2000 = {33003, 33004, 33005, 34712}
_UNPACKED_SAFELY = {_RAW, 5, 8, 32946, 32773, *_JPEG_2000}  # LZW, Deflate twice, PackBits
_ASSOCIATED_ALPHA, _ALPHA = 1, 2
_MAX_SEGMENTS = 100_000
_CODESTREAM_HEADER = 65_536

# Peak bytes, above what was measured: 5.0 a pixel for grey, 6.8 with alpha, 11.6 for RGB in planes.
# Turning by 90 degrees holds the finished arrays twice.
_BYTES_PER_SAMPLE, _BYTES_PER_PIXEL, _BYTES_TO_TURN = 3.0, 4.0, 10.0


@dataclass(frozen=True, eq=False)
class Scan:
    """The samples of a picture, as they stand in the file.

    Attributes:
        samples: uint16 (H, W, 1) of grey or (H, W, 3) of RGB, 0 black to 65535.
        alpha: uint8 (H, W), or None.
        bits: bits that each sample had.
        orientation: EXIF's number, 1 to 8.
        icc: the colour profile, or None.
        xmp: the XMP packet, or None.
    """

    samples: NDArray[np.uint16]
    alpha: NDArray[np.uint8] | None
    bits: int
    orientation: int
    icc: bytes | None
    xmp: bytes | None


def is_beyond_pillow(directory: Directory) -> bool:
    """Say whether Pillow refuses or garbles this picture of a TIFF."""
    bits = directory.numbers.get(_BITS, (1,))
    in_planes = directory.number_of(_PLANES) == 2
    if directory.number is None or directory.number_of(_COMPRESSION) in _JPEG_2000:
        return True
    if directory.is_bigtiff and directory.is_big_endian:
        return True
    if max(bits) == 12 and len(bits) == 1:
        return directory.is_big_endian or directory.number_of(_PHOTOMETRIC) != _MIN_IS_BLACK
    is_deep = 8 < max(bits) < 32
    return is_deep and (set(bits) != {16} or len(bits) == 2 or (len(bits) > 1 and in_planes))


def read_scan(data: bytes, directory: Directory, limits: PhotoLimits) -> Scan:
    """Read one picture of a TIFF.

    Raises:
        PhotoError: beyond the limits, or of a kind that cannot be read, which it says.
        Exception: whatever tifffile answers to damaged bytes.
    """
    samples = directory.number_of(_SAMPLES, 1)
    cost = max(samples * _BYTES_PER_SAMPLE + _BYTES_PER_PIXEL, _BYTES_TO_TURN)
    limits.check_picture(directory.width, directory.height, cost)
    _check_kind(directory)
    import tifffile  # takes a quarter of a second, and few photos need it

    with tifffile.TiffFile(io.BytesIO(data)) as file:
        file.filehandle.seek(directory.offset)
        page = tifffile.TiffPage(file, 0)
        _check_segments(data, page)
        array = page.asarray(maxworkers=1)
        if page.planarconfig == 2:
            array = np.moveaxis(array.reshape(samples, *array.shape[-2:]), 0, -1)
        array = array.reshape(directory.height, directory.width, samples)
        tags = {tag.code: tag.value for tag in page.tags if tag.code in (_ICC, _XMP)}
    return _in_order(array, directory, tags)


def _check_kind(directory: Directory) -> None:
    """Refuse what tifffile or `_in_order` would not understand."""
    compression = directory.number_of(_COMPRESSION, _RAW)
    photometric = directory.number_of(_PHOTOMETRIC, -1)
    bits = directory.numbers.get(_BITS, (1,))
    if max(bits) > 16 or set(directory.numbers.get(_SAMPLE_FORMAT, ())) - {_UNSIGNED}:
        raise PhotoError("too_precise")
    colours = 1 if photometric in (_MIN_IS_WHITE, _MIN_IS_BLACK) else 3
    in_order = {_MIN_IS_WHITE, _MIN_IS_BLACK, _RGB}
    if compression in _JPEG_2000:
        in_order.add(_YCBCR)  # which its decoder turns into RGB
    if (
        compression not in _UNPACKED_SAFELY
        or photometric not in in_order
        or len(set(bits)) != 1
        or not colours <= directory.number_of(_SAMPLES, 1) <= colours + 4
    ):
        raise PhotoError("rare_tiff")
    is_packed = bits[0] not in (8, 16)
    if (compression != _RAW or is_packed) and not importlib.util.find_spec("imagecodecs"):
        raise PhotoError("needs_codecs")
    tile = directory.number_of(_TILE_WIDTH) * directory.number_of(_TILE_LENGTH)
    if tile > max(4 * directory.width * directory.height, 1_000_000):
        raise damaged()


def _check_segments(data: bytes, page: Any) -> None:
    """Refuse too many segments, and JPEG 2000 that is larger than its place."""
    if len(page.dataoffsets) > _MAX_SEGMENTS:
        raise damaged()
    if page.compression in _JPEG_2000:
        most = page.tilewidth * page.tilelength or page.imagewidth * (page.rowsperstrip or 1)
        for start, count in zip(page.dataoffsets, page.databytecounts, strict=False):
            size = read_size(data[start : start + min(count, _CODESTREAM_HEADER)])
            if size is None or size.width * size.height > most:
                raise damaged()


def _in_order(array: NDArray[Any], directory: Directory, tags: dict[int, Any]) -> Scan:
    """Spread the samples over 0…65535, make white the highest, and part colour from alpha."""
    photometric = directory.number_of(_PHOTOMETRIC)
    bits = directory.number_of(_BITS, 1)
    colours = 1 if photometric in (_MIN_IS_WHITE, _MIN_IS_BLACK) else 3
    kinds = directory.numbers.get(_EXTRA_SAMPLES, ())
    place = next((n for n, kind in enumerate(kinds) if kind in (_ASSOCIATED_ALPHA, _ALPHA)), None)
    height, width = array.shape[:2]
    samples = np.empty((height, width, colours), np.uint16)
    alpha = None if place is None else np.empty((height, width), np.uint8)
    for rows in strips(height, width):
        spread = spread_out(array[rows], bits)
        samples[rows] = spread[..., :colours]
        if photometric == _MIN_IS_WHITE:
            samples[rows] ^= 0xFFFF
        if alpha is not None and place is not None:
            opacity = spread[..., colours + place]
            alpha[rows] = rounded_to_8_bits(opacity)
            if kinds[place] == _ASSOCIATED_ALPHA:
                samples[rows] = _unmultiplied(samples[rows], opacity[..., None])
    return Scan(
        samples=samples,
        alpha=alpha,
        bits=bits,
        orientation=directory.number_of(_ORIENTATION, 1),
        icc=_bytes_of(tags.get(_ICC)),
        xmp=_bytes_of(tags.get(_XMP)),
    )


def spread_out(samples: NDArray[Any], bits: int) -> NDArray[np.uint16]:
    """Return unsigned samples of so many bits as levels of 0…65535."""
    if bits == 16:
        return samples.astype(np.uint16)
    highest = (1 << bits) - 1
    return ((samples.astype(np.uint32) * 65_535 + highest // 2) // highest).astype(np.uint16)


def _unmultiplied(samples: NDArray[np.uint16], opacity: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Take back that colour was multiplied with its opacity."""
    wide = samples.astype(np.uint32) * 65_535 // np.maximum(opacity, 1)
    return np.minimum(wide, 65_535).astype(np.uint16)


def _bytes_of(value: object) -> bytes | None:
    return value if isinstance(value, bytes) else None
