"""How much it matters whether ONNX Runtime or PyTorch runs the network.

    python -m benchmarks.engines                         # the bundled study photos
    python -m benchmarks.engines PHOTOS

Printed are the difference of the networks' outputs, and of the pictures, before and after their
rounding to 8 bits.
"""

import argparse
from pathlib import Path

import numpy as np

from benchmarks.recolouring import MODEL, delta_e, exact
from colorizer import Colorizer, open_photo
from colorizer.colour.guided_upsampling import fit_ab_field
from colorizer.colour.recolor import recolor
from colorizer.model.bundled import bundled_study_photos
from colorizer.study.photos import find_photos

EVERY = 3
"""Of the pixels before rounding, every third of every third row is compared."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("photos", type=Path, nargs="?", default=bundled_study_photos())
    checkpoint = Colorizer.from_pretrained(MODEL).checkpoint
    engines = [Colorizer(checkpoint, engine=engine) for engine in ("onnxruntime", "torch")]
    values = wrong = 0
    outputs, before, after = [0.0], [0.0], [0.0]
    for file in find_photos(parser.parse_args().photos):
        photo = open_photo(file.path)
        analyses = [engine.predict(photo) for engine in engines]
        fields = [
            fit_ab_field(prediction.L[0, 0], engine.ab(prediction)[0])
            for engine, prediction in zip(engines, analyses, strict=True)
        ]
        pictures = [recolor(photo.rgb, field).astype(float) for field in fields]
        levels = [exact(photo.rgb, field)[::EVERY, ::EVERY].reshape(-1, 3) for field in fields]
        different = pictures[0] != pictures[1]
        places = different.any(axis=-1)
        values, wrong = values + different.size, wrong + int(different.sum())
        outputs.append(float(np.abs(analyses[0].output - analyses[1].output).max()))
        before.append(delta_e(*levels).max())
        after.extend(delta_e(*(picture[places] for picture in pictures)))
        assert np.abs(pictures[0] - pictures[1]).max() <= 1
    print(f"largest difference of the outputs: {max(outputs):.1e}")
    print(f"largest ΔE before rounding: {max(before):.1e}")
    print(f"8-bit values that differ, by one level: {wrong} of {values}, {wrong / values:.4%}")
    print(f"largest ΔE there: {max(after):.2f}")


if __name__ == "__main__":
    main()
