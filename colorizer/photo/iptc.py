"""IPTC fields of old kind (IIM) as the properties of XMP that mean the same.

PNG and WebP have no place for IPTC, and programs that read XMP alone should know as much.

Source: IPTC-IIM 4.2, chapters 3 and 6; IPTC Photo Metadata Standard, mapping of IIM to XMP.
"""

import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

CAPTION = "dc:description"
KEYWORDS = "dc:subject"
_DATE, _TIME = 55, 60
_DATE_CREATED = "photoshop:DateCreated"

_PROPERTIES = {
    5: "dc:title",
    10: "photoshop:Urgency",
    15: "photoshop:Category",
    20: "photoshop:SupplementalCategories",
    25: KEYWORDS,
    40: "photoshop:Instructions",
    80: "dc:creator",
    85: "photoshop:AuthorsPosition",
    90: "photoshop:City",
    92: "Iptc4xmpCore:Location",
    95: "photoshop:State",
    100: "Iptc4xmpCore:CountryCode",
    101: "photoshop:Country",
    103: "photoshop:TransmissionReference",
    105: "photoshop:Headline",
    110: "photoshop:Credit",
    115: "photoshop:Source",
    116: "dc:rights",
    120: CAPTION,
    122: "photoshop:CaptionWriter",
}
_SAYS_NOTHING = {0, 65, 70}  # version of the record, program that wrote it and its version


@dataclass(frozen=True)
class IptcTexts:
    """properties: texts by XMP's name. complete: whether that is all that was there."""

    properties: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    complete: bool = True


NO_IPTC = IptcTexts()


def plain_text(raw: bytes) -> str:
    """Text of a file that does not name its encoding: UTF-8, or else Latin-1."""
    try:
        return raw.decode().strip("\0 ")
    except UnicodeDecodeError:
        return raw.decode("latin-1").strip("\0 ")


def read_iptc(iptc: bytes) -> IptcTexts:
    """Return what IPTC-IIM records say; what makes no sense is left out."""
    found: dict[int, list[str]] = {}
    for record, number, value in _fields(iptc):
        if record == 2 and number not in _SAYS_NOTHING:
            found.setdefault(number, []).append(plain_text(value))
    known = _PROPERTIES.keys() & found.keys()
    properties = {_PROPERTIES[number]: tuple(found.pop(number)) for number in sorted(known)}
    date = _iso_date(*(next(iter(found.get(number, [])), "") for number in (_DATE, _TIME)))
    if date:
        properties[_DATE_CREATED] = (date,)
    return IptcTexts(properties, complete=not found.keys() - ({_DATE, _TIME} if date else set()))


def _fields(iptc: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Record, number and value of each field (chapter 3), as far as it is whole."""
    position = 0
    while iptc[position : position + 1] == b"\x1c" and position + 5 <= len(iptc):
        record, number, length = struct.unpack_from(">BBH", iptc, position + 1)
        if length & 0x8000:  # an extended field, which no text is
            return
        yield record, number, iptc[position + 5 : position + 5 + length]
        position += 5 + length


def _iso_date(date: str, time: str) -> str:
    """19500102 and 030405+0100 → 1950-01-02T03:04:05+01:00; "" for what is no date."""
    day = re.fullmatch(r"(\d{4})(\d\d)(\d\d)", date)
    if day is None:
        return ""
    hour = re.fullmatch(r"(\d\d)(\d\d)(\d\d)(?:([+-]\d\d)(\d\d))?", time)
    if hour is None:
        return "-".join(day.groups())
    zone = f"{hour[4]}:{hour[5]}" if hour[4] else ""
    return f"{'-'.join(day.groups())}T{hour[1]}:{hour[2]}:{hour[3]}{zone}"
