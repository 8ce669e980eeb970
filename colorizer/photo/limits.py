"""What a photo may cost to open, and the error that says why one was refused."""

from dataclasses import dataclass


class PhotoError(ValueError):
    """A photo that cannot be read or written.

    The message is one sentence that says what is wrong and what to do; it is shown on the page
    as it is, so it holds no path and no detail of the machine.
    """


@dataclass(frozen=True)
class PhotoLimits:
    """Limits of one photo, all checked before its pixels are decoded.

    There is none for frames: whatever the file, only its first picture is ever decoded.

    Attributes:
        max_bytes: size of the file.
        max_pixels: width times height.
        max_side: longer side in pixels; 65 500 is the most that a JPEG can hold.
        max_aspect: longer side divided by the shorter one. It is the only lower bound: 1 x 1 is
            accepted, 1 x 5000 is refused as too narrow.
        max_memory: bytes that decoding may take at its peak, estimated from the header. Formats
            differ by a factor of four (see `inspection`), so pixels alone bound nothing.
    """

    max_bytes: int = 50 << 20
    max_pixels: int = 100_000_000
    max_side: int = 65_500
    max_aspect: float = 50.0
    max_memory: int = 900_000_000

    def check_bytes(self, size: int) -> None:
        """Raise PhotoError when a file of `size` bytes is too large or empty."""
        if size == 0:
            raise PhotoError("The file is empty: choose another photo or save it again.")
        if size > self.max_bytes:
            raise PhotoError(
                f"The file is larger than {self.max_bytes / 2**20:.3g} MB: save the photo smaller "
                "or with stronger compression."
            )

    def check_picture(self, width: int, height: int, bytes_per_pixel: float) -> None:
        """Raise PhotoError when a picture of this size may not be decoded.

        Args:
            width: pixels.
            height: pixels.
            bytes_per_pixel: what decoding takes at its peak, for each pixel.
        """
        pixels = width * height
        if pixels > self.max_pixels or max(width, height) > self.max_side:
            raise self.too_many_pixels()
        if max(width, height) > self.max_aspect * min(width, height):
            raise PhotoError(
                f"The picture is too narrow ({width} x {height} pixels): cut out a part that is "
                "closer to a square."
            )
        if pixels * bytes_per_pixel > self.max_memory:
            most = self.max_memory / bytes_per_pixel / 1e6
            raise PhotoError(
                f"The photo has {width} x {height} pixels and the limit for this kind of file is "
                f"{most:.3g} megapixels: make it smaller or save it as an ordinary JPEG."
            )

    def too_many_pixels(self) -> PhotoError:
        """Return the refusal of a picture beyond max_pixels or max_side."""
        return PhotoError(
            f"The photo has more than {self.max_pixels / 1e6:.3g} megapixels or a side of more "
            f"than {self.max_side} pixels: make it smaller and try again."
        )


DEFAULT_LIMITS = PhotoLimits()


def out_of_memory() -> PhotoError:
    """Return the refusal of a photo for which this machine has no memory left."""
    return PhotoError(
        "There is not enough memory for this photo right now: make it smaller or try later."
    )
