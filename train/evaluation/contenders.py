"""Who colours in an evaluation: three constants that any method must beat, and the checkpoints.

All of them get the grey picture only, so that no colour of the real photo can leak into theirs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from colorizer.adjustments import Adjustments
from colorizer.colour.ab_bins import AbBins
from colorizer.colour.lab import clip_chroma, lab_to_rgb, rgb_to_lab
from colorizer.model.bundled import bundled_checkpoints
from colorizer.model.checkpoint import load_checkpoint
from colorizer.photo import Photo
from colorizer.pipeline import Colorizer
from train.fit_palette import read_palette

GREY = "grey"
CONSTANT_MEAN = "constant mean ab"
MOST_COMMON = "most common class"

Pictures = dict[str, NDArray[np.uint8]]


class Method(Protocol):
    """Colours a grey picture, in one or several ways."""

    def color(self, grey: NDArray[np.uint8]) -> Pictures:
        """uint8 (H, W, 3) → pictures uint8 (H, W, 3) by row."""


@dataclass(frozen=True)
class ConstantColour:
    """The same ab everywhere, brought into the gamut at each pixel's L. ab: (a, b), ab units."""

    row: str
    ab: tuple[float, float]

    def color(self, grey: NDArray[np.uint8]) -> Pictures:
        """uint8 (H, W, 3) → the row's picture, uint8 (H, W, 3)."""
        lab = rgb_to_lab(grey.astype(np.float32) / 255.0)
        lab[..., 1:] = self.ab
        return {self.row: (lab_to_rgb(clip_chroma(lab)) * 255.0).round().astype(np.uint8)}


@dataclass
class Contender:
    """A checkpoint with one row for every temperature; a regression has a single row.

    temperatures: row → T, None for the checkpoint's default. seconds: spent on each photo so far,
    by the network and one decoding.
    """

    label: str
    colorizer: Colorizer
    temperatures: Mapping[str, float | None]
    seconds: list[float] = field(default_factory=list)

    def color(self, grey: NDArray[np.uint8]) -> Pictures:
        """uint8 (H, W, 3) → a picture for each row; the network runs once."""
        photo = Photo(rgb=grey, alpha=None, format="PNG", notes=())
        prediction = self.colorizer.predict(photo)
        pictures = {}
        for row, temperature in self.temperatures.items():
            coloured = self.colorizer.decode(prediction, Adjustments(temperature=temperature))
            pictures[row] = coloured.photo.rgb
        self.seconds.append(coloured.seconds)
        return pictures


def baselines(palette: AbBins) -> list[ConstantColour]:
    """Constant colours of the training photos: no test photo is looked at to find them.

    The mean ab is the palette's, each centre weighted by its prior; the most common class is the
    centre with the highest prior.
    """
    mean = palette.prior @ palette.centres / palette.prior.sum()
    common = palette.centres[palette.prior.argmax()]
    return [
        ConstantColour(CONSTANT_MEAN, (float(mean[0]), float(mean[1]))),
        ConstantColour(MOST_COMMON, (float(common[0]), float(common[1]))),
    ]


def load_contenders(
    sources: Sequence[str], *, temperatures: Sequence[float] = (), device: str = "cpu"
) -> list[Contender]:
    """Load "checkpoint" or "label=checkpoint" sources; without a label its name is the row's.

    Classifiers are decoded at T = 1, at the checkpoint's default and at `temperatures`. Raises
    CheckpointError, or SystemExit when two rows would have one name.
    """
    contenders: list[Contender] = []
    for source in sources:
        colorizer = Colorizer.from_pretrained(source_of(source), device=device)
        label = source.partition("=")[0] if "=" in source else colorizer.name
        if label in [other.label for other in contenders]:
            raise SystemExit(f"Two checkpoints are called {label!r}; give LABEL=CHECKPOINT.")
        contenders.append(Contender(label, colorizer, _rows(label, colorizer, temperatures)))
    return contenders


def source_of(checkpoint: str) -> str:
    """The folder, bundled name or Hub id in "source" or "label=source"."""
    return checkpoint.partition("=")[2] or checkpoint


def training_palette(file: Path | None, contenders: Sequence[Contender]) -> AbBins:
    """Colours of the training photos: from `file`, the first classifier or the bundled one."""
    if file is not None:
        return read_palette(file)
    for contender in contenders:
        if contender.colorizer.checkpoint.ab_bins is not None:
            return contender.colorizer.checkpoint.ab_bins
    if "classification" in bundled_checkpoints():
        ab_bins = load_checkpoint("classification").ab_bins
        if ab_bins is not None:
            return ab_bins
    raise SystemExit("No classifier is given; name the training photos' colours with --palette.")


def _rows(label: str, colorizer: Colorizer, further: Sequence[float]) -> dict[str, float | None]:
    if colorizer.checkpoint.ab_bins is None:
        return {label: None}
    default = colorizer.checkpoint.config.decoding.temperature
    others = [t for t in (1.0, *further) if t != default]
    return {**{f"{label}, T = {t:g}": t for t in others}, label: None}
