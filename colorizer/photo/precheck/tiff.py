"""The first directory of a TIFF file, which is also what EXIF is, read without believing it.

Pillow copies the value of every entry while it reads a directory. Entries may point at the same
bytes, so a megabyte of file can be made to cost gigabytes; `is_bomb` finds that out beforehand.
`orientation` needs one number of the directory and is safe on any bytes.

Source: TIFF 6.0, section 2; BigTIFF; EXIF 2.32 (JEITA CP-3451), section 4.5.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

# Bytes of one value of each field type; 13 is an offset, 16 to 18 are BigTIFF's 64-bit types.
_VALUE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_VALUE_SIZES |= {13: 4, 16: 8, 17: 8, 18: 8}
_BYTE_TYPES = {1, 2, 6, 7}
_SHORT = 3
_ORIENTATION_TAG = 0x0112

# Real directories have some dozens of entries, and 3 x 65 536 numbers are a 16-bit palette.
_MAX_ENTRIES = 4_096
_MAX_NUMBERS = 200_000
_HARMLESS_BYTES = 32_000_000


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


def is_bomb(data: bytes) -> bool:
    """Say whether reading the directory costs far more than the bytes it stands in.

    Args:
        data: a TIFF file, or EXIF without its "Exif" prefix.
    """
    copied = 0
    for number, entry in enumerate(_entries(data)):
        if number >= _MAX_ENTRIES:
            return True
        if entry.kind not in _BYTE_TYPES and entry.count > _MAX_NUMBERS:
            return True
        if entry.outside is not None:
            if entry.outside + entry.size > len(data):
                return False  # Pillow stops reading at the first value that is not there
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
    for number, entry in enumerate(_entries(data)):
        if number >= _MAX_ENTRIES:
            break
        if entry.tag == _ORIENTATION_TAG and entry.kind == _SHORT and entry.count == 1:
            value = int.from_bytes(entry.inline[:2], "little" if data[:2] == b"II" else "big")
            return value if 1 <= value <= 8 else 1
    return 1


def _entries(data: bytes) -> Iterator[Entry]:
    """Yield the entries of the first directory, until it ends or the bytes do."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None or len(data) < 8:
        return
    # Pillow tells BigTIFF by this byte alone, and the check has to see what Pillow will see.
    is_big = data[2] == 43
    count_format, entry_format, inline_size = ("Q", "HHQ", 8) if is_big else ("H", "HHL", 4)
    entry_head = struct.Struct(order + entry_format)
    offset_format = order + ("Q" if is_big else "L")
    try:
        (start,) = struct.unpack_from(offset_format, data, 8 if is_big else 4)
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
