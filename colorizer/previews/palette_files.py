"""Palettes as files for other programs: GIMP's .gpl (also Inkscape, Krita, Aseprite) and CSS."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def hex_codes(swatches: NDArray[np.uint8]) -> tuple[str, ...]:
    """The colours, sRGB uint8 (K, 3), as "#rrggbb"."""
    return tuple(f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in swatches.tolist())


def gpl_text(swatches: NDArray[np.uint8], shares: Sequence[float], *, name: str) -> str:
    """The colours (K, 3) as a GIMP palette, each named by its hex code and share of the pixels."""
    title = " ".join(name.split())  # a line break would end the header's field
    lines = ["GIMP Palette", f"Name: {title}", "Columns: 10", "#"]
    for (red, green, blue), code, share in zip(
        swatches.tolist(), hex_codes(swatches), shares, strict=True
    ):
        lines.append(f"{red:3d} {green:3d} {blue:3d}\t{code} {share:.1%}")
    return "\n".join(lines) + "\n"


def css_text(swatches: NDArray[np.uint8], shares: Sequence[float]) -> str:
    """The colours (K, 3) as CSS custom properties --colour-1 … --colour-K of the page."""
    properties = [
        f"  --colour-{number}: {code}; /* {share:.1%} */"
        for number, (code, share) in enumerate(
            zip(hex_codes(swatches), shares, strict=True), start=1
        )
    ]
    return "\n".join([":root {", *properties, "}"]) + "\n"
