"""How far blend modes take the chroma layer from our picture, beside an opaque layer.

    python -m benchmarks.chroma_layer

Prints the mean CIEDE2000 over scikit-image's colour photos for each bundled model.
"""

import numpy as np
from skimage import color, data

from colorizer import Colorizer, Photo
from colorizer.colour.chroma_layer import chroma_layer
from colorizer.colour.recolor import grey
from colorizer.colour.resizing import shrink
from colorizer.model.bundled import bundled_checkpoints
from tests.support.blend_modes import lch_colour, normal, w3c_colour

PHOTOS = ("astronaut", "camera", "chelsea", "coffee", "colorwheel", "retina", "rocket")
LONG_SIDE = 800
MODES = {"Normal": normal, "Colour (W3C)": w3c_colour, "LCh Colour": lch_colour}


def main() -> None:
    for name in bundled_checkpoints():
        colorizer = Colorizer.from_pretrained(name)
        rows = [_errors(colorizer.colorize(Photo(rgb=_photo(photo))).photo) for photo in PHOTOS]
        layer, opaque = np.mean(rows, axis=0)
        for mode, ours, plain in zip(MODES, layer, opaque, strict=True):
            print(f"{name:15} {mode:13} layer {ours:.2f}, opaque {plain:.2f}")


def _errors(coloured: Photo) -> np.ndarray:
    """Mean ΔE (2, modes) of our layer and of the coloured photo as an opaque layer."""
    below, wanted = grey(coloured.rgb) / 255.0, coloured.rgb / 255.0
    layer = chroma_layer(coloured)
    alpha = np.ones(below.shape[:2]) if layer.alpha is None else layer.alpha / 255.0
    candidates = ((layer.rgb / 255.0, alpha), (wanted, np.ones_like(alpha)))
    wanted_lab = color.rgb2lab(wanted)
    return np.array(
        [
            [
                color.deltaE_ciede2000(wanted_lab, color.rgb2lab(_8_bit(mode(below, *each)))).mean()
                for mode in MODES.values()
            ]
            for each in candidates
        ]
    )


def _8_bit(rgb: np.ndarray) -> np.ndarray:
    return np.rint(rgb * 255) / 255


def _photo(name: str) -> np.ndarray:
    rgb = getattr(data, name)()
    rgb = np.repeat(rgb[..., None], 3, axis=2) if rgb.ndim == 2 else rgb
    return shrink(np.ascontiguousarray(rgb), LONG_SIDE)


if __name__ == "__main__":
    main()
