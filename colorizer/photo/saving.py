"""Writing photos: the size is kept, nothing of the input's metadata is, and the mark is added."""

import contextlib
import io
import secrets
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from colorizer.errors import PhotoError
from colorizer.photo import metadata
from colorizer.photo.color_profile import strips
from colorizer.photo.jpeg_bands import write_jpeg

_Array = NDArray[np.uint8]

JPEG_QUALITY = 95
WEBP_QUALITY = 95
# On photos, level 3 writes as little as the default 6 in less than half of the time.
PNG_COMPRESS_LEVEL = 3
# The same size as the default 4 to within a percent, in half of the time.
WEBP_METHOD = 2

# From this size on, a JPEG is encoded in bands, two at once.
_SPLIT_ROWS = 128
_SPLIT_PIXELS = 2_000_000

_SUFFIXES = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".png": "PNG",
    ".webp": "WEBP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
}
_FIRST_SUFFIX = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "TIFF": ".tif"}
_MAX_SIDE = {"JPEG": 65_500, "WEBP": 16_383}


def writable_format(name: str) -> str:
    """Return the format that a photo opened from format `name` is written in.

    GIF, BMP and AVIF become PNG: the first two hold no mark or too few colours, and writing the
    third takes minutes for a large photo.
    """
    return name if name in _FIRST_SUFFIX else "PNG"


def format_named(name: str) -> str:
    """Return the format that a person means by "jpg", "PNG" or ".tif".

    Raises:
        PhotoError: not a format that can be written.
    """
    plain = name.lower().removeprefix(".")
    if f".{plain}" not in _SUFFIXES:
        raise PhotoError("no_such_format", format=repr(name[:20]))
    return _SUFFIXES[f".{plain}"]


def suffix_of(format_name: str) -> str:
    """Return the file name suffix of a writable format, with its dot."""
    return _FIRST_SUFFIX[format_name]


def encode_pixels(rgb: _Array, alpha: _Array | None, format_name: str, mark: str | None) -> bytes:
    """Return the file for rgb uint8 (H, W, 3) and alpha uint8 (H, W) or None."""
    stream = io.BytesIO()
    _write(stream, rgb, alpha, format_name, mark)
    return stream.getvalue()


def save_pixels(
    path: Path, rgb: _Array, alpha: _Array | None, format_name: str, mark: str | None
) -> None:
    """Write the file beside its place and move it there, so that no half file is ever seen.

    Raises:
        PhotoError: the disk is full, read-only, or the folder is not there.
    """
    unfinished = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with unfinished.open("xb") as stream:
            _write(stream, rgb, alpha, format_name, mark)
        unfinished.replace(path)
    except OSError as error:
        reason = error.strerror or "the disk reported an error"
        raise PhotoError("not_saved", reason=reason) from error
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)


def _write(
    stream: IO[bytes], rgb: _Array, alpha: _Array | None, format_name: str, mark: str | None
) -> None:
    longest = max(rgb.shape[:2])
    if longest > _MAX_SIDE.get(format_name, longest):
        raise PhotoError("long_side", side=longest, format=format_name)
    if format_name == "JPEG":
        _write_jpeg(stream, rgb, alpha, mark)
        return
    picture = Image.fromarray(rgb if alpha is None else np.dstack((rgb, alpha)))
    if format_name == "PNG":
        text = metadata.png_text(mark) if mark else None
        picture.save(stream, "PNG", compress_level=PNG_COMPRESS_LEVEL, pnginfo=text)
    elif format_name == "WEBP":
        exif, xmp = _exif_and_xmp(mark)
        picture.save(stream, "WEBP", quality=WEBP_QUALITY, method=WEBP_METHOD, exif=exif, xmp=xmp)
    else:
        tags = metadata.tiff_tags(mark) if mark else {}
        picture.save(stream, "TIFF", compression="tiff_deflate", tiffinfo=tags)


def _write_jpeg(stream: IO[bytes], rgb: _Array, alpha: _Array | None, mark: str | None) -> None:
    """Write a JPEG with full colour resolution, on white where the photo is transparent."""
    opaque = rgb if alpha is None else on_white(rgb, alpha)
    exif, xmp = _exif_and_xmp(mark)
    if len(rgb) >= _SPLIT_ROWS and rgb.size >= 3 * _SPLIT_PIXELS:
        write_jpeg(stream, opaque, quality=JPEG_QUALITY, exif=exif, xmp=xmp)
        return
    picture = Image.fromarray(opaque)
    picture.save(stream, "JPEG", quality=JPEG_QUALITY, subsampling=0, exif=exif, xmp=xmp)


def _exif_and_xmp(mark: str | None) -> tuple[bytes, bytes]:
    if not mark:
        return b"", b""
    return metadata.exif_fields(mark).tobytes(), metadata.xmp_packet(mark)


def on_white(rgb: _Array, alpha: _Array) -> _Array:
    """Return rgb uint8 (H, W, 3) as it looks on white paper through alpha uint8 (H, W)."""
    flat = np.empty_like(rgb)
    for rows in strips(*alpha.shape):
        opacity = alpha[rows, :, None].astype(np.uint16)
        flat[rows] = (rgb[rows] * opacity + 255 * (255 - opacity) + 127) // 255
    return flat
