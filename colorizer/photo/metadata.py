"""The honest mark: a line inside the file that says its colours were invented.

It stands where common programs look: XMP in every format, with IPTC's "digital source type" for
media altered by an algorithm, and the format's own description field beside it (PNG text, EXIF
and TIFF ImageDescription). It is a label, not a seal: anybody can remove it.

Source: XMP specification part 1 (ISO 16684-1); IPTC Photo Metadata Standard, Digital Source Type.
"""

from xml.etree import ElementTree
from xml.sax.saxutils import escape

from PIL import ExifTags, Image, PngImagePlugin, TiffImagePlugin

SOFTWARE = "Colorizer"
ALTERED_BY_ALGORITHM = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicallyEnhanced"

_MAX_XMP_BYTES = 64_000
_XMP_TAG = 700
_NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
}
_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="{rdf}">
  <rdf:Description rdf:about="" xmlns:dc="{dc}" xmlns:xmp="{xmp}" xmlns:Iptc4xmpExt="{iptc}">
   <dc:description><rdf:Alt><rdf:li xml:lang="x-default">{mark}</rdf:li></rdf:Alt></dc:description>
   <xmp:CreatorTool>{software}</xmp:CreatorTool>
   <Iptc4xmpExt:DigitalSourceType>{source_type}</Iptc4xmpExt:DigitalSourceType>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""


def xmp_packet(mark: str) -> bytes:
    """Return the XMP packet that carries the mark."""
    return _PACKET.format(
        rdf=_NAMESPACES["rdf"],
        dc=_NAMESPACES["dc"],
        xmp=_NAMESPACES["xmp"],
        iptc=_NAMESPACES["Iptc4xmpExt"],
        mark=escape(mark),
        software=SOFTWARE,
        source_type=ALTERED_BY_ALGORITHM,
    ).encode()


def mark_in_xmp(packet: bytes) -> str | None:
    """Return the mark of an XMP packet, or None when it has none of ours."""
    # No packet of ours has a declaration, and without one XML can define no entities.
    if len(packet) > _MAX_XMP_BYTES or b"<!" in packet:
        return None
    try:
        root = ElementTree.fromstring(packet.strip(b"\0 \t\r\n"))
    except (ElementTree.ParseError, ValueError, LookupError):
        return None
    software = root.findtext(".//xmp:CreatorTool", namespaces=_NAMESPACES)
    source_type = root.findtext(".//Iptc4xmpExt:DigitalSourceType", namespaces=_NAMESPACES)
    if software != SOFTWARE or source_type != ALTERED_BY_ALGORITHM:
        return None
    return root.findtext(".//dc:description/rdf:Alt/rdf:li", namespaces=_NAMESPACES)


def exif_fields(mark: str) -> Image.Exif:
    """Return EXIF with the mark as its only content."""
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = mark
    exif[ExifTags.Base.Software] = SOFTWARE
    return exif


def png_text(mark: str) -> PngImagePlugin.PngInfo:
    """Return the PNG text chunks that carry the mark."""
    text = PngImagePlugin.PngInfo()
    text.add_text("Software", SOFTWARE)
    text.add_itxt("Description", mark)
    text.add_itxt("XML:com.adobe.xmp", xmp_packet(mark))
    return text


def tiff_tags(mark: str) -> TiffImagePlugin.ImageFileDirectory_v2:
    """Return the TIFF tags that carry the mark."""
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[ExifTags.Base.ImageDescription] = mark
    tags[ExifTags.Base.Software] = SOFTWARE
    tags[_XMP_TAG] = xmp_packet(mark)
    tags.tagtype[_XMP_TAG] = 1  # BYTE, as XMP part 3 wants it
    return tags
