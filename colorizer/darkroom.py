"""Loaded models and recently analysed photos, for front ends that colour the same photo again.

Another vividness or another look at the same photo must not run the network twice: analyses are
kept by (photo, model), the least recently used leave first, and their total size is bounded.
torch is imported with the first photo, so that a page can be shown before.
"""

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from colorizer.bundled import bundled_checkpoints
from colorizer.photo import DEFAULT_LIMITS, Photo, PhotoLimits, open_photo

if TYPE_CHECKING:
    from colorizer.pipeline import Analysis, Colorized, Colorizer


@dataclass(frozen=True)
class Preview:
    """before, after: uint8 (h, w, 3), grey and coloured. photo: the full-size input.

    seconds: the network and this decoding, without reading the file.
    """

    before: np.ndarray
    after: np.ndarray
    photo: Photo
    seconds: float


class Darkroom:
    """Colours files by model name; safe to share between threads.

    max_bytes: bound on the photos and network outputs kept for another decoding.
    """

    def __init__(
        self,
        *,
        limits: PhotoLimits = DEFAULT_LIMITS,
        device: str = "cpu",
        max_bytes: int = 384 * 2**20,
    ) -> None:
        self._limits = limits
        self._device = device
        self._max_bytes = max_bytes
        self._colorizers: dict[str, Colorizer] = {}
        self._analyses: OrderedDict[tuple[str, str], Analysis] = OrderedDict()
        self._loading = threading.Lock()
        self._keeping = threading.Lock()

    @property
    def models(self) -> list[str]:
        """Names of the models that come with the package."""
        return list(bundled_checkpoints())

    def colorizer(self, model: str) -> "Colorizer":
        """The named model, loaded on its first use; raises CheckpointError."""
        from colorizer.pipeline import Colorizer

        with self._loading:
            if model not in self._colorizers:
                self._colorizers[model] = Colorizer.from_pretrained(model, device=self._device)
            return self._colorizers[model]

    def colorize(
        self,
        file: str | Path,
        model: str,
        *,
        vividness: float = 1.0,
        temperature: float | None = None,
    ) -> "Colorized":
        """Colour the photo in `file`; raises PhotoError or CheckpointError."""
        return self.colorizer(model).decode(
            self.analysis(file, model), vividness=vividness, temperature=temperature
        )

    def preview(
        self, file: str | Path, model: str, *, long_side: int, vividness: float = 1.0
    ) -> Preview:
        """Before and after at a size for the screen; costs no more than the first full analysis."""
        from colorizer.pipeline import grey, shrink

        analysis = self.analysis(file, model)
        photo = analysis.photo
        small = shrink(photo.rgb, long_side)
        seen = replace(analysis, photo=Photo(rgb=small))
        coloured = self.colorizer(model).decode(seen, vividness=vividness)
        return Preview(
            before=grey(small), after=coloured.photo.rgb, photo=photo, seconds=coloured.seconds
        )

    def analysis(self, file: str | Path, model: str) -> "Analysis":
        """The network's view of the photo in `file`, from memory where it was seen lately."""
        colorizer = self.colorizer(model)
        key = (_digest(Path(file)), model)
        with self._keeping:
            if key in self._analyses:
                self._analyses.move_to_end(key)
                return self._analyses[key]
        analysis = colorizer.analyse(open_photo(file, self._limits))
        with self._keeping:
            self._analyses[key] = analysis
            while len(self._analyses) > 1 and self._kept_bytes() > self._max_bytes:
                self._analyses.popitem(last=False)
        return analysis

    def _kept_bytes(self) -> int:
        return sum(a.photo.rgb.nbytes + a.output.nbytes for a in self._analyses.values())


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
