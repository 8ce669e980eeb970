"""A photo in memory, and its two doors: any bytes in, whole files out."""

import contextlib
import hashlib
import logging
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from colorizer.errors import Message, PhotoError
from colorizer.photo.decoding import decode, read_mark_of
from colorizer.photo.limits import DEFAULT_LIMITS, PhotoLimits, out_of_memory
from colorizer.photo.metadata_fields import Metadata
from colorizer.photo.precheck import damaged
from colorizer.photo.saving import (
    encode_pixels,
    format_named,
    suffix_of,
    writable_format,
    write_file,
)

logger = logging.getLogger(__name__)

# A photo counts as grey when 99 of 100 sampled pixels have channels this close together: JPEG
# noise and a slight warmth of the paper stay below it, sepia does not.
_GREY_SPREAD = 10
_GREY_SHARE = 99
_SAMPLES_PER_SIDE = 256


@dataclass(frozen=True, eq=False)
class Photo:
    """A photo in memory.

    Attributes:
        rgb: uint8 (H, W, 3), sRGB, upright. Fully transparent pixels are white.
        alpha: uint8 (H, W), 0 transparent to 255 opaque, or None when all is opaque.
        format: format it came in, by Pillow's name ("JPEG", "PNG", ...).
        notes: what was left out or assumed while reading.
        mark: the honest mark of the file it came from, or None when that carries none of ours.
        grey16: uint16 (H, W), upright: the grey levels of a file that had more than 8 bits of
            them, 0 black to 65535 white, coded by sRGB's curve; `rgb` is the same rounded to
            8 bits. None for 8-bit files and for colour. Pixels that are fully transparent are
            white.
        rgb16: uint16 (H, W, 3), the colours with 16 bits, of a photo that was coloured with them
            (`Colorizer.decode(…, sixteen_bits=True)`). Saved where the format holds it: PNG, TIFF.
    """

    rgb: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None = None
    format: str = "PNG"
    notes: tuple[Message, ...] = ()
    mark: str | None = None
    grey16: NDArray[np.uint16] | None = None
    rgb16: NDArray[np.uint16] | None = None

    def __post_init__(self) -> None:
        if self.rgb.dtype != np.uint8 or self.rgb.ndim != 3 or self.rgb.shape[2] != 3:
            raise ValueError(f"rgb is {self.rgb.dtype} {self.rgb.shape}, not uint8 (H, W, 3)")
        if self.rgb.size == 0:
            raise ValueError("rgb has no pixels")
        # A view such as bgr[..., ::-1] is welcome; what reads it wants its bytes in order.
        object.__setattr__(self, "rgb", np.ascontiguousarray(self.rgb))
        if self.alpha is not None and (
            self.alpha.dtype != np.uint8 or self.alpha.shape != self.rgb.shape[:2]
        ):
            raise ValueError(f"alpha is {self.alpha.dtype} {self.alpha.shape}, not uint8 (H, W)")
        if self.grey16 is not None and (
            self.grey16.dtype != np.uint16 or self.grey16.shape != self.rgb.shape[:2]
        ):
            raise ValueError(
                f"grey16 is {self.grey16.dtype} {self.grey16.shape}, not uint16 (H, W)"
            )
        if self.rgb16 is not None and (
            self.rgb16.dtype != np.uint16 or self.rgb16.shape != self.rgb.shape
        ):
            raise ValueError(f"rgb16 is {self.rgb16.dtype} {self.rgb16.shape}, not as rgb is")

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.rgb.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.rgb.shape[0])

    @property
    def suffix(self) -> str:
        """File name suffix, with its dot, of the format the photo is saved in by default."""
        return suffix_of(writable_format(self.format))

    @property
    def is_grey(self) -> bool:
        """Whether the photo has practically no colour, judged by a grid of its pixels."""
        down = -(-self.height // _SAMPLES_PER_SIDE)
        across = -(-self.width // _SAMPLES_PER_SIDE)
        sample = self.rgb[::down, ::across]
        spread = sample.max(axis=2) - sample.min(axis=2)
        return bool(np.percentile(spread, _GREY_SHARE) <= _GREY_SPREAD)


def open_photo(source: str | Path | bytes, limits: PhotoLimits = DEFAULT_LIMITS) -> Photo:
    """Open a photo of any accepted kind.

    Args:
        source: path of a regular file, or the bytes of one.
        limits: what the photo may cost; checked before its pixels are decoded.

    Raises:
        PhotoError: and nothing else, whatever the bytes are.
    """
    data = read_file(source, limits)
    with _answered_in_a_sentence(data):
        decoded = decode(data, limits)
    return Photo(**vars(decoded))


def encode_photo(
    photo: Photo,
    format: str | None = None,
    *,
    mark: str | None = None,
    metadata: Metadata | None = None,
) -> bytes:
    """Return the photo as a file, at its own size.

    Args:
        photo: what to encode.
        format: "jpg", "png", "webp" or "tif"; by default the photo's own format, or PNG where
            that cannot be written well. JPEG has quality 95 with full colour resolution, and is
            composited on white where the photo is transparent; PNG and TIFF are lossless.
        mark: line that says the colours are invented; see `colorizer.photo.metadata`.
        metadata: what is kept of the photo's own, see `colorizer.photo.kept_metadata`; by default
            nothing of it is in the file, and no sRGB profile either.

    Raises:
        PhotoError: the format is unknown or too small for the photo.
    """
    format_name = format_named(format) if format else writable_format(photo.format)
    return _encode(photo, format_name, mark, metadata)


def save_photo(
    photo: Photo,
    path: str | Path,
    *,
    mark: str | None = None,
    metadata: Metadata | None = None,
) -> Path:
    """Write the photo to `path`, whole or not at all, in place of what was there.

    Args:
        photo: what to save.
        path: its suffix decides the format; without one the photo's own is appended.
        mark: see `encode_photo`.
        metadata: the same.

    Returns:
        the path that was written.

    Raises:
        PhotoError: unknown suffix, disk full, folder missing or not writable.
    """
    target = Path(path)
    if target.suffix:
        format_name = format_named(target.suffix)
    else:
        format_name = writable_format(photo.format)
        target = target.with_name(target.name + suffix_of(format_name))
    write_file(target, _encode(photo, format_name, mark, metadata))
    return target


def _encode(photo: Photo, format_name: str, mark: str | None, metadata: Metadata | None) -> bytes:
    return encode_pixels(photo.rgb, photo.alpha, format_name, mark, metadata, photo.rgb16)


def read_mark(source: str | Path | bytes) -> str | None:
    """Return the honest mark of a file, or None when it carries none of ours.

    Raises:
        PhotoError: not a photo that can be read.
    """
    data = read_file(source, DEFAULT_LIMITS)
    with _answered_in_a_sentence(data):
        return read_mark_of(data, DEFAULT_LIMITS)


def read_file(source: str | Path | bytes, limits: PhotoLimits = DEFAULT_LIMITS) -> bytes:
    """Return the bytes of a source, never reading more than the limit.

    Raises:
        PhotoError: no regular file, one that cannot be read, or one beyond the limit.
    """
    if isinstance(source, bytes):
        limits.check_bytes(len(source))
        return source
    try:
        status = Path(source).stat()
        if not stat.S_ISREG(status.st_mode):
            raise PhotoError("no_file")
        limits.check_bytes(status.st_size)
        with Path(source).open("rb") as stream:
            data = stream.read(limits.max_bytes + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, PhotoError):
            raise
        raise PhotoError("unreadable") from error
    limits.check_bytes(len(data))  # it may have grown since
    return data


@contextlib.contextmanager
def _answered_in_a_sentence(data: bytes) -> Iterator[None]:
    """Let nothing but PhotoError out.

    Damaged bytes make Pillow raise nearly every built-in error, from struct.error to KeyError,
    and the list changes with its version. This is the one place that has to hold for any bytes.
    """
    try:
        yield
    except PhotoError as refusal:
        _log_refusal(data, str(refusal))
        raise
    except MemoryError as error:
        _log_refusal(data, "out of memory")
        raise out_of_memory() from error
    except Exception as error:
        _log_refusal(data, f"{type(error).__name__}: {error}")
        raise damaged(data) from error


def _log_refusal(data: bytes, reason: str) -> None:
    logger.info(
        "refused a photo: %s (sha256 %s, %d bytes, begins %s)",
        reason,
        hashlib.sha256(data).hexdigest(),
        len(data),
        data[:12].hex(),
    )
