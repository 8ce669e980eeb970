"""What a photo may cost to open."""

from dataclasses import dataclass

from colorizer.errors import PhotoError


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
            raise PhotoError("empty")
        if size > self.max_bytes:
            raise PhotoError("too_large", megabytes=self.max_bytes / 2**20)

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
            raise PhotoError("narrow", width=width, height=height)
        if pixels * bytes_per_pixel > self.max_memory:
            most = self.max_memory / bytes_per_pixel / 1e6
            raise PhotoError("too_many_for_its_kind", width=width, height=height, megapixels=most)

    def too_many_pixels(self) -> PhotoError:
        """Return the refusal of a picture beyond max_pixels or max_side."""
        return PhotoError("too_many_pixels", megapixels=self.max_pixels / 1e6, side=self.max_side)


DEFAULT_LIMITS = PhotoLimits()


def out_of_memory() -> PhotoError:
    """Return the refusal of a photo for which this machine has no memory left."""
    return PhotoError("no_memory_to_decode")
