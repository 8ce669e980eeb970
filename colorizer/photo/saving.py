"""Writing photos: encoded in memory, then put in their place whole or not at all.

The size is kept and the mark is added; of the input's metadata only what the caller hands over.
"""

import contextlib
import errno
import io
import os
import secrets
import time
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from colorizer.errors import PhotoError
from colorizer.photo.color_profile import strips
from colorizer.photo.deep_files import deep_png, packed_tiff, with_alpha
from colorizer.photo.metadata_fields import (
    NO_METADATA,
    Metadata,
    exif_block,
    photoshop_segment,
    png_texts,
    srgb_profile,
    tiff_tags,
    xmp_of,
)

_Array = NDArray[np.uint8]

JPEG_QUALITY = 95
WEBP_QUALITY = 95
# On photos, level 3 writes as little as the default 6 in less than half of the time.
PNG_COMPRESS_LEVEL = 3
# With opacity between the colours, a search for what repeats finds nothing: without it, files are
# up to 9 % smaller, in 0.6 of the time.
TRANSPARENT_PNG = {"compress_level": 1, "compress_type": zlib.Z_RLE}
# The same size as the default 4 to within a percent, in half of the time.
WEBP_METHOD = 2

_UNFINISHED = ".colorizer-"
_LONGEST_WRITE_SECONDS = 600

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
HOLDS_16_BITS = frozenset(("PNG", "TIFF"))


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


def format_of_head(head: bytes) -> str:
    """Return the format that a photo whose file begins like this is saved in by default."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WEBP"
    return "TIFF" if head.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")) else "PNG"


def encode_pixels(
    rgb: _Array,
    alpha: _Array | None,
    format_name: str,
    mark: str | None,
    metadata: Metadata | None = None,
    rgb16: NDArray[np.uint16] | None = None,
) -> bytes:
    """Return the file for rgb uint8 (H, W, 3) and alpha uint8 (H, W) or None.

    metadata: what is kept of the photo's own; None leaves out the sRGB profile, too. rgb16: the
    same picture with 16 bits, for formats that hold them.
    """
    longest = max(rgb.shape[:2])
    if longest > _MAX_SIDE.get(format_name, longest):
        raise PhotoError("long_side", side=longest, format=format_name)
    if format_name == "JPEG":
        return _jpeg(rgb if alpha is None else on_white(rgb, alpha), mark, metadata)
    known = metadata or NO_METADATA
    icc = b"" if metadata is None else srgb_profile()
    if format_name == "TIFF":
        tags = tiff_tags(mark, known)
        if rgb16 is not None:
            return packed_tiff(with_alpha(rgb16, alpha), tags, icc=icc)
        return packed_tiff(with_alpha(rgb, alpha), tags, icc=icc)
    exif = b"" if metadata is None and format_name == "PNG" else exif_block(mark, known)
    if format_name == "PNG" and rgb16 is not None:
        samples, texts = with_alpha(rgb16, alpha), png_texts(mark, known)
        return deep_png(samples, texts=texts, exif=exif, icc=icc, dpi=known.dpi)
    options: dict[str, Any] = _profile(metadata) | {"exif": exif}
    if format_name == "PNG":
        options |= {"compress_level": PNG_COMPRESS_LEVEL, "pnginfo": png_texts(mark, known)}
        options |= {} if alpha is None else TRANSPARENT_PNG
        options |= _dpi(known)
    else:
        options |= {"xmp": xmp_of(mark, known), "quality": WEBP_QUALITY, "method": WEBP_METHOD}
    stream = io.BytesIO()
    Image.fromarray(with_alpha(rgb, alpha)).save(stream, format_name, **options)
    return stream.getvalue()


def _jpeg(opaque: _Array, mark: str | None, metadata: Metadata | None) -> bytes:
    """Return a JPEG with full colour resolution."""
    known = metadata or NO_METADATA
    head: dict[str, Any] = {"exif": exif_block(mark, known), "xmp": xmp_of(mark, known)}
    head |= {"extra": photoshop_segment(known.iptc)} | _profile(metadata) | _dpi(known)
    if known.comment:
        head |= {"comment": known.comment}
    stream = io.BytesIO()
    Image.fromarray(opaque).save(stream, "JPEG", quality=JPEG_QUALITY, subsampling=0, **head)
    return stream.getvalue()


def _profile(metadata: Metadata | None) -> dict[str, bytes]:
    return {} if metadata is None else {"icc_profile": srgb_profile()}


def _dpi(metadata: Metadata) -> dict[str, tuple[float, float]]:
    return {"dpi": metadata.dpi} if metadata.dpi else {}


def write_file(path: Path, data: bytes) -> None:
    """Put a file in its place whole or not at all, and on the disk, not only in its cache.

    The data is written beside its place first and moved there; see `sweep` for what a killed
    process may leave.

    Raises:
        PhotoError: the disk is full, read-only, or the folder is not there.
    """
    unfinished = path.with_name(f"{_UNFINISHED}{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        with unfinished.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
            size = os.fstat(stream.fileno()).st_size
        if size != len(data):
            raise OSError(errno.EIO, "the disk took only a part of it")
        unfinished.replace(path)
    except OSError as error:
        reason = error.strerror or "the disk reported an error"
        raise PhotoError("not_saved", reason=reason) from error
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)


def sweep(folder: Path) -> int:
    """Remove what killed processes of ours left in a folder; return how many files that were."""
    removed = 0
    with contextlib.suppress(OSError):
        for path in folder.glob(f"{_UNFINISHED}*.part"):
            with contextlib.suppress(OSError):
                if _is_abandoned(path):
                    path.unlink()
                    removed += 1
    return removed


def _is_abandoned(unfinished: Path) -> bool:
    """Whether its process is gone, or so much time that no process still writes it."""
    if time.time() - unfinished.stat().st_mtime > _LONGEST_WRITE_SECONDS:
        return True
    process = unfinished.name.removeprefix(_UNFINISHED).partition("-")[0]
    if os.name != "posix" or not process.isdigit():  # elsewhere signal 0 is not harmless
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


def on_white(rgb: _Array, alpha: _Array) -> _Array:
    """Return rgb uint8 (H, W, 3) as it looks on white paper through alpha uint8 (H, W)."""
    flat = np.empty_like(rgb)
    for rows in strips(*alpha.shape):
        opacity = alpha[rows, :, None].astype(np.uint16)
        flat[rows] = (rgb[rows] * opacity + 255 * (255 - opacity) + 127) // 255
    return flat
