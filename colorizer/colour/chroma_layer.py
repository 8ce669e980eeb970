"""The colours of a photo alone, as a transparent layer for photo editors.

Laid over the black-and-white photo, the layer gives the coloured photo in blend mode "Normal", and
practically in "Colour", which lets the photo below be retouched. Opacity α and colour S solve
R = α S + (1 - α) g for each pixel of the result R over its grey g; any α but the smallest will do.

Why not the coloured photo itself as an opaque layer? It cannot be erased where a colour is wrong,
and it gains little: "Colour" keeps the luma of the photo below (W3C Compositing and Blending, 10.1;
PDF 32000-1, 11.3.5.3), not its L, so that no layer is exact there. Mean CIEDE2000 to our picture by
`python -m benchmarks.chroma_layer`, classification: Normal 0.00, Colour 0.99 (opaque 0.94), GIMP's
LCh Colour 0.23 (opaque 0.03). With the least opacity instead of twice that, LCh Colour is 1.2 off.
"""

import numpy as np
from numpy.typing import NDArray

from colorizer.colour.recolor import grey
from colorizer.photo import Photo

_OPACITY = 2.0  # times the least that can carry the colour; chosen by the figures above
_STRIP_PIXELS = 2**20


def chroma_layer(coloured: Photo) -> Photo:
    """The layer of a coloured photo: a PNG of the same size, transparent where there is no colour.

    Transparent places of the photo stay transparent.
    """
    below = grey(coloured.rgb)
    rgb = np.empty_like(coloured.rgb)
    alpha = np.empty(coloured.rgb.shape[:2], dtype=np.uint8)
    rows = max(1, _STRIP_PIXELS // coloured.width)
    for top in range(0, coloured.height, rows):
        strip = slice(top, top + rows)
        rgb[strip], alpha[strip] = _strip(coloured.rgb[strip], below[strip])
    if coloured.alpha is not None:
        alpha = (alpha * (coloured.alpha / np.float32(255.0))).round().astype(np.uint8)
    return Photo(rgb=rgb, alpha=alpha, format="PNG")


def _strip(
    coloured: NDArray[np.uint8], below: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Colour uint8 (h, w, 3) and opacity uint8 (h, w) of some rows.

    A channel after the other: each way through memory is over one plane.
    """
    g = below[..., 0].astype(np.float32)
    pairs = below[..., 0].astype(np.uint16) << 8
    alpha = np.zeros(g.shape, dtype=np.uint8)
    for channel in range(3):
        np.maximum(alpha, _ALPHA[pairs | coloured[..., channel]], out=alpha)
    share = _SHARE[alpha]
    colour = np.empty_like(coloured)
    for channel in range(3):
        value = g + (coloured[..., channel] - g) / share
        colour[..., channel] = np.rint(np.clip(value, 0.0, 255.0, out=value), out=value)
    return colour, alpha


def _alpha_of_pairs() -> NDArray[np.uint8]:
    """The opacity 0…255 that a channel needs, by 256 * its grey + its value: uint8 (65536,)."""
    g, value = np.divmod(np.arange(2**16, dtype=np.float32), np.float32(256.0))
    difference = value - g
    room = np.where(difference > 0, 255.0 - g, g)  # how far this channel of the layer can go
    least = np.divide(np.abs(difference), room, out=np.zeros_like(g), where=room > 0)
    return np.ceil(np.minimum(1.0, _OPACITY * least) * 255.0).astype(np.uint8)


_ALPHA = _alpha_of_pairs()
_SHARE = np.maximum(np.arange(256, dtype=np.float32), 1.0) / np.float32(255.0)
