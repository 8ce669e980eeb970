"""(real, fake) → one neutral picture with both halves side by side.

Everything that could tell the halves apart apart from their colours is made equal: size, resize,
lightness, detail of the colours, Lab → RGB path, grain, encoder, one file without metadata.
Everything that could be recognised from an earlier trial is made new: crop, grain, name, and so the
file's hash.
"""

import hashlib
import io
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from colorizer.colour.lab import clip_chroma, lab_to_rgb, rgb_to_lab
from colorizer.photo import Photo
from colorizer.photo.saving import on_white
from colorizer.study.chroma_detail import FAKE_CELLS, REAL_CELLS, coarse_colours
from colorizer.study.trials import Side

Rgb = npt.NDArray[np.uint8]
Encoding = Literal["jpeg", "png", "webp"]

LONG_SIDE = 512

_JITTER = 8  # pixels: a crop loses 0…8 columns and 0…8 rows, split at random between the sides
GAP = 12  # pixels between the halves
_GREY = 128
_GRAIN = np.array([-1, 0, 0, 1], dtype=np.int16)  # 8-bit levels, equally likely
_ABSURD_CHROMA = 60.0

_SAVE_OPTIONS: dict[Encoding, dict[str, int | bool]] = {
    # At 95, JPEG's own blocks show more where colours are smooth, which told the fake in 71 of 100.
    # "optimize" takes three times as long for 4 %.
    "jpeg": {"quality": 100, "subsampling": 0},
    "png": {"compress_level": 6},
    "webp": {"lossless": True, "method": 2},
}


@dataclass(frozen=True)
class Halves:
    """A real photo and its fake, uint8 (H, W, 3) sRGB of one shape, longer side ≤ LONG_SIDE."""

    real: Rgb
    fake: Rgb

    def __post_init__(self) -> None:
        if self.real.shape != self.fake.shape:
            raise ValueError(f"halves differ in shape: {self.real.shape} and {self.fake.shape}")


@dataclass(frozen=True)
class Stimulus:
    """An encoded composite, its size in pixels, and a file name that means nothing."""

    data: bytes
    file_name: str
    media_type: str
    width: int
    height: int


def at_study_size(photo: Photo, *, long_side: int = LONG_SIDE) -> Photo:
    """The photo opaque (on white) and no longer than `long_side` pixels; never enlarged."""
    rgb = photo.rgb
    if photo.alpha is not None:
        rgb = on_white(rgb, photo.alpha)
    height, width = rgb.shape[:2]
    scale = min(long_side / max(height, width), 1.0)
    if scale < 1.0:
        size = max(round(width * scale), 1), max(round(height * scale), 1)
        rgb = np.array(Image.fromarray(rgb).resize(size, Image.Resampling.LANCZOS))
    return Photo(rgb=rgb, alpha=None, format=photo.format, notes=())


def match_halves(real: Photo, fake: Photo) -> Halves:
    """Bring both to study size, with the real photo's lightness and colours of like detail.

    The fake is expected to come from a network, whose colours are smooth already; see
    `colorizer.study.chroma_detail`. ValueError if the two differ in size.
    """
    if real.rgb.shape != fake.rgb.shape:
        raise ValueError(f"the fake has the size {fake.rgb.shape}, the photo {real.rgb.shape}")
    real_lab = _lab(at_study_size(real).rgb)
    fake_lab = _lab(at_study_size(fake).rgb)
    fake_lab[..., 0] = real_lab[..., 0]
    return Halves(
        real=_rgb(coarse_colours(real_lab, REAL_CELLS)),
        fake=_rgb(coarse_colours(fake_lab, FAKE_CELLS)),
    )


def absurd_colours(photo: Photo) -> Photo:
    """The photo under a rainbow: for catch trials, which only those who don't look get wrong.

    Keeps size and lightness. Every hue occurs once along the diagonal.
    """
    lab = _lab(photo.rgb)
    height, width = photo.rgb.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    hue = 2.0 * np.pi * (rows / height + columns / width) / 2.0
    lab[..., 1] = _ABSURD_CHROMA * np.cos(hue)
    lab[..., 2] = _ABSURD_CHROMA * np.sin(hue)
    return Photo(rgb=_rgb(lab), alpha=None, format=photo.format, notes=())


def mean_chroma(rgb: Rgb) -> float:
    """Mean distance from grey in Lab's ab plane, 0…about 130, of a uint8 (H, W, 3) picture."""
    lab = _lab(rgb)
    return float(np.hypot(lab[..., 1], lab[..., 2]).mean())


def compose(
    halves: Halves, *, real_side: Side, nonce: str, encoding: Encoding = "jpeg"
) -> Stimulus:
    """Put the halves beside each other, the real one on `real_side`, and encode them once.

    nonce: seeds crop, grain and file name, so one trial always gives the same file and two
        trials never do. The name depends on nothing else.
    """
    rng = np.random.default_rng(list(nonce.encode()))
    window = _crop_window(halves.real.shape[0], halves.real.shape[1], rng)
    grain = _GRAIN[rng.integers(0, len(_GRAIN), halves.real[window].shape, dtype=np.uint8)]
    real, fake = (_grained(half[window], grain) for half in (halves.real, halves.fake))
    left, right = (real, fake) if real_side == "left" else (fake, real)
    gap = np.full((left.shape[0], GAP, 3), _GREY, np.uint8)
    composite = np.concatenate([left, gap, right], axis=1)
    return Stimulus(
        data=_encoded(composite, encoding),
        file_name=f"{hashlib.sha256(nonce.encode()).hexdigest()[:16]}.{encoding}",
        media_type=f"image/{encoding}",
        width=composite.shape[1],
        height=composite.shape[0],
    )


def _crop_window(height: int, width: int, rng: np.random.Generator) -> tuple[slice, slice]:
    def span(length: int) -> slice:
        lost = int(rng.integers(0, min(_JITTER, length - 1) + 1))
        start = int(rng.integers(0, lost + 1))
        return slice(start, start + length - lost)

    return span(height), span(width)


def _grained(rgb: Rgb, grain: npt.NDArray[np.int16]) -> Rgb:
    """The picture with noise of at most one 8-bit level, which nobody sees and no hash survives."""
    grained: Rgb = np.clip(rgb + grain, 0, 255).astype(np.uint8)
    return grained


def _encoded(rgb: Rgb, encoding: Encoding) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, format=encoding, **_SAVE_OPTIONS[encoding])
    return buffer.getvalue()


def _lab(rgb: Rgb) -> npt.NDArray[np.float32]:
    return np.asarray(rgb_to_lab(rgb.astype(np.float32) / 255.0), dtype=np.float32)


def _rgb(lab: npt.NDArray[np.float32]) -> Rgb:
    rgb = lab_to_rgb(clip_chroma(lab))
    levels: Rgb = np.rint(np.asarray(rgb) * 255.0).astype(np.uint8)
    return levels
