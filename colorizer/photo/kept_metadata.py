"""What a file says about its photo beside the pixels, to be kept in the coloured one.

    metadata, notes = read_metadata(data, keep_gps=False)
    save_photo(photo, "grandmother-colour.jpg", mark=mark, metadata=metadata)

Kept are EXIF (date, caption, author, copyright, camera), IPTC, the parts of XMP that people write,
PNG's texts, JPEG's comment and the resolution. Not kept are thumbnails, maker notes, the history
of edits and, unless asked for, the place by GPS. Nothing here decodes pixels.
"""

import hashlib
import io
import struct
from dataclasses import dataclass, field, replace

from PIL import ExifTags, Image, UnidentifiedImageError

from colorizer.errors import Message
from colorizer.photo.decoding import open_header
from colorizer.photo.iptc import read_iptc
from colorizer.photo.limits import DEFAULT_LIMITS, PhotoLimits
from colorizer.photo.metadata import MAX_XMP_BYTES, kept_xmp
from colorizer.photo.metadata_fields import MAX_BLOCK_BYTES, Metadata, exif_block

_TIFF_MAGIC = (b"II*\0", b"MM\0*")
_XMP, _IPTC, _PHOTOSHOP_IPTC, _BITS = 700, 33723, 0x0404, 258
_PNG_DEPTH = 24  # where a PNG says how many bits a channel has
_MAX_KEPT_XMP = MAX_XMP_BYTES - 6_000  # the rest is for the mark
_EXIF, _GPS = ExifTags.IFD.Exif.value, ExifTags.IFD.GPSInfo.value
_RESOLUTION = (282, 283, 296)
_INCH, _CENTIMETRE = 2, 3

# Of the main directory: name and page of a document, caption, camera, software, dates, author,
# copyright, rating, Windows' title, comment, author, keywords and subject, title of the document.
_MAIN_TAGS = (
    *(269, 270, 271, 272, 285, 305, 306, 315, 0x4746, 0x4749, 33432, 36867, 36868),
    *(0x9C9B, 0x9C9C, 0x9C9D, 0x9C9E, 0x9C9F),
)
# Of the camera's directory: maker note, size in pixels, links to other directories and to a sound.
_DROPPED_CAMERA_TAGS = frozenset((0x927C, 0xA002, 0xA003, 0xA004, 0xA005))
_PNG_TEXTS = {"Title", "Author", "Description", "Copyright", "Creation Time", "Source", "Comment"}
_PNG_TEXTS |= {"Disclaimer", "Warning"}
_MAX_TEXT = 10_000


@dataclass
class _Raw:
    """The blocks of metadata as they lie in a file."""

    exif: bytes = b""
    xmp: bytes = b""
    iptc: bytes = b""
    comment: bytes = b""
    texts: dict[str, str] = field(default_factory=dict)
    dpi: tuple[float, float] | None = None
    sixteen_bits: bool = False


def read_metadata(
    data: bytes, *, keep_gps: bool = False, limits: PhotoLimits = DEFAULT_LIMITS
) -> tuple[Metadata, tuple[Message, ...]]:
    """Return what is kept of a photo's metadata, and notes of what could not be.

    Args:
        data: the file of a photo that can be read.
        keep_gps: whether the place where it was taken is kept.
        limits: see `open_photo`.

    Never raises for odd metadata: what cannot be read or written again is left out and noted.
    """
    origin = Metadata(source=hashlib.sha256(data).hexdigest())
    # As with pixels, Pillow answers nearly any built-in error to damaged blocks.
    try:
        raw = _blocks(data, limits)
    except MemoryError:
        raise
    except Exception:
        return origin, (Message("metadata_lost"),)
    metadata = replace(origin, comment=raw.comment[:_MAX_TEXT], texts=raw.texts)
    complete = len(raw.iptc) <= MAX_BLOCK_BYTES
    if complete:
        metadata = replace(metadata, iptc=raw.iptc, iptc_texts=read_iptc(raw.iptc))
    if raw.xmp:
        kept = kept_xmp(raw.xmp, keep_gps=keep_gps) if len(raw.xmp) <= _MAX_KEPT_XMP else None
        complete &= kept is not None
        metadata = replace(metadata, xmp=kept or b"")
    try:
        with_exif = _with_exif(metadata, raw, keep_gps)
    except MemoryError:
        raise
    except Exception:
        complete = False
    else:
        metadata = with_exif
    if metadata.dpi is None:
        metadata = replace(metadata, dpi=_sane(raw.dpi))
    notes = [] if complete else [Message("metadata_partly_lost")]
    if raw.sixteen_bits:
        notes.append(Message("sixteen_bits"))
    return metadata, tuple(notes)


def _blocks(data: bytes, limits: PhotoLimits) -> _Raw:
    if data.startswith(_TIFF_MAGIC):  # all of it is EXIF, and no decoder need know its pixels
        exif = _loaded(data)
        bits = exif.get(_BITS, 1)
        return _Raw(
            exif=data,
            xmp=_bytes(exif.get(_XMP), exif),
            iptc=_bytes(exif.get(_IPTC), exif),
            sixteen_bits=max(bits if isinstance(bits, tuple) else (bits,)) == 16,
        )
    try:
        image = open_header(data, limits)
    except UnidentifiedImageError:
        return _Raw()
    with image:
        info = image.info
        resources = info.get("photoshop")
        resources = resources if isinstance(resources, dict) else {}
        texts = getattr(image, "text", {}) if image.format == "PNG" else {}
        return _Raw(
            exif=_only_bytes(info.get("exif")),
            xmp=_only_bytes(info.get("xmp")),
            iptc=_only_bytes(resources.get(_PHOTOSHOP_IPTC))
            if isinstance(resources, dict)
            else b"",
            comment=_only_bytes(info.get("comment")) if image.format in ("JPEG", "MPO") else b"",
            texts={k: str(v)[:_MAX_TEXT] for k, v in texts.items() if k in _PNG_TEXTS},
            dpi=info.get("dpi"),
            sixteen_bits=image.format == "PNG" and data[_PNG_DEPTH] == 16,
        )


def _loaded(block: bytes) -> Image.Exif:
    exif = Image.Exif()
    exif.load(block)
    return exif


def _with_exif(metadata: Metadata, raw: _Raw, keep_gps: bool) -> Metadata:
    """The metadata with what EXIF has; raises anything for EXIF that cannot be written again."""
    if not raw.exif:
        return metadata
    exif = _loaded(raw.exif)
    main = {tag: exif[tag] for tag in _MAIN_TAGS if tag in exif}
    camera = {
        tag: value
        for tag, value in exif.get_ifd(_EXIF).items()
        if tag not in _DROPPED_CAMERA_TAGS and value is not None
    }
    gps = dict(exif.get_ifd(_GPS)) if keep_gps else {}
    resolution = [exif.get(tag) for tag in _RESOLUTION]
    metadata = replace(metadata, main=main, camera=camera, gps=gps, dpi=_dpi(*resolution))
    if len(exif_block(None, metadata)) > MAX_BLOCK_BYTES:
        raise ValueError("the EXIF block is too long")
    return metadata


def _dpi(across: object, down: object, unit: object) -> tuple[float, float] | None:
    if unit not in (_INCH, _CENTIMETRE, None) or across is None or down is None:
        return None
    factor = 2.54 if unit == _CENTIMETRE else 1.0
    return _sane((float(across) * factor, float(down) * factor))  # type: ignore[arg-type]


def _sane(dpi: object) -> tuple[float, float] | None:
    """The resolution, if it is one that every format can hold."""
    if not isinstance(dpi, tuple) or len(dpi) != 2:
        return None
    across, down = float(dpi[0]), float(dpi[1])
    # A JPEG without a resolution reads as 1 or 72 dots by convention; 1 says nothing.
    return (across, down) if 1 < across <= 65_535 and 1 < down <= 65_535 else None


def _only_bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""


def _bytes(value: object, exif: Image.Exif) -> bytes:
    """A block of a TIFF as it lies there, also where its numbers are declared as long ones."""
    if isinstance(value, tuple) and all(isinstance(each, int) for each in value):
        packed = io.BytesIO()
        for each in value:
            packed.write(struct.pack(f"{exif.endian or '<'}L", each))
        return packed.getvalue()
    return _only_bytes(value)
