"""The chunks of a PNG: how many there are, and whether its pixels are all there.

Source: PNG (third edition), 5.3, 8 (interlace) and 11.2.
"""

import struct
import zlib
from collections.abc import Iterator

_START = 8
_IDAT, _IEND = b"IDAT", b"IEND"
_ANIMATION, _FRAME_CONTROL, _FRAME_DATA = b"acTL", b"fcTL", b"fdAT"
_END = bytes(4) + _IEND + zlib.crc32(_IEND).to_bytes(4, "big")
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PIECE = 1 << 20
# Of each pass of Adam7: first column and row, steps across and down.
_PASSES = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)


def chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield (kind, start, size) of the chunks before IEND, as long as their heads are whole."""
    position = _START
    while len(head := data[position : position + 8]) == 8 and head[4:] != _IEND:
        size = int.from_bytes(head[:4], "big")
        yield head[4:], position + 8, size
        position += 12 + size


def bits_per_pixel(data: bytes) -> int:
    """Return the bits that a pixel has in the file; 0 for a header that makes no sense."""
    bits, colour_type = data[24:26].ljust(2, b"\0")
    return bits * _CHANNELS.get(colour_type, 0)


def without_loose_frames(data: bytes) -> bytes:
    """The file without an animation whose frames nothing announces; any other file as it is.

    Pillow refuses it; others show the picture that stands before the frames.
    """
    kinds = [kind for kind, _, _ in chunks(data)]
    if _FRAME_DATA not in kinds or _FRAME_CONTROL in kinds[: kinds.index(_FRAME_DATA)]:
        return data
    kept = (
        data[start - 8 : start + size + 4]
        for kind, start, size in chunks(data)
        if kind not in (_ANIMATION, _FRAME_CONTROL, _FRAME_DATA)
    )
    return b"".join([data[:_START], *kept, _END])


def has_all_rows(data: bytes) -> bool:
    """Unpack the pixels, keeping none of them, and say whether there are as many as announced.

    Pillow leaves rows black that are missing behind a stream which ends as it should.
    """
    missing = _unpacked_size(data)
    stream = zlib.decompressobj()
    for kind, start, size in chunks(data):
        packed = data[start : start + size] if kind == _IDAT else b""
        while packed and missing > 0 and not stream.eof:
            missing -= len(stream.decompress(packed, _PIECE))
            packed = stream.unconsumed_tail
    return missing <= 0


def _unpacked_size(data: bytes) -> int:
    width, height = struct.unpack_from(">LL", data, 16)
    is_interlaced = data[28] == 1
    total = 0
    for left, top, across, down in _PASSES if is_interlaced else ((0, 0, 1, 1),):
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + -(-columns * bits_per_pixel(data) // 8))
    return total
