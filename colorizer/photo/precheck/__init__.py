"""What has to be known of a file before Pillow may open it.

Pillow guards its decoders well and its header readers less: some of them take a loop in Python
for every segment, chunk or comment block that a file cares to declare. `inspect` names the
format by its first bytes, refuses what is not on the list or larger than it may be, counts those
loops beforehand and returns what decoding will cost in memory.
"""

import importlib
import importlib.util
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, features

from colorizer.errors import PhotoError
from colorizer.photo.limits import PhotoLimits
from colorizer.photo.precheck import gif, jpeg2000, png
from colorizer.photo.precheck.declared_size import declared_size
from colorizer.photo.precheck.jpeg import read_structure
from colorizer.photo.precheck.tiff import is_big_endian_bigtiff, is_bomb, whole_pictures

_JPEG_SUFFIXES = (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo")
READABLE_SUFFIXES = frozenset(
    (*_JPEG_SUFFIXES, ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".avif", ".jp2", ".j2k")
) | ({".heic", ".heif"} if importlib.util.find_spec("pillow_heif") else frozenset())
"""Suffixes of files worth opening when a folder is searched; a named file may have any."""

# Peak bytes per pixel from the file to the finished arrays, measured with Pillow 12.3 (RGB, or
# RGBA where the format has it). AVIF with more than 8 bits is an estimate.
_BYTES_PER_PIXEL = {
    "JPEG": 4.5,
    "PNG": 8.5,
    "WEBP": 17.0,
    "TIFF": 8.5,
    "BMP": 8.5,
    "GIF": 5.5,
    "AVIF": 14.0,
    "HEIF": 14.0,
    "JPEG2000": 12.0,
}
_BYTES_PER_JPEG2000_SAMPLE = 4.0
_BYTES_FOR_16_BITS = 8.5
# Turning a picture by 90 degrees holds it twice.
_BYTES_TO_TURN = 6.2
# The empty canvas that an animated PNG may be cleared to.
_BYTES_TO_DISPOSE = 4.0

# Far above what real files have, far below what takes a second to read.
_MAX_JPEG_SEGMENTS = 5_000
_MAX_JPEG_SCANS = 64
_MAX_JPEG_PARSED_SEGMENTS = 128  # each may take 10 ms, or copy all before it
_MAX_JPEG_FILLING = 100_000  # bytes, which Pillow passes one by one
_MAX_PNG_CHUNKS = 50_000
_MAX_GIF_STEPS = 4_000
_MAX_GIF_PICTURE_BLOCKS = 300_000
_MAX_AVIF_EXIF_BLOCKS = 16
_RLE8, _RLE4 = 1, 2
_MAX_RLE_BMP_PIXELS = 4_000_000
_MAX_JPEG2000_TILES = 4_096

# Baseline, extended and progressive; the others are lossless, hierarchical or arithmetic.
_JPEG_FRAMES = {0xC0, 0xC1, 0xC2}

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
TIFF_HEADERS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_JPEG_2000_STARTS = (b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51")
_TIFF_HEADER = re.compile(rb"II\*\0|MM\0\*")

_OTHER_KINDS = (
    (b"%PDF", "PDF document"),
    (b"%!PS", "PostScript file"),
    (b"\xc5\xd0\xd3\xc6", "PostScript file"),
    (b"8BPS", "Photoshop file"),
    (b"\0\0\0\x0cJXL ", "JPEG XL picture"),
    (b"\xff\x0a", "JPEG XL picture"),
    (b"\0\0\1\0", "Windows icon"),
    (b"\0\0\2\0\1\0", "Windows cursor"),
    (b"PK\3\4", "ZIP archive"),
    (b"\x1f\x8b", "compressed archive"),
    (b"<svg", "drawing (SVG)"),
    (b"<?xml", "drawing or document (XML)"),
)


def accepted_formats() -> tuple[str, ...]:
    """Return the names, as Pillow knows them, of the formats that may be opened."""
    formats = ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF"]
    if features.check("avif"):
        formats.append("AVIF")
    if features.check("jpg_2000"):
        formats.append("JPEG2000")
    if importlib.util.find_spec("pillow_heif"):
        formats.append("HEIF")
    return tuple(formats)


def preload() -> None:
    """Import what decoding would import at its first photo of a kind."""
    Image.init()
    for name in ("tifffile", "imagecodecs", "pillow_heif"):
        if importlib.util.find_spec(name):
            importlib.import_module(name)


@dataclass(frozen=True)
class Inspection:
    """What is known of a file that may be decoded.

    Attributes:
        kind: its format by Pillow's name.
        bytes_per_pixel: what decoding takes at its peak.
    """

    kind: str
    bytes_per_pixel: float


def inspect(data: bytes, limits: PhotoLimits) -> Inspection:
    """Refuse what no decoder should see; tell the rest's kind and cost.

    Raises:
        PhotoError: not a photo, not an accepted format, built to exhaust the decoder, or of a
            kind whose header alone tells that it is beyond the limits.
    """
    kind = _kind_of(data)
    if kind is None or kind not in accepted_formats():
        raise _refusal_of_kind(data, kind)
    extra = _CHECKS[kind](data) if kind in _CHECKS else 0.0
    bytes_per_pixel = max(_BYTES_PER_PIXEL[kind] + extra, _BYTES_TO_TURN)
    size = declared_size(data, kind)
    if size is not None and 0 not in size:
        limits.check_picture(*size, bytes_per_pixel)
    return Inspection(kind, bytes_per_pixel)


def damaged(data: bytes = b"") -> PhotoError:
    """Return the refusal of a file that begins like a photo and cannot be read as one.

    data: the file, where its kind is to be named.
    """
    if _kind_of(data) == "HEIF":
        return PhotoError("heic_damaged")
    return PhotoError("damaged")


def _kind_of(data: bytes) -> str | None:
    """Return the format that the first bytes promise, whatever the file is called."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    if data.startswith(TIFF_HEADERS):
        return "TIFF"
    if data.startswith(b"BM"):
        return "BMP"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data[4:8] == b"ftyp":
        brands = _isobmff_brands(data)
        if brands & {b"avif", b"avis"}:
            return "AVIF"
        if brands & _HEIC_BRANDS or b"mif1" in brands:
            return "HEIF"
    if data.startswith(_JPEG_2000_STARTS):
        return "JPEG2000"
    return None


def _isobmff_brands(data: bytes) -> set[bytes]:
    """Return the major and compatible brands of the leading ftyp box."""
    box = data[8 : min(int.from_bytes(data[:4], "big"), 1_024)]
    return {box[start : start + 4] for start in range(0, len(box), 4) if start != 4}


def _refusal_of_kind(data: bytes, kind: str | None) -> PhotoError:
    if kind == "HEIF":
        return PhotoError("heic")
    if kind == "JPEG2000":
        return PhotoError("other_kind", kind="JPEG 2000 picture")
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for signature, name in _OTHER_KINDS:
        if start.startswith(signature.lower()):
            return PhotoError("other_kind", kind=name)
    accepted = ", ".join(accepted_formats())
    return PhotoError("no_photo", accepted=accepted)


def _check_jpeg(data: bytes) -> float:
    """Return the bytes per pixel that a picture in several scans costs more."""
    structure = read_structure(data, max_segments=_MAX_JPEG_SEGMENTS, max_scans=_MAX_JPEG_SCANS)
    if structure.frame_marker is None:
        raise damaged()
    if structure.frame_marker not in _JPEG_FRAMES or structure.precision != 8:
        raise PhotoError("rare_jpeg")
    if (
        structure.segments > _MAX_JPEG_SEGMENTS
        or structure.parsed > _MAX_JPEG_PARSED_SEGMENTS
        or structure.filling > _MAX_JPEG_FILLING
        or structure.scans > _MAX_JPEG_SCANS
        or is_bomb(structure.exif)
        or is_big_endian_bigtiff(structure.exif)
    ):
        raise damaged()
    return structure.coefficient_bytes


def _check_png(data: bytes) -> float:
    """Count the chunks; return the bytes per pixel that depth and animation cost more.

    What has 16 bits a sample and transparency is eight bytes a pixel to unpack: 100 megapixels of
    it would take a quarter of a minute.
    """
    extra = _BYTES_FOR_16_BITS if png.bits_per_pixel(data) > 48 else 0.0
    for number, (kind, _, _) in enumerate(png.chunks(data)):
        if number >= _MAX_PNG_CHUNKS:
            raise damaged()
        if kind == b"acTL":
            extra += _BYTES_TO_DISPOSE
    return extra


def _check_gif(data: bytes) -> float:
    """Refuse what Pillow reads byte by byte or joins block by block, for too long."""
    try:
        structure = gif.read_structure(
            data, max_steps=_MAX_GIF_STEPS, max_picture_blocks=_MAX_GIF_PICTURE_BLOCKS
        )
    except struct.error as error:
        raise damaged() from error
    if structure.steps > _MAX_GIF_STEPS or structure.picture_blocks > _MAX_GIF_PICTURE_BLOCKS:
        raise damaged()
    return 0.0


def _check_bmp(data: bytes) -> float:
    """Refuse run lengths of 4 bits, which Pillow gets wrong, and large ones of 8, in Python."""
    if len(data) < 34:
        raise damaged()
    header_size, width, height = struct.unpack_from("<Lll", data, 14)
    compression = int.from_bytes(data[30:34], "little") if header_size >= 40 else 0
    if compression == _RLE4:
        raise PhotoError("rare_bmp")
    if compression == _RLE8 and abs(width * height) + len(data) > _MAX_RLE_BMP_PIXELS:
        raise PhotoError("large_bmp")
    return 0.0


def _check_tiff(data: bytes) -> float:
    if is_bomb(data) or (is_big_endian_bigtiff(data) and not whole_pictures(data)):
        raise damaged()
    return 0.0


def _check_avif(data: bytes) -> float:
    """Look at every EXIF block of the file: Pillow reads it while it opens an AVIF."""
    for number, match in enumerate(_TIFF_HEADER.finditer(data)):
        if number >= _MAX_AVIF_EXIF_BLOCKS or is_bomb(data[match.start() :]):
            raise damaged(data)
    return 0.0


def _check_jpeg2000(data: bytes) -> float:
    """Refuse too many tiles, each of which costs before the first is read."""
    size = jpeg2000.read_size(data)
    if size is None or size.tiles > _MAX_JPEG2000_TILES:
        raise damaged()
    return size.components * _BYTES_PER_JPEG2000_SAMPLE


_CHECKS: dict[str, Callable[[bytes], float]] = {
    "JPEG": _check_jpeg,
    "PNG": _check_png,
    "GIF": _check_gif,
    "BMP": _check_bmp,
    "TIFF": _check_tiff,
    "AVIF": _check_avif,
    "HEIF": _check_avif,
    "JPEG2000": _check_jpeg2000,
}
