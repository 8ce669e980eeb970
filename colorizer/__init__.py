"""Colour for black-and-white photographs, on an ordinary CPU.

>>> from colorizer import Adjustments, Colorizer, open_photo, save_photo
>>> colorizer = Colorizer.from_pretrained("classification")
>>> photo = open_photo("grandmother.jpg")
>>> result = colorizer.colorize(photo, Adjustments(vividness=1.2))
>>> save_photo(result.photo, "grandmother-colour.jpg", mark=result.mark)
"""

from typing import TYPE_CHECKING, Any

from colorizer.adjustments import Adjustments
from colorizer.errors import AdjustmentError
from colorizer.photo import Photo, PhotoError, open_photo, save_photo

if TYPE_CHECKING:
    from colorizer.pipeline import Colorizer

__version__ = "0.1.0"
__all__ = [
    "AdjustmentError",
    "Adjustments",
    "Colorizer",
    "Photo",
    "PhotoError",
    "__version__",
    "open_photo",
    "save_photo",
]


def __getattr__(name: str) -> Any:
    """Import the pipeline only when it is asked for: `--help` and a first page need not wait."""
    if name == "Colorizer":
        from colorizer.pipeline import Colorizer

        return Colorizer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
