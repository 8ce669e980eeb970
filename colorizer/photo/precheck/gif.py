"""The blocks of a GIF up to its second picture, counted before Pillow takes them one by one.

Pillow joins comments and skips junk in Python, and makes the canvas as large as the first picture
reaches, whatever the header says.

Source: GIF89a, 15 to 27.
"""

import struct
from dataclasses import dataclass

_EXTENSION, _PICTURE, _END = b"!", b",", (b"", b";")
_COMMENT = b"\xfe"
_DESCRIPTOR_BYTES = 11  # separator, place, size, flags, and the LZW code size behind the colours


@dataclass(frozen=True)
class GifStructure:
    """What is known of a GIF without decoding it.

    Attributes:
        width: of the canvas that holds the first picture too, pixels.
        height: of the same.
        steps: blocks and junk bytes between pictures.
        picture_blocks: the most blocks that a picture has.
    """

    width: int
    height: int
    steps: int
    picture_blocks: int


def read_structure(
    data: bytes, *, max_steps: int, max_picture_blocks: int, pictures: int = 2
) -> GifStructure:
    """Read up to the end of picture number `pictures`, or until a maximum is exceeded.

    Raises:
        struct.error: the file ends in its header or in the place of a picture.
    """
    width, height = struct.unpack_from("<HH", data, 6)
    position = 13 + _colour_table_size(data[10:11])
    found = steps = picture_blocks = 0
    while found < pictures and steps <= max_steps and picture_blocks <= max_picture_blocks:
        separator = data[position : position + 1]
        if separator in _END:
            break
        steps += 1
        if separator == _PICTURE:
            if found == 0:
                left, top, across, down = struct.unpack_from("<HHHH", data, position + 1)
                width, height = max(width, left + across), max(height, top + down)
            found += 1
            flags = data[position + 9 : position + 10]
            position += _DESCRIPTOR_BYTES + _colour_table_size(flags)
            position, blocks = _skip_blocks(data, position, max_picture_blocks)
            picture_blocks = max(picture_blocks, blocks)
        elif separator == _EXTENSION:
            is_comment = data[position + 1 : position + 2] == _COMMENT
            position, blocks = _skip_blocks(data, position + 2, max_steps - steps)
            steps += blocks
            if blocks == 0 and not is_comment:  # Pillow reads on after a first block without data
                position, blocks = _skip_blocks(data, position, max_steps - steps)
                steps += blocks
        else:
            position += 1
    return GifStructure(width, height, steps, picture_blocks)


def _skip_blocks(data: bytes, position: int, most: int) -> tuple[int, int]:
    """Return where a chain of sub-blocks ends, and how many there are; stops after `most`."""
    blocks = 0
    while blocks <= most and position < len(data) and (size := data[position]):
        position += 1 + size
        blocks += 1
    return position + 1, blocks


def _colour_table_size(flags: bytes) -> int:
    """Return the bytes of the colour table that a packed field announces."""
    packed = flags[0] if flags else 0
    return 3 << ((packed & 7) + 1) if packed & 128 else 0
