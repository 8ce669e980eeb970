"""The pictures of a model card: free photographs, grey, in a model's colours and as they were."""

import io

import numpy as np
from numpy.typing import NDArray
from skimage import data

from colorizer.colour.recolor import grey
from colorizer.colour.resizing import shrink
from colorizer.photo import Photo
from colorizer.pipeline import Colorizer
from train.evaluation.contact_sheet import SheetLine, draw_sheet

CREDITS = (
    "Photos as scikit-image ships them: chelsea and coffee CC0 by their photographers, rocket and "
    "astronaut public domain (SpaceX, NASA)."
)

_PHOTOS = ("chelsea", "coffee", "rocket", "astronaut")
_SIDE = 384  # pixels; the cells of a sheet are smaller


def draw_examples(colorizer: Colorizer) -> bytes:
    """JPEG of a line for each photo: grey, coloured, real."""
    lines = [_line(colorizer, name, getattr(data, name)()) for name in _PHOTOS]
    content = io.BytesIO()
    draw_sheet(lines).save(content, "JPEG", quality=90, subsampling=0, optimize=True)
    return content.getvalue()


def _line(colorizer: Colorizer, name: str, real: NDArray[np.uint8]) -> SheetLine:
    square = shrink(_middle(real), _SIDE)
    given = grey(square)
    ours = colorizer.colorize(Photo(rgb=given)).photo.rgb
    return SheetLine(name, {"given": given, colorizer.name: ours, "real": square})


def _middle(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    side = min(rgb.shape[:2])
    top, left = ((length - side) // 2 for length in rgb.shape[:2])
    return np.ascontiguousarray(rgb[top : top + side, left : left + side])
