"""Real photos and the fakes that the models make of them, prepared before anybody asks.

A background thread goes through the photos once; what it made stays on disk under a key of photo
content, model revision and size, so that a restart makes only what is missing.
"""

import hashlib
import logging
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from colorizer.errors import attempt
from colorizer.photo import Photo, PhotoError, open_photo
from colorizer.study.photos import PhotoFile, find_photos
from colorizer.study.stimuli import (
    LONG_SIDE,
    Halves,
    Rgb,
    absurd_colours,
    at_study_size,
    match_halves,
    mean_chroma,
)
from colorizer.study.trials import ABSURD, StudyModel, StudyPhoto

logger = logging.getLogger(__name__)

Colorize = Callable[[Photo, StudyModel], Photo]

_REAL = StudyModel(name="")
_MIN_SHORT_SIDE = 64  # pixels
_MIN_MEAN_CHROMA = 4.0  # Lab units; a photo with less has no colours to be fooled by
_PATH_VERSION = (
    "2"  # raise when the path from photo to halves changes: cached halves are stale then
)


@dataclass(frozen=True)
class PoolProgress:
    """How far the preparation is: photos ready, found so far, skipped; `finished` when it ended."""

    ready: int
    found: int
    skipped: int
    finished: bool


def real_photo(photo: Photo) -> Photo:
    """The photo at study size; PhotoError if it cannot stand for a real one."""
    if photo.mark is not None:
        raise PhotoError("invented")
    photo = at_study_size(photo)
    if min(photo.rgb.shape[:2]) < _MIN_SHORT_SIDE:
        raise PhotoError("small", side=_MIN_SHORT_SIDE)
    if mean_chroma(photo.rgb) < _MIN_MEAN_CHROMA:
        raise PhotoError("colourless")
    return photo


class StimulusPool:
    """The study's photos with one fake per model, ready to be composed."""

    def __init__(
        self,
        folder: Path,
        models: Sequence[StudyModel],
        colorize: Colorize,
        *,
        cache: Path,
        head_start_seconds: float = 0.0,
    ) -> None:
        """Nothing is read before `start` (in the background) or `prepare` (here and now).

        colorize: (photo, model) → the photo coloured by the model from its lightness, same size.
        cache: folder for prepared pictures; must not be one that the web server serves.
        head_start_seconds: how long the models leave the processor to others at first.
        """
        if not models:
            raise ValueError("a study needs at least one model")
        self.models = tuple(models)
        self._folder = folder
        self._colorize = colorize
        self._cache = cache
        self._head_start_seconds = head_start_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self.prepare, name="study-photos", daemon=True)
        self._ready: tuple[StudyPhoto, ...] = ()  # replaced as a whole, so readers need no lock
        self._progress = PoolProgress(ready=0, found=0, skipped=0, finished=False)

    def start(self) -> None:
        """Prepare in the background; photos can be shown as they become ready."""
        self._thread.start()

    def close(self) -> None:
        """Stop preparing after the present photo."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=30.0)

    @property
    def photos(self) -> tuple[StudyPhoto, ...]:
        """The photos that can be shown now, with every model."""
        return self._ready

    @property
    def progress(self) -> PoolProgress:
        """How far the preparation is."""
        return self._progress

    def has(self, photo: StudyPhoto, model: StudyModel) -> bool:
        """Whether both pictures are prepared; one that turns out damaged has `halves` None."""
        return self._path(photo, _REAL).exists() and self._path(photo, model).exists()

    def halves(self, photo: StudyPhoto, model: StudyModel) -> Halves | None:
        """The real photo and the model's fake of it, or None if they are not prepared."""
        real = self._read(self._path(photo, _REAL))
        fake = self._read(self._path(photo, model))
        return None if real is None or fake is None else Halves(real, fake)

    def prepare(self) -> None:
        """Show what is prepared, then make what is missing; photos that fail are left out."""
        ready: list[StudyPhoto] = []
        missing: list[PhotoFile] = []
        try:
            self._cache.mkdir(parents=True, exist_ok=True)
            for file in find_photos(self._folder):
                if self._stopping.is_set():
                    return
                if self._missing(file.photo):
                    missing.append(file)
                else:
                    ready.append(file.photo)
        except OSError:
            logger.exception("the study photos could not be read to the end")
        found = len(ready) + len(missing)
        self._publish(ready, found, skipped=0, finished=not missing)
        if missing:
            self._stopping.wait(self._head_start_seconds)
        for number, file in enumerate(missing, start=1):
            if self._stopping.is_set():
                return
            if self._made(file):
                ready.append(file.photo)
            skipped = found - len(missing) + number - len(ready)
            self._publish(ready, found, skipped=skipped, finished=number == len(missing))
        logger.info("study photos: %d ready of %d", len(ready), found)

    def _publish(
        self, ready: Sequence[StudyPhoto], found: int, *, skipped: int, finished: bool
    ) -> None:
        self._ready = tuple(ready)
        self._progress = PoolProgress(len(ready), found, skipped, finished)

    def _missing(self, photo: StudyPhoto) -> list[StudyModel]:
        """Those whose picture is not prepared; the real photo is a model without name."""
        shown = (*self.models, ABSURD, _REAL)
        return [model for model in shown if not self._path(photo, model).exists()]

    def _made(self, file: PhotoFile) -> bool:
        reason = attempt(partial(self._make, file))
        if reason is not None:
            logger.warning("study photo %s left out: %s", file.path.name, reason)
        return reason is None

    def _make(self, file: PhotoFile) -> None:
        photo = real_photo(open_photo(file.path))
        for model in self._missing(file.photo):
            path = self._path(file.photo, model)
            if model == _REAL:
                self._write(path, match_halves(photo, photo).real)
                continue
            fake = absurd_colours(photo) if model == ABSURD else self._colorize(photo, model)
            self._write(path, match_halves(photo, fake).fake)

    def _path(self, photo: StudyPhoto, model: StudyModel) -> Path:
        """A name that doesn't show what is in the file, should it ever be seen."""
        key = (_PATH_VERSION, photo.id, model.name, model.head, model.revision, str(LONG_SIDE))
        return self._cache / f"{hashlib.sha256(repr(key).encode()).hexdigest()[:32]}.npy"

    def _read(self, path: Path) -> Rgb | None:
        try:
            stored: npt.NDArray[np.generic] = np.load(path, allow_pickle=False)
        except FileNotFoundError:
            return None
        except (OSError, EOFError, ValueError):
            stored = np.empty(0)
        if stored.dtype == np.uint8 and stored.ndim == 3 and stored.shape[2] == 3:
            return stored.astype(np.uint8, copy=False)
        logger.warning("a prepared study picture is damaged and is made again at next start")
        path.unlink(missing_ok=True)
        return None

    def _write(self, path: Path, rgb: Rgb) -> None:
        """Write so that a reader finds all of the picture or nothing.

        Uncompressed: hardly larger than PNG and read in a tenth of the time.
        """
        partial = path.with_suffix(f".{os.getpid()}.partial")
        with partial.open("wb") as file:
            np.save(file, rgb, allow_pickle=False)
        partial.replace(path)
