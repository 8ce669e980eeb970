"""Make docs/films.md's clip: an old film, coloured frame by frame, and steadily.

    python -m assets.make_film_clip

A pan over a demo photograph of the study, made old as `benchmarks.films` does; see LICENSES.md.
"""

import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.film_clips import made_old, moved, read, write
from benchmarks.films import WAYS
from colorizer import Colorizer
from colorizer.film.colouring import colour_film
from colorizer.film.reading import open_film
from colorizer.photo import PhotoLimits

HERE = Path(__file__).parent
PHOTO = HERE / "study" / "landscape" / "path.jpg"
SIZE = (240, 426)
SHOWN = (284, 160)


def main() -> None:
    """Write the clip: what went in, frame by frame, steady, side by side."""
    photo = np.array(Image.open(PHOTO).convert("RGB"))
    old, _ = made_old(moved(photo, zoom=False, size=SIZE, count=60), dust=2)
    colorizer = Colorizer.from_pretrained("classification")
    with tempfile.TemporaryDirectory() as place:
        film = write(old, Path(place) / "old.mkv")
        columns = [read(film)]
        for way in ("frame by frame", "steady"):
            out = Path(place) / "out.mkv"
            colour_film(open_film(film, PhotoLimits()), out, colorizer, colours=WAYS[way])
            columns.append(read(out))
    rows = [
        Image.fromarray(np.hstack([np.array(Image.fromarray(each).resize(SHOWN)) for each in row]))
        for row in zip(*columns, strict=True)
    ]
    rows[0].save(
        HERE / "readme" / "film.webp", save_all=True, append_images=rows[1:],
        duration=40, loop=0, quality=35, method=4,
    )  # fmt: skip


if __name__ == "__main__":
    main()
