"""The honest mark, and XMP: where it stands beside what a person wrote about the photo.

The mark is a line inside the file that says its colours were invented. It stands where common
programs look: in XMP with IPTC's "digital source type" for media altered by an algorithm, and in
the format's own description field (`colorizer.photo.metadata_fields`). A caption that was there
stays; the mark is its last paragraph. It is a label, not a seal: anybody can remove it.

Source: XMP specification part 1 (ISO 16684-1); IPTC Photo Metadata Standard, Digital Source Type.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

SOFTWARE = "Colorizer"
ALTERED_BY_ALGORITHM = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicallyEnhanced"

MAX_XMP_BYTES = 64_000
"""A JPEG holds 65 502 bytes of XMP in one piece; larger packets are not kept."""

_END_BYTES = 256 * 1024  # of a file, where its XMP is looked for

_KEPT = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "MicrosoftPhoto": "http://ns.microsoft.com/photo/1.0/",
    "mwg-rs": "http://www.metadataworkinggroup.com/schemas/regions/",
    "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
}
"""What people write: captions, keywords, rights, dates, places by name, faces by name."""

_NAMESPACES = _KEPT | {
    "x": "adobe:ns:meta/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "stRef": "http://ns.adobe.com/xap/1.0/sType/ResourceRef#",
    "stArea": "http://ns.adobe.com/xmp/sType/Area#",
    "stDim": "http://ns.adobe.com/xap/1.0/sType/Dimensions#",
}
for _prefix, _uri in _NAMESPACES.items():
    ElementTree.register_namespace(_prefix, _uri)

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"

NO_PROPERTIES: Mapping[str, Sequence[str]] = {}
_LISTS = {"dc:title": "rdf:Alt", "dc:rights": "rdf:Alt", "dc:creator": "rdf:Seq"}
_LISTS |= {"dc:subject": "rdf:Bag", "photoshop:SupplementalCategories": "rdf:Bag"}

# What is not true of the new file, and what would show the old one.
_STALE = {"Thumbnails", "ICCProfile", "ColorMode", "History", "DocumentAncestors", "NativeDigest"}
_STALE |= {"LegacyIPTCDigest", "PixelXDimension", "PixelYDimension", "ColorSpace"}
_STALE |= {"DigitalSourceType"}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PACKET = re.compile(rb"<x:xmpmeta.*?</x:xmpmeta>", re.DOTALL)


@dataclass(frozen=True)
class Origin:
    """What a file of ours says of itself.

    mark: the honest mark. source: SHA-256 of the photo it was made of, hexadecimal. settings: how
    it was coloured. Both are "" where the file does not tell.
    """

    mark: str
    source: str
    settings: str = ""


def xmp_packet(
    mark: str | None,
    *,
    kept: bytes = b"",
    caption: str = "",
    properties: Mapping[str, Sequence[str]] = NO_PROPERTIES,
    source: str = "",
    settings: str = "",
) -> bytes:
    """Return an XMP packet.

    Args:
        mark: the honest mark, or None.
        kept: what the photo brought along, from `kept_xmp`.
        caption: for a photo that has it elsewhere than in its XMP.
        properties: texts by the property's name, likewise; other than the caption.
        source: SHA-256 of the photo that was coloured, hexadecimal.
        settings: how it was coloured, in a few words.
    """
    description = _read_kept(kept)
    caption = _take_caption(description) or caption
    paragraphs = [text for text in (_legal(caption).strip(), mark) if text]
    if paragraphs:
        _list_first(description, "dc:description", "rdf:Alt", ["\n\n".join(paragraphs)])
    for name, texts in properties.items():
        _add(description, name, [_legal(text) for text in texts])
    if mark:
        _set(description, "xmp:CreatorTool", SOFTWARE)
        _set(description, "Iptc4xmpExt:DigitalSourceType", ALTERED_BY_ALGORITHM)
    if mark and source:
        derived = SubElement(description, _name("xmpMM:DerivedFrom"))
        derived.set(_name("rdf:parseType"), "Resource")
        _set(derived, "stRef:documentID", f"sha256:{source}")
        if settings:
            _set(derived, "stRef:renditionParams", _legal(settings))
    root = Element(_name("x:xmpmeta"))
    SubElement(root, _name("rdf:RDF")).append(description)
    body = ElementTree.tostring(root, encoding="unicode")
    wrapped = f'<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n{body}\n'
    return (wrapped + '<?xpacket end="r"?>').encode()


def kept_xmp(packet: bytes, *, keep_gps: bool) -> bytes | None:
    """Return what is kept of a photo's own XMP, for `xmp_packet`; None when it cannot be read."""
    root = _parsed(packet)
    if root is None:
        return None
    kept = Element(_name("rdf:Description"), {_name("rdf:about"): ""})
    for description in root.iterfind(".//rdf:RDF/rdf:Description", _NAMESPACES):
        for name, value in description.attrib.items():
            if _is_kept(name, keep_gps):
                kept.set(name, value)
        kept.extend(child for child in description if _is_kept(child.tag, keep_gps))
    if not keep_gps:
        _remove_gps(kept)
    return ElementTree.tostring(kept)


def mark_in_xmp(packet: bytes) -> str | None:
    """Return the mark of an XMP packet, or None when it has none of ours."""
    origin = origin_in_xmp(packet)
    return None if origin is None else origin.mark


def origin_in_xmp(packet: bytes) -> Origin | None:
    """Return what an XMP packet of ours says, or None when it is none of ours."""
    root = _parsed(packet)
    if root is None:
        return None
    software = root.findtext(".//xmp:CreatorTool", namespaces=_NAMESPACES)
    source_type = root.findtext(".//Iptc4xmpExt:DigitalSourceType", namespaces=_NAMESPACES)
    text = root.findtext(".//dc:description/rdf:Alt/rdf:li", namespaces=_NAMESPACES)
    if software != SOFTWARE or source_type != ALTERED_BY_ALGORITHM or not text:
        return None
    document = root.findtext(".//xmpMM:DerivedFrom/stRef:documentID", "", _NAMESPACES)
    source = document.removeprefix("sha256:") if document.startswith("sha256:") else ""
    settings = root.findtext(".//xmpMM:DerivedFrom/stRef:renditionParams", "", _NAMESPACES)
    return Origin(text.rpartition("\n\n")[2], source, settings)


def origin_of_file(file: str | os.PathLike[str]) -> Origin | None:
    """Return what a file of ours says of itself; None for any other file.

    Reads the two ends of the file and decodes nothing; what cannot be read is none of ours.
    """
    with suppress(OSError, ValueError):
        if not Path(file).is_file():  # opening a pipe would wait for its writer
            return None
        for part in _ends(Path(file)):
            for packet in _PACKET.findall(part):
                origin = origin_in_xmp(packet)
                if origin is not None:
                    return origin
    return None


def _ends(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        yield stream.read(_END_BYTES)
        size = stream.seek(0, os.SEEK_END)
        if size > _END_BYTES:
            stream.seek(max(_END_BYTES, size - _END_BYTES))
            yield stream.read(_END_BYTES)


def _parsed(packet: bytes) -> Element | None:
    # Without a declaration XML can define no entities, and packets have no reason to have one.
    if len(packet) > MAX_XMP_BYTES or b"<!" in packet:
        return None
    try:
        return ElementTree.fromstring(packet.strip(b"\0 \t\r\n"))
    except (ElementTree.ParseError, ValueError, LookupError, RecursionError):
        return None


def _read_kept(kept: bytes) -> Element:
    if kept:
        return ElementTree.fromstring(kept)
    return Element(_name("rdf:Description"), {_name("rdf:about"): ""})


def _take_caption(description: Element) -> str:
    """Remove the caption in the default language and return it; other languages stay."""
    holder = description.find("dc:description", _NAMESPACES)
    if holder is None:
        return description.attrib.pop(_name("dc:description"), "")
    items = holder.findall("rdf:Alt/rdf:li", _NAMESPACES)
    for item in items:
        if item.get(_LANGUAGE, "x-default") == "x-default" or len(items) == 1:
            text = item.text or ""
            holder[0].remove(item)
            return text
    if not items:
        description.remove(holder)
    return holder.text or ""


def _list_first(description: Element, name: str, kind: str, texts: Sequence[str]) -> None:
    """Put texts at the head of a list property, which is made if there is none."""
    holder = description.find(name, _NAMESPACES)
    if holder is None:
        holder = SubElement(description, _name(name))
    entries = holder.find(kind, _NAMESPACES)
    if entries is None:
        entries = SubElement(holder, _name(kind))
    for place, text in enumerate(texts):
        item = Element(_name("rdf:li"))
        if kind == "rdf:Alt":
            item.set(_LANGUAGE, "x-default")
        item.text = text
        entries.insert(place, item)


def _add(description: Element, name: str, texts: Sequence[str]) -> None:
    """Give the photo a property that it does not have yet."""
    has_it = description.find(name, _NAMESPACES) is not None or _name(name) in description.attrib
    if has_it or name == "dc:description":
        return
    if name in _LISTS:
        _list_first(description, name, _LISTS[name], texts)
    else:
        _set(description, name, texts[0])


def _set(parent: Element, name: str, text: str) -> None:
    """Give a property one plain value, whatever it had."""
    parent.attrib.pop(_name(name), None)
    for old in parent.findall(name, _NAMESPACES):
        parent.remove(old)
    SubElement(parent, _name(name)).text = text


def _is_kept(name: str, keep_gps: bool) -> bool:
    uri, _, local = name.removeprefix("{").partition("}")
    return uri in _KEPT.values() and local not in _STALE and (keep_gps or not _is_gps(local))


def _is_gps(local: str) -> bool:
    return local.lower().startswith("gps")


def _remove_gps(element: Element) -> None:
    for name in [each for each in element.attrib if _is_gps(each.rpartition("}")[2])]:
        del element.attrib[name]
    for child in list(element):
        if _is_gps(child.tag.rpartition("}")[2]):
            element.remove(child)
        else:
            _remove_gps(child)


def _legal(text: str) -> str:
    """The text without the control characters that XML cannot hold."""
    return _NOT_XML.sub("", text)


def _name(short: str) -> str:
    prefix, _, local = short.partition(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}"
