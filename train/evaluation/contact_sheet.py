"""Contact sheets: a photo in every line: grey, as every method colours it, and the real one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, ImageOps

CELL = 224
"""Side of the square that a picture is fitted into, pixels."""

LINES = 8
"""Photos on one sheet."""

_MARGIN = 6
_HEADING = 26
_CAPTION = 18
_PAPER = (255, 255, 255)
_INK = (40, 40, 40)


@dataclass(frozen=True)
class SheetLine:
    """One photo. caption: under its first picture. pictures: uint8 (H, W, 3) by column heading."""

    caption: str
    pictures: Mapping[str, NDArray[np.uint8]]


def write_sheets(lines: Sequence[SheetLine], folder: Path) -> list[Path]:
    """Write sheet-1.png, sheet-2.png … of eight photos each; every line has the same columns."""
    files = []
    for number, start in enumerate(range(0, len(lines), LINES), start=1):
        file = folder / f"sheet-{number}.png"
        draw_sheet(lines[start : start + LINES]).save(file, optimize=True)
        files.append(file)
    return files


def draw_sheet(lines: Sequence[SheetLine]) -> Image.Image:
    """One sheet of all `lines`; columns as in the first of them."""
    columns = list(lines[0].pictures)
    line_height = CELL + _CAPTION + _MARGIN
    width = _MARGIN + len(columns) * (CELL + _MARGIN)
    sheet = Image.new("RGB", (width, _HEADING + len(lines) * line_height), _PAPER)
    draw = ImageDraw.Draw(sheet)
    for column, heading in enumerate(columns):
        left = _MARGIN + column * (CELL + _MARGIN)
        _write(draw, (left, 5), heading, size=14)
        for row, line in enumerate(lines):
            top = _HEADING + row * line_height
            picture = Image.fromarray(np.ascontiguousarray(line.pictures[heading]))
            fitted = ImageOps.pad(picture, (CELL, CELL), Image.Resampling.LANCZOS, color=_PAPER)
            sheet.paste(fitted, (left, top))
            if column == 0:
                _write(draw, (left, top + CELL + 2), line.caption, size=11)
    return sheet


def _write(draw: ImageDraw.ImageDraw, place: tuple[int, int], text: str, *, size: int) -> None:
    """Text in the font that comes with Pillow, shortened to the width of a cell."""
    font = ImageFont.load_default(size)
    while text and draw.textlength(text, font) > CELL:
        text = text[:-1]
    draw.text(place, text, fill=_INK, font=font)
