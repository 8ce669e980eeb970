"""Photos: untrusted bytes or a path in, sRGB pixels out, and back into a file.

    photo = open_photo("grandmother.jpg")
    save_photo(photo, "grandmother.png", mark="Colours invented by Colorizer 0.1.0")

The kind of a file is told by its content, not by its name. Of an animation or a multi-page file
one picture is used. Embedded ICC profiles are converted to sRGB; PNG's gAMA and cHRM are not. The
way in goes through precheck (bytes), decoding and color_profile (sRGB and alpha); the way out
through saving and metadata. What is read and refused: docs/photos-in.md.
"""

from colorizer.errors import PhotoError
from colorizer.photo.limits import DEFAULT_LIMITS, PhotoLimits
from colorizer.photo.photo import (
    Photo,
    encode_photo,
    open_photo,
    read_file,
    read_mark,
    save_photo,
)
from colorizer.photo.precheck import READABLE_SUFFIXES

__all__ = [
    "DEFAULT_LIMITS",
    "READABLE_SUFFIXES",
    "Photo",
    "PhotoError",
    "PhotoLimits",
    "encode_photo",
    "open_photo",
    "read_file",
    "read_mark",
    "save_photo",
]
