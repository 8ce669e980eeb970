"""The size that a JPEG 2000 codestream announces.

Source: ISO/IEC 15444-1, A.5.1 (SIZ).
"""

import struct
from dataclasses import dataclass

_START_AND_SIZE = b"\xff\x4f\xff\x51"
_LAYOUT = struct.Struct(">HHLLLLLLLLH")


@dataclass(frozen=True)
class CodestreamSize:
    """What the codestream announces. components: samples of a pixel; tiles: how many."""

    width: int
    height: int
    components: int
    tiles: int


def read_size(data: bytes) -> CodestreamSize | None:
    """Read the size of the first codestream of a file, boxed or bare; None when there is none."""
    start = data.find(_START_AND_SIZE)
    if start < 0 or start + 4 + _LAYOUT.size > len(data):
        return None
    (_, _, right, bottom, left, top, tile_width, tile_height, tile_left, tile_top, components) = (
        _LAYOUT.unpack_from(data, start + 4)
    )
    if right <= left or bottom <= top or not tile_width or not tile_height:
        return None
    tiles = -(-(right - tile_left) // tile_width) * -(-(bottom - tile_top) // tile_height)
    return CodestreamSize(right - left, bottom - top, components, tiles)
