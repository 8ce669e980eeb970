"""Kept metadata and the honest mark as the fields of each format: EXIF, PNG texts, TIFF tags."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from PIL import ImageCms, PngImagePlugin, TiffImagePlugin

from colorizer.photo.iptc import CAPTION, NO_IPTC, IptcTexts, plain_text
from colorizer.photo.metadata import MAX_XMP_BYTES, SOFTWARE, xmp_packet

MAX_BLOCK_BYTES = 60_000
"""A segment of a JPEG holds 65 533 bytes; the rest is for the mark."""

_DESCRIPTION, _SOFTWARE, _COLOUR_SPACE = 270, 305, 0xA001
_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT, _INCH = 282, 283, 296, 2
_EXIF_DIRECTORY, _GPS_DIRECTORY = 0x8769, 0x8825
_XMP, _IPTC = 700, 33723
_BYTE, _UNDEFINED = 1, 7
_WINDOWS_TAGS = range(0x9C9B, 0x9CA0)
_SRGB = 1
_TIFF_HEADER = b"II*\0\x08\0\0\0"


@dataclass(frozen=True)
class Metadata:
    """What is known of a photo beside its pixels; see `colorizer.photo.kept_metadata`.

    Attributes:
        main, camera, gps: EXIF by tag, as Pillow reads it.
        xmp: what `kept_xmp` returned.
        iptc: the IPTC-IIM records. iptc_texts: the same as texts.
        texts: of a PNG, by keyword. comment: of a JPEG.
        dpi: across and down.
        source: SHA-256 of the photo's file, hexadecimal.
        settings: how it is coloured, in a few words.
    """

    main: Mapping[int, Any] = field(default_factory=dict)
    camera: Mapping[int, Any] = field(default_factory=dict)
    gps: Mapping[int, Any] = field(default_factory=dict)
    xmp: bytes = b""
    iptc: bytes = b""
    iptc_texts: IptcTexts = NO_IPTC
    texts: Mapping[str, str] = field(default_factory=dict)
    comment: bytes = b""
    dpi: tuple[float, float] | None = None
    source: str = ""
    settings: str = ""

    @property
    def caption(self) -> str:
        """What the photo is said to show, elsewhere than in XMP."""
        own = plain_text(_raw(self.main.get(_DESCRIPTION, b"")))
        of_iptc = self.iptc_texts.properties.get(CAPTION, ("",))[0]
        return own or of_iptc or self.texts.get("Description", "")


NO_METADATA = Metadata()


@cache
def srgb_profile() -> bytes:
    """The ICC profile that says sRGB, without the hour at which it was made."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile[:24] + bytes(12) + profile[36:]


def exif_block(mark: str | None, metadata: Metadata) -> bytes:
    """The EXIF block of a JPEG, PNG or WebP; empty when there is nothing to say."""
    tags = _directory(mark, metadata)
    return b"Exif\0\0" + _TIFF_HEADER + tags.tobytes(8) if len(tags) else b""


def tiff_tags(mark: str | None, metadata: Metadata) -> TiffImagePlugin.ImageFileDirectory_v2:
    """The tags of a TIFF beside those of its pixels."""
    tags = _directory(mark, metadata)
    packet = xmp_of(mark, metadata)
    if packet:
        tags[_XMP] = packet
        tags.tagtype[_XMP] = _BYTE  # as XMP part 3 wants it
    if metadata.iptc:
        tags[_IPTC] = metadata.iptc
        tags.tagtype[_IPTC] = _UNDEFINED
    return tags


def png_texts(mark: str | None, metadata: Metadata) -> PngImagePlugin.PngInfo:
    """The text chunks of a PNG."""
    chunks = PngImagePlugin.PngInfo()
    texts = dict(metadata.texts)
    caption = texts.pop("Description", "") or metadata.caption
    if mark:
        chunks.add_text("Software", SOFTWARE)
    if mark or caption:
        chunks.add_itxt("Description", "\n\n".join(text for text in (caption, mark) if text))
    for name, text in texts.items():
        chunks.add_itxt(name, text)
    packet = xmp_of(mark, metadata)
    if packet:
        chunks.add_itxt("XML:com.adobe.xmp", packet)
    return chunks


def xmp_of(mark: str | None, metadata: Metadata) -> bytes:
    """The XMP packet; empty when there is nothing to say."""
    if not mark and not metadata.xmp and not metadata.iptc_texts.properties:
        return b""
    packet = xmp_packet(
        mark,
        kept=metadata.xmp,
        caption=metadata.caption,
        properties=metadata.iptc_texts.properties,
        source=metadata.source,
        settings=metadata.settings,
    )
    # A caption as long as a book stands in the other fields only.
    fits = len(packet) <= MAX_XMP_BYTES
    if fits:
        return packet
    return xmp_packet(mark, source=metadata.source, settings=metadata.settings)


def photoshop_segment(iptc: bytes) -> bytes:
    """IPTC as the segment of a JPEG in which programs look for it: a Photoshop resource."""
    if not iptc:
        return b""
    resource = b"8BIM\x04\x04\0\0" + len(iptc).to_bytes(4, "big") + iptc + bytes(len(iptc) % 2)
    content = b"Photoshop 3.0\0" + resource
    return b"\xff\xed" + (len(content) + 2).to_bytes(2, "big") + content


def _directory(mark: str | None, metadata: Metadata) -> TiffImagePlugin.ImageFileDirectory_v2:
    tags = TiffImagePlugin.ImageFileDirectory_v2(_TIFF_HEADER)
    for tag, value in metadata.main.items():
        tags[tag] = _writable(value)
        if tag in _WINDOWS_TAGS:
            tags.tagtype[tag] = _BYTE
    caption = metadata.caption.encode()
    if mark or caption:
        tags[_DESCRIPTION] = b"\n\n".join(text for text in (caption, (mark or "").encode()) if text)
    if mark:
        software = plain_text(_raw(metadata.main.get(_SOFTWARE, b"")))
        tags[_SOFTWARE] = f"{software}; {SOFTWARE}".encode() if software else SOFTWARE
    if metadata.dpi:
        tags[_X_RESOLUTION], tags[_Y_RESOLUTION] = metadata.dpi
        tags[_RESOLUTION_UNIT] = _INCH
    if metadata.camera:
        camera = {tag: _writable(value) for tag, value in metadata.camera.items()}
        tags[_EXIF_DIRECTORY] = camera | {_COLOUR_SPACE: _SRGB}
    if metadata.gps:
        tags[_GPS_DIRECTORY] = {tag: _writable(value) for tag, value in metadata.gps.items()}
    return tags


def _writable(value: object) -> object:
    """Pillow reads text as Latin-1 and writes it as ASCII; bytes go back as they came."""
    if isinstance(value, str) and not value.isascii():
        return _raw(value)
    return value


def _raw(value: object) -> bytes:
    if isinstance(value, str):
        return value.encode("latin-1", "replace")
    return value if isinstance(value, bytes) else b""
