"""The directories of a TIFF file, which is also what EXIF is, read without believing them.

Pillow copies the value of every entry while it reads a directory. Entries may point at the same
bytes, so a megabyte of file can be made to cost gigabytes; `is_bomb` finds that out beforehand.
`orientation` needs one number of the first directory, `whole_pictures` some of each; both are safe
on any bytes.

Source: TIFF 6.0, sections 2 and 8; TIFF Technical Note 1 (SubIFDs); BigTIFF; EXIF 2.32 (JEITA
CP-3451), section 4.5.
"""

import itertools
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# Bytes of one value of each field type; 13 is an offset, 16 to 18 are BigTIFF's 64-bit types.
_VALUE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_VALUE_SIZES |= {13: 4, 16: 8, 17: 8, 18: 8}
_BYTE_TYPES = {1, 2, 6, 7}
_SHORT = 3
_ORIENTATION_TAG = 0x0112
_SUB_DIRECTORIES = 330
_NUMBER_FORMATS = {1: "B", 3: "H", 4: "L", 13: "L", 16: "Q", 18: "Q"}
_REDUCED, _MASK = 1, 4  # bits of NewSubfileType

# Real directories have some dozens of entries, and 3 x 65 536 numbers are a 16-bit palette.
_MAX_ENTRIES = 4_096
_MAX_NUMBERS = 200_000
_HARMLESS_BYTES = 32_000_000
_MAX_DIRECTORIES = 64

# A small picture whose sides are this much smaller than those of another of the same shape is its
# preview, whether it says so or not.
_PREVIEW_SIDES = 1_024  # width and height together
_PREVIEW_SCALE = 0.25
_SAME_SHAPE = 0.03


@dataclass(frozen=True)
class Entry:
    """One entry of a directory.

    Attributes:
        tag: what the value means.
        kind: field type.
        count: number of values.
        size: bytes of all values together.
        outside: offset of the values, or None when they fit into the entry itself.
        inline: the value field of the entry, 4 or 8 bytes.
    """

    tag: int
    kind: int
    count: int
    size: int
    outside: int | None
    inline: bytes


@dataclass(frozen=True)
class Directory:
    """A directory: one picture of a file.

    Attributes:
        number: its place in the chain of directories, from 0; None for one inside another.
        offset: where it stands in the file.
        is_big_endian: whether the file has the most significant byte first.
        is_bigtiff: whether offsets have 64 bits.
        numbers: values of its entries that are whole numbers, some at the most, by tag.
    """

    number: int | None
    offset: int
    is_big_endian: bool
    is_bigtiff: bool
    numbers: dict[int, tuple[int, ...]]

    def number_of(self, tag: int, otherwise: int = 0) -> int:
        """Return the first number of an entry."""
        return self.numbers.get(tag, (otherwise,))[0]

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.number_of(256)

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.number_of(257)

    @property
    def is_reduced(self) -> bool:
        """Whether it says that it is a preview or a mask."""
        return bool(self.number_of(254) & (_REDUCED | _MASK)) or self.number_of(255) == 2

    def is_preview_of(self, other: "Directory") -> bool:
        """Whether the other one is the same picture, much larger."""
        across, down = self.width / max(other.width, 1), self.height / max(other.height, 1)
        is_small = (
            max(across, down) <= _PREVIEW_SCALE and self.width + self.height <= _PREVIEW_SIDES
        )
        return is_small and abs(across - down) <= _SAME_SHAPE * down


def is_bomb(data: bytes) -> bool:
    """Say whether reading the directories costs far more than the bytes they stand in.

    Args:
        data: a TIFF file, or EXIF without its "Exif" prefix.
    """
    # Pillow tells BigTIFF by the third byte alone, and the check has to see what Pillow will see;
    # a file of the other byte order it never sees.
    is_big = data[2:3] == b"+" or is_big_endian_bigtiff(data)
    copied = 0
    for _, entries in _chain(data, is_big):
        for number, entry in enumerate(entries):
            if number >= _MAX_ENTRIES:
                return True
            if entry.kind not in _BYTE_TYPES and entry.count > _MAX_NUMBERS:
                return True
            if entry.outside is not None:
                if entry.outside + entry.size > len(data):
                    break  # Pillow stops reading at the first value that is not there
                copied += entry.size
            if copied > max(len(data), _HARMLESS_BYTES):
                return True
    return False


def orientation(exif: bytes) -> int:
    """Return the EXIF orientation, 1 to 8; 1 when it is absent, broken or nonsense.

    Args:
        exif: EXIF with or without its "Exif" prefix.
    """
    data = exif.removeprefix(b"Exif\0\0")
    for number, entry in enumerate(next(_chain(data, data[2:3] == b"+"), (0, ()))[1]):
        if number >= _MAX_ENTRIES:
            break
        if entry.tag == _ORIENTATION_TAG and entry.kind == _SHORT and entry.count == 1:
            value = int.from_bytes(entry.inline[:2], "little" if data[:2] == b"II" else "big")
            return value if 1 <= value <= 8 else 1
    return 1


def is_big_endian_bigtiff(data: bytes) -> bool:
    """Say whether a file is a BigTIFF with the most significant byte first."""
    return data.startswith(b"MM\0+")


def whole_pictures(data: bytes) -> list[Directory]:
    """Return the pictures of a file that are no previews or masks of others; all if all are.

    The first is the one that a person means. Scanners put a preview before the photo, cameras the
    photo inside the preview's directory.
    """
    is_big = _is_big(data)
    found: dict[int, Directory] = {}
    for number, (offset, entries) in enumerate(_chain(data, is_big)):
        found[offset] = _directory(data, number, offset, entries)
        for inside in found[offset].numbers.get(_SUB_DIRECTORIES, ()):
            if inside not in found and len(found) < _MAX_DIRECTORIES:
                found[inside] = _directory(data, None, inside, _entries(data, inside, is_big))
    pictures = [each for each in found.values() if each.width and each.height]
    whole = [each for each in pictures if not each.is_reduced] or pictures
    return [each for each in whole if not any(map(each.is_preview_of, whole))]


def _directory(data: bytes, number: int | None, offset: int, entries: Iterable[Entry]) -> Directory:
    order = "<" if data[:2] == b"II" else ">"
    numbers = {}
    for entry in itertools.islice(entries, _MAX_ENTRIES):
        if code := _NUMBER_FORMATS.get(entry.kind):
            layout = struct.Struct(f"{order}{min(entry.count, _MAX_DIRECTORIES)}{code}")
            source = entry.inline if entry.outside is None else data
            start = entry.outside or 0
            if entry.count and start + layout.size <= len(source):
                numbers[entry.tag] = layout.unpack_from(source, start)
    return Directory(number, offset, order == ">", _is_big(data), numbers)


def _is_big(data: bytes) -> bool:
    """Say whether offsets have 64 bits."""
    return data.startswith(b"II+\0") or is_big_endian_bigtiff(data)


def _chain(data: bytes, is_big: bool) -> Iterator[tuple[int, Iterator[Entry]]]:
    """Yield (offset, entries) of the directories that follow each other, some at the most."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None or len(data) < 8:
        return
    offset_format = order + ("Q" if is_big else "L")
    count_format, entry_size = (order + "Q", 20) if is_big else (order + "H", 12)
    link = 8 if is_big else 4
    seen: set[int] = set()
    while len(seen) < _MAX_DIRECTORIES:
        try:
            (start,) = struct.unpack_from(offset_format, data, link)
            if not start or start in seen:
                return
            seen.add(start)
            yield start, _entries(data, start, is_big)
            (count,) = struct.unpack_from(count_format, data, start)
        except (struct.error, OverflowError):
            return
        link = start + struct.calcsize(count_format) + count * entry_size


def _entries(data: bytes, start: int, is_big: bool) -> Iterator[Entry]:
    """Yield the entries of the directory at `start`, until it ends or the bytes do."""
    order = "<" if data[:2] == b"II" else ">"
    count_format, entry_format, inline_size = ("Q", "HHQ", 8) if is_big else ("H", "HHL", 4)
    entry_head = struct.Struct(order + entry_format)
    offset_format = order + ("Q" if is_big else "L")
    try:
        (count,) = struct.unpack_from(order + count_format, data, start)
        position = start + struct.calcsize(order + count_format)
        for _ in range(count):
            tag, kind, values = entry_head.unpack_from(data, position)
            inline = data[position + entry_head.size : position + entry_head.size + inline_size]
            size = values * _VALUE_SIZES.get(kind, 0)
            outside = struct.unpack(offset_format, inline)[0] if size > inline_size else None
            yield Entry(tag, kind, values, size, outside, inline)
            position += entry_head.size + inline_size
    except (struct.error, OverflowError):
        return
